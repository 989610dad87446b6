//! Lifetimes of sessions: settings, their consequences and their mistakes (SPEC.md § 8.0, docs/spec/writer.md § 8.15).

use std::time::{Duration, SystemTime};

use super::{Options, SessionBuilder, options::IdleTimeout};
use crate::{
    base::{ConfigError, Sentence, duration::show_duration, mistakes},
    state::{Lifetimes, RefreshAfter, Revalidation, Timeouts},
};

impl<C, T> SessionBuilder<C, T> {
    /// Sets the time without activity after which a session that is not [remembered](Self::remember_up_to) ends, or
    /// `None` for no idle timeout. Default: 30 minutes. In whole seconds, from 1 second to the absolute timeout; a longer
    /// one is refused, because it would never be reached. The default may be longer than a short absolute timeout, and
    /// then ends no session.
    ///
    /// A shorter timeout applies to existing sessions at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).idle_timeout(15 * minute).build()?;
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert_eq!(cookie.load([&field], now + 14 * minute).get("user")?, Some(42));
    /// assert!(cookie.load([&field], now + 15 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias("with_expiry", "state_ttl", "session_ttl"))]
    pub fn idle_timeout(mut self, duration: impl Into<Option<Duration>>) -> Self {
        self.options.idle_timeout = IdleTimeout::Given(duration.into());
        self
    }

    /// Sets the time after which a session that is not [remembered](Self::remember_up_to) ends, counted from when it was
    /// issued. Default: 12 hours. In whole seconds, from 1 second to 136 years.
    ///
    /// A shorter timeout applies to existing sessions at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(None)
    ///     .absolute_timeout(60 * minute)
    ///     .build()?;
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert_eq!(cookie.load([&field], now + 59 * minute).get("user")?, Some(42));
    /// assert!(cookie.load([&field], now + 60 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn absolute_timeout(mut self, duration: Duration) -> Self {
        self.options.absolute_timeout = duration;
        self
    }

    /// Allows [`remember_for`](crate::Session::remember_for), for at most this time after the session was
    /// issued. Default: not allowed. In whole seconds, from 1 second to 136 years; but `Max-Age` is at most 400 days.
    ///
    /// A remembered session outlives the browser's session. Its only idle timeout is
    /// [`remembered_idle_timeout`](Self::remembered_idle_timeout), if set. Browsers drop a cookie 400 days after it was
    /// set, so a longer duration needs that timeout, of at most 400 days. If you shorten or remove this setting, existing
    /// sessions are affected at once.
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
    pub fn remember_up_to(mut self, duration: Duration) -> Self {
        self.options.remember_up_to = Some(duration);
        self
    }

    /// Sets the time without activity after which a [remembered](crate::Session::remember_for) session ends. A visitor
    /// who comes back in time stays signed in for as long as the session is remembered ([SPEC.md § 8.2]). Needs
    /// [`remember_up_to`](Self::remember_up_to). Default: none. In whole seconds, from 1 second to `remember_up_to`.
    ///
    /// A remembered session is then refreshed like any other, after a quarter of this time by default, and `Max-Age`
    /// counts from the refresh. Set this on every instance, because an instance without it (and without
    /// [`revalidate_after`](Self::revalidate_after)) refreshes no remembered session.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// # let day = 1_440 * minute;
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .remember_up_to(30 * day)
    ///     .remembered_idle_timeout(7 * day)
    ///     .build()?;
    /// let field = cookie.cookie_for(now, |session| session.remember_for(30 * day).map(drop))?;
    /// assert!(!cookie.load([&field], now + 6 * day).is_new());
    /// assert!(cookie.load([&field], now + 7 * day).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 8.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#8-validity-in-time
    pub fn remembered_idle_timeout(mut self, duration: Duration) -> Self {
        self.options.remembered_idle_timeout = Some(duration);
        self
    }

    /// Sets when a session is sent again to restart its idle timeout. Default: after a quarter of the idle timeout, or
    /// [`RefreshAfter::OnChange`] without one. Refused together with [`revalidate_after`](Self::revalidate_after),
    /// which decides this itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, RefreshAfter};
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(30 * minute)
    ///     .refresh_after(RefreshAfter::Interval(20 * minute)) // an active visitor would be signed out
    ///     .build();
    /// assert_eq!(cookie.unwrap_err().settings().next(), Some("refresh_after"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "with_always_save")]
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
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).clock_skew(2 * minute).build()?;
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?; // by a clock that is ahead
    /// assert!(!cookie.load([&field], now - 2 * minute).is_new());
    /// assert!(cookie.load([&field], now - 3 * minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 8.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#8-validity-in-time
    pub fn clock_skew(mut self, duration: Duration) -> Self {
        self.options.clock_skew = duration;
        self
    }

    /// Rejects every session issued before `time`, which signs out everyone who signed in earlier ([SPEC.md § 7.8]). A
    /// fraction of a second is rounded up. If the key ring also has such a time, the later one counts. Default: none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).not_before(now).build()?;
    /// let field = cookie.cookie_for(now - minute, |session| session.insert("user", 42))?;
    /// assert!(cookie.load([field], now).is_new()); // it was issued a minute before
    /// # let field = cookie.cookie_for(now + minute, |session| session.insert("user", 42))?;
    /// # assert!(!cookie.load([&field], now + minute).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 7.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    pub fn not_before(mut self, time: SystemTime) -> Self {
        self.options.not_before = Some(time);
        self
    }
}

impl Options {
    fn idle(&self) -> Option<Duration> {
        match self.idle_timeout {
            IdleTimeout::Default => Some(DEFAULT_IDLE),
            IdleTimeout::Given(idle) => idle,
        }
    }

    /// Returns the lifetimes of settings without mistakes.
    pub(crate) fn lifetimes(&self) -> Lifetimes {
        let timeouts = |absolute: Duration, idle: Option<Duration>| Timeouts {
            absolute: absolute.as_secs(),
            idle: idle.map(|idle| idle.as_secs()),
        };
        let remembered = self.remember_up_to;
        Lifetimes {
            plain: timeouts(self.absolute_timeout, self.idle()),
            remembered: remembered.map(|up_to| timeouts(up_to, self.remembered_idle_timeout)),
            refresh_after: self.refresh_after,
            revalidation: self.revalidate_after.map(|after| Revalidation {
                after: after.as_secs(),
                unvalidated_up_to: self.unvalidated_up_to.unwrap_or_default().as_secs(),
            }),
            skew: self.clock_skew.as_secs(),
        }
    }

    /// Returns all mistakes in the lifetimes. An idle timeout that is out of range is not compared with other durations.
    pub(crate) fn lifetime_mistakes(&self) -> Vec<ConfigError> {
        let absolute = (ABSOLUTE, Some(self.absolute_timeout));
        let idle = (IDLE, self.idle());
        let up_to = (UP_TO, self.remember_up_to);
        let remembered_idle = (REMEMBERED_IDLE, self.remembered_idle_timeout);
        // The default may be longer than the absolute timeout.
        let is_given = !matches!(self.idle_timeout, IdleTimeout::Default);
        let is_decided_twice = self.revalidate_after.is_some() && self.refresh_after.is_some();
        let is_never_remembered = remembered_idle.1.is_some() && up_to.1.is_none();
        let mistakes = [
            out_of_range(absolute, ""),
            out_of_range(idle, ", or turn it off"),
            too_long(idle, absolute, "; the default is 12h").filter(|_| is_given),
            self.refresh_too_late(idle),
            out_of_range((REVALIDATE, self.revalidate_after), ""),
            is_decided_twice.then(|| ConfigError::new(REFRESH, WITHOUT_EFFECT)),
            self.ends_before_it_is_asked()
                .then(|| ConfigError::new("unvalidated_up_to", NOT_LONGER)),
            out_of_range(up_to, ""),
            out_of_range(remembered_idle, ", or leave it out"),
            is_never_remembered
                .then(|| ConfigError::new(REMEMBERED_IDLE, mistakes::NOTHING_IS_REMEMBERED)),
            too_long(remembered_idle, up_to, ""),
            self.refresh_too_late(remembered_idle),
            too_skewed(self.clock_skew),
        ];
        mistakes.into_iter().flatten().collect()
    }

    /// Returns a mistake if `idle` could sign out active visitors before their session is written again.
    fn refresh_too_late(&self, (of, idle): Setting) -> Option<ConfigError> {
        let (setting, duration) = match (self.revalidate_after, self.refresh_after) {
            (Some(duration), _) => (REVALIDATE, duration),
            (None, Some(RefreshAfter::Interval(duration))) => (REFRESH, duration),
            (None, _) => return None,
        };
        let idle = idle.filter(|idle| in_range(*idle))?;
        // A visitor who comes once in half the idle timeout is written in time (docs/spec/writer.md § 8.8).
        let is_late = duration.as_secs() > idle.as_secs() / 2;
        let (duration, idle) = (show_duration(duration), show_duration(idle));
        let reason = mistakes::refreshed_too_rarely(of, duration, idle);
        is_late.then(|| ConfigError::new(setting, Sentence::of(&reason)))
    }

    fn ends_before_it_is_asked(&self) -> bool {
        let [up_to, after] = [self.unvalidated_up_to, self.revalidate_after]
            .map(|duration| duration.map(|duration| duration.as_secs()));
        up_to.is_some_and(|up_to| after.is_none_or(|after| up_to <= after))
    }

    /// Returns the time for which a key has to open after it has sealed (SPEC.md § 3.4.8), in seconds. With a
    /// companion, this is the longest lifetime of a session, because a companion may seal its tokens only once per
    /// session.
    pub(crate) fn key_overlap(&self, has_companion: bool) -> u64 {
        let lifetimes = self.lifetimes();
        let lifetime = if has_companion {
            lifetimes.longest()
        } else {
            lifetimes.token_lifetime()
        };
        lifetime.saturating_add(lifetimes.skew)
    }
}

/// The name and value of a setting that is a duration, with `None` for a setting that is left out or off.
type Setting = (&'static str, Option<Duration>);

fn in_range(duration: Duration) -> bool {
    (1..=u64::from(u32::MAX)).contains(&duration.as_secs())
}

fn out_of_range((setting, duration): Setting, or: &str) -> Option<ConfigError> {
    let found = duration.filter(|duration| !in_range(*duration))?;
    // `Debug` would write `0ns`.
    let shown = if found.is_zero() {
        "0 seconds".to_owned()
    } else {
        format!("{found:?}")
    };
    let reason = mistakes::not_in_range(shown, or);
    Some(ConfigError::new(setting, reason))
}

/// Returns a mistake if the timeout `a` would never take effect, because `b` is shorter.
fn too_long((a, idle): Setting, (b, longest): Setting, default: &str) -> Option<ConfigError> {
    let (idle, longest) = idle.zip(longest)?;
    let is_longer = in_range(idle) && in_range(longest) && idle.as_secs() > longest.as_secs();
    let (idle, longest) = (show_duration(idle), show_duration(longest));
    let reason = mistakes::never_reached(b, idle, longest, default, a);
    is_longer.then(|| ConfigError::new(a, Sentence::of(&reason)))
}

fn too_skewed(found: Duration) -> Option<ConfigError> {
    let reason = mistakes::too_skewed(format_args!("{found:?}"));
    (found > LONGEST_SKEW).then(|| ConfigError::new("clock_skew", reason))
}

const ABSOLUTE: &str = "absolute_timeout";
const IDLE: &str = "idle_timeout";
const UP_TO: &str = "remember_up_to";
const REMEMBERED_IDLE: &str = "remembered_idle_timeout";
const REFRESH: &str = "refresh_after";
const REVALIDATE: &str = "revalidate_after";
const WITHOUT_EFFECT: &str = "has no effect together with {revalidate_after}; leave it out";
const NOT_LONGER: &str = "needs a {revalidate_after} that is shorter; set that first";
/// SPEC.md § 8.0, as are the defaults.
const LONGEST_SKEW: Duration = Duration::from_secs(300);
const DEFAULT_IDLE: Duration = Duration::from_secs(30 * 60);
