//! Answers of the application to the question whether a session goes on, and when it is asked again (docs/spec/writer.md
//! § 8.16).

use std::mem;

use super::{
    data::{State, Validation, Withheld},
    lifetime::{Refresh, Revalidation},
};
use crate::base::time::UnixSeconds;

impl<T> State<T> {
    /// Returns `true` if the application said in this request that the session goes on.
    pub(super) fn is_validated(&self) -> bool {
        matches!(self.validation, Validation::GoesOn(_))
    }

    /// Returns `true` if the application was asked in this request, and the session does not wait for it.
    pub(crate) fn was_asked_about(&self) -> bool {
        self.validation != Validation::Unasked
    }

    /// Returns `true` if the application said in this request that the session is over, and has begun no other.
    pub(crate) fn was_refused(&self) -> bool {
        self.validation == Validation::Ended
    }

    /// Returns `true` if the last answer about the session is too old at `now`.
    #[inline]
    pub(crate) fn is_validation_due(&self, now: UnixSeconds) -> bool {
        match self.policy.lifetimes.refresh {
            Refresh::OnValidation(spans) => self.is_older_than(spans.after, now),
            _ => false,
        }
    }

    /// Returns `true` if the session may go on at `now` although the application cannot be asked.
    pub(crate) fn may_go_on_unvalidated(&self, now: UnixSeconds) -> bool {
        let spans = self.revalidation();
        spans.is_some_and(|spans| !self.is_older_than(spans.unvalidated_up_to, now))
    }

    /// Returns `true` if nothing more has to be asked at `now` about the session.
    pub(crate) fn is_vouched_for(&self, now: UnixSeconds) -> bool {
        match self.validation {
            Validation::Ended => false,
            Validation::Failed(_) => self.may_go_on_unvalidated(now),
            Validation::Unasked | Validation::GoesOn(_) => !self.is_validation_due(now),
        }
    }

    /// Becomes a new session, and returns the one that opened. The new one is withheld until the application has
    /// answered.
    pub(crate) fn withhold_unvalidated(&mut self) -> State<T> {
        let mut withheld = State::new(&self.policy, self.now, self.has_token);
        withheld.withheld = Some(Withheld::Unvalidated);
        withheld.opened = self.arrived().map(|(metadata, _)| *metadata);
        self.replace_by(withheld)
    }

    /// Returns `true` while another session waits for the answer, unless the application has begun a new one in its place.
    pub(crate) fn awaits_answer(&self) -> bool {
        self.withheld() == Some(Withheld::Unvalidated)
    }

    /// Becomes `other`, and keeps the last of `discard` and `save` that was called. Returns the session that it was.
    pub(crate) fn replace_by(&mut self, mut other: State<T>) -> State<T> {
        other.save_mode = self.save_mode;
        mem::replace(self, other)
    }

    /// Notes the application's answer at `asked_at`: the session goes on.
    pub(crate) fn goes_on(&mut self, asked_at: UnixSeconds) {
        self.validation = Validation::GoesOn(asked_at);
    }

    /// Lets the session go on, because the application could not be asked.
    pub(crate) fn goes_on_unvalidated(&mut self) {
        if let Some(answered_at) = self.answered_at() {
            self.validation = Validation::Failed(answered_at);
        }
    }

    /// Ends the session, as the application said. A new one may take its place.
    pub(crate) fn has_ended(&mut self) {
        self.withhold_unvalidated();
        self.withheld = None;
        self.validation = Validation::Ended;
    }

    fn revalidation(&self) -> Option<Revalidation> {
        match self.policy.lifetimes.refresh {
            Refresh::OnValidation(spans) => Some(spans),
            _ => None,
        }
    }

    /// Returns `true` if the last answer about the session is `span` seconds old, or there is none. A new session needs
    /// none.
    fn is_older_than(&self, span: u64, now: UnixSeconds) -> bool {
        let is_older = |answered_at: UnixSeconds| now >= answered_at.saturating_add(span);
        self.lasting().is_some() && self.answered_at().is_none_or(is_older)
    }

    /// Returns the moment of the last answer about the session, which a sign-in is, too. `None`: it was taken over, and
    /// has none.
    fn answered_at(&self) -> Option<UnixSeconds> {
        match self.validation {
            Validation::GoesOn(at) | Validation::Failed(at) => Some(at),
            _ if self.is_taken_over && !self.renewed => None,
            _ => self.lasting().map(|(metadata, _)| metadata.last_active()),
        }
    }
}
