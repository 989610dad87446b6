use std::fmt;

use crate::{base::opaque_error, crypto::random::RandomError, state::SessionError};

/// An error from saving a session.
///
/// The operating system's random generator failed, the clock shows a time before 2026 or after 2162, or the program
/// saves a session where it cannot: with another carrier than the one that loaded it, inside its own `update`, in a jar of
/// cookies that has no room for it, or by `save_to` of bare tokens. [`cookie_for`](crate::SessionCookie::cookie_for) also returns the error of
/// the function that fills the session, and one for an empty session.
#[derive(Clone)]
pub struct SaveError(pub(crate) SaveProblem);

opaque_error!(SaveError(SaveProblem));

/// Reason why a session cannot be saved.
#[derive(Clone)]
pub(crate) enum SaveProblem {
    /// The operating system's random generator failed (SPEC.md § 14.5).
    Random(RandomError),
    /// The clock shows a time before 2026 or after 2162, which a token cannot carry.
    Clock,
    /// An `update` around this call is changing the session.
    InsideUpdate,
    /// The session was loaded by a [`SessionCookie`](crate::SessionCookie) or
    /// [`SessionToken`](crate::SessionToken) with another mode, name, labels or key ring than the one that saves it,
    /// or built for another context.
    ForeignSession,
    /// A session for a test could not be filled.
    Filling(SessionError),
    /// A session for a test is empty.
    Empty,
    /// A jar of cookies has no room for what this sentence names, or a token no header.
    #[cfg(any(feature = "cookie", feature = "http"))]
    NoPlace(&'static str),
}

impl fmt::Display for SaveProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaveProblem::Random(error) => error.fmt(f),
            SaveProblem::Clock => f.write_str(
                "the clock shows a time before 2026 or after 2162, so no session can be sealed",
            ),
            SaveProblem::InsideUpdate => f.write_str(
                "this call is inside an `update` of the same session; save it afterwards",
            ),
            SaveProblem::ForeignSession => f.write_str(
                "this session was loaded by another cookie or token; save it with that one",
            ),
            SaveProblem::Filling(error) => error.fmt(f),
            SaveProblem::Empty => {
                f.write_str("an empty session has no cookie; store a value first")
            }
            #[cfg(any(feature = "cookie", feature = "http"))]
            SaveProblem::NoPlace(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            SaveProblem::Random(error) => error.source(),
            SaveProblem::Filling(error) => error.source(),
            _ => None,
        }
    }
}

impl From<RandomError> for SaveError {
    fn from(error: RandomError) -> Self {
        SaveProblem::Random(error).into()
    }
}

#[cfg(test)]
mod tests {
    use std::{error::Error, time::UNIX_EPOCH};

    use crate::{EncryptionKey, SessionCookie, crypto::random};

    #[test]
    fn a_failure_of_the_system_is_the_source_of_the_error() {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(key).build().unwrap();
        let fill = || cookie.cookie_for(UNIX_EPOCH, |session| session.renew());
        let error = random::with_system(None, fill).unwrap_err();
        let cause = random::RandomError::UNSUPPORTED;
        let text = |error: &dyn Error| error.source().map(ToString::to_string);
        assert_eq!(
            (error.to_string(), text(&error)),
            (cause.to_string(), text(&cause))
        );
        assert!(text(&cause).is_some());
    }
}
