//! Lifetimes of sessions.

use std::time::{Duration, SystemTime};

use super::{Options, SessionBuilder};
use crate::{
    base::{config_error::ConfigError, span::show_span},
    state::{Lifetimes, Refresh, RefreshAfter, Revalidation},
};

impl<C, T, H> SessionBuilder<C, T, H> {
    /// Sets the time without activity after which a session ends, or `None` for no idle timeout. Default: 30 minutes.
    /// In whole seconds, from 1 second to the absolute timeout; a longer idle timeout would never be reached, and is
    /// refused. The default may be longer than a short absolute timeout; it then has no effect.
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
        self.options.idle_timeout = Some(span.into());
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
        self.options.absolute_timeout = span;
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
        self.options.remember_up_to = Some(span);
        self
    }

    /// Sets when a session is sent again to restart its idle timeout. Default: after a quarter of the idle timeout, or
    /// [`RefreshAfter::OnChange`] without one. Refused together with [`revalidate_after`](Self::revalidate_after),
    /// which decides this itself.
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
        self.options.refresh_after = Some(refresh_after);
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
        self.options.clock_skew = span;
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
        self.options.not_before = Some(moment);
        self
    }

    /// Accepts a key ring in which a key stops opening tokens while sessions that it sealed may be alive
    /// ([SPEC.md § 3.4]). Default: the builder refuses it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::RingKey};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    /// # let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let ring = KeyRing::from_keys([
    ///     RingKey::new(new).seal_from(now + hour),
    ///     RingKey::new(old).accept_until(now + 2 * hour), // sessions live for 12 hours
    /// ])?;
    /// assert!(SessionCookie::encrypted(ring.clone()).build().is_err());
    /// assert!(SessionCookie::encrypted(ring).danger_retire_early().build().is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
    pub fn danger_retire_early(mut self) -> Self {
        self.options.retire_early = true;
        self
    }
}

impl Options {
    fn idle(&self) -> Option<Duration> {
        self.idle_timeout.unwrap_or(Some(DEFAULT_IDLE))
    }

    /// Returns the lifetimes of settings without mistakes.
    pub(super) fn lifetimes(&self) -> Lifetimes {
        let idle = self.idle().map(|span| span.as_secs());
        let unvalidated_up_to = self.unvalidated_up_to.unwrap_or_default().as_secs();
        let refresh = match (self.revalidate_after, self.refresh_after) {
            (Some(after), _) => Refresh::OnValidation(Revalidation {
                after: after.as_secs(),
                unvalidated_up_to,
            }),
            (None, Some(after)) => after.into(),
            (None, None) => idle.map_or(Refresh::OnChange, |idle| Refresh::After(idle / 4)),
        };
        Lifetimes {
            idle,
            absolute: self.absolute_timeout.as_secs(),
            remember_up_to: self.remember_up_to.map(|span| span.as_secs()),
            refresh,
            skew: self.clock_skew.as_secs(),
        }
    }

    /// Returns the seconds for which a key that no longer seals has to open.
    pub(super) fn overlap(&self) -> u64 {
        let longest = self.lifetimes().longest();
        if self.retire_early { 0 } else { longest }
    }

    /// Returns all mistakes in the lifetimes. Two are compared only if both are in range.
    pub(crate) fn lifetime_mistakes(&self) -> Vec<ConfigError> {
        let mut mistakes = Vec::new();
        let mut check = |is_wrong: bool, setting, reason: String| {
            mistakes.extend(is_wrong.then(|| ConfigError::new(setting, reason)));
        };
        let (absolute, skew) = (self.absolute_timeout, self.clock_skew);
        check(
            !in_range(absolute),
            "absolute_timeout",
            out_of_range(absolute, ""),
        );
        if let Some(idle) = self.idle() {
            let or = ", or turn it off";
            check(!in_range(idle), "idle_timeout", out_of_range(idle, or));
            // The default may be longer, because the application did not ask for it.
            let is_given = self.idle_timeout.is_some();
            let is_longer = is_given && in_range(idle) && in_range(absolute) && idle > absolute;
            check(is_longer, "idle_timeout", idle_too_long(idle, absolute));
            let (setting, span) = match (self.revalidate_after, self.refresh_after) {
                (Some(span), _) => ("revalidate_after", span),
                (None, Some(RefreshAfter::Span(span))) => ("refresh_after", span),
                (None, _) => ("", Duration::ZERO),
            };
            let is_late = in_range(idle) && span.as_secs() > idle.as_secs() / 2;
            check(is_late, setting, refresh_too_late(span, idle));
        }
        if let Some(after) = self.revalidate_after {
            let reason = out_of_range(after, "");
            check(!in_range(after), "revalidate_after", reason);
            let is_given = self.refresh_after.is_some();
            check(is_given, "refresh_after", WITHOUT_EFFECT.to_owned());
        }
        if self
            .unvalidated_up_to
            .is_some_and(|span| self.revalidate_after.is_none_or(|after| span <= after))
        {
            check(true, "unvalidated_up_to", NOT_LONGER.to_owned());
        }
        if let Some(span) = self.remember_up_to {
            check(!in_range(span), "remember_up_to", out_of_range(span, ""));
        }
        check(
            skew > LONGEST_SKEW,
            "clock_skew",
            format!("is longer than 300 seconds: {skew:?}; correct the clocks instead"),
        );
        mistakes
    }
}

fn in_range(span: Duration) -> bool {
    (1..=u64::from(u32::MAX)).contains(&span.as_secs())
}

fn out_of_range(found: Duration, or: &str) -> String {
    format!("is out of range: {found:?}; give at least 1 second and at most 136 years{or}")
}

fn idle_too_long(idle: Duration, absolute: Duration) -> String {
    let (idle, absolute) = (show_span(idle), show_span(absolute));
    format!(
        "is longer than `absolute_timeout` ({idle} and {absolute}; the default is 12h), so it would never take effect; \
         set `absolute_timeout` to at least the same, or a shorter `idle_timeout`"
    )
}

fn refresh_too_late(refresh: Duration, idle: Duration) -> String {
    let (refresh, idle) = (show_span(refresh), show_span(idle));
    format!(
        "is longer than half of `idle_timeout` ({refresh} and {idle}), so active visitors would be signed out; \
         choose at most half"
    )
}

const WITHOUT_EFFECT: &str = "has no effect together with `revalidate_after`; leave it out";
const NOT_LONGER: &str = "needs a `revalidate_after` that is shorter; set that first";
const LONGEST_SKEW: Duration = Duration::from_secs(300);
const DEFAULT_IDLE: Duration = Duration::from_secs(30 * 60);
pub(super) const DEFAULT_ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
