//! The answer of a companion (`session/companion/mod.rs`) to one request, as a session keeps it, and the facts that its
//! companion needs of a session.

use super::{
    bytes::body::{Metadata, Sid, csrf_name},
    data::State,
    error::SessionError,
    received::Withheld,
};
use crate::base::time::UnixSeconds;

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

impl<T> State<T> {
    /// Returns the device of the session, or an error if its companion does not admit the request.
    pub(crate) fn device(&self) -> Result<Option<[u8; 16]>, SessionError> {
        match self.withheld() {
            Some(Withheld::Stale(stale)) => Err(stale.error()),
            // While the session waits for an answer, the draft is a new session without the device.
            Some(Withheld::Unvalidated(opened)) => Ok(opened.metadata.device),
            _ => Ok(self.draft.metadata.device),
        }
    }

    /// Returns the id of a session that `renew` or `sign_in` has begun in this request.
    pub(crate) fn renewed_sid(&self) -> Option<Sid> {
        self.draft.metadata.sid.filter(|_| self.draft.renewed)
    }

    /// Returns the session that opened, if its client no longer keeps it, or keeps it under another id. With a device,
    /// only dropping or replacing the session counts, because `renew_id` keeps the device. A session without a device
    /// and an id never counts. `is_dropped` means that the client drops its session now.
    pub(crate) fn departed(&self, is_dropped: bool) -> Option<&Metadata> {
        let opened = self.received.opened_metadata()?;
        let is_gone = match (opened.device, opened.sid) {
            (Some(_), _) => is_dropped || self.is_replaced(),
            (None, Some(sid)) => is_dropped || self.draft.metadata.sid != Some(sid),
            (None, None) => false,
        };
        is_gone.then_some(opened)
    }
}
