//! How a session continues the one that a request brings, or withholds it (docs/spec/writer.md § 8.6), and what its
//! companion asks of it.

use super::{
    bytes::body::{Body, Metadata},
    data::State,
    received::{Received, Withheld},
    session_data::Payload,
};
use crate::{
    base::Reason,
    crypto::{scratch::Wiped, sha256::sha256},
};

impl<T: Payload> State<T> {
    /// Becomes the session of a verified body. The body's session is withheld, and this one stays new, if the payload
    /// cannot be read or if the application must first say that the session is still valid.
    pub(crate) fn resume(&mut self, opened: Body) -> Result<(), Reason> {
        let metadata = opened.metadata;
        // Set first, because decoding runs the application's code, which may panic.
        self.withhold_unreadable(Some(metadata));
        let value = T::accept(metadata.schema, opened.payload())?;
        let answered_at = (!opened.is_taken_over()).then(|| metadata.last_active());
        let lifetimes = &self.policy.lifetimes;
        if lifetimes.is_validation_due(answered_at, self.now) {
            self.withhold(Withheld::Unvalidated(Box::new(opened)));
        } else {
            self.draft.value = value;
            self.continue_from(opened);
        }
        Ok(())
    }

    /// Becomes the session of an old cookie. A type converts a dictionary like a payload of schema 0. The session
    /// counts as changed, so its payload gets the type's bytes now. Returns a reason, and leaves the session new, if
    /// there is no room or if the type does not convert the payload.
    pub(crate) fn take_over(&mut self, mut opened: Body) -> Result<(), Reason> {
        let room = self.policy.budget.room;
        if opened.metadata.schema == 0
            && let Some(payload) = T::adopt(opened.payload(), room)?.map(Wiped::from)
        {
            let metadata = Metadata {
                schema: T::SCHEMA,
                ..opened.metadata
            };
            opened = Body::of(metadata, opened.flash(), &payload).ok_or(Reason::TooLong)?;
        }
        if opened.flash().len() + opened.payload().len() > room {
            return Err(Reason::TooLong);
        }
        opened.arrived_in = None;
        self.resume(opened)
    }
}

impl<T> State<T> {
    /// Continues the session of a verified body, without looking at the payload.
    pub(crate) fn continue_from(&mut self, opened: Body) {
        self.draft.metadata = opened.metadata;
        self.received = Received::Arrived(opened);
    }

    /// Withholds a session that this program cannot read. `opened` is its metadata, if it opened.
    pub(crate) fn withhold_unreadable(&mut self, opened: Option<Metadata>) {
        let value = [0; 12];
        self.withhold(Withheld::Unreadable { opened, value });
    }

    /// Lets the response replace or drop an old cookie whose session cannot be taken over.
    pub(crate) fn give_up_old_cookie(&mut self) {
        // A schema shows that another version of the application wrote the session of an old cookie, and can read it.
        // Any other old cookie may be replaced.
        if let Received::Withheld(Withheld::Unreadable { opened, .. }) = &self.received
            && opened.is_none_or(|metadata| metadata.schema == 0)
        {
            self.received = Received::Unopened;
        }
    }

    /// Names a session that cannot be read by the `value` in which it came, for its CSRF tokens.
    #[inline]
    pub(crate) fn name_unreadable(&mut self, value: &[u8]) {
        if let Received::Withheld(Withheld::Unreadable { value: name, .. }) = &mut self.received {
            name.copy_from_slice(&sha256(&[value])[..12]);
        }
    }

    /// Withholds the session that came.
    pub(crate) fn withhold(&mut self, reason: Withheld) {
        self.received = Received::Withheld(reason);
    }
}

#[cfg(feature = "unstable-companion")]
impl<T> State<T> {
    /// Returns the device of the session, or an error if its companion does not admit the request.
    pub(crate) fn device(&self) -> Result<Option<[u8; 16]>, super::SessionError> {
        match self.withheld() {
            Some(Withheld::Stale(stale)) => Err(stale.error()),
            // While the session waits for an answer, the draft is a new session without the device.
            Some(Withheld::Unvalidated(opened)) => Ok(opened.metadata.device),
            _ => Ok(self.draft.metadata.device),
        }
    }

    /// Returns the id of a session that `renew` or `sign_in` has begun in this request.
    pub(crate) fn renewed_sid(&self) -> Option<super::Sid> {
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
