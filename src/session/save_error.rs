use std::fmt;

use crate::{base::debug_by_display, crypto::random::RandomError, token::SealError};

/// An error from saving a session. None depends on the content.
#[derive(Clone)]
#[non_exhaustive]
pub enum SaveError {
    /// The operating system's random generator failed.
    Random(RandomError),
    /// The clock shows a time before 2026 or after 2162, which a token cannot carry.
    Clock,
    /// An `update` around this call is changing the session.
    InsideUpdate,
    /// The session was loaded by a [`SessionCookie`](crate::SessionCookie), [`SessionHeader`](crate::SessionHeader)
    /// or [`SessionToken`](crate::SessionToken) with another mode, name, context or key ring than the one that saves
    /// it.
    ForeignSession,
    /// The cookie was built with `formerly`, or with two old cookies of one name, and a jar of cookies cannot drop those
    /// with other attributes.
    SameNameInJar,
    /// The cookie was built with `device_bound`, and a jar of cookies has no room for the offer of a registration. With
    /// feature `device-bound`.
    #[cfg(feature = "device-bound")]
    DeviceInJar,
}

debug_by_display!(SaveError);

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SaveError::Random(error) => error.fmt(f),
            SaveError::Clock => f.write_str(
                "the clock shows a time before 2026 or after 2162, so no session can be sealed",
            ),
            SaveError::InsideUpdate => f.write_str(
                "this call is inside an `update` of the same session; save it afterwards",
            ),
            SaveError::ForeignSession => {
                f.write_str("the session was loaded by another carrier; save it with that one")
            }
            SaveError::SameNameInJar => f.write_str(
                "a jar has one cookie of each name, so it cannot also drop those with other attributes (`formerly`, or \
                 two of one name in `migrate_from`); use `save` instead",
            ),
            #[cfg(feature = "device-bound")]
            SaveError::DeviceInJar => f.write_str(
                "a jar has no room for `Secure-Session-Registration` (`device_bound`); use `save` instead",
            ),
        }
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SaveError::Random(error) => error.source(),
            _ => None,
        }
    }
}

impl From<SealError> for SaveError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Clock => SaveError::Clock,
            SealError::Random(error) => SaveError::Random(error),
        }
    }
}

impl From<RandomError> for SaveError {
    fn from(error: RandomError) -> Self {
        SaveError::Random(error)
    }
}
