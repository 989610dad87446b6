//! Facts for the companion of a session at the end of its request.

use super::{
    bytes::body::{Metadata, Sid},
    data::State,
    error::SessionError,
    received::Withheld,
};

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
