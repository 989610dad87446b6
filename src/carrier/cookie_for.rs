use std::{fmt, time::SystemTime};

use super::cookie::SessionCookie;
use crate::{
    base::debug_by_display,
    session::{SaveError, Session},
    state::{Payload, SessionError},
};

impl<T: Payload> SessionCookie<T> {
    /// Returns the `Cookie` field of a visitor whose session `fill` has filled at `now`, so that the tests of an
    /// application need not sign in first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let now = SystemTime::now();
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert!(field.starts_with("__Host-session="));
    /// assert_eq!(cookie.load([field], now).get("user")?, Some(42));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of `fill` and of [`save`](Self::save), and [`CookieForError::Empty`] if the session is empty.
    pub fn cookie_for(
        &self,
        now: SystemTime,
        fill: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
    ) -> Result<String, CookieForError> {
        let session = self.load(None::<&str>, now);
        fill(&session).map_err(CookieForError::Session)?;
        let fields = self.save(&session).map_err(CookieForError::Save)?;
        let pairs: Vec<_> = fields.pairs().collect();
        if pairs.is_empty() {
            return Err(CookieForError::Empty);
        }
        Ok(pairs.join("; "))
    }
}

/// An error from [`cookie_for`](crate::SessionCookie::cookie_for).
#[non_exhaustive]
pub enum CookieForError {
    /// The session could not be filled.
    Session(SessionError),
    /// The session could not be saved.
    Save(SaveError),
    /// The session is empty.
    Empty,
}

debug_by_display!(CookieForError);

impl fmt::Display for CookieForError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CookieForError::Session(error) => error.fmt(f),
            CookieForError::Save(error) => error.fmt(f),
            CookieForError::Empty => {
                f.write_str("an empty session has no cookie; store a value first")
            }
        }
    }
}

impl std::error::Error for CookieForError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CookieForError::Session(error) => error.source(),
            CookieForError::Save(error) => error.source(),
            CookieForError::Empty => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::crypto::random::RandomError;

    #[test]
    fn the_error_of_the_operating_system_is_the_source() {
        let error = RandomError::UNSUPPORTED;
        let expected = error.source().map(ToString::to_string);
        assert!(expected.is_some());
        for error in [
            CookieForError::Session(RandomError::UNSUPPORTED.into()),
            CookieForError::Save(RandomError::UNSUPPORTED.into()),
        ] {
            assert_eq!(error.source().map(ToString::to_string), expected);
        }
    }
}
