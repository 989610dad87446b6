//! The question to the application whether a session is still valid (docs/spec/writer.md § 8.16).

use std::mem;

use hardtack::session::Reason;

use super::{
    record::Record,
    visit::{Ended, Refused, Session, Visit},
};

/// What the application says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    Valid,
    Ended,
    /// An error, or a panic.
    None,
}

/// What it has said in this request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Answered {
    Not,
    Valid,
    Ended,
    /// There was an error, and the session goes on without an answer.
    WithoutAnswer,
    Refused,
}

impl Visit<'_> {
    /// Puts the session aside if its last answer is too old.
    pub(super) fn wait_if_due(&mut self) {
        let Some(durations) = self.settings.revalidation() else {
            return;
        };
        if self.now >= self.session.record.active + durations.after {
            let told = self.session.told;
            let mut withheld = Session::new(self.now, self.form);
            (withheld.withheld, withheld.told) = (Some(Refused::Unvalidated), told);
            self.waiting = Some(mem::replace(&mut self.session, withheld));
        }
    }

    /// Asks the application, which says `answer`. Returns whether the session is still valid.
    pub fn validate(&mut self, answer: Answer) -> Result<bool, Refused> {
        if self.answered == Answered::Refused && self.waiting.is_some() {
            return Err(Refused::Unvalidated);
        }
        let Some(waiting) = self.waiting.take_if(|_| self.answered == Answered::Not) else {
            return Ok(!self.has_ended());
        };
        self.is_touched = true;
        match answer {
            Answer::Valid => {
                self.session = waiting;
                self.answered = Answered::Valid;
                Ok(true)
            }
            Answer::Ended => {
                self.session.withheld = None;
                self.answered = Answered::Ended;
                Ok(false)
            }
            Answer::None if self.may_go_on(&waiting) => {
                self.session = waiting;
                self.answered = Answered::WithoutAnswer;
                Ok(true)
            }
            Answer::None => {
                self.waiting = Some(waiting);
                self.answered = Answered::Refused;
                Err(Refused::Unvalidated)
            }
        }
    }

    fn may_go_on(&self, waiting: &Session) -> bool {
        let durations = self.settings.revalidation();
        let duration = durations.and_then(|durations| durations.unvalidated_up_to);
        duration.is_some_and(|duration| self.now < waiting.record.active + duration)
    }

    /// Returns whether the session is over by the answer, and the application has begun no other.
    fn has_ended(&self) -> bool {
        let session = &self.session;
        let is_replaced = session.is_renewed || session.ended == Ended::Invalidated;
        self.answered == Answered::Ended && !is_replaced
    }

    /// Returns the reason for which the application does not get the session that passed.
    pub fn reason(&self) -> Option<Reason> {
        match (self.was_withheld, self.answered) {
            (Some(Refused::Unreadable), _) => Some(Reason::Payload),
            (_, Answered::Ended) => Some(Reason::Revoked),
            (Some(Refused::Unvalidated), Answered::Not | Answered::Refused) => {
                Some(Reason::Unvalidated)
            }
            _ => None,
        }
    }

    /// Returns the session that tokens of forms are checked for: also one that waits.
    pub fn session_of_forms(&self) -> &Session {
        self.waiting.as_ref().unwrap_or(&self.session)
    }

    /// Returns whether the last answer holds at `later`, for work that outlives the request.
    pub fn is_vouched_for(&self, later: u64) -> bool {
        if self.waiting.is_some() {
            return false;
        }
        let (Some(durations), Some(lasting)) = (self.settings.revalidation(), self.lasting())
        else {
            return !self.has_ended();
        };
        let (said_at, duration) = match self.answered {
            _ if self.session.is_renewed => (lasting.issued, durations.after),
            Answered::Valid => (self.now, durations.after),
            Answered::WithoutAnswer => (lasting.active, durations.unvalidated_up_to.unwrap_or(0)),
            _ => (lasting.active, durations.after),
        };
        later < said_at + duration
    }

    /// Returns whether the application has begun a session in place of the one that arrived, by a sign-in or `renew`.
    pub fn is_renewed(&self) -> bool {
        self.session.is_renewed
    }

    /// Returns the session that arrived, unless it is withheld, or the one that a sign-in has begun in its place.
    pub fn lasting(&self) -> Option<&Record> {
        let session = &self.session;
        let begun = session.is_renewed.then_some(&session.record);
        begun.or(session.arrived.as_ref())
    }
}
