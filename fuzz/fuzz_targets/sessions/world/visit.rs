//! One request, beside the model.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hardtack::Clock;
use http::{HeaderMap, HeaderValue};

use super::{
    World, browser::Sent, carrier::Arrival, content::Content, cookies::Cookies, reading::Reading,
    response::respond, site::Door, time,
};
use crate::{
    case::{Fate, Request, Tenant},
    model::{self, Carrier, Visit},
};

impl World {
    pub fn visit<T: Content>(&mut self, door: &Door<T>, request: &Request) {
        let browser = usize::from(request.browser) % 3;
        let jar = self.browsers[browser].jar.clone();
        let cookies = self.cookies_of(request);
        let mut reading = self.read(&cookies, request.tenant);
        self.inspect(door, &reading);
        self.application.begin_request();
        let settings = self.settings;
        let visit = &mut Visit::new(&settings, self.now, T::FORM, arrival_of(&reading));

        let clock = Arc::new(AtomicU64::new(self.now));
        let arrival = Arrival {
            fields: fields_of(&cookies, settings.carrier, request),
            token: reading.token.text().map(str::to_owned),
            tenant: reading.tenant,
            clock: {
                let clock = Arc::clone(&clock);
                Clock::from_fn(move || time(clock.load(Ordering::Relaxed)))
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
            if let Some(meanwhile) = request.meanwhile() {
                self.operate(meanwhile, &reading);
            }
            kept = visit.is_touched.then_some(session);
            respond(request)
        });
        assert_eq!(answer.status(), respond(request).status());
        if !visit.is_touched && !self.is_eager() {
            // It was read at the end, if at all.
            reading = self.read(&cookies, request.tenant);
            *visit = Visit::new(&settings, self.now, T::FORM, arrival_of(&reading));
        }
        let response = self.response_to(request, &reading);
        visit.count_request(response);
        self.check_told(kept.as_ref(), visit, &reading);
        self.check_shown::<T>(&reading);
        let is_touched = visit.is_touched;
        let (change, is_written) = visit.clone().finish(response);
        if let Some(session) = &kept {
            let key = self.key_of(visit, &reading, &change);
            self.check_task(session, request, visit, key, &clock);
        }

        let sent = Sent::all_of(answer.headers(), settings.carrier);
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
}

fn arrival_of(reading: &Reading) -> model::Arrival {
    let record = reading.sealed.as_ref().map(|sealed| sealed.record.clone());
    model::Arrival {
        has_token: reading.has_cookies,
        record: record.filter(|_| reading.refusal.is_none()),
        is_without_context: reading.tenant == Tenant::Unknown,
    }
}

fn fields_of(cookies: &Cookies, carrier: Carrier, request: &Request) -> HeaderMap {
    let mut fields = cookies.fields(carrier);
    if !request.is_page() {
        fields.insert("sec-fetch-dest", HeaderValue::from_static("image"));
    }
    fields
}
