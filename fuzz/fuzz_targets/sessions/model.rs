//! Sessions as docs/spec/writer.md has them, without tokens: moments in place of spans, texts in place of bytes.

use std::collections::BTreeMap;

use hardtack::session::{Reason, SessionId};

/// Settings of all sessions of a case, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub idle: Option<u64>,
    pub absolute: u64,
    pub remember_up_to: Option<u64>,
    pub refresh: Refresh,
    pub saves_on_server_error: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Refresh {
    Never,
    OnChange,
    After(u64),
    Always,
}

/// Session as a token holds it. Times are Unix seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub content: BTreeMap<String, String>,
    pub flash: Vec<(String, String)>,
    pub id: Option<SessionId>,
    pub issued: u64,
    pub active: u64,
    pub limit: Option<u64>,
    pub remembered: Option<u64>,
}

impl Settings {
    pub fn is_remembered(&self, record: &Record) -> bool {
        record.remembered.is_some() && self.remember_up_to.is_some()
    }

    /// Returns the second at which the session is over whatever the visitor does (SPEC.md § 8.1).
    pub fn last_end(&self, record: &Record) -> u64 {
        let longest = match self.remember_up_to {
            Some(span) if record.remembered.is_some() => span,
            _ => self.absolute,
        };
        let ends = [
            Some(record.issued + longest),
            record.limit,
            record.remembered,
        ];
        ends.into_iter().flatten().min().expect("one is there")
    }

    /// Returns the second at which it is over without another request.
    pub fn end(&self, record: &Record) -> u64 {
        let last = self.last_end(record);
        match self.idle {
            Some(idle) if !self.is_remembered(record) => last.min(record.active + idle),
            _ => last,
        }
    }

    /// Returns the reason for which a request at `now` does not get the session (SPEC.md § 7.7).
    pub fn refusal(&self, record: &Record, now: u64) -> Option<Reason> {
        if record.active > now + SKEW {
            Some(Reason::NotYetValid)
        } else if now >= self.last_end(record) {
            Some(Reason::Expired)
        } else if now >= self.end(record) {
            Some(Reason::Idle)
        } else {
            None
        }
    }
}

/// A session in one request.
pub struct Visit<'a> {
    settings: &'a Settings,
    pub now: u64,
    /// The request carried a value of the cookie.
    has_token: bool,
    arrived: Option<Record>,
    pub record: Record,
    /// The id that the next `invalidate` tells.
    told: Option<SessionId>,
    pub is_touched: bool,
    is_renewed: bool,
    limited_until: Option<u64>,
    ended: Ended,
    wish: Wish,
}

#[derive(Clone, Copy, PartialEq)]
enum Ended {
    No,
    Cleared,
    Invalidated,
}

#[derive(Clone, Copy, PartialEq)]
enum Wish {
    Auto,
    Force,
    Discard,
}

/// What the response does with the cookie.
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
    /// The session arrived under a key that stands before the one that seals.
    pub is_under_earlier_key: bool,
}

impl<'a> Visit<'a> {
    /// Begins with the session that opened, if one did.
    pub fn new(settings: &'a Settings, now: u64, has_token: bool, arrived: Option<Record>) -> Self {
        let record = arrived.clone().unwrap_or_else(|| new_record(now));
        Visit {
            settings,
            now,
            has_token,
            told: record.id,
            record,
            arrived,
            is_touched: false,
            is_renewed: false,
            limited_until: None,
            ended: Ended::No,
            wish: Wish::Auto,
        }
    }

    pub fn is_new(&self) -> bool {
        self.arrived.is_none()
    }

    pub fn is_recent(&self, span: u64) -> bool {
        (!self.is_new() || self.is_renewed) && self.now < self.record.issued + span
    }

    pub fn room(&self) -> usize {
        ROOM - self.record.len()
    }

    /// Changes the content. Returns `false`, and changes nothing, if there is no room for it.
    pub fn change(&mut self, change: impl FnOnce(&mut Record)) -> bool {
        let mut changed = self.record.clone();
        change(&mut changed);
        let fits = changed == self.record || changed.len() <= ROOM;
        if fits {
            self.record = changed;
        }
        fits
    }

    pub fn take_flashes(&mut self, queue: &str) -> Vec<String> {
        let taken = self.record.flashes(queue);
        self.record.flash.retain(|(of, _)| of != queue);
        taken
    }

    pub fn renew(&mut self, id: Option<SessionId>) {
        let (now, record) = (self.now, &mut self.record);
        (record.issued, record.active, record.id) = (now, now, id);
        record.limit = self.limited_until.map(|end| within(now, end));
        record.remembered = record.remembered.map(|end| within(now, end));
        self.is_renewed = true;
    }

    pub fn limit_to(&mut self, span: u64) {
        let end = self.now.saturating_add(span);
        let of_record = within(self.record.issued, end);
        self.record.limit = Some(
            self.record
                .limit
                .map_or(of_record, |old| old.min(of_record)),
        );
        self.limited_until = Some(self.limited_until.map_or(end, |old| old.min(end)));
    }

    /// Returns `false` if the settings remember no session.
    pub fn remember_for(&mut self, span: u64) -> bool {
        let is_possible = self.settings.remember_up_to.is_some();
        if is_possible {
            let end = self.now.saturating_add(span);
            self.record.remembered = Some(within(self.record.issued, end));
        }
        is_possible
    }

    pub fn clear(&mut self) {
        let record = &mut self.record;
        (record.content, record.flash, record.id) = Default::default();
        if self.ended == Ended::No {
            self.ended = Ended::Cleared;
        }
    }

    /// Returns the id that is told.
    pub fn invalidate(&mut self) -> Option<SessionId> {
        self.record = new_record(self.now);
        (self.arrived, self.limited_until) = (None, None);
        (self.is_renewed, self.ended) = (false, Ended::Invalidated);
        self.told.take()
    }

    pub fn save(&mut self) {
        self.wish = Wish::Force;
    }

    pub fn discard(&mut self) {
        self.wish = Wish::Discard;
    }

    /// Follows `finish` of docs/spec/writer.md § 8.12.
    pub fn finish(self, response: Response) -> Change {
        if !self.is_touched {
            return Change::Keep;
        }
        let discards = self.wish == Wish::Discard;
        let is_silenced = response.status >= 500
            && !self.settings.saves_on_server_error
            && self.wish != Wish::Force;
        let is_empty = self.record.is_empty();
        let is_nothing = is_empty && self.record.remembered.is_none();
        let is_over = match self.ended {
            Ended::Invalidated => discards || is_silenced || is_nothing,
            Ended::Cleared => !discards && (is_silenced || is_empty),
            Ended::No => !discards && is_nothing && self.has_changed(),
        };
        if is_over {
            return self.drop_cookie();
        }
        if discards || is_silenced {
            return Change::Keep;
        }
        if self.has_changed() || (self.wish == Wish::Force && !self.is_new()) {
            return match self.now >= self.settings.last_end(&self.record) {
                true => self.drop_cookie(),
                false => Change::Store(self.written()),
            };
        }
        let is_quiet = response.status < 400 && response.is_page;
        if self.is_new() || !is_quiet {
            return Change::Keep;
        }
        if self.is_refresh_due() {
            return Change::Store(self.active_now());
        }
        match response.is_under_earlier_key {
            true => Change::Store(self.record),
            false => Change::Keep,
        }
    }

    fn drop_cookie(&self) -> Change {
        match self.has_token {
            true => Change::Drop,
            false => Change::Keep,
        }
    }

    fn has_changed(&self) -> bool {
        match &self.arrived {
            None => !self.record.is_empty() || self.record.remembered.is_some(),
            // Activity alone is no change, and nothing but a renewal moves it before the end.
            Some(arrived) => {
                let active = arrived.active;
                Record {
                    active,
                    ..self.record.clone()
                } != *arrived
            }
        }
    }

    fn is_refresh_due(&self) -> bool {
        let is_due = match self.settings.refresh {
            Refresh::Never | Refresh::OnChange => false,
            Refresh::After(span) => self.now >= self.record.active + span,
            Refresh::Always => true,
        };
        is_due && !self.settings.is_remembered(&self.record)
    }

    fn written(self) -> Record {
        match self.settings.refresh {
            Refresh::Never => self.record,
            _ => self.active_now(),
        }
    }

    fn active_now(self) -> Record {
        let active = self.record.active.max(self.now);
        Record {
            active,
            ..self.record
        }
    }
}

impl Record {
    pub fn flashes(&self, queue: &str) -> Vec<String> {
        let of_queue = self.flash.iter().filter(|(of, _)| of == queue);
        of_queue.map(|(_, text)| text.clone()).collect()
    }

    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.flash.is_empty() && self.id.is_none()
    }

    /// Returns the bytes of the content (SPEC.md § 5.3, § 5.4), of few keys and few messages.
    fn len(&self) -> usize {
        let packed = |text: &String| match text.len() {
            len @ 0..32 => 1 + len,
            len @ 32..256 => 2 + len,
            len => 3 + len,
        };
        let varint = |text: &String| text.len() + if text.len() < 128 { 1 } else { 2 };
        let entries = self.content.iter();
        let messages = self.flash.iter();
        let entries: usize = entries
            .map(|(key, value)| packed(key) + packed(value))
            .sum();
        let messages: usize = messages
            .map(|(queue, text)| varint(queue) + varint(text))
            .sum();
        entries
            + usize::from(!self.content.is_empty())
            + messages
            + usize::from(!self.flash.is_empty())
    }
}

fn new_record(now: u64) -> Record {
    Record {
        issued: now,
        active: now,
        ..Record::default()
    }
}

/// Returns the moment that a span of 32 bits from `issued` can say.
fn within(issued: u64, moment: u64) -> u64 {
    moment.clamp(issued, issued + u64::from(u32::MAX))
}

/// Room of an encrypted session with the default name and attributes (docs/spec/writer.md § 9.6.2).
const ROOM: usize = 2171;
const SKEW: u64 = 60;
