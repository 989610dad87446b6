use std::{fmt, sync::Arc, time::SystemTime};

use super::time::{UnixSeconds, unix_seconds};

/// Source of time for a session: a fixed time or a function. The function is called when the session is read, again by
/// [`is_alive`](crate::Session::is_alive), and by [`validate`](crate::Session::validate) after the response's head.
///
/// It is not called for a session that is not read, unless a companion answers the request. If it panics while the
/// session is being read, the session stays unread, and the next touch calls it again.
///
/// Only whole seconds count ([SPEC.md § 1.1]).
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
/// use hardtack::Clock;
///
/// let standing = Clock::from(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
/// let real = Clock::system();
/// let late = Clock::from_fn(|| SystemTime::now() - Duration::from_secs(5));
/// ```
///
/// [SPEC.md § 1.1]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#1-notation-and-constants
#[derive(Clone)]
pub struct Clock(Reading);

#[derive(Clone)]
enum Reading {
    Fixed(SystemTime),
    Function(fn() -> SystemTime),
    Closure(Arc<dyn Fn() -> SystemTime + Send + Sync>),
}

impl Clock {
    /// Returns the system's clock. On `wasm32-unknown-unknown`, where `SystemTime::now()` panics, this is JavaScript's
    /// clock with feature `wasm_js`; without this feature, the function does not exist there.
    #[cfg(any(
        feature = "wasm_js",
        not(all(target_family = "wasm", target_os = "unknown"))
    ))]
    #[must_use]
    pub fn system() -> Clock {
        #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
        let now = SystemTime::now;
        #[cfg(all(target_family = "wasm", target_os = "unknown"))]
        let now = || {
            let milliseconds = js_sys::Date::now();
            std::time::UNIX_EPOCH + std::time::Duration::from_millis(milliseconds as u64)
        };
        Clock(Reading::Function(now))
    }

    /// Creates a clock that calls `now`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use hardtack::Clock;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let start = SystemTime::now();
    /// let clock = Clock::from_fn(move || start + Duration::from_secs(3600));
    /// let session = cookie.load(None::<&str>, clock);
    /// # assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Clock {
        Clock(Reading::Closure(Arc::new(now)))
    }

    /// Returns the time that the clock shows.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::Clock;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let start = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// assert_eq!(Clock::from(start).now(), start);
    /// ```
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Reading::Fixed(time) => *time,
            Reading::Function(now) => now(),
            Reading::Closure(now) => now(),
        }
    }

    pub(crate) fn seconds(&self) -> UnixSeconds {
        unix_seconds(self.now())
    }
}

#[cfg(all(
    feature = "tower",
    not(feature = "wasm_js"),
    target_family = "wasm",
    target_os = "unknown"
))]
compile_error!("`SessionLayer` needs a clock; enable feature `wasm_js` of hardtack");

/// Returns the time of [`Clock::system`], or 0 where this clock does not exist.
pub(crate) fn system_now() -> UnixSeconds {
    #[cfg(any(
        feature = "wasm_js",
        not(all(target_family = "wasm", target_os = "unknown"))
    ))]
    return Clock::system().seconds();
    #[cfg(all(
        not(feature = "wasm_js"),
        target_family = "wasm",
        target_os = "unknown"
    ))]
    0
}

impl From<SystemTime> for Clock {
    fn from(time: SystemTime) -> Self {
        Clock(Reading::Fixed(time))
    }
}

impl From<fn() -> SystemTime> for Clock {
    fn from(now: fn() -> SystemTime) -> Self {
        Clock(Reading::Function(now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reading::Fixed(time) => f.debug_tuple("Clock").field(time).finish(),
            _ => f.write_str("Clock(..)"),
        }
    }
}
