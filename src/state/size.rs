//! The size of a session, and the check that it fits its cookie (docs/spec/writer.md § 9.6).

use super::{
    State,
    budget::{Allowed, TooLarge},
    layout::Metadata,
    payload::Payload,
    saving::BodyToSeal,
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
        let sent = budget.sent(
            self.allowed(BodyToSeal::WithAge(self.data.metadata.age)),
            padded_len,
            true,
        );
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

    pub(super) fn content_len(&self) -> usize {
        self.payload().len() + self.flash_bytes().len()
    }

    /// Checks that a session with this content and metadata may be sent (docs/spec/writer.md § 9.6).
    ///
    /// Every field of the metadata is counted at its longest, so only the content matters. A session that arrived
    /// larger may be sent in no more bytes than it came in, and may only shrink until it fits.
    pub(super) fn check_size(&self, content: usize, metadata: &Metadata) -> Result<(), TooLarge> {
        let budget = &self.policy.budget;
        if content <= budget.room() {
            return Ok(());
        }
        let shrinks = content <= self.content_len();
        let Some(arrived) = self.data.arrived.as_ref().filter(|_| shrinks) else {
            let needed = budget.largest(content).total;
            return Err(budget.too_large(needed, budget.allowed().total));
        };
        let age = self.age_to_write(content, metadata);
        if self.fits(content, metadata, age) {
            return Ok(());
        }
        let allowed = if arrived.allowed.total > budget.allowed().total {
            arrived.allowed
        } else {
            budget.allowed()
        };
        let body_len = self.body_len_of(content, metadata, age);
        let needed = budget.sent(allowed, body_len, metadata.is_persistent());
        Err(budget.too_large(needed.total, allowed.total))
    }

    /// The age to write with this content: that of an active session. A session that arrived too large keeps its age if
    /// a longer one does not fit.
    pub(super) fn age_to_write(&self, content: usize, metadata: &Metadata) -> u32 {
        let age = self.policy.lifetimes.age_on_change(metadata, self.data.now);
        if self.fits(content, metadata, age) {
            age
        } else {
            metadata.age
        }
    }

    /// Returns `true` if this content and metadata may be sent.
    pub(super) fn fits(&self, content: usize, metadata: &Metadata, age: u32) -> bool {
        self.allowed_for(content, metadata, age).is_some()
    }

    /// The most that is allowed for them: by the profile, or because the session arrived like that.
    fn allowed_for(&self, content: usize, metadata: &Metadata, age: u32) -> Option<Allowed> {
        if content <= self.policy.budget.room() {
            return Some(self.policy.budget.allowed());
        }
        let body_len = self.body_len_of(content, metadata, age);
        self.allowed_for_len(content, body_len, metadata.is_persistent())
    }

    fn allowed_for_len(
        &self,
        content: usize,
        body_len: usize,
        is_persistent: bool,
    ) -> Option<Allowed> {
        let budget = &self.policy.budget;
        let arrived = self.data.arrived.as_ref().map(|arrived| arrived.allowed);
        let arrived = arrived.filter(|_| content > budget.room());
        let mut rules = [Some(budget.allowed()), arrived].into_iter().flatten();
        rules.find(|rule| rule.allows(budget.sent(*rule, body_len, is_persistent)))
    }

    /// The most that is allowed for this body of the session.
    pub(super) fn allowed_for_body(&self, body: BodyToSeal) -> Option<Allowed> {
        let (content, metadata) = (self.content_len(), &self.data.metadata);
        match body {
            BodyToSeal::WithAge(age) => self.allowed_for(content, metadata, age),
            BodyToSeal::AsArrived => {
                self.allowed_for_len(content, self.body_len(body), metadata.is_persistent())
            }
        }
    }

    /// The most that may be sent of this body of the session.
    pub(crate) fn allowed(&self, body: BodyToSeal) -> Allowed {
        self.allowed_for_body(body)
            .unwrap_or(self.policy.budget.allowed())
    }

    fn body_len_of(&self, content: usize, metadata: &Metadata, age: u32) -> usize {
        let body_len = Metadata { age, ..*metadata }.len() + content;
        self.policy.budget.padded_len(body_len, content)
    }

    pub(crate) fn body_len(&self, body: BodyToSeal) -> usize {
        match (body, &self.data.arrived) {
            (BodyToSeal::AsArrived, Some(arrived)) => arrived.body.len(),
            (BodyToSeal::AsArrived, None) => 0,
            (BodyToSeal::WithAge(age), _) => {
                self.body_len_of(self.content_len(), &self.data.metadata, age)
            }
        }
    }
}
