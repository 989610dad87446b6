//! Answers of the application to the question whether a session is still valid, and when it is asked again
//! (docs/spec/writer.md § 8.16).

use std::mem;

use super::{
    data::{Ended, State, Validation, Withheld},
    refresh::{Refresh, Revalidation},
};
use crate::base::time::UnixSeconds;

impl<T> State<T> {
    /// Returns `true` if the application said in this request that the present session is still valid.
    pub(super) fn is_validated(&self) -> bool {
        matches!(self.validation, Validation::Valid(_))
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
            Refresh::OnValidation(revalidation) => self.is_older_than(revalidation.after, now),
            _ => false,
        }
    }

    /// Returns `true` if the session is kept at `now` although the application cannot be asked.
    pub(crate) fn may_stay_unvalidated(&self, now: UnixSeconds) -> bool {
        let revalidation = self.revalidation();
        revalidation
            .is_some_and(|revalidation| !self.is_older_than(revalidation.unvalidated_up_to, now))
    }

    /// Returns `true` if nothing more has to be asked at `now` about the session.
    pub(crate) fn is_vouched_for(&self, now: UnixSeconds) -> bool {
        match self.validation {
            Validation::Ended => false,
            Validation::Failed(_) => self.may_stay_unvalidated(now),
            Validation::Unasked | Validation::Valid(_) => !self.is_validation_due(now),
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

    /// Notes the application's answer to a question of `asked_at`: the session is still valid.
    pub(crate) fn was_validated(&mut self, asked_at: UnixSeconds) {
        if !self.has_answer_of(asked_at) {
            self.validation = Validation::Valid(asked_at);
        }
    }

    /// Keeps the session, if allowed, although the application could not answer a question of `asked_at`. Returns
    /// `true` if it does.
    pub(crate) fn keep_unvalidated(&mut self, asked_at: UnixSeconds) -> bool {
        if self.has_answer_of(asked_at) {
            return true;
        }
        let is_kept = self.may_stay_unvalidated(asked_at);
        if let Some(answered_at) = self.answered_at().filter(|_| is_kept) {
            self.validation = Validation::Failed(answered_at);
        }
        is_kept
    }

    /// Returns `true` if another question, of this time or later, was answered meanwhile: the session is still valid.
    fn has_answer_of(&self, time: UnixSeconds) -> bool {
        matches!(self.validation, Validation::Valid(asked_at) if asked_at >= time)
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
            Refresh::OnValidation(revalidation) => Some(revalidation),
            _ => None,
        }
    }

    /// Returns `true` if the last answer about the session is `duration` seconds old, or there is none. A new session
    /// needs none.
    fn is_older_than(&self, duration: u64, now: UnixSeconds) -> bool {
        let is_older = |answered_at: UnixSeconds| now >= answered_at.saturating_add(duration);
        self.lasting().is_some() && self.answered_at().is_none_or(is_older)
    }

    /// Returns the time of the last answer about the session, which a sign-in is, too. `None`: it was taken over, and
    /// has none.
    fn answered_at(&self) -> Option<UnixSeconds> {
        match self.validation {
            Validation::Valid(at) | Validation::Failed(at) => Some(at),
            _ if self.is_taken_over && !self.renewed => None,
            _ => self.lasting().map(|(metadata, _)| metadata.last_active()),
        }
    }
}
