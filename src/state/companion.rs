//! The answer of a companion (`session/companion/mod.rs`) to one request, as a session keeps it.

use super::{
    bytes::body::{Metadata, csrf_name},
    error::SessionError,
};
use crate::base::UnixSeconds;

/// Session that its companion does not admit in this request.
pub(crate) struct Stale(Metadata);

/// Answer of the companion in this request.
#[derive(Default)]
pub(crate) struct Admitted {
    /// This request bound the session to a device that is not yet written.
    pub(crate) became_bound: bool,
    /// First second at which the companion would no longer admit the request, if any.
    pub(crate) until: Option<UnixSeconds>,
}

impl Stale {
    pub(crate) fn new(opened: Metadata) -> Stale {
        Stale(opened)
    }

    pub(super) fn metadata(&self) -> &Metadata {
        &self.0
    }

    pub(super) fn error(&self) -> SessionError {
        SessionError::Stale
    }

    /// Returns the name of the session in CSRF tokens. A stale session has tokens too, or nobody could sign in or out by
    /// a form. Its id is inverted, so that a thief of the cookie gets no token of the bound session.
    pub(super) fn csrf_name(&self) -> Option<[u8; 12]> {
        let sid = self.0.sid?.map(|byte| !byte);
        Some(csrf_name(sid, self.0.issued))
    }
}

impl Admitted {
    pub(super) fn became_bound(&self) -> bool {
        self.became_bound
    }

    /// Returns `true` if the companion would still admit the request at `now`.
    pub(crate) fn lasts_at(&self, now: UnixSeconds) -> bool {
        self.until.is_none_or(|end| now < end)
    }
}
