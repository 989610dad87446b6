//! A session in one request, and what the application does with it (docs/spec/writer.md § 8.6, § 8.7).

use hardtack::session::SessionId;

use super::{Form, Record, finish::Answered, settings::Settings};

#[derive(Clone)]
pub struct Visit<'a> {
    pub settings: &'a Settings,
    pub now: u64,
    /// Form that the application of this request writes.
    pub form: Form,
    /// The request carried a token.
    pub(super) has_token: bool,
    pub is_touched: bool,
    pub(super) save: SaveMode,
    pub session: Session,
    /// Session that waits for the answer of the application.
    pub(super) waiting: Option<Session>,
    /// Session that opened, and whose content cannot be read.
    pub(super) unread: Option<Record>,
    pub(super) answered: Answered,
    /// Why the session that arrived was withheld, at first.
    pub(super) was_withheld: Option<Refused>,
}

/// What can be put aside while the application is asked.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) arrived: Option<Record>,
    pub record: Record,
    /// Reason for which no action may change it.
    pub(super) withheld: Option<Refused>,
    /// Id that the next `invalidate` tells.
    pub(super) told: Option<SessionId>,
    pub(super) is_renewed: bool,
    pub(super) limited_until: Option<u64>,
    pub(super) ended: Ended,
}

/// What a request brings.
pub struct Arrival {
    pub has_token: bool,
    /// Session that its token holds, if it passes SPEC.md § 7.1 to § 7.8.
    pub record: Option<Record>,
    /// None opens, and one is left alone because the ring lacks its key (docs/spec/writer.md § 8.6.2).
    pub is_kept: bool,
    /// `context_by` returned none.
    pub is_without_context: bool,
}

/// Why an action is refused (docs/spec/writer.md § 14.5).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refused {
    AfterHead,
    NoContext,
    Unreadable,
    Unvalidated,
    NotRemembering,
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ended {
    No,
    Cleared,
    Invalidated,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum SaveMode {
    Auto,
    Force,
    Discard,
}

impl<'a> Visit<'a> {
    pub fn new(settings: &'a Settings, now: u64, form: Form, arrival: Arrival) -> Visit<'a> {
        let mut visit = Visit {
            settings,
            now,
            form,
            has_token: arrival.has_token,
            is_touched: false,
            save: SaveMode::Auto,
            session: Session::new(now, form),
            waiting: None,
            unread: None,
            answered: Answered::Not,
            was_withheld: None,
        };
        let session = &mut visit.session;
        if arrival.is_without_context {
            session.withheld = Some(Refused::NoContext);
            visit.has_token = false;
        } else if arrival.is_kept {
            session.withheld = Some(Refused::Unreadable);
        } else if let Some(record) = arrival.record {
            session.told = record.id;
            // An earlier release cannot read what a later one wrote.
            if record.form > form {
                session.withheld = Some(Refused::Unreadable);
                visit.unread = Some(record);
            } else {
                session.arrived = Some(record.clone());
                session.record = record;
                visit.wait_if_due();
            }
        }
        visit.was_withheld = visit.session.withheld;
        visit
    }

    pub fn is_new(&self) -> bool {
        self.session.arrived.is_none()
    }

    pub fn is_recent(&self, duration: u64) -> bool {
        let session = &self.session;
        (session.arrived.is_some() || session.is_renewed)
            && self.now < session.record.issued + duration
    }

    pub fn room(&self) -> usize {
        self.settings.room() - self.session.record.len()
    }

    /// Changes what the session holds, unless it is withheld or there is no room for the result.
    pub fn change(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), Refused> {
        self.check_writable()?;
        let mut changed = self.session.record.clone();
        change(&mut changed);
        if changed != self.session.record && changed.len() > self.settings.room() {
            return Err(Refused::TooLarge);
        }
        self.session.record = changed;
        Ok(())
    }

    /// Changes the content. A value is written in the form of the application, even if it is the same.
    pub fn change_content(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), Refused> {
        let form = self.form;
        self.change(|record| {
            change(record);
            record.form = form;
        })
    }

    pub fn take_flashes(&mut self, queue: &str) -> Vec<String> {
        let taken = self.session.record.flashes(queue);
        self.session.record.flash.retain(|(of, _)| of != queue);
        taken
    }

    /// Renews the session, which gets the id `id`.
    pub fn renew(&mut self, id: Option<SessionId>) -> Result<(), Refused> {
        self.check_context()?;
        let (now, session) = (self.now, &mut self.session);
        let record = &mut session.record;
        (record.issued, record.active, record.id) = (now, now, id);
        record.limit = session.limited_until.map(|end| within(now, end));
        record.remembered = record.remembered.map(|end| within(now, end));
        (session.is_renewed, session.withheld) = (true, None);
        self.waiting = None;
        Ok(())
    }

    pub fn limit_to(&mut self, duration: u64) -> Result<(), Refused> {
        self.check_writable()?;
        let end = self.now.saturating_add(duration);
        let session = &mut self.session;
        let of_record = within(session.record.issued, end);
        let earliest = |known: Option<u64>, end: u64| Some(known.map_or(end, |old| old.min(end)));
        session.record.limit = earliest(session.record.limit, of_record);
        session.limited_until = earliest(session.limited_until, end);
        Ok(())
    }

    /// Returns the second at which the session is over at the latest.
    pub fn remember_for(&mut self, duration: u64) -> Result<u64, Refused> {
        self.check_writable()?;
        if self.settings.remember_up_to.is_none() {
            return Err(Refused::NotRemembering);
        }
        let end = self.now.saturating_add(duration);
        let record = &mut self.session.record;
        record.remembered = Some(within(record.issued, end));
        Ok(self.settings.last_end(record))
    }

    pub fn clear(&mut self) -> Result<(), Refused> {
        self.check_writable()?;
        let session = &mut self.session;
        let record = &mut session.record;
        (record.content, record.flash, record.id) = Default::default();
        record.form = self.form;
        if session.ended == Ended::No {
            session.ended = Ended::Cleared;
        }
        Ok(())
    }

    /// Returns the id that is told.
    pub fn invalidate(&mut self) -> Result<Option<SessionId>, Refused> {
        self.check_context()?;
        let told = self.session.told;
        self.session = Session::new(self.now, self.form);
        self.session.ended = Ended::Invalidated;
        self.waiting = None;
        Ok(told)
    }

    pub fn save(&mut self) -> Result<(), Refused> {
        self.check_writable()?;
        self.save = SaveMode::Force;
        Ok(())
    }

    pub fn discard(&mut self) -> Result<(), Refused> {
        self.check_context()?;
        self.save = SaveMode::Discard;
        Ok(())
    }

    pub(super) fn check_writable(&self) -> Result<(), Refused> {
        self.session.withheld.map_or(Ok(()), Err)
    }

    fn check_context(&self) -> Result<(), Refused> {
        match self.session.withheld {
            Some(Refused::NoContext) => Err(Refused::NoContext),
            _ => Ok(()),
        }
    }
}

impl Session {
    pub(super) fn new(now: u64, form: Form) -> Session {
        Session {
            arrived: None,
            record: Record::new(now, form),
            withheld: None,
            told: None,
            is_renewed: false,
            limited_until: None,
            ended: Ended::No,
        }
    }
}

/// Returns the time that a duration of 32 bits from `issued` can say.
fn within(issued: u64, time: u64) -> u64 {
    time.clamp(issued, issued + u64::from(u32::MAX))
}
