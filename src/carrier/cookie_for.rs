use std::{fmt, time::SystemTime};

use super::cookie::SessionCookie;
use crate::{
    base::opaque_error,
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
    /// Returns the errors of `fill` and of [`save`](Self::save), and one if the session is empty.
    pub fn cookie_for(
        &self,
        now: SystemTime,
        fill: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
    ) -> Result<String, CookieForError> {
        let session = self.load(None::<&str>, now);
        fill(&session).map_err(NoCookie::Session)?;
        let fields = self.save(&session).map_err(NoCookie::Save)?;
        let pairs: Vec<_> = fields.pairs().collect();
        if pairs.is_empty() {
            return Err(NoCookie::Empty.into());
        }
        Ok(pairs.join("; "))
    }
}

/// An error from [`cookie_for`](crate::SessionCookie::cookie_for): the session could not be filled or saved, or is empty.
pub struct CookieForError(NoCookie);

opaque_error!(CookieForError(NoCookie));

/// Reason why there is no cookie.
enum NoCookie {
    /// The session could not be filled.
    Session(SessionError),
    /// The session could not be saved.
    Save(SaveError),
    /// The session is empty.
    Empty,
}

impl fmt::Display for NoCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoCookie::Session(error) => error.fmt(f),
            NoCookie::Save(error) => error.fmt(f),
            NoCookie::Empty => f.write_str("an empty session has no cookie; store a value first"),
        }
    }
}

impl std::error::Error for CookieForError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            NoCookie::Session(error) => error.source(),
            NoCookie::Save(error) => error.source(),
            NoCookie::Empty => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::{crypto::random::RandomError, session::SaveProblem};

    #[test]
    fn the_error_of_the_operating_system_is_the_source() {
        let error = RandomError::UNSUPPORTED;
        let expected = error.source().map(ToString::to_string);
        assert!(expected.is_some());
        for error in [
            NoCookie::Session(RandomError::UNSUPPORTED.into()),
            NoCookie::Save(SaveProblem::Random(RandomError::UNSUPPORTED).into()),
        ] {
            let error = CookieForError(error);
            assert_eq!(error.source().map(ToString::to_string), expected);
        }
    }
}
