//! What can be asked about a session or a token, beside the model.

use hardtack::{
    Session,
    session::{Reason, SessionInfo},
};

use super::{
    QUEUES, Sealed, World,
    application::Shown,
    application::{Content, Entries},
    carrier::Carrier,
    cookies::Held,
    reading::Reading,
    ring::id_of,
    seconds,
    site::Door,
    time,
};
use crate::model::{Record, Revalidation, Visit};

impl World {
    /// Compares what the handle of a session says.
    pub fn look<T: Content>(&self, session: &Session<T>, visit: &Visit<'_>) {
        let record = &visit.session.record;
        assert_eq!(T::content(session), record.content);
        for queue in QUEUES {
            assert_eq!(session.flashes(queue), record.flashes(queue));
        }
        assert_eq!(session.id(), record.id);
        assert_eq!(session.is_new(), visit.is_new());
        assert_eq!(session.is_persistent(), self.settings.is_persistent(record));
        for duration in [0, 100, 1 << 40] {
            assert_eq!(
                session.is_recent(seconds(duration)),
                visit.is_recent(duration)
            );
        }
        let times = [
            session.created_at(),
            session.last_active_at(),
            session.expires_at(),
        ];
        let known = [record.issued, record.active, self.settings.end(record)];
        assert_eq!(times, known.map(|at| (!visit.is_new()).then(|| time(at))));
        self.look_at_size(session, visit);
    }

    fn look_at_size<T: Content>(&self, session: &Session<T>, visit: &Visit<'_>) {
        let record = &visit.session.record;
        assert_eq!(session.remaining_bytes(), visit.room());
        let report = session.size_report();
        let (most, _) = self.settings.allowed();
        let shown = format!("{:>7} of {} bytes", report.set_cookie, report.allowed);
        assert!(report.to_string().starts_with(&shown), "{report}");
        assert_eq!(report.payload, record.payload_len());
        assert_eq!(report.payload + report.flash, record.len());
        assert_eq!(report.allowed, self.settings.total());
        assert!(report.set_cookie <= report.allowed && report.cookies <= most);
        assert!(self.settings.is_padded || report.padding == 0);
    }

    /// Compares what tools are shown of a token, without a session.
    pub fn inspect<T: Content>(&self, door: &Door<T>, reading: &Reading) {
        self.look_at_keys(&door.carrier);
        let (Some(token), Some(sealed)) = (reading.token.text(), &reading.sealed) else {
            return;
        };
        self.open(&door.carrier, token, sealed, reading);
        let inspected = door.carrier.inspect(token, reading.tenant, time(self.now));
        let content = match (inspected, reading.refusal) {
            (Ok(content), _) => content,
            (Err(reason), refusal) => {
                assert_eq!(Some(reason), refusal);
                return;
            }
        };
        let record = &sealed.record;
        let is_readable = record.form <= T::FORM;
        let unreadable = (!is_readable).then_some(Reason::Payload);
        assert_eq!(content.refused, reading.refusal.or(unreadable));
        self.check_info(&content.session, sealed);
        let expires_at = time(self.settings.end(record));
        assert_eq!(content.expires_at, expires_at);
        assert_eq!(content.is_persistent, self.settings.is_persistent(record));
        assert_eq!(content.has_flash, !record.flash.is_empty());
        assert_eq!(content.payload.len(), record.payload_len());
        assert_eq!(content.padding == 0, !self.settings.is_padded);
    }

    fn open<T: Content>(
        &self,
        carrier: &Carrier<T>,
        token: &str,
        sealed: &Sealed,
        reading: &Reading,
    ) {
        let Some(opened) = carrier.open(token, reading.tenant, time(self.now)) else {
            return;
        };
        let record = &sealed.record;
        let is_due = |durations: Revalidation| self.now >= record.active + durations.after;
        let expected = match reading.refusal {
            Some(reason) => Err(reason),
            None if record.form > T::FORM => Err(Reason::Payload),
            None if self.settings.revalidation().is_some_and(is_due) => Err(Reason::Unvalidated),
            None => Ok(record.content.clone()),
        };
        assert_eq!(opened, expected);
    }

    fn check_info(&self, info: &SessionInfo, sealed: &Sealed) {
        assert_eq!(Shown::of(info, None), self.shown(sealed, None));
    }

    /// Checks that the functions of the application saw sessions that arrived.
    pub fn check_shown<T: Content>(&self, reading: &Reading) {
        let knowledge = self.application.knowledge();
        if knowledge.shown.is_empty() {
            return;
        }
        let texts = reading.tokens.iter().filter_map(Held::text);
        let expected: Vec<_> = texts
            .filter_map(|text| self.tokens.get(text))
            .map(|sealed| {
                let is_readable = sealed.record.form <= T::FORM;
                self.shown(sealed, is_readable.then(|| sealed.record.content.clone()))
            })
            .collect();
        assert!(knowledge.shown.iter().all(|shown| expected.contains(shown)));
    }

    fn shown(&self, sealed: &Sealed, content: Option<Entries>) -> Shown {
        let record: &Record = &sealed.record;
        let duration = |until: Option<u64>| until.map(|until| seconds(until - record.issued));
        Shown {
            id: record.id,
            created_at: time(record.issued),
            last_active_at: time(record.active),
            limit: duration(record.limit),
            remembered: duration(record.remembered),
            key_id: id_of(sealed.key, self.settings.is_signed),
            content,
        }
    }

    fn look_at_keys<T: Content>(&self, carrier: &Carrier<T>) {
        let Carrier::Cookie(cookie) = carrier else {
            return;
        };
        let keys = cookie.keys_in_use(time(self.now));
        let id = |key| id_of(key, self.settings.is_signed);
        assert_eq!(keys.seals, id(self.ring.sealing(self.now)));
        let accepted = self.ring.accepted(self.now).into_iter().map(id);
        assert!(accepted.eq(keys.accepts));
        assert_eq!(keys.next, self.ring.next(self.now, id));
        assert_eq!(keys.fingerprint.to_string(), self.ring.fingerprint(id));
    }
}
