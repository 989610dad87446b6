//! How long sessions live.

use std::time::{Duration, SystemTime};

use super::SessionCookieBuilder;
use crate::state::{Payload, RefreshAfter};

impl<T: Payload> SessionCookieBuilder<T> {
    /// A session ends when its visitor was away for this long; `None`: it does not. Default: 30
    /// minutes. In whole seconds, from 1 second to the absolute timeout: a longer one is refused, since it
    /// would never be reached.
    ///
    /// Shortening it acts at once on every session that is out.
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
        self.settings.idle_timeout = Some(span.into());
        self
    }

    /// A session ends this long after it was issued, whatever its visitor does. Default: 12 hours. In
    /// whole seconds, from 1 second to 136 years.
    ///
    /// Shortening it acts at once on every session that is out.
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

    /// Allows [`remember_for`](crate::Session::remember_for), for at most this long after the session was
    /// issued. Default: not allowed. In whole seconds; browsers keep no cookie longer than 400 days.
    ///
    /// A remembered session outlives the browser's and has no idle timeout. Leaving this out later, or
    /// shortening it, acts at once on what is out.
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

    /// When the idle timeout is begun anew, which needs a `Set-Cookie`. Default: a quarter of the idle
    /// timeout; [`RefreshAfter::OnChange`] where there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{ConfigError, EncryptionKey, RefreshAfter, SessionCookie};
    /// use std::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(30 * minute)
    ///     .refresh_after(RefreshAfter::Span(20 * minute)) // an active visitor would be signed out
    ///     .build();
    /// assert!(matches!(cookie, Err(ConfigError::Lifetime(_))));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn refresh_after(mut self, refresh_after: RefreshAfter) -> Self {
        self.settings.refresh_after = Some(refresh_after);
        self
    }

    /// How far another instance's clock may be ahead: 0 to 300 seconds (SPEC.md § 8.4). Default: 60
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
    pub fn clock_skew(mut self, span: Duration) -> Self {
        self.settings.clock_skew = span;
        self
    }

    /// Refuses every session issued before `moment`: signs everybody out who signed in earlier (SPEC.md
    /// § 7.8). A moment within a second counts as the next one. Where the key ring has such a moment too,
    /// the later one counts. Default: none.
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
    /// use hardtack::{Outcome, Reason};
    ///
    /// let cookie = SessionCookie::encrypted(keys).not_before(now + minute).build()?;
    /// let session = cookie.load(&fields, now + 2 * minute);
    /// assert!(matches!(session.outcome(), Outcome::Rejected { reason: Reason::Revoked, .. }));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn not_before(mut self, moment: SystemTime) -> Self {
        self.settings.not_before = Some(moment);
        self
    }
}
