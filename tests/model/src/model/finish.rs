//! The question to the application whether a session is still valid (docs/spec/writer.md § 8.16), and what holds of each
//! response.

use std::mem;

use hardtack::session::Reason;

use super::{
    Record,
    visit::{Ended, Refused, SaveMode, Session, Visit},
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

    pub fn is_unreadable(&self) -> bool {
        self.session.withheld == Some(Refused::Unreadable)
    }

    /// Returns the session that tokens of forms are checked for, also one that waits or cannot be read, unless it did not
    /// open.
    pub fn session_of_forms(&self) -> Option<&Record> {
        if self.is_unreadable() {
            return self.unread.as_ref();
        }
        Some(&self.waiting.as_ref().unwrap_or(&self.session).record)
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

/// What the response does with the token that the browser keeps.
#[derive(Debug, PartialEq)]
pub enum Change {
    Keep,
    Drop,
    Store(Record),
}

/// The response to a request.
#[derive(Clone, Copy, Debug)]
pub struct Response {
    pub status: u16,
    /// The request was for a page, and not for a part of one.
    pub is_page: bool,
    /// Its fields let a cache give it to other visitors.
    pub is_shareable: bool,
    /// Its key was dropped, or `not_before` raised, while the request ran (§ 8.14.1).
    pub has_lapsed: bool,
}

impl Visit<'_> {
    /// Touches the session if every request counts.
    pub fn count_request(&mut self, response: Response) {
        let counts = self.settings.counts_requests() && !response.is_shareable;
        let counts = counts && self.is_quiet(response);
        self.is_touched |= counts && !self.is_new();
    }

    /// Checks what holds of every response, and returns whether it counts as written (§ 9.8). When exactly a session is
    /// written, and with which age, is for the vectors.
    pub fn finish(self, response: Response, change: &Change) -> bool {
        let record = &self.session.record;
        if !self.is_touched || self.session.withheld.is_some() {
            assert_eq!(
                *change,
                Change::Keep,
                "it was not used, or is not its own to write"
            );
            return false;
        }
        let has_failed = response.status >= 500
            && !self.settings.saves_on_server_error
            && self.save != SaveMode::Force;
        let has_lapsed = response.has_lapsed && self.session.arrived.is_some();
        let is_saved = self.save != SaveMode::Discard && !has_failed && !has_lapsed;
        let is_to_save = self.has_changed() || (self.save == SaveMode::Force && !self.is_new());
        let is_empty = record.is_empty(self.form);
        let is_over = self.now >= self.settings.last_end(record);
        match change {
            Change::Keep => {
                let is_lost = is_saved && is_to_save && (self.has_token || !(is_empty || is_over));
                assert!(!is_lost, "a change is lost");
                let returns = self.session.ended == Ended::Invalidated && self.has_token;
                assert!(!returns, "a session that was signed out returns");
            }
            Change::Drop => {
                let is_ended = match self.session.ended {
                    Ended::Invalidated => true,
                    Ended::Cleared => self.save != SaveMode::Discard,
                    Ended::No => is_saved && self.has_changed(),
                };
                assert!(
                    self.has_token && (is_ended || is_over),
                    "reading ends a session"
                );
                assert!(!is_saved || is_empty || is_over, "a change is lost");
            }
            Change::Store(stored) => {
                let active = stored.active;
                assert_eq!(
                    Record {
                        active,
                        ..record.clone()
                    },
                    *stored
                );
                assert!(is_saved && !is_over, "it is not to be saved");
                let is_nothing = is_empty && record.remembered.is_none();
                let returns = self.session.ended != Ended::No && is_nothing;
                assert!(!returns, "a session that was signed out returns");
                let is_optional = !self.is_new() && self.is_quiet(response);
                assert!(is_to_save || is_optional, "it races with other responses");
            }
        }
        match change {
            Change::Keep => false,
            Change::Drop => true,
            Change::Store(_) => is_to_save,
        }
    }

    fn is_quiet(&self, response: Response) -> bool {
        let is_shared = response.is_shareable && !self.settings.allows_shared_caching;
        response.status < 400 && response.is_page && !is_shared
    }

    fn has_changed(&self) -> bool {
        let record = &self.session.record;
        match &self.session.arrived {
            None => !record.is_empty(self.form) || record.remembered.is_some(),
            // Activity alone is no change, and nothing but a renewal moves it before the end.
            Some(arrived) => {
                let active = arrived.active;
                let record = record.clone();
                Record { active, ..record } != *arrived
            }
        }
    }
}
