use std::{fmt, sync::Arc, time::SystemTime};

use super::{
    carrier_core::CarrierCore,
    id::SessionId,
    lock::{Arrival, Held, SessionLock},
    outcome::Outcome,
};
use crate::{
    base::{clone_by_fields, time::system_time},
    state::{Map, Metadata, Payload, SessionError, SizeReport, State},
};

/// A visitor's session during one request. Cloning is cheap, and all clones are the same session.
///
/// The session is read and verified when a method first needs it. Without such a call, it is read before the handler if
/// the layer is [`eager`](crate::SessionLayer::eager), and at the end of the request if, for example, every request
/// counts ([`EveryRequest`](crate::RefreshAfter::EveryRequest)) or a task still holds a handle. Every method
/// takes `&self`, so clones work in a handler, a nested middleware and a template. Changes are saved with the response,
/// unless its status is 408 or, by default, a 5xx ([more][responses]).
///
/// A session is a dictionary, or holds one value of a type ([`SessionData`](crate::SessionData)). Each kind has
/// additional methods. The [guide](crate::guide#who-is-signed-in) has extractors for signed-in users and for admins.
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
/// # Beginning and ending
///
/// | When | Call | Content | Id | Absolute timeout restarts |
/// |---|---|---|---|---|
/// | credentials were checked | [`sign_in`](Self::sign_in) | dropped | new | yes |
/// | the password was asked for once more | [`renew`](Self::renew) | kept | new | yes, but the end that `remember_for` set stays |
/// | other rights have changed | [`renew_id`](Self::renew_id) | kept | new | no |
/// | a visitor starts over | [`clear`](Self::clear) | dropped | none | no |
/// | a sign-out | [`invalidate`](Self::invalidate) | dropped | none | yes |
/// | a request that polls | [`discard`](Self::discard) | as it arrived | as it arrived | no |
///
/// # Errors
///
/// A change can fail with one of these errors, which leaves the session as it was.
///
/// - [`TooLarge`](SessionError::TooLarge): the session would no longer fit its cookie ([docs/spec/writer.md § 9.6]). If
///   a handler of axum or actix-web returns it, the response is a 413 and not a 500.
/// - [`AfterHead`](SessionError::AfterHead): the head of the response has been made, or the request has ended without
///   one, so nothing more can be saved.
/// - [`NoContext`](SessionError::NoContext): the request belongs to no context that the layer knows.
/// - [`InsideUpdate`](SessionError::InsideUpdate): the change is made inside an `update` of the same session.
/// - [`Unreadable`](SessionError::Unreadable): the visitor's session has an unknown schema version or cannot be
///   decoded, or with [`keep_unknown_keys`](crate::carrier::SessionBuilder::keep_unknown_keys) has an unknown key, and
///   is not overwritten ([SPEC.md § 7.9]). Returned by a handler, it is answered with 503 and `Retry-After`.
/// - [`Unvalidated`](SessionError::Unvalidated): the application has not said that the session is still valid.
/// - [`Stale`](SessionError::Stale): the session's companion does not admit the session in this request.
///
/// These last three errors never come from [`sign_in`](Self::sign_in), [`renew`](Self::renew),
/// [`invalidate`](Self::invalidate) and [`discard`](Self::discard).
///
/// # Panics
///
/// Inside an `update` of the same session, `verify_csrf` and the methods that return no `Result` panic, except
/// [`is_touched`](Self::is_touched) and [`has_changed`](Self::has_changed).
///
/// [docs/spec/writer.md § 9.6]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#96-room
/// [SPEC.md § 7.9]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
/// [responses]: https://github.com/hardtack-rs/hardtack/blob/main/docs/limits.md#fields-of-a-response
pub struct Session<T = Map> {
    pub(super) lock: Arc<SessionLock<T>>,
}

impl<T: Payload> Session<T> {
    /// Returns the session's id, if it has one. Does not create one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.id(), None);
    /// session.sign_in()?;
    /// assert!(session.id().is_some());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<SessionId> {
        self.access().state().draft_metadata().sid.map(SessionId)
    }

    /// Returns the session's id, and creates one if it has no id yet. The id stays the same until the session ends or
    /// one of [these calls](Session#beginning-and-ending) changes it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let id = session.ensure_id()?;
    /// assert_eq!(session.id(), Some(id));
    /// assert_eq!(session.ensure_id()?, id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`InsideUpdate`](SessionError::InsideUpdate) or, if an id has to be made, any of the errors of [every
    /// change](Session#errors) or a failure of the random generator.
    pub fn ensure_id(&self) -> Result<SessionId, SessionError> {
        self.try_access()?.ensure_id().map(SessionId)
    }

    /// Returns `true` if the session did not come with this request: no session opened, the one that came is withheld,
    /// or it has ended in this request, by a call such as [`invalidate`](Self::invalidate) or by the answer to
    /// [`validate`](Self::validate).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(session.is_new());
    /// session.insert("user", 42)?;
    /// let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    /// assert!(!session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.access().state().is_new()
    }

    /// Returns `true` if the session outlives the browser's session. Either it was [remembered](Session::remember_for)
    /// and [`remember_up_to`](crate::carrier::SessionBuilder::remember_up_to) is set, or the cookie is
    /// [`persistent`](crate::carrier::SessionCookieBuilder::persistent).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).remember_up_to(60 * minute).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// assert!(!session.is_persistent());
    /// session.remember_for(30 * minute)?;
    /// assert!(session.is_persistent());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.access().state().is_persistent()
    }

    /// Returns the outcome of reading the session, for logs and metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::session::{Outcome, Reason};
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
        self.access().read().outcome()
    }

    /// Returns the time at which the session began or was renewed, or `None` if it is [new](Self::is_new).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// let session = cookie.load([field], now + 5 * minute);
    /// assert_eq!(session.created_at(), Some(now));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn created_at(&self) -> Option<SystemTime> {
        self.metadata().map(|known| system_time(known.issued))
    }

    /// Returns the time of the last activity that the session carried when it arrived, the time of `renew` if this
    /// request called it, or `None` if the session is [new](Self::is_new).
    ///
    /// The activity of a request that only reads the session is written only when a refresh is due
    /// ([`refresh_after`](crate::carrier::SessionCookieBuilder::refresh_after)).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// let session = cookie.load([field], now + 10 * minute);
    /// session.get::<u64>("user")?; // a page that only reads, and refreshes the session
    /// let session = cookie.load(cookie.save(&session)?, now + 12 * minute);
    /// assert_eq!(session.last_active_at(), Some(now + 10 * minute));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn last_active_at(&self) -> Option<SystemTime> {
        self.metadata()
            .map(|known| system_time(known.last_active()))
    }

    /// Returns the earlier of the absolute and the idle deadline, or `None` if the session is [new](Self::is_new).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// let session = cookie.load([field], now + minute);
    /// assert_eq!(session.expires_at(), Some(now + 30 * minute)); // the default idle timeout
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "expire")]
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.access().state().expires_at().map(system_time)
    }

    /// Returns the number of bytes by which the content may still grow ([docs/spec/writer.md § 9.6]). With default
    /// settings, an empty dictionary that is encrypted has room for 2,171 bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_171);
    /// session.insert("note", "x".repeat(1_000))?;
    /// assert!(session.remaining_bytes() < 1_171);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [docs/spec/writer.md § 9.6]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#96-room
    #[must_use]
    pub fn remaining_bytes(&self) -> usize {
        self.access().state().remaining_bytes()
    }

    /// Reports the bytes that each key, the flash messages and the rest of the cookie take.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("note", "x".repeat(1_000))?;
    /// println!("{}", session.size_report());
    /// # assert!(session.size_report().to_string().contains("note"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn size_report(&self) -> SizeReport {
        self.access().state().size_report()
    }

    /// Reads the session without touching it.
    #[cfg(feature = "tower")]
    pub(crate) fn read_ahead(&self) {
        // An error means that this thread is inside an `update` of the session, which has read it.
        let _ = self.lock.hold().map(|mut held| _ = held.read());
    }

    /// Hands the session to `change`, if it may be changed.
    pub(super) fn change<R>(
        &self,
        change: impl FnOnce(&mut State<T>) -> Result<R, SessionError>,
    ) -> Result<R, SessionError> {
        self.try_access()?.change_any(|state| {
            state.check_writable()?;
            change(state)
        })
    }

    fn metadata(&self) -> Option<Metadata> {
        self.access().state().metadata().copied()
    }
}

impl<T> Session<T> {
    /// Returns `true` if any other method of the session was called in this request, except for
    /// [`has_changed`](Self::has_changed) and a [`validate`](Self::validate) that had nothing to ask. At the end of the
    /// request, a layer also counts a handle that a body, a task or an extension still holds, and
    /// [`EveryRequest`](crate::RefreshAfter::EveryRequest) counts the request itself. Does not read the
    /// session.
    ///
    /// This is for code that calls `save` and then writes the headers of a response itself. The response depends on the
    /// request's cookie (or token) exactly if this is `true`, and then needs `Vary: Cookie` (or the token's header).
    /// `SessionLayer` and `save_to` add it themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(!session.is_touched());
    /// session.get::<String>("language")?;
    /// assert!(session.is_touched());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_touched(&self) -> bool {
        // An error means that this thread is inside an `update` of the session.
        self.lock
            .hold()
            .map_or(true, |held| held.contents.is_touched)
    }

    /// Returns `true` if this request has changed the session, or taken it over from another cookie, so that a
    /// successful response stores it or, if it has ended, drops it. Neither [`save`](Session::save) nor a change that
    /// [`discard`](Session::discard) drops counts. Does not read the session.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("language", "sv")?;
    /// assert!(session.has_changed());
    /// session.remove("language")?;
    /// assert!(!session.has_changed());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_changed(&self) -> bool {
        // An error means that this thread is inside an `update` of the session.
        self.lock.hold().is_ok_and(|held| {
            let loaded = held.contents.loaded.as_ref();
            loaded.is_some_and(|loaded| loaded.state.is_to_write())
        })
    }

    pub(crate) fn new(core: Arc<CarrierCore>, arrival: Arrival) -> Session<T> {
        Session {
            lock: Arc::new(SessionLock::new(core, arrival)),
        }
    }

    /// Returns the name of the session's purpose, for events.
    #[cfg(feature = "tower")]
    pub(crate) fn purpose(&self) -> &str {
        self.lock.core.slot.purpose.name()
    }

    /// Takes the lock for the application, which touches the session by that.
    ///
    /// # Panics
    ///
    /// Panics inside an `update` of the same session.
    pub(crate) fn access(&self) -> Held<'_, T> {
        self.try_access().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Takes the lock for the application, which touches the session by that. The error is [`SessionError::InsideUpdate`].
    #[inline]
    pub(super) fn try_access(&self) -> Result<Held<'_, T>, SessionError> {
        let mut held = self.lock.hold()?;
        held.contents.is_touched = true;
        Ok(held)
    }
}

clone_by_fields!(Session<T> { lock });

/// Shows nothing of the content, and does not touch the session.
impl<T> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(..)")
    }
}
