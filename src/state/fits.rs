//! What a session takes, and whether that fits its cookie (docs/spec/writer.md § 9.6).

use super::{
    State,
    layout::{Head, LONGEST_HEAD},
    payload::Payload,
    room::{Allowance, TooLarge},
    size_report::SizeReport,
};

impl<T> State<'_, T> {
    /// Bytes that payload and flash may still grow by.
    pub(crate) fn remaining_bytes(&self) -> usize {
        let room = self.policy.room.content();
        room.saturating_sub(self.content_len())
    }

    pub(crate) fn size_report(&self) -> SizeReport
    where
        T: Payload,
    {
        let room = &self.policy.room;
        let content = self.content_len();
        let body_len = LONGEST_HEAD + content;
        let padded_len = room.padded_len(body_len, content);
        // What came in larger than the profile allows goes back as it came.
        let sent = room.sent(self.allowance(self.head.age), padded_len, true);
        SizeReport {
            entries: T::entries(self.payload()),
            payload: self.payload().len(),
            flash: self.flash_bytes().len(),
            padding: padded_len - body_len,
            empty: room.reserved(0).total,
            set_cookie: sent.total,
            cookies: sent.cookies,
            allowed: room.profile().total,
        }
    }

    pub(super) fn content_len(&self) -> usize {
        self.payload().len() + self.flash_bytes().len()
    }

    /// Whether a session of this content and head may be sent (docs/spec/writer.md § 9.6).
    ///
    /// With every field of the head reserved, only the content counts. A session that arrived larger
    /// than that may go back in no more bytes than it came in, and only shrink until it fits.
    pub(super) fn check_fits(&self, content: usize, head: &Head) -> Result<(), TooLarge> {
        let room = &self.policy.room;
        if content <= room.content() {
            return Ok(());
        }
        let shrinks = content <= self.content_len();
        let Some(arrived) = self.arrived.as_ref().filter(|_| shrinks) else {
            let needed = room.reserved(content).total;
            return Err(room.too_large(needed, room.profile().total));
        };
        let age = self.age_to_write(content, head);
        if self.fits(content, head, age) {
            return Ok(());
        }
        let allowed = if arrived.allowance.total > room.profile().total {
            arrived.allowance
        } else {
            room.profile()
        };
        let body_len = self.body_len_of(content, head, age);
        let needed = room.sent(allowed, body_len, head.is_persistent()).total;
        Err(room.too_large(needed, allowed.total))
    }

    /// The age to write with content: that of an active session. Where one that arrived too large has no
    /// room for a longer age, it stays as it was.
    pub(super) fn age_to_write(&self, content: usize, head: &Head) -> u32 {
        let age = self.policy.lifetimes.age_on_change(head, self.now);
        if self.fits(content, head, age) {
            age
        } else {
            head.age
        }
    }

    /// Whether this content and head may be sent.
    pub(super) fn fits(&self, content: usize, head: &Head, age: u32) -> bool {
        self.allowance_for(content, head, age).is_some()
    }

    /// Under which of two rules they may be sent: that of the profile, or that of what arrived.
    fn allowance_for(&self, content: usize, head: &Head, age: u32) -> Option<Allowance> {
        let room = &self.policy.room;
        if content <= room.content() {
            return Some(room.profile());
        }
        let body_len = self.body_len_of(content, head, age);
        let arrived = self.arrived.as_ref().map(|arrived| arrived.allowance);
        let mut rules = [Some(room.profile()), arrived].into_iter().flatten();
        rules.find(|rule| rule.admits(room.sent(*rule, body_len, head.is_persistent())))
    }

    /// How much may be sent of this session, written with `age`.
    pub(crate) fn allowance(&self, age: u32) -> Allowance {
        let allowance = self.allowance_for(self.content_len(), &self.head, age);
        allowance.unwrap_or(self.policy.room.profile())
    }

    fn body_len_of(&self, content: usize, head: &Head, age: u32) -> usize {
        let body_len = Head { age, ..*head }.len() + content;
        self.policy.room.padded_len(body_len, content)
    }

    /// Bytes of the body, written with `age`.
    pub(crate) fn body_len(&self, age: u32) -> usize {
        self.body_len_of(self.content_len(), &self.head, age)
    }
}
