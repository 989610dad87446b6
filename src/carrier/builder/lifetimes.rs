//! The lifetimes of sessions.

use std::time::{Duration, SystemTime};

use super::{SessionBuilder, Settings, error::ConfigError};
use crate::{
    base::span,
    state::{Lifetimes, Payload, RefreshAfter},
};

impl<C, T: Payload> SessionBuilder<C, T> {
    /// Sets the time without activity after which a session ends, or `None` for no such end. Default: 30
    /// minutes. In whole seconds, from 1 second to the absolute timeout; a longer one would never be reached, and is
    /// refused. The default may be longer than a short absolute timeout, and then has no effect.
    ///
    /// A shorter timeout applies to existing sessions at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// let cookie = SessionCookie::encrypted(keys.clone()).idle_timeout(10 * minute).build()?;
    /// assert!(!cookie.load(&fields, now + 9 * minute).is_new());
    /// assert!(cookie.load(&fields, now + 10 * minute).is_new());
    ///
    /// let cookie = SessionCookie::encrypted(keys).idle_timeout(None).build()?;
    /// assert!(!cookie.load(&fields, now + 700 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn idle_timeout(mut self, span: impl Into<Option<Duration>>) -> Self {
        self.settings.idle_timeout = match span.into() {
            Some(span) => IdleTimeout::After(span),
            None => IdleTimeout::Never,
        };
        self
    }

    /// Sets the time after which a session ends, counted from when it was issued. Default: 12 hours. In
    /// whole seconds, from 1 second to 136 years.
    ///
    /// A shorter timeout applies to existing sessions at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// let cookie = SessionCookie::encrypted(keys).absolute_timeout(20 * minute).build()?;
    /// # let session = cookie.load(&fields, now + 15 * minute);
    /// # session.insert("visits", 1)?;
    /// # let fields = cookie.save(&session)?;
    /// let session = cookie.load(&fields, now + 19 * minute);
    /// assert_eq!(session.expires_at(), Some(now + 20 * minute));
    /// assert!(cookie.load(&fields, now + 20 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn absolute_timeout(mut self, span: Duration) -> Self {
        self.settings.absolute_timeout = span;
        self
    }

    /// Allows [`remember_for`](crate::Session::remember_for), for at most this time after the session was
    /// issued. Default: not allowed. In whole seconds; browsers keep no cookie longer than 400 days.
    ///
    /// A remembered session outlives the browser's session and has no idle timeout. A shorter time, or none, applies to
    /// existing sessions at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = EncryptionKey::generate()?;
    ///
    /// let month = Duration::from_secs(30 * 86_400);
    /// let cookie = SessionCookie::encrypted(keys).remember_up_to(month).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// session.remember_for(month)?;
    /// let field = cookie.save(&session)?.into_iter().next().ok_or("it is written")?;
    /// assert!(field.ends_with("; Max-Age=2592000"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn remember_up_to(mut self, span: Duration) -> Self {
        self.settings.remember_up_to = Some(span);
        self
    }

    /// Sets when a session is sent again to restart its idle timeout. Default: after a quarter of the idle
    /// timeout, or [`RefreshAfter::OnChange`] without one.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, carrier::RefreshAfter};
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(30 * minute)
    ///     .refresh_after(RefreshAfter::Span(20 * minute)) // an active visitor would be signed out
    ///     .build();
    /// assert_eq!(cookie.unwrap_err().setting(), Some("refresh_after"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn refresh_after(mut self, refresh_after: RefreshAfter) -> Self {
        self.settings.refresh_after = Some(refresh_after);
        self
    }

    /// Sets how far another instance's clock may be ahead, from 0 to 300 seconds ([SPEC.md § 8.4]). Default: 60
    /// seconds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// // `fields` come from an instance whose clock is two minutes ahead.
    /// let cookie = SessionCookie::encrypted(keys).clock_skew(3 * minute).build()?;
    /// assert!(!cookie.load(&fields, now - 2 * minute).is_new());
    /// # assert!(earlier.load(&fields, now - 2 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 8.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#8-validity-in-time
    pub fn clock_skew(mut self, span: Duration) -> Self {
        self.settings.clock_skew = span;
        self
    }

    /// Refuses every session issued before `moment`, which signs out everyone who signed in earlier ([SPEC.md § 7.8]). A
    /// moment within a second counts as the next one. If the key ring also has such a moment, the later one counts.
    /// Default: none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// # let earlier = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = earlier.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # let fields = earlier.save(&session)?;
    /// use hardtack::session::{Outcome, Reason};
    ///
    /// let cookie = SessionCookie::encrypted(keys).not_before(now + minute).build()?;
    /// let session = cookie.load(&fields, now + 2 * minute);
    /// assert!(matches!(session.outcome(), Outcome::Rejected { reason: Reason::Revoked, .. }));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 7.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    pub fn not_before(mut self, moment: SystemTime) -> Self {
        self.settings.not_before = Some(moment);
        self
    }
}

/// The time without activity after which a session ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum IdleTimeout {
    /// After [`DEFAULT_IDLE`].
    Default,
    After(Duration),
    Never,
}

impl IdleTimeout {
    fn span(self) -> Option<Duration> {
        match self {
            IdleTimeout::Default => Some(DEFAULT_IDLE),
            IdleTimeout::After(span) => Some(span),
            IdleTimeout::Never => None,
        }
    }
}

impl Settings {
    pub(super) fn lifetimes(&self) -> Result<Lifetimes, ConfigError> {
        if let Some(error) = self.lifetime_mistakes().into_iter().next() {
            return Err(error);
        }
        let idle = self.idle_timeout.span().map(|span| span.as_secs());
        let default = idle.map_or(RefreshAfter::OnChange, |idle| {
            RefreshAfter::Span(Duration::from_secs(idle / 4))
        });
        let refresh_after = self.refresh_after.unwrap_or(default);
        Ok(Lifetimes {
            idle,
            absolute: self.absolute_timeout.as_secs(),
            remember_up_to: self.remember_up_to.map(|span| span.as_secs()),
            refresh_after,
            skew: self.clock_skew.as_secs(),
        })
    }

    /// All mistakes in the lifetimes. Two are compared only if both are in range.
    pub(super) fn lifetime_mistakes(&self) -> Vec<ConfigError> {
        let mut mistakes = Vec::new();
        let absolute = self.absolute_timeout;
        let idle = self.idle_timeout.span();
        if !in_range(absolute) {
            mistakes.push(out_of_range("absolute_timeout", absolute, ""));
        }
        if let Some(idle) = idle.filter(|&idle| !in_range(idle)) {
            mistakes.push(out_of_range("idle_timeout", idle, ", or turn it off"));
        }
        // The default may be longer, because the application did not ask for it.
        if let IdleTimeout::After(idle) = self.idle_timeout
            && in_range(idle)
            && in_range(absolute)
            && idle > absolute
        {
            mistakes.push(idle_too_long(idle, absolute));
        }
        if let Some(remember) = self.remember_up_to.filter(|&span| !in_range(span)) {
            mistakes.push(out_of_range("remember_up_to", remember, ""));
        }
        if self.clock_skew > LONGEST_SKEW {
            let skew = self.clock_skew;
            let reason =
                format!("is longer than 300 seconds: {skew:?}; correct the clocks instead");
            mistakes.push(ConfigError::new("clock_skew", reason));
        }
        if let (Some(RefreshAfter::Span(span)), Some(idle)) = (self.refresh_after, idle)
            && in_range(idle)
            && span.as_secs() > idle.as_secs() / 2
        {
            mistakes.push(refresh_too_late(span, idle));
        }
        mistakes
    }
}

fn in_range(span: Duration) -> bool {
    (1..=u64::from(u32::MAX)).contains(&span.as_secs())
}

fn out_of_range(setting: &'static str, found: Duration, or: &str) -> ConfigError {
    let reason =
        format!("is out of range: {found:?}; give at least 1 second and at most 136 years{or}");
    ConfigError::new(setting, reason)
}

fn idle_too_long(idle: Duration, absolute: Duration) -> ConfigError {
    let (idle, absolute) = (span::show(idle), span::show(absolute));
    let reason = format!(
        "is longer than `absolute_timeout` ({idle} and {absolute}; the default is 12h), so it would never take effect; \
         set `absolute_timeout` to at least the same, or a shorter `idle_timeout`"
    );
    ConfigError::new("idle_timeout", reason)
}

fn refresh_too_late(refresh: Duration, idle: Duration) -> ConfigError {
    let (refresh, idle) = (span::show(refresh), span::show(idle));
    let reason = format!(
        "is longer than half of `idle_timeout` ({refresh} and {idle}), so active visitors would be signed out; \
         choose at most half"
    );
    ConfigError::new("refresh_after", reason)
}

const LONGEST_SKEW: Duration = Duration::from_secs(300);
const DEFAULT_IDLE: Duration = Duration::from_secs(30 * 60);
pub(crate) const DEFAULT_ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
