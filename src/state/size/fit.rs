//! Measures one session, and refuses a change that does not fit its cookie (docs/spec/writer.md § 9.5, § 9.6).
//! `budget.rs` has the limits.

use super::{budget::Allowed, report::SizeReport};
use crate::state::{
    bytes::{layout::Metadata, session_data::Payload},
    data::State,
    decide::BodyToSeal,
    error::TooLarge,
};

impl<T> State<T> {
    /// Returns the bytes by which payload and flash may still grow.
    pub(crate) fn remaining_bytes(&self) -> usize {
        let room = self.policy.budget.room;
        room.saturating_sub(self.content_len())
    }

    pub(crate) fn size_report(&self) -> SizeReport
    where
        T: Payload,
    {
        let budget = &self.policy.budget;
        let content = self.content_len();
        let body_len = budget.longest_body(content);
        let padded_len = budget.padded_len(body_len, content);
        // A session that arrived larger than the profile allows is sent as it arrived.
        let allowed = self.allowed(BodyToSeal::With(self.draft.metadata));
        let sent = budget.sent(allowed, padded_len, true);
        SizeReport {
            entries: T::entries(self.payload()),
            payload: self.payload().len(),
            flash: self.flash_bytes().len(),
            padding: padded_len - body_len,
            empty: budget.largest(0).total,
            set_cookie: sent.total,
            cookies: sent.cookies,
            allowed: budget.allowed.total,
        }
    }

    /// Checks that a session with this content and metadata may be sent (docs/spec/writer.md § 8.7).
    ///
    /// The room already reserves the longest metadata, so only the content counts. A session that arrived larger may be
    /// sent in no more bytes than it came in, and may only shrink until it fits.
    pub(in crate::state) fn check_size(
        &self,
        content: usize,
        metadata: &Metadata,
    ) -> Result<(), TooLarge> {
        let budget = &self.policy.budget;
        let shrinks = content <= self.content_len();
        // An age that is written later is never shorter.
        let shortest = BodyToSeal::With(*metadata);
        if content <= budget.room || (shrinks && self.allowed_for(content, shortest).is_some()) {
            return Ok(());
        }
        Err(budget.too_large(content))
    }

    /// Returns the metadata to write with this content, in which a change usually counts as activity. A session that
    /// arrived too large keeps its age if a longer one does not fit.
    pub(in crate::state) fn to_write(&self, content: usize, metadata: Metadata) -> Metadata {
        let active = metadata.active_at(self.now);
        let lifetimes = &self.policy.lifetimes;
        let moves = lifetimes.moves(&metadata, self.now, self.is_validated());
        let is_too_large = || {
            self.allowed_for(content, BodyToSeal::With(active))
                .is_none()
        };
        if !moves || is_too_large() {
            return metadata;
        }
        active
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

    /// Returns the profile's limit, or else the size in which the session arrived, if the body fits that.
    fn allowed_for(&self, content: usize, body: BodyToSeal) -> Option<Allowed> {
        let (policy, budget) = (&self.policy, &self.policy.budget);
        let (metadata, body_len) = match body {
            // The body fits even with every field at its longest.
            BodyToSeal::With(_) if content <= budget.room => return Some(budget.allowed),
            BodyToSeal::With(metadata) => (metadata, metadata.len() + content),
            BodyToSeal::AsArrived => (self.draft.metadata, self.arrived_body().len()),
        };
        let is_large = content > budget.room;
        let came_in = self
            .came
            .arrived()
            .filter(|_| is_large)
            .and_then(|arrived| {
                let has_max_age = policy.reserves_max_age(&arrived.layout.metadata);
                let (token_len, cookies) = arrived.came_in?;
                Some(budget.came_in(token_len.get() as usize, cookies as usize, has_max_age))
            });
        let mut rules = [Some(budget.allowed), came_in].into_iter().flatten();
        let has_max_age = policy.reserves_max_age(&metadata);
        rules.find(|rule| rule.allows(budget.sent(*rule, body_len, has_max_age)))
    }

    pub(crate) fn body_len(&self, body: BodyToSeal) -> usize {
        let content = self.content_len();
        match body {
            BodyToSeal::AsArrived => self.arrived_body().len(),
            BodyToSeal::With(metadata) => {
                let budget = &self.policy.budget;
                budget.padded_len(metadata.len() + content, content)
            }
        }
    }

    /// Returns the body that arrived, or no bytes.
    pub(in crate::state) fn arrived_body(&self) -> &[u8] {
        self.came.arrived().map_or(&[], |arrived| &arrived.body)
    }
}
