use std::fmt;

use crate::{base::debug_by_display, crypto::random::RandomError, state::SessionError};

/// An error from saving a session.
///
/// The operating system's random generator failed, the clock shows a time before 2026 or after 7 February 2162, or the
/// program saves the session where it cannot be saved: with a carrier that differs from the one that loaded it, inside
/// its own `update`, in a [jar](crate::SessionCookie::save_as_cookies) that cannot hold all its headers, or by
/// `save_to` of bare tokens. [`cookie_for`](crate::SessionCookie::cookie_for) also returns the error of the
/// function that fills the session, and one for a session that is empty or not written.
#[derive(Clone)]
pub struct SaveError(pub(crate) SaveProblem);

debug_by_display!(SaveError);

/// Reason why a session cannot be saved.
#[derive(Clone)]
pub(crate) enum SaveProblem {
    /// The operating system's random generator failed (SPEC.md § 14.5), or a session for a test could not be filled.
    Session(SessionError),
    Sentence(&'static str),
}

impl SaveProblem {
    /// A token cannot carry the time.
    pub(crate) const CLOCK: SaveProblem = SaveProblem::Sentence(
        "the clock shows a time before 2026 or after 2162, so no session can be sealed",
    );
    pub(crate) const INSIDE_UPDATE: SaveProblem = SaveProblem::Sentence(
        "this call is inside an `update` of the same session; save it afterwards",
    );
    /// The carrier has another mode, name, ring, companion or labels, or was built for another context.
    pub(crate) const FOREIGN_SESSION: SaveProblem = SaveProblem::Sentence(
        "this session was loaded by another cookie or token; save it with that one",
    );
    pub(crate) const EMPTY: SaveProblem =
        SaveProblem::Sentence("an empty session has no cookie; store a value first");
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            SaveProblem::Session(error) => error.fmt(f),
            SaveProblem::Sentence(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            SaveProblem::Session(error) => error.source(),
            SaveProblem::Sentence(_) => None,
        }
    }
}

impl From<SaveProblem> for SaveError {
    fn from(problem: SaveProblem) -> Self {
        SaveError(problem)
    }
}

impl From<RandomError> for SaveError {
    fn from(error: RandomError) -> Self {
        SaveProblem::Session(error.into()).into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use crate::{EncryptionKey, SessionCookie, crypto::random};

    #[test]
    fn the_error_says_why_the_system_failed() {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(key).build().unwrap();
        let fill = || cookie.cookie_for(UNIX_EPOCH, |session| session.renew());
        let error = random::with_system(None, fill).unwrap_err();
        let cause = random::RandomError::UNSUPPORTED.to_string();
        assert_eq!(error.to_string(), cause);
    }
}
