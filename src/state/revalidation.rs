//! Withholds a session until the application has said that it is still valid, and applies the answers
//! (docs/spec/writer.md § 8.16).

use std::mem;

use super::{
    bytes::body::{Body, Metadata},
    data::{Ended, State, Validation},
    error::SessionError,
    lifetime::Lifetimes,
    received::{Received, Withheld},
};
use crate::base::UnixSeconds;

impl Lifetimes {
    /// Returns `true` if the application must be asked again at `now`, given the time of its last answer, if any.
    #[inline]
    pub(crate) fn is_validation_due(
        &self,
        answered_at: Option<UnixSeconds>,
        now: UnixSeconds,
    ) -> bool {
        self.revalidation
            .is_some_and(|it| is_past(answered_at, it.after, now))
    }
}

impl<T> State<T> {
    /// Returns `true` while the session that opened waits for the application's answer, unless another was begun.
    pub(crate) fn awaits_answer(&self) -> bool {
        matches!(self.withheld(), Some(Withheld::Unvalidated(_)))
    }

    /// Returns `true` if the session that opened waits for an answer, or did so when another was begun.
    pub(crate) fn arrived_unvalidated(&self) -> bool {
        matches!(self.received, Received::Withheld(Withheld::Unvalidated(_)))
    }

    /// Returns `true` if the application said in this request that the present session is still valid.
    pub(super) fn is_validated(&self) -> bool {
        matches!(self.validation, Validation::Valid(_))
    }

    /// Returns `true` if the session may be used at `now` without another question.
    pub(crate) fn is_vouched_for(&self, now: UnixSeconds) -> bool {
        match self.validation {
            Validation::Ended => false,
            Validation::Kept(_) => self.may_stay_unvalidated(now),
            _ => !self.is_validation_due(now),
        }
    }

    /// Returns the session that the application must be asked about at `now`. It is asked once before the head of the
    /// response, and again `after_head`, because work may outlive the request.
    pub(crate) fn to_ask_about(
        &self,
        now: UnixSeconds,
        after_head: bool,
    ) -> Option<(&Metadata, &[u8])> {
        let is_open = match self.validation {
            Validation::Unasked => true,
            // Before the head, one answer is enough.
            Validation::Valid(_) | Validation::Kept(_) => after_head,
            Validation::Failed(_) | Validation::Ended => false,
        };
        self.lasting()
            .filter(|_| is_open && self.is_validation_due(now))
    }

    /// Returns `true` if the session is still valid, as far as is known.
    pub(crate) fn known_validity(&self) -> Result<bool, SessionError> {
        match &self.validation {
            Validation::Failed(error) => Err(error.clone()),
            Validation::Ended => Ok(false),
            _ => Ok(true),
        }
    }

    /// Returns `true` if an answer to a question of `asked_at` still counts. It does not if the session has ended or
    /// was replaced since, or if it is withheld because an earlier question failed.
    pub(crate) fn is_open_to_answer(&self, asked_at: UnixSeconds) -> bool {
        // A session that began in this request is asked about only after the head, so an earlier question was about the
        // session before it.
        let is_of_this = !self.is_replaced() || asked_at > self.now;
        is_of_this && self.lasting().is_some() && self.known_validity().is_ok()
    }

    /// Applies an answer. An error means that the application could not say.
    pub(crate) fn apply_answer(
        &mut self,
        is_valid: Result<bool, SessionError>,
        asked_at: UnixSeconds,
    ) -> Result<bool, SessionError> {
        let has_later = matches!(self.validation, Validation::Valid(at) if at >= asked_at);
        match (is_valid, self.answered_at()) {
            // An end is final, whichever answers came before it.
            (Ok(false), _) => self.end(),
            // Questions may overlap, so the answer to an earlier one may come last. Only an end still counts then.
            _ if has_later => {}
            (Ok(true), _) => self.accept(Validation::Valid(asked_at)),
            // Keeps the time of the earlier answer, so that a row of failures cannot extend it.
            (Err(_), Some(at)) if self.may_stay_unvalidated(asked_at) => {
                self.accept(Validation::Kept(at));
            }
            (Err(error), _) if self.awaits_answer() => self.validation = Validation::Failed(error),
            // The session was let in already. The caller gets the error, and may ask again.
            (Err(error), _) => return Err(error),
        }
        self.known_validity()
    }

    /// Becomes a new session, because the earlier one has ended. A `clear` stays in effect, so that the client drops
    /// its token.
    fn end(&mut self) {
        self.received.end();
        let cleared = self.draft.ended.filter(|ended| *ended == Ended::Cleared);
        self.begin(cleared);
        self.validation = Validation::Ended;
    }

    fn accept(&mut self, validation: Validation) {
        if self.awaits_answer()
            && let Received::Withheld(Withheld::Unvalidated(opened)) =
                mem::replace(&mut self.received, Received::Unopened)
        {
            // A handler may have read the empty value while the session was withheld.
            self.draft.value = None;
            self.continue_from(*opened);
        }
        self.validation = validation;
    }

    fn is_validation_due(&self, now: UnixSeconds) -> bool {
        let lifetimes = &self.policy.lifetimes;
        self.lasting().is_some() && lifetimes.is_validation_due(self.answered_at(), now)
    }

    /// Returns `true` if the session is kept at `now` although the application cannot be asked.
    fn may_stay_unvalidated(&self, now: UnixSeconds) -> bool {
        let revalidation = self.policy.lifetimes.revalidation;
        revalidation.is_some_and(|it| !is_past(self.answered_at(), it.unvalidated_up_to, now))
    }

    /// Returns the time of the last answer about the session. The beginning or renewal of the session counts as one,
    /// but a session that was taken over from an old cookie has no answer.
    fn answered_at(&self) -> Option<UnixSeconds> {
        let body = self.received.body();
        match self.validation {
            Validation::Valid(at) | Validation::Kept(at) => Some(at),
            _ if !self.draft.renewed && body.is_some_and(Body::is_taken_over) => None,
            _ => self.lasting().map(|(metadata, _)| metadata.last_active()),
        }
    }
}

/// Returns `true` if the last answer is at least `duration` seconds old, or if there was no answer.
#[inline]
fn is_past(answered_at: Option<UnixSeconds>, duration: u64, now: UnixSeconds) -> bool {
    answered_at.is_none_or(|answered_at| now >= answered_at.saturating_add(duration))
}
