use std::{fmt, sync::Arc, time::SystemTime};

use super::{SessionId, shared::Shared};
use crate::{
    body::{Map, Payload, State},
    error::{Outcome, SessionError},
    seal::random,
    time::system_time,
};

/// A visitor's session during one request. A cheap clone; all clones are one.
///
/// Nothing is read or verified before the first call of any method. Every method takes `&self`, so one
/// handle works in a handler, a nested middleware and a template.
///
/// Methods that change the session give a `Result`: [`TooLarge`](SessionError::TooLarge) where the
/// change would not fit the cookie, and [`AfterHead`](SessionError::AfterHead) once the head of the
/// response is on its way. After an error the session is as it was. Nothing has to be saved by hand.
///
/// # Panics
///
/// Methods that give no `Result` panic when they are called on a session from inside its own `update`.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], SystemTime::now());
/// session.insert("language", "sv")?;
/// assert_eq!(session.get::<String>("language")?.as_deref(), Some("sv"));
/// assert!(session.is_new());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Session<T = Map> {
    pub(super) shared: Arc<Shared<T>>,
}

impl<T: Payload> Session<T> {
    /// The session's id, if it has one. Looking makes none.
    #[must_use]
    pub fn id(&self) -> Option<SessionId> {
        self.see(|state| state.sid()).map(SessionId)
    }

    /// The session's id, which is made if there was none. It stays the same until the session is
    /// renewed or ended.
    ///
    /// # Errors
    ///
    /// Those of every change, and a failing random generator.
    pub fn ensure_id(&self) -> Result<SessionId, SessionError> {
        self.change(|state| state.ensure_id(random::from_system))
            .map(SessionId)
    }

    /// The session exists in this request only: the request brought none that opened, or it was
    /// invalidated.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.see(State::is_new)
    }

    /// The session outlives the browser's.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.see(State::is_persistent)
    }

    /// What came of reading the session. For logs and metrics.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.enter(|touched, _| touched.outcome)
    }

    /// When the session began, or was renewed. `None`: it has not been sent yet.
    #[must_use]
    pub fn created_at(&self) -> Option<SystemTime> {
        self.see(State::created_at).map(system_time)
    }

    /// The last activity that was written, as it was read. `None`: the session has not been sent yet.
    #[must_use]
    pub fn last_active_at(&self) -> Option<SystemTime> {
        self.see(State::last_active_at).map(system_time)
    }

    /// The earlier of the absolute and the idle deadline, as things stand. `None`: the session has not
    /// been sent yet.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.see(State::expires_at).map(system_time)
    }

    /// Bytes that the content may still grow by.
    #[must_use]
    pub fn remaining_bytes(&self) -> usize {
        self.see(State::remaining_bytes)
    }

    /// For a completed sign-in: a new id, and the absolute timeout runs from now. Data is kept.
    ///
    /// Whoever planted the session before the sign-in does not share it after. Its earlier token still
    /// opens until its own deadline, as it was before the sign-in.
    ///
    /// # Errors
    ///
    /// Those of every change, and a failing random generator.
    pub fn renew(&self) -> Result<(), SessionError> {
        let sid = random::from_system()?;
        self.change(|state| state.renew(sid))
    }

    /// For every other change of privilege: a new id. Data and dates are kept.
    ///
    /// # Errors
    ///
    /// Those of every change, and a failing random generator.
    pub fn renew_id(&self) -> Result<(), SessionError> {
        let sid = random::from_system()?;
        self.change(|state| state.renew_id(sid))
    }

    /// Drops the data and the id, and keeps the dates. If nothing is put in again, the browser is told
    /// to drop the cookie.
    ///
    /// # Errors
    ///
    /// Those of every change.
    pub fn clear(&self) -> Result<(), SessionError> {
        self.change(State::clear)
    }

    /// For signing out: drops everything and tells the browser to drop the cookie. Leaves a new, empty
    /// session, which can be used. Returns the id that has ended, for a deny list.
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
    /// Changes are seen and saved without it.
    ///
    /// # Errors
    ///
    /// Those of every change.
    #[doc(alias = "changed")]
    pub fn save(&self) -> Result<(), SessionError> {
        self.change(State::save)
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
