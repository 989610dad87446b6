//! The size of a session, and the check that it fits its cookie (docs/spec/writer.md § 9.5, § 9.6).

use super::{
    budget::{Allowed, TooLarge},
    data::State,
    finish::BodyToSeal,
    layout::Metadata,
    lifetime::{RefreshAfter, active_age},
    payload::Payload,
    size_report::SizeReport,
};

impl<T> State<'_, T> {
    /// The bytes by which payload and flash may still grow.
    pub(crate) fn remaining_bytes(&self) -> usize {
        let room = self.policy.budget.room();
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
        let allowed = self.allowed(BodyToSeal::WithAge(self.data.metadata.age));
        let sent = budget.sent(allowed, padded_len, true);
        SizeReport {
            entries: T::entries(self.payload()),
            payload: self.payload().len(),
            flash: self.flash_bytes().len(),
            padding: padded_len - body_len,
            empty: budget.largest(0).total,
            set_cookie: sent.total,
            cookies: sent.cookies,
            allowed: budget.allowed().total,
        }
    }

    /// Checks that a session with this content and metadata may be sent (docs/spec/writer.md § 8.7).
    ///
    /// In the room every field of the metadata counts at its longest, so only the content matters. A session that
    /// arrived larger may be sent in no more bytes than it came in, and may only shrink until it fits.
    pub(super) fn check_size(&self, content: usize, metadata: &Metadata) -> Result<(), TooLarge> {
        let budget = &self.policy.budget;
        let shrinks = content <= self.content_len();
        let may_send = || {
            let age = self.age_to_write(content, metadata);
            self.allowed_for(content, metadata, age).is_some()
        };
        if content <= budget.room() || (shrinks && may_send()) {
            return Ok(());
        }
        Err(budget.too_large(content))
    }

    /// The age to write with this content: that of an active session. A session that arrived too large keeps its age if
    /// a longer one does not fit.
    pub(super) fn age_to_write(&self, content: usize, metadata: &Metadata) -> u32 {
        let age = active_age(metadata, self.data.now);
        let is_never_refreshed = self.policy.lifetimes.refresh_after == RefreshAfter::Never;
        if is_never_refreshed || self.allowed_for(content, metadata, age).is_none() {
            return metadata.age;
        }
        age
    }

    /// The most that may be sent of this body of the session.
    pub(crate) fn allowed(&self, body: BodyToSeal) -> Allowed {
        let allowed = self.may_send(body);
        allowed.unwrap_or(self.policy.budget.allowed())
    }

    /// The cookies in which this body of the session may be sent. `None`: it is too large.
    pub(super) fn may_send(&self, body: BodyToSeal) -> Option<Allowed> {
        let (content, metadata) = (self.content_len(), &self.data.metadata);
        match body {
            BodyToSeal::WithAge(age) => self.allowed_for(content, metadata, age),
            BodyToSeal::AsArrived => {
                self.allowed_for_len(content, metadata, self.arrived_body().len())
            }
        }
    }

    fn allowed_for(&self, content: usize, metadata: &Metadata, age: u32) -> Option<Allowed> {
        let budget = &self.policy.budget;
        if content <= budget.room() {
            // It fits with every field at its longest.
            return Some(budget.allowed());
        }
        self.allowed_for_len(content, metadata, self.body_len_of(content, metadata, age))
    }

    /// The most that the profile allows, or else as much as the session arrived in.
    fn allowed_for_len(
        &self,
        content: usize,
        metadata: &Metadata,
        body_len: usize,
    ) -> Option<Allowed> {
        let budget = &self.policy.budget;
        let arrived = self.data.arrived.as_ref();
        let arrived = arrived.filter(|_| content > budget.room());
        let came_in = arrived.map(|arrived| budget.came_in(arrived));
        let mut rules = [Some(budget.allowed()), came_in].into_iter().flatten();
        rules.find(|rule| rule.allows(budget.sent(*rule, body_len, metadata.is_persistent())))
    }

    fn body_len_of(&self, content: usize, metadata: &Metadata, age: u32) -> usize {
        let body_len = Metadata { age, ..*metadata }.len() + content;
        self.policy.budget.padded_len(body_len, content)
    }

    pub(crate) fn body_len(&self, body: BodyToSeal) -> usize {
        match body {
            BodyToSeal::AsArrived => self.arrived_body().len(),
            BodyToSeal::WithAge(age) => {
                self.body_len_of(self.content_len(), &self.data.metadata, age)
            }
        }
    }

    /// The body that arrived; empty if none did.
    pub(super) fn arrived_body(&self) -> &[u8] {
        let arrived = self.data.arrived.as_ref();
        arrived.map_or(&[], |arrived| &arrived.body)
    }
}
