//! One request, beside the model.
//!
//! A browser: its cookies, or the token that a client keeps elsewhere, and the responses that are under way to it.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hardtack::Clock;
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};

use super::{
    World,
    application::Content,
    carrier::{Arrival, RESPONSE_FIELD},
    cookies::{Cookies, Held, held_in},
    reading::Reading,
    response::respond,
    site::Door,
    time,
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
        let sent = Sent::all_of(answer.headers(), &settings);
        let change = self.change_of(door, &sent, visit, reading.tenant);
        let is_written = visit.clone().finish(response, &change);
        if let Some(session) = &kept {
            let key = self.key_of(visit, &reading, &change);
            self.check_task(session, request, visit, key, &clock);
        }

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
        is_kept: reading.is_kept,
        is_without_context: reading.tenant == Tenant::Unknown,
    }
}

fn fields_of(cookies: &Cookies, carrier: Carrier, request: &Request) -> HeaderMap {
    let mut fields = cookies.fields(carrier);
    if !request.is_page() {
        fields.insert("sec-fetch-dest", HeaderValue::from_static("image"));
    }
    if let Some(mode) = request.mode() {
        fields.insert("sec-fetch-mode", HeaderValue::from_static(mode));
    }
    fields
}

#[derive(Default)]
pub struct Browser {
    pub jar: Jar,
    pub late: VecDeque<Vec<Sent>>,
}

/// Cookies by name. The token of a header field or without a carrier is under an empty name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Jar(BTreeMap<String, String>);

/// A cookie of a response, or its token.
#[derive(Clone, Debug)]
pub struct Sent {
    pub name: String,
    /// Empty if there is no session any more.
    pub value: String,
    /// Length of the whole field.
    pub len: usize,
    pub max_age: Option<u64>,
}

impl Jar {
    pub fn receive(&mut self, sent: impl IntoIterator<Item = Sent>) {
        for sent in sent {
            if sent.value.is_empty() || sent.max_age == Some(0) {
                drop(self.0.remove(&sent.name))
            } else {
                drop(self.0.insert(sent.name, sent.value))
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.clone(), value.clone()))
    }

    /// Puts the token together.
    pub fn held(&self, name: &str) -> Held {
        let pairs: Vec<_> = self.pairs().collect();
        let held = held_in(&pairs, name).into_iter().next();
        held.unwrap_or(Held::Nothing)
    }
}

impl Sent {
    /// Reads what a response says of the session.
    pub fn all_of(answer: &HeaderMap, settings: &model::Settings) -> Vec<Sent> {
        let text = |field: &http::HeaderValue| field.to_str().expect("it is text").to_owned();
        match settings.carrier {
            Carrier::Cookie(_) => {
                let fields = answer.get_all(SET_COOKIE).iter().map(text);
                let (attributes, same_site) = (settings.attributes(), settings.same_site());
                let is_own = |field: &String| {
                    let is_drop = field.contains("; Max-Age=0; Expires=");
                    let field = if is_drop && attributes.contains("; Secure") {
                        field.replace("; SameSite=None", same_site)
                    } else {
                        field.clone()
                    };
                    field.contains(&attributes)
                };
                let (own, elsewhere): (Vec<_>, Vec<_>) = fields.partition(is_own);
                // The browsers have no cookie with other attributes, so such a field drops nothing.
                assert!(
                    elsewhere
                        .iter()
                        .all(|field| field.contains("; Max-Age=0; Expires="))
                );
                own.iter().map(|field| Sent::of_cookie(field)).collect()
            }
            Carrier::Header(..) | Carrier::Token(_) => {
                let fields = answer.get_all(RESPONSE_FIELD).iter().map(text);
                let sent = fields.map(|value| Sent {
                    name: String::new(),
                    len: value.len(),
                    max_age: None,
                    value,
                });
                sent.collect()
            }
        }
    }

    fn of_cookie(field: &str) -> Sent {
        let (pair, attributes) = field.split_once(';').expect("it has attributes");
        let (name, value) = pair.split_once('=').expect("it has a value");
        let max_age = attributes.split("; Max-Age=").nth(1).map(|rest| {
            let seconds = rest.split(';').next().expect("there is a first");
            seconds.parse().expect("it is a number")
        });
        assert!(!value.is_empty() || max_age == Some(0), "{field}");
        Sent {
            name: name.to_owned(),
            value: value.to_owned(),
            len: field.len(),
            max_age,
        }
    }
}
