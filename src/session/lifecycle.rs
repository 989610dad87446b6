//! What is done with a session as a whole.

use super::{handle::Session, id::SessionId};
use crate::{
    crypto::random,
    state::{Payload, SessionError},
};

impl<T: Payload> Session<T> {
    /// For a completed sign-in: a new id, and the absolute timeout runs from now (docs/spec/writer.md § 8.7). Data
    /// is kept. An end that [`limit_to`](Self::limit_to) set in an earlier request is lifted.
    ///
    /// What another visitor of the same browser left in it is kept as well, and so is until when it is
    /// remembered: where that may be, call [`invalidate`](Self::invalidate) first.
    ///
    /// Whoever planted the session before the sign-in does not share it after. Its earlier token still
    /// opens until its own deadline, as it was before the sign-in.
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
    /// Those of [every change](Session#errors), and a failing random generator.
    pub fn renew(&self) -> Result<(), SessionError> {
        let sid = random::from_system()?;
        self.change(|state| state.renew(sid))
    }

    /// For every other change of privilege: a new id. Data and dates are kept.
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
    /// Those of [every change](Session#errors), and a failing random generator.
    pub fn renew_id(&self) -> Result<(), SessionError> {
        let sid = random::from_system()?;
        self.change(|state| state.renew_id(sid))
    }

    /// Drops the data and the id, and keeps the dates. If nothing is put in again, the browser is told
    /// to drop the cookie.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let (now, minute) = (UNIX_EPOCH + Duration::from_secs(1_800_000_000), Duration::from_secs(60));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// session.insert("cart", [7, 9])?;
    /// let session = cookie.load(cookie.save(&session)?, now + minute);
    /// session.clear()?;
    /// assert!(session.is_empty());
    /// assert_eq!(session.created_at(), Some(now));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors).
    pub fn clear(&self) -> Result<(), SessionError> {
        self.change(|state| state.clear())
    }

    /// For signing out: drops everything and tells the browser to drop the cookie. Leaves a new, empty
    /// session, which can be used. Returns the id that has ended, for a deny list.
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
    /// [`AfterHead`](SessionError::AfterHead) and [`InsideUpdate`](SessionError::InsideUpdate).
    ///
    /// # Security
    ///
    /// A copy of the cookie that somebody took earlier opens until its own deadline.
    pub fn invalidate(&self) -> Result<Option<SessionId>, SessionError> {
        self.change(|state| Ok(state.invalidate().map(SessionId)))
    }

    /// Nothing that was changed in this request is saved, unless [`save`](Self::save) is called later.
    /// A session that was invalidated is ended all the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("draft", "Dear")?;
    /// session.discard()?;
    /// assert!(cookie.save(&session)?.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AfterHead`](SessionError::AfterHead) and [`InsideUpdate`](SessionError::InsideUpdate).
    pub fn discard(&self) -> Result<(), SessionError> {
        self.change(|state| {
            state.discard();
            Ok(())
        })
    }

    /// The session is written with this response, whether it changed or not and whatever the status.
    ///
    /// Changes are seen and saved without it. A new session that is empty is not written even so.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// # let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    /// session.save()?; // not one byte has changed
    /// assert_eq!(cookie.save(&session)?.iter().count(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors).
    #[doc(alias = "changed")]
    pub fn save(&self) -> Result<(), SessionError> {
        self.change(|state| state.save())
    }
}
