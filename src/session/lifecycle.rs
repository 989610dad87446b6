//! Changes of a session as a whole, and of its lifetime. `state/actions.rs` has their effects. Durations are in whole
//! seconds.

use std::time::{Duration, SystemTime};

use super::{handle::Session, id::SessionId};
use crate::{
    base::system_time,
    state::{Payload, SessionError},
};

impl<T: Payload> Session<T> {
    /// Begins the session of a visitor who has just signed in, with a new id and nothing from before. Data, flash
    /// messages, a [limit](Self::limit_to) and [remembering](Self::remember_for) are dropped. To keep what the same
    /// visitor left before the sign-in, such as a cart, read it before this call and insert it afterwards.
    ///
    /// Returns the id of the session that has ended, for a deny list, as [`invalidate`](Self::invalidate) does. An
    /// attacker who planted the session does not share it afterwards. The call also works if other changes fail with
    /// `Unreadable`, `Unvalidated` or `Stale`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let cart: Option<Vec<u64>> = session.get("cart")?;
    /// session.sign_in()?; // after the password was checked
    /// session.insert("user", 42)?;
    /// if let Some(cart) = cart {
    ///     session.insert("cart", cart)?;
    /// }
    /// assert_eq!(session.keys(), ["user"]);
    /// assert!(session.id().is_some());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`invalidate`](Self::invalidate), or a failure of the random generator.
    #[doc(alias("login", "cycle_id"))]
    pub fn sign_in(&self) -> Result<Option<SessionId>, SessionError> {
        self.try_access()?
            .change_any(|state| Ok(state.sign_in()?.map(SessionId)))
    }

    /// Renews the session of a visitor who gets more rights, for example after the password was asked for again. The
    /// session gets a new id, and its absolute timeout starts again ([docs/spec/writer.md § 8.7]). Data and flash
    /// messages are kept, and so is the time until which the session is [remembered](Self::remember_for). An end that
    /// [`limit_to`](Self::limit_to) set in an earlier request is lifted. Nothing is kept of a session that is
    /// `Unreadable`, `Unvalidated` or `Stale`.
    ///
    /// For a sign-in, which may be by another visitor with the same browser, call [`sign_in`](Self::sign_in).
    ///
    /// The earlier token still opens, with its earlier content, for as long as a copy [can be
    /// used](Self::invalidate).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let planted = session.ensure_id()?;
    /// session.insert("user", 42)?;
    /// session.renew()?;
    /// assert_ne!(session.id(), Some(planted));
    /// assert_eq!(session.get("user")?, Some(42));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`sign_in`](Self::sign_in), and [`TooLarge`](SessionError::TooLarge) if the session
    /// arrived larger than may be sent and does not fit with a new id.
    ///
    /// [docs/spec/writer.md § 8.7]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#8-what-is-written
    #[doc(alias = "regenerate")]
    pub fn renew(&self) -> Result<(), SessionError> {
        self.try_access()?.change_any(|state| state.renew())
    }

    /// Gives the session a new id, for changes of privilege other than a sign-in. The data, the absolute timeout and
    /// other ends are kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// let before = session.ensure_id()?;
    /// let session = cookie.load(cookie.save(&session)?, now + minute);
    /// session.insert("role", "admin")?;
    /// session.renew_id()?;
    /// assert_ne!(session.id(), Some(before));
    /// assert_eq!(session.created_at(), Some(now));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), or a failure of the random generator.
    #[doc(alias("cycle_id", "regenerate_id"))]
    pub fn renew_id(&self) -> Result<(), SessionError> {
        self.change(|state| state.renew_id().map(drop))
    }

    /// Drops the data, the flash messages and the id, and keeps the absolute timeout and other ends. If nothing is
    /// stored afterwards, the response makes the browser drop the cookie, unless its status is 408 or
    /// [`discard`](Self::discard) is called.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("cart", [7, 8])?;
    /// session.clear()?;
    /// assert!(session.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    pub fn clear(&self) -> Result<(), SessionError> {
        self.change(|state| {
            state.clear();
            Ok(())
        })
    }

    /// Ends the session for a sign-out. Drops everything, and makes the browser drop the cookie, unless something is
    /// stored afterwards or the status of the response is 408.
    ///
    /// The handle then holds a new, empty session, which can be used. Returns the id of the session that has ended, for
    /// a deny list. It is `None` if no session with an id opened, if the session is [`Stale`](SessionError::Stale), and
    /// for a later call in the same request.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let id = session.ensure_id()?;
    /// let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    ///
    /// assert_eq!(session.invalidate()?, Some(id));
    /// assert!(session.is_new());
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; Max-Age=0;")));
    /// # assert!(!fields.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`AfterHead`](SessionError::AfterHead), [`NoContext`](SessionError::NoContext) or
    /// [`InsideUpdate`](SessionError::InsideUpdate).
    ///
    /// # Security
    ///
    /// A copy of the cookie that was taken earlier can be used until the absolute timeout of the session, unless for
    /// example [`revoked_if`](crate::carrier::SessionBuilder::revoked_if),
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after) or `not_before` ends it.
    #[doc(alias(
        "destroy",
        "flush",
        "purge",
        "logout",
        "delete",
        "sign out",
        "delete cookie"
    ))]
    pub fn invalidate(&self) -> Result<Option<SessionId>, SessionError> {
        self.try_access()?
            .change_any(|state| Ok(state.invalidate().map(SessionId)))
    }

    /// Discards the changes of this request, also later ones, unless [`save`](Self::save) is called later. Later calls
    /// in this request still read them. Nothing is refreshed either, so the request does not count as activity. A
    /// session that `invalidate` or `sign_in` has ended still ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// session.discard()?;
    /// assert!(cookie.save(&session)?.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`invalidate`](Self::invalidate).
    pub fn discard(&self) -> Result<(), SessionError> {
        self.try_access()?.change_any(|state| {
            state.discard();
            Ok(())
        })
    }

    /// Writes the session with this response even if it did not change, and with any status but 408.
    ///
    /// Changes are saved without this call, but by default not with a 5xx status, or if a handler returns a
    /// [`SessionError`]. This call does not write a session that is empty and not remembered, or one that has ended.
    /// Without a sign-in, it writes no new session if the browser
    /// [hides](crate::carrier::SessionCookieBuilder::same_site) its cookie in this request. It does not replace
    /// [another session in the response][one-session], and writes nothing if a new key ring or `not_before` refuses the
    /// session by then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    /// session.save()?; // the page only reads it, but counts as activity
    /// assert!(!cookie.save(&session)?.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    ///
    /// [one-session]: https://github.com/hardtack-rs/hardtack/blob/main/docs/limits.md#fields-of-a-response
    #[doc(alias = "changed")]
    pub fn save(&self) -> Result<(), SessionError> {
        self.change(|state| state.save())
    }

    /// Remembers the session for `duration` from now ("remember me"), so that it outlives the browser's session. From
    /// then on, its only idle timeout is
    /// [`remembered_idle_timeout`](crate::carrier::SessionBuilder::remembered_idle_timeout), if that is set.
    ///
    /// Returns the time at which the session ends at the latest. It is earlier than `duration` from now if
    /// [`remember_up_to`](crate::carrier::SessionBuilder::remember_up_to), which counts from the time of issue, or
    /// [`limit_to`](Self::limit_to) ends the session before. A later call replaces an earlier one. A fraction of a second
    /// of `duration` is cut off.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let (now, day) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(86_400));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).remember_up_to(30 * day).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// session.sign_in()?;
    /// assert_eq!(session.remember_for(7 * day)?, now + 7 * day);
    /// assert_eq!(session.remember_for(90 * day)?, now + 30 * day); // no more is allowed
    /// assert!(session.is_persistent());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), and [`NotRemembering`](SessionError::NotRemembering) if the
    /// cookie was built without `remember_up_to`.
    #[doc(alias = "remember me")]
    pub fn remember_for(&self, duration: Duration) -> Result<SystemTime, SessionError> {
        self.change(|state| state.remember_for(duration.as_secs()).map(system_time))
    }

    /// Undoes [`remember_for`](Self::remember_for), so that the session ends with the browser's session or by its
    /// timeouts. An end that [`limit_to`](Self::limit_to) set stays. With
    /// [`persistent`](crate::carrier::SessionCookieBuilder::persistent), the browser keeps the cookie all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).remember_up_to(60 * minute).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// session.remember_for(30 * minute)?;
    /// session.forget()?;
    /// assert!(!session.is_persistent());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    pub fn forget(&self) -> Result<(), SessionError> {
        self.change(|state| state.forget())
    }

    /// Ends the session at the latest `duration` from now, for example when an identity provider's token ends. A
    /// fraction of a second is cut off.
    ///
    /// The session cannot outlive its timeouts. After several calls, the earliest end counts. It is lifted only by
    /// [`sign_in`](Self::sign_in), [`invalidate`](Self::invalidate), or [`renew`](Self::renew) in a later request, so
    /// call this again after each of them. Copies of the session from before the call do not have this end.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, minute) = (SystemTime::now(), Duration::from_secs(60));
    /// # let session = cookie.load(None::<&str>, now);
    /// session.sign_in()?; // of an admin
    /// session.limit_to(15 * minute)?;
    /// let session = cookie.load(cookie.save(&session)?, now + 15 * minute);
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    #[doc(alias = "set_expiry")]
    pub fn limit_to(&self, duration: Duration) -> Result<(), SessionError> {
        self.change(|state| state.limit_to(duration.as_secs()))
    }

    /// Returns `true` if the session was issued or [renewed](Session::renew) less than `duration` ago, in whole
    /// seconds. If not, ask for the password again before an important action.
    ///
    /// Returns `false` for a [new](Self::is_new) session, unless this request called `sign_in` or `renew`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    ///
    /// assert!(!session.is_recent(Duration::from_secs(300)));
    /// session.renew()?;
    /// assert!(session.is_recent(Duration::from_secs(300)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "nothing is refused by this alone"]
    pub fn is_recent(&self, duration: Duration) -> bool {
        self.access().state().is_recent(duration.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::*;
    use crate::{EncryptionKey, SessionCookie, crypto::random::with_system};

    type Act = fn(&Session) -> Result<(), SessionError>;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    /// Asserts that a session with these contents stays as it was if the system has no bytes for an id.
    #[track_caller]
    fn check(fill: Act, acts: &[Act]) {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(key).build().unwrap();
        let field = cookie.cookie_for(now(), |session| {
            session.insert("user", 42)?;
            fill(session)
        });
        let field = field.unwrap();
        for act in acts {
            let session = cookie.load([&field], now());
            let id = session.id();
            let refused = with_system(None, || act(&session));
            assert!(matches!(refused, Err(SessionError::Random(_))));
            assert_eq!(session.id(), id);
            assert_eq!(session.get("user").unwrap(), Some(42));
            assert!(cookie.save(&session).unwrap().is_empty());
        }
    }

    #[test]
    fn without_random_bytes_nothing_is_ended_and_nothing_begins() {
        let new_id: [Act; 3] = [
            |session| session.sign_in().map(drop),
            |session| session.renew(),
            |session| session.renew_id().map(drop),
        ];
        check(|session| session.ensure_id().map(drop), &new_id);
        check(|_| Ok(()), &new_id);
        let first_id: [Act; 2] = [
            |session| session.ensure_id().map(drop),
            |session| session.csrf_token().map(drop),
        ];
        check(|_| Ok(()), &first_id);
    }

    #[test]
    fn without_random_bytes_a_refresh_is_left_out_and_its_response_goes_out() {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(key).build().unwrap();
        let field = cookie.cookie_for(now(), |session| session.insert("user", 42));
        let field = field.unwrap();
        let later = now() + Duration::from_secs(1_000);
        let saved = |system| {
            let session = cookie.load([&field], later);
            assert_eq!(session.get("user").unwrap(), Some(42));
            let save = || cookie.save(&session).unwrap();
            let fields = if system {
                save()
            } else {
                with_system(None, save)
            };
            fields.iter().count()
        };
        assert_eq!([true, false].map(saved), [1, 0]);
    }
}
