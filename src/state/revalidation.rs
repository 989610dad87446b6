//! Answers of the application to the question whether a session goes on, and when it is asked again (docs/spec/writer.md
//! § 8.16).

use std::mem;

use super::{
    data::{Ended, State, Validation, Withheld},
    refresh::{Refresh, Revalidation},
};
use crate::base::time::UnixSeconds;

impl<T> State<T> {
    /// Returns `true` if the application said in this request that the present session goes on.
    pub(super) fn is_validated(&self) -> bool {
        matches!(self.validation, Validation::GoesOn(_))
    }

    /// Returns `true` if the application was asked in this request about the present session, and it does not wait.
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

    /// Notes the application's answer to a question of `asked_at`: the session goes on.
    pub(crate) fn goes_on(&mut self, asked_at: UnixSeconds) {
        if !self.has_answer_of(asked_at) {
            self.validation = Validation::GoesOn(asked_at);
        }
    }

    /// Lets the session go on, if it may, although the application could not answer a question of `asked_at`. Returns
    /// `true` if it does.
    pub(crate) fn goes_on_unvalidated(&mut self, asked_at: UnixSeconds) -> bool {
        if self.has_answer_of(asked_at) {
            return true;
        }
        let goes_on = self.may_go_on_unvalidated(asked_at);
        if let Some(answered_at) = self.answered_at().filter(|_| goes_on) {
            self.validation = Validation::Failed(answered_at);
        }
        goes_on
    }

    /// Returns `true` if another question, of this moment or later, was answered meanwhile: the session goes on.
    fn has_answer_of(&self, moment: UnixSeconds) -> bool {
        matches!(self.validation, Validation::GoesOn(asked_at) if asked_at >= moment)
    }

    /// Ends the session, as the application said. A new one may take its place. One that was cleared stays so.
    pub(crate) fn has_ended(&mut self) {
        let cleared = self.ended.filter(|ended| *ended == Ended::Cleared);
        self.withhold_unvalidated();
        self.withheld = None;
        self.ended = cleared;
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
