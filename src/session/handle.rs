use std::{fmt, sync::Arc, time::SystemTime};

use super::{id::SessionId, lock::Shared, outcome::Outcome};
use crate::{
    base::time::system_time,
    crypto::random,
    state::{Map, Payload, SessionError, SizeReport},
};

/// A visitor's session during one request. A cheap clone; all clones are one.
///
/// Nothing is read or verified before the first call of any method. Every method takes `&self`, so one
/// handle works in a handler, a nested middleware and a template. Nothing has to be saved by hand.
///
/// A session is a dictionary, or holds one value of a type ([`SessionData`](crate::SessionData)); both
/// kinds have methods of their own.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// session.insert("language", "sv")?;
/// assert_eq!(session.get::<String>("language")?.as_deref(), Some("sv"));
/// assert!(session.is_new());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Every change can fail with one of these. The session is then as it was.
///
/// - [`TooLarge`](SessionError::TooLarge): it would not fit the cookie any more (docs/spec/writer.md § 9.6).
/// - [`AfterHead`](SessionError::AfterHead): the head of the response is on its way, so nothing can be
///   saved any more.
/// - [`NoContext`](SessionError::NoContext): the request belongs to none of the contexts that the layer tells apart.
/// - [`InsideUpdate`](SessionError::InsideUpdate): it is made inside an `update` of the same session.
/// - [`UnreadablePayload`](SessionError::UnreadablePayload): what the visitor brought is of a version
///   that is not known here, and is not overwritten (SPEC.md § 7.9).
///
/// # Panics
///
/// Methods that give no `Result` panic when they are called on a session from inside its own `update`.
pub struct Session<T = Map> {
    pub(super) shared: Arc<Shared<T>>,
}

impl<T: Payload> Session<T> {
    /// The session's id, if it has one. Looking makes none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.id(), None);
    /// let id = session.ensure_id()?;
    /// assert_eq!(session.id(), Some(id));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<SessionId> {
        self.see(|state| state.sid()).map(SessionId)
    }

    /// The session's id, which is made if there was none. It stays the same until the session is
    /// renewed or ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let id = session.ensure_id()?;
    /// // What the browser sends back, with the next request.
    /// let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    /// assert_eq!(session.ensure_id()?, id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors), and a failing random generator.
    pub fn ensure_id(&self) -> Result<SessionId, SessionError> {
        self.change(|state| state.ensure_id(random::from_system))
            .map(SessionId)
    }

    /// The session exists in this request only: the request brought none that opened, or it was
    /// invalidated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("language", "sv")?;
    /// assert!(session.is_new());
    ///
    /// let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    /// assert!(!session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.see(|state| state.is_new())
    }

    /// The session outlives the browser's (SPEC.md § 8.2): it was [remembered](Session::remember_for).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(!session.is_persistent());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.see(|state| state.is_persistent())
    }

    /// What came of reading the session. For logs and metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::{Outcome, Reason};
    ///
    /// assert_eq!(session.outcome(), Outcome::Absent);
    ///
    /// let session = cookie.load(["__Host-session=forged"], SystemTime::now());
    /// let reason = Reason::Encoding;
    /// assert_eq!(session.outcome(), Outcome::Rejected { reason, key_id: None });
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.enter(|entered| entered.outcome)
    }

    /// When the session began, or was renewed. `None`: it has not been sent yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// let session = cookie.load(cookie.save(&session)?, now + 10 * minute);
    /// assert_eq!(session.created_at(), Some(now));
    ///
    /// // A payment asks for the password again, five minutes after the sign-in.
    /// let is_recent = session.created_at().is_some_and(|at| now + 10 * minute < at + 5 * minute);
    /// assert!(!is_recent);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn created_at(&self) -> Option<SystemTime> {
        self.see(|state| state.created_at()).map(system_time)
    }

    /// The last activity that was written, as it was read. `None`: the session has not been sent yet.
    ///
    /// Reading alone is written only when a refresh is due
    /// ([`refresh_after`](crate::SessionCookieBuilder::refresh_after)).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// let session = cookie.load(cookie.save(&session)?, now + 10 * minute);
    /// assert_eq!(session.last_active_at(), Some(now));
    ///
    /// session.insert("visits", 2)?;
    /// let session = cookie.load(cookie.save(&session)?, now + 15 * minute);
    /// assert_eq!(session.last_active_at(), Some(now + 10 * minute));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn last_active_at(&self) -> Option<SystemTime> {
        self.see(|state| state.last_active_at()).map(system_time)
    }

    /// The earlier of the absolute and the idle deadline, as things stand. `None`: the session has not
    /// been sent yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// let session = cookie.load(cookie.save(&session)?, now + 10 * minute);
    /// assert_eq!(session.expires_at(), Some(now + 30 * minute)); // the default idle timeout
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.see(|state| state.expires_at()).map(system_time)
    }

    /// Whether the session that arrived would still open now: asks the clock, the key ring, `not_before` and
    /// [`revoked_if`](crate::SessionCookieBuilder::revoked_if) again. For what outlives its request, such
    /// as a WebSocket or a streaming body. `true` for a session that is new.
    ///
    /// A key that is dropped from its [`SharedKeyRing`](crate::SharedKeyRing), or retires, ends every session that
    /// arrived under it. If the browser has received the session under a newer key since, its next request opens.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// # let fields = cookie.save(&session)?;
    /// let session = cookie.load(&fields, Clock::system());
    /// assert!(session.is_alive());
    /// cookie.raise_not_before(SystemTime::now() + Duration::from_secs(60));
    /// assert!(!session.is_alive());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.enter(|entered| {
            let now = entered.clock.now();
            entered
                .sealer
                .is_alive(&entered.state, entered.outcome, now)
        })
    }

    /// Bytes that the content may still grow by (docs/spec/writer.md § 9.6). At the start 2,171, with every setting
    /// by default.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_171); // of a default cookie
    /// session.insert("user", 42)?;
    /// assert_eq!(session.remaining_bytes(), 2_164);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn remaining_bytes(&self) -> usize {
        self.see(|state| state.remaining_bytes())
    }

    /// What each key, flash and the frame cost.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let report = session.size_report();
    /// assert_eq!(report.entries().next(), Some(("user", 6)));
    /// assert!(report.fits(report.allowed()));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn size_report(&self) -> SizeReport {
        self.see(|state| state.size_report())
    }
}

impl<T> Session<T> {
    /// Returns `true` if any other method of the session was called in this request. Does not read the session.
    ///
    /// For code that writes the fields of a response itself: the response depends on the request's cookie exactly
    /// when this is `true`, and needs `Vary: Cookie` then. `SessionLayer` and `save_to` add it themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let session = cookie.load(["theme=dark"], Clock::system());
    /// assert!(!session.is_touched());
    /// assert!(!session.contains("user"));
    /// assert!(session.is_touched());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.is_used()
    }
}

impl<T> Clone for Session<T> {
    fn clone(&self) -> Self {
        Session {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// Shows nothing of the content, and does not touch the session.
impl<T> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(..)")
    }
}
