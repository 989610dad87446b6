//! Measures one session, and refuses a change that does not fit its cookie (docs/spec/writer.md § 9.5, § 9.6).
//! `budget.rs` has the limits.

use super::{budget::Allowed, too_large::TooLarge};
use crate::state::{
    body_to_seal::BodyToSeal, bytes::body::Metadata, data::State, error::SessionError,
};

impl<T> State<T> {
    /// Returns the bytes by which payload and flash may still grow.
    pub(crate) fn remaining_bytes(&self) -> usize {
        self.room().saturating_sub(self.content_len())
    }

    /// Returns the maximum of payload and flash together: the profile's, or what the server takes if that is less.
    fn room(&self) -> usize {
        let in_requests = self.request.room.unwrap_or(usize::MAX);
        self.policy.budget.room.min(in_requests)
    }

    /// Checks that a session with this content and metadata may be sent (docs/spec/writer.md § 8.7).
    ///
    /// The room already reserves the longest metadata, so only the content counts. A session that arrived larger may be
    /// sent in no more bytes than the profile allows or it came in, and its content must not grow.
    pub(in crate::state) fn check_size(
        &self,
        content: usize,
        metadata: &Metadata,
    ) -> Result<(), SessionError> {
        let (budget, room) = (&self.policy.budget, self.room());
        let shrinks = content <= self.content_len();
        // An age that is written later is never shorter.
        let shortest = BodyToSeal::With(*metadata);
        if content <= room || (shrinks && self.allowed_for(content, shortest).is_some()) {
            return Ok(());
        }
        Err(SessionError::TooLarge(TooLarge::of(budget, content, room)))
    }

    /// Returns the limit within which this body is sent, or the profile's limit if the body is too large.
    pub(crate) fn allowed(&self, body: BodyToSeal) -> Allowed {
        let allowed = self.may_send(body);
        allowed.unwrap_or(self.policy.budget.allowed)
    }

    /// Returns the limit within which this body may be sent, or `None` if it is too large.
    pub(in crate::state) fn may_send(&self, body: BodyToSeal) -> Option<Allowed> {
        self.allowed_for(self.content_len(), body)
    }

    /// Returns the profile's limit or, if the body does not fit that and has more content than the room, the size in
    /// which the session arrived. Returns `None` if the body fits neither.
    fn allowed_for(&self, content: usize, body: BodyToSeal) -> Option<Allowed> {
        let (policy, budget) = (&self.policy, &self.policy.budget);
        let (metadata, body_len) = match body {
            // The body fits even with every field at its longest.
            BodyToSeal::With(_) if content <= budget.room => return Some(budget.allowed),
            BodyToSeal::With(metadata) => (metadata, metadata.len() + content),
            BodyToSeal::AsArrived => (self.draft.metadata, self.arrived_body().len()),
        };
        let is_large = content > budget.room;
        let arrived_in = self.arrived_in().filter(|_| is_large);
        let mut rules = [Some(budget.allowed), arrived_in].into_iter().flatten();
        let has_max_age = policy.reserves_max_age(&metadata);
        rules.find(|rule| rule.allows(budget.sent(*rule, body_len, has_max_age)))
    }

    /// Returns the size in which the session arrived.
    fn arrived_in(&self) -> Option<Allowed> {
        let arrived = self.received.arrived()?;
        let (token_len, cookies) = arrived.arrived_in?;
        let has_max_age = self.policy.reserves_max_age(&arrived.metadata);
        let (budget, token_len) = (&self.policy.budget, token_len.get() as usize);
        Some(budget.arrived_in(token_len, cookies as usize, has_max_age))
    }
}
