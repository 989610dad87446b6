//! Lifetimes of sessions.

use std::time::{Duration, SystemTime};

use super::{SessionBuilder, lifetime_rules::IdleTimeout};
use crate::state::RefreshAfter;

impl<C, T> SessionBuilder<C, T> {
    /// Sets the time without activity after which a session ends, or `None` for no idle timeout. Default: 30 minutes.
    /// In whole seconds, from 1 second to the absolute timeout; a longer idle timeout would never be reached, and is
    /// refused. The default may be longer than a short absolute timeout; it then has no effect.
    ///
    /// A shorter timeout applies to existing sessions at once.
    pub fn idle_timeout(mut self, duration: impl Into<Option<Duration>>) -> Self {
        self.options.idle_timeout = IdleTimeout::Given(duration.into());
        self
    }

    /// Sets the time after which a session ends, counted from when it was issued. Default: 12 hours. In
    /// whole seconds, from 1 second to 136 years.
    ///
    /// A shorter timeout applies to existing sessions at once.
    pub fn absolute_timeout(mut self, duration: Duration) -> Self {
        self.options.absolute_timeout = duration;
        self
    }

    /// Allows [`remember_for`](crate::Session::remember_for), for at most this time after the session was
    /// issued. Default: not allowed. In whole seconds; browsers keep no cookie longer than 400 days.
    ///
    /// A remembered session outlives the browser's session. Its only idle timeout is
    /// [`remembered_idle_timeout`](Self::remembered_idle_timeout), if set. A shorter time, or none, applies to existing
    /// sessions at once.
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

    /// Sets the time without activity after which a [remembered](crate::Session::remember_for) session ends, so that a
    /// visitor who comes back in time stays signed in, up to [`remember_up_to`](Self::remember_up_to). Default: none.
    /// In whole seconds, from 1 second to `remember_up_to`, which it needs ([SPEC.md § 8.2]).
    ///
    /// Such a session is refreshed like any other, after a quarter of this time by default, and `Max-Age` counts from then.
    /// Set it on every instance: one without it does not refresh remembered sessions.
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
    /// use hardtack::{EncryptionKey, SessionCookie, carrier::RefreshAfter};
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(30 * minute)
    ///     .refresh_after(RefreshAfter::Interval(20 * minute)) // an active visitor would be signed out
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
    /// [SPEC.md § 8.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#8-validity-in-time
    pub fn clock_skew(mut self, duration: Duration) -> Self {
        self.options.clock_skew = duration;
        self
    }

    /// Refuses every session issued before `time`, which signs out everyone who signed in earlier ([SPEC.md § 7.8]). A
    /// time within a second counts as the next one. If the key ring also has such a time, the later one counts.
    /// Default: none.
    ///
    /// [SPEC.md § 7.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    pub fn not_before(mut self, time: SystemTime) -> Self {
        self.options.not_before = Some(time);
        self
    }
}
