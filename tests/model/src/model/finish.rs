//! The question to the application whether a session is still valid, and the end of a request (docs/spec/writer.md § 8.8
//! to § 8.12, § 8.16).

use std::mem;

use hardtack::session::Reason;

use super::{
    Record,
    settings::Refresh,
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
    /// The session arrived under a key that stands before the one that seals.
    pub is_under_earlier_key: bool,
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

    /// Returns what becomes of the token, and whether the response counts as written (§ 9.8).
    pub fn finish(self, response: Response) -> (Change, bool) {
        if !self.is_touched || self.session.withheld.is_some() {
            return (Change::Keep, false);
        }
        let discards = self.save == SaveMode::Discard;
        let has_failed = response.status >= 500
            && !self.settings.saves_on_server_error
            && self.save != SaveMode::Force;
        let has_lapsed = response.has_lapsed && self.session.arrived.is_some();
        let is_silenced = has_failed || has_lapsed;
        if self.is_gone(discards, is_silenced) {
            return self.drop_token();
        }
        if discards || is_silenced {
            return (Change::Keep, false);
        }
        if self.has_changed() || (self.save == SaveMode::Force && !self.is_new()) {
            return if self.now >= self.settings.last_end(&self.session.record) {
                self.drop_token()
            } else {
                (Change::Store(self.written()), true)
            };
        }
        if self.is_new() || !self.is_quiet(response) {
            return (Change::Keep, false);
        }
        if self.is_refresh_due() {
            return (Change::Store(self.active_now()), false);
        }
        if response.is_under_earlier_key {
            (Change::Store(self.session.record), false)
        } else {
            (Change::Keep, false)
        }
    }

    fn is_quiet(&self, response: Response) -> bool {
        let is_shared = response.is_shareable && !self.settings.allows_shared_caching;
        response.status < 400 && response.is_page && !is_shared
    }

    fn is_gone(&self, discards: bool, is_silenced: bool) -> bool {
        let is_empty = self.session.record.is_empty(self.form);
        let is_nothing = is_empty && self.session.record.remembered.is_none();
        match self.session.ended {
            Ended::Invalidated => discards || is_silenced || is_nothing,
            Ended::Cleared => !discards && (is_silenced || is_empty),
            Ended::No => !discards && !is_silenced && is_nothing && self.has_changed(),
        }
    }

    fn drop_token(&self) -> (Change, bool) {
        if self.has_token {
            (Change::Drop, true)
        } else {
            (Change::Keep, false)
        }
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

    fn is_refresh_due(&self) -> bool {
        let record = &self.session.record;
        let idle = self.settings.idle_of(record);
        let is_extended = idle.is_some() || !self.settings.is_remembered(record);
        match self.settings.refresh {
            Refresh::OnValidation(_) => self.answered == Answered::Valid,
            Refresh::Never | Refresh::OnChange => false,
            Refresh::Quarter => idle.is_some_and(|idle| self.now >= record.active + idle / 4),
            Refresh::After(duration) => is_extended && self.now >= record.active + duration,
            Refresh::Always | Refresh::EveryRequest => is_extended,
        }
    }

    fn written(self) -> Record {
        let moves = match self.settings.refresh {
            Refresh::Never => self.is_idle(),
            Refresh::OnValidation(_) => self.answered == Answered::Valid,
            _ => true,
        };
        if moves {
            self.active_now()
        } else {
            self.session.record
        }
    }

    /// Returns whether the idle timeout that a change has chosen is over already.
    fn is_idle(&self) -> bool {
        let record = &self.session.record;
        let idle = self.settings.idle_of(record);
        idle.is_some_and(|idle| self.now >= record.active + idle)
    }

    fn active_now(self) -> Record {
        let active = self.session.record.active.max(self.now);
        Record {
            active,
            ..self.session.record
        }
    }
}
