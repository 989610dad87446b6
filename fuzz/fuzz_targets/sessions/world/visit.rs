//! One request, beside the model.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hardtack::{
    Clock, Session, SessionError,
    session::{Outcome, Reason},
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::{
    Sealed, World,
    browser::{Held, Jar, Sent},
    caches,
    carrier::Arrival,
    content::Content,
    keys::id_of,
    moment,
    site::Door,
};
use crate::{
    case::{Fate, Request, Status, Tenant},
    model::{self, Carrier, Change, Visit},
};

/// A request as its reader finds it.
pub struct Reading {
    pub token: Held,
    pub has_cookies: bool,
    pub tenant: Tenant,
    /// What its token holds, if the site has sealed it.
    pub sealed: Option<Sealed>,
    /// Reason for which the session is not there (SPEC.md § 7.4 to § 7.8).
    pub refusal: Option<Reason>,
}

impl World {
    pub fn visit<T: Content>(&mut self, door: &Door<T>, request: &Request) {
        self.application.begin_request();
        let browser = usize::from(request.browser) % 3;
        let jar = self.browsers[browser].jar.clone();
        let reading = self.read(&jar, request.tenant);
        self.inspect(door, &reading);
        let settings = self.settings;
        let record = reading.sealed.as_ref().map(|sealed| sealed.record.clone());
        let arrival = model::Arrival {
            has_token: reading.has_cookies,
            record: record.filter(|_| reading.refusal.is_none()),
            is_without_context: reading.tenant == Tenant::Unknown,
        };
        let visit = &mut Visit::new(&settings, self.now, T::FORM, arrival);

        let clock = Arc::new(AtomicU64::new(self.now));
        let arrival = Arrival {
            fields: self.fields_of(&jar, request),
            token: reading.token.text().map(str::to_owned),
            tenant: reading.tenant,
            clock: {
                let clock = Arc::clone(&clock);
                Clock::from_fn(move || moment(clock.load(Ordering::Relaxed)))
            },
        };
        let mut kept = None;
        let mut answer = door.carrier.visit(self.wiring, arrival, |session| {
            for act in request.acts.iter().take(12) {
                visit.is_touched = true;
                self.check_outcome(&session, &reading, visit);
                self.act(act, &session, visit, reading.tenant);
                self.look(&session, visit);
                self.check_outcome(&session, &reading, visit);
            }
            assert_eq!(session.is_touched(), visit.is_touched);
            kept = visit.is_touched.then_some(session);
            respond(request)
        });
        assert_eq!(answer.status(), respond(request).status());
        self.check_told(kept.as_ref(), &reading);
        self.check_shown::<T>(&reading);
        self.check_task(kept.as_ref(), request, visit, &reading, &clock);

        let sent = Sent::all_of(answer.headers(), settings.carrier);
        let is_touched = visit.is_touched;
        let (change, is_written) = visit.clone().finish(self.response_to(request, &reading));
        if !matches!(settings.carrier, Carrier::Token(_)) {
            self.check_fields(answer.headers_mut(), request, is_touched, is_written);
        }
        self.check_change(&jar, &sent, change, reading.tenant);
        match request.fate {
            Fate::Arrives => self.browsers[browser].jar.receive(sent),
            Fate::ArrivesLater => self.browsers[browser].late.push_back(sent),
            Fate::IsLost => {}
        }
    }

    fn read(&self, jar: &Jar, tenant: Tenant) -> Reading {
        let has_layer = self.wiring.has_layer;
        let tenant = match self.settings.carrier {
            Carrier::Cookie(_) | Carrier::Header(..) if has_layer => tenant,
            // Only a layer takes the context from a request, and may find none.
            _ if tenant == Tenant::Unknown => Tenant::Own,
            _ => tenant,
        };
        let token = match tenant {
            Tenant::Unknown => Held::Nothing,
            _ => jar.held(),
        };
        let sealed = token.text().and_then(|token| self.tokens.get(token));
        Reading {
            has_cookies: !jar.is_empty(),
            refusal: sealed.and_then(|sealed| self.refusal(sealed, tenant)),
            sealed: sealed.cloned(),
            tenant,
            token,
        }
    }

    fn refusal(&self, sealed: &Sealed, tenant: Tenant) -> Option<Reason> {
        let (key, record) = (sealed.key, &sealed.record);
        if self.ring.place_of(key).is_none() {
            Some(Reason::UnknownKey)
        } else if self.ring.is_retired(key, self.now) {
            Some(Reason::RetiredKey)
        } else if sealed.tenant != tenant {
            Some(Reason::Auth)
        } else {
            self.refusal_at(record, self.now)
        }
    }

    /// Returns the reason for which a session does not open at `now` although its token does.
    pub fn refusal_at(&self, record: &model::Record, now: u64) -> Option<Reason> {
        let not_before = self.not_before.max(self.ring.not_before);
        let is_revoked = |id| self.application.knowledge().revoked.contains(&id);
        let revoked = || record.id.is_some_and(is_revoked).then_some(Reason::Revoked);
        let refusal = self.settings.refusal(record, now, not_before);
        refusal.or_else(revoked)
    }

    fn fields_of(&self, jar: &Jar, request: &Request) -> HeaderMap {
        let mut fields = HeaderMap::new();
        let value = |text: &str| HeaderValue::from_str(text).expect("it is text");
        match (self.settings.carrier, jar.held()) {
            (Carrier::Cookie(_), _) => {
                fields.insert(header::COOKIE, value(&jar.cookie_field()));
            }
            (Carrier::Header(name, _), Held::Token(token)) => {
                let scheme = if name == "authorization" {
                    "bEARER "
                } else {
                    ""
                };
                let name = HeaderName::from_static(name);
                fields.insert(name, value(&format!("{scheme}{token}")));
            }
            _ => {}
        }
        if !request.is_page {
            fields.insert("sec-fetch-dest", value("image"));
        }
        fields
    }

    pub fn check_outcome<T: Content>(
        &self,
        session: &Session<T>,
        reading: &Reading,
        visit: &Visit<'_>,
    ) {
        let outcome = session.outcome();
        let Some(sealed) = &reading.sealed else {
            let told = (outcome.name(), outcome.reason().is_some());
            match reading.token {
                Held::Nothing => assert_eq!(told, ("Absent", false)),
                _ => assert_eq!(told, ("Rejected", true)),
            }
            return;
        };
        let key_id = id_of(sealed.key, self.settings.is_signed);
        let expected = match reading.refusal.or_else(|| visit.reason()) {
            Some(reason) => {
                let key_id = Some(key_id);
                Outcome::Rejected { reason, key_id }
            }
            None if sealed.key == self.ring.sealing(self.now) => Outcome::Opened { key_id },
            None => Outcome::OpenedUnderAcceptedKey { key_id },
        };
        assert_eq!(outcome, expected);
    }

    /// Checks that `on_outcome` was told of each session that was read, once and at its end.
    fn check_told<T: Content>(&self, session: Option<&Session<T>>, reading: &Reading) {
        let told = self.application.knowledge().told.clone();
        let is_eager = self.wiring.has_layer && self.wiring.is_eager;
        match session {
            Some(session) => {
                let len = reading.token.text().map_or(0, str::len);
                let is_whole = reading.token != Held::Pieces;
                assert_eq!(told.len(), 1);
                assert_eq!(told[0].0, session.outcome());
                assert!(!is_whole || told[0].1 == len);
            }
            None => assert!(told.len() <= usize::from(is_eager), "{told:?}"),
        }
    }

    /// Checks what a task sees that goes on when the head of the response was sent.
    fn check_task<T: Content>(
        &self,
        session: Option<&Session<T>>,
        request: &Request,
        visit: &Visit<'_>,
        reading: &Reading,
        clock: &AtomicU64,
    ) {
        let Some(session) = session else {
            return;
        };
        for refused in [session.clear(), session.renew(), session.flash("", "late")] {
            assert!(matches!(refused, Err(SessionError::AfterHead)));
        }
        let Some(span) = request.task else {
            return;
        };
        let later = self.now + u64::from(span);
        clock.store(later, Ordering::Relaxed);
        let is_open = |(record, sealed): (&model::Record, &Sealed)| {
            self.refusal_at(record, later).is_none() && self.ring.accepts(sealed.key, later)
        };
        let arrived = visit.arrived().zip(reading.sealed.as_ref());
        let is_alive = visit.is_vouched_for(later) && arrived.is_none_or(is_open);
        assert_eq!(session.is_alive(), is_alive);
    }

    fn response_to(&self, request: &Request, reading: &Reading) -> model::Response {
        let key = reading.sealed.as_ref().map(|sealed| sealed.key);
        let place = key.and_then(|key| self.ring.place_of(key));
        let is_under_earlier_key =
            place.is_some_and(|place| place < self.ring.sealing_place(self.now));
        match self.settings.carrier {
            // It knows nothing of requests and responses.
            Carrier::Token(_) => model::Response {
                status: 200,
                is_page: true,
                is_shareable: false,
                is_under_earlier_key,
            },
            Carrier::Cookie(_) | Carrier::Header(..) => model::Response {
                status: respond(request).status().as_u16(),
                is_page: request.is_page,
                is_shareable: request.cached.is_some_and(|field| field.is_shareable()),
                is_under_earlier_key,
            },
        }
    }

    fn check_fields(
        &self,
        answer: &mut HeaderMap,
        request: &Request,
        is_touched: bool,
        is_written: bool,
    ) {
        if is_touched {
            let is_sharing_allowed = self.settings.allows_shared_caching;
            caches::check(answer, request.cached, is_written, is_sharing_allowed);
            let vary: Vec<_> = answer.get_all(header::VARY).iter().collect();
            assert_eq!(vary.len(), 1);
        } else {
            assert_eq!(answer, respond(request).headers());
        }
    }

    /// Checks what the browser has afterwards, if the response arrives at once.
    fn check_change(&mut self, jar: &Jar, sent: &[Sent], change: Change, tenant: Tenant) {
        let mut after = jar.clone();
        after.receive(sent.iter().cloned());
        match change {
            Change::Keep => assert!(sent.is_empty(), "{sent:?}"),
            Change::Drop => assert!(after.is_empty(), "{after:?}"),
            Change::Store(record) => {
                let set = sent.iter().filter(|sent| !sent.value.is_empty());
                let (most, longest) = self.settings.allowed();
                assert!(set.clone().count() == after.len() && after.len() <= most);
                let is_cookie = matches!(self.settings.carrier, Carrier::Cookie(_));
                let is_remembered = is_cookie && self.settings.is_remembered(&record);
                let max_age = self.settings.last_end(&record) - self.now;
                let max_age = is_remembered.then(|| max_age.min(LONGEST_MAX_AGE));
                for sent in set {
                    assert!(sent.len <= longest, "{sent:?}");
                    assert_eq!(sent.max_age, max_age);
                }
                let Held::Token(token) = after.held() else {
                    panic!("{after:?} has no token");
                };
                let sealed = Sealed {
                    key: self.ring.sealing(self.now),
                    tenant,
                    record,
                };
                // Without encryption the same session has the same token.
                let earlier = self.tokens.insert(token, sealed.clone());
                let is_same = |earlier| self.settings.is_signed && earlier == sealed;
                assert!(earlier.is_none_or(is_same), "a token comes back");
            }
        }
    }
}

impl Held {
    pub fn text(&self) -> Option<&str> {
        match self {
            Held::Token(token) => Some(token),
            Held::Nothing | Held::Pieces => None,
        }
    }
}

fn respond(request: &Request) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = match request.status {
        Status::Ok => StatusCode::OK,
        Status::NotFound => StatusCode::NOT_FOUND,
        Status::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let Some(field) = request.cached {
        field.add_to(response.headers_mut());
    }
    response
}

const LONGEST_MAX_AGE: u64 = 34_560_000;
