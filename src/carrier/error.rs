use std::fmt;

use crate::{base::debug::debug_by_display, session::SaveError, state::SessionError};

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
