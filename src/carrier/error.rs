use std::fmt;

use crate::{session::SaveError, state::SessionError};

/// The error of [`cookie_for`](crate::SessionCookie::cookie_for).
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, carrier::CookieForError};
/// use std::time::SystemTime;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let error = cookie.cookie_for(SystemTime::now(), |_| Ok(()));
/// assert!(matches!(error, Err(CookieForError::Empty)));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CookieForError {
    /// The session could not be filled.
    Session(SessionError),
    /// The session could not be saved.
    Save(SaveError),
    /// The session is empty.
    Empty,
}

impl fmt::Display for CookieForError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CookieForError::Session(error) => error.fmt(f),
            CookieForError::Save(error) => error.fmt(f),
            CookieForError::Empty => {
                f.write_str("an empty session has no cookie, put something in")
            }
        }
    }
}

impl std::error::Error for CookieForError {}
