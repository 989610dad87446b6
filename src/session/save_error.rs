use std::{error::Error, fmt, sync::Arc};

use super::asking::BoxError;
use crate::{base::debug_by_display, crypto::random::RandomError};

/// An error from saving a session.
///
/// The operating system's random generator failed, the clock shows a time before 2026 or after 7 February 2162, or the
/// program saves the session where it cannot be saved: with a carrier that differs from the one that loaded it, inside
/// its own `update`, in a [jar](crate::SessionCookie::save_as_cookies) that cannot hold all its headers, or by
/// `save_to` of bare tokens. [`cookie_for`](crate::SessionCookie::cookie_for) also returns the error of the
/// function that fills the session, and one for a session that is empty or not written.
#[derive(Clone)]
pub struct SaveError(Arc<dyn Error + Send + Sync>);

impl SaveError {
    /// A token cannot carry the time.
    pub(crate) const CLOCK: &str =
        "the clock shows a time before 2026 or after 2162, so no session can be sealed";

    /// Makes the error from a sentence, or from another error.
    #[cold]
    pub(crate) fn new(cause: impl Into<BoxError>) -> SaveError {
        SaveError(cause.into().into())
    }
}

debug_by_display!(SaveError);

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for SaveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// The operating system's random generator failed (SPEC.md § 14.5).
impl From<RandomError> for SaveError {
    fn from(error: RandomError) -> Self {
        SaveError::new(error)
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
