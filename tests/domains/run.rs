//! Every case of the rules of `domains.json`, as a digest for each slice. `domains.py` has the same of the text of the
//! specification. This is a module of `session/`, so that one session is closed again and again.

use std::{fmt::Write, fs, num::NonZeroU32, path::PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    closing::Change, handle::Session, last_error::FAILED, loaded::Loaded, lock::Held,
    outcome::Outcome,
};
use crate::{
    KeyRing, SessionCookie, SigningKey,
    base::{reason::Reason, time::system_time},
    events::labels,
    keys::{KeyId, KeyRole, RingKey},
    state::{
        AlreadySent, Body, BodyToSeal, Decision, Dependence, Map, ResponseFacts, Stale, State,
        Withheld,
    },
    token,
    vectors::{acts, scene::Scene},
    web::CacheHeaders,
};

#[derive(Deserialize)]
pub(crate) struct Domains {
    pub(crate) now: u64,
    /// Each with its name, and `true` if all statuses are tried with it.
    scenes: Vec<(String, bool, Scene)>,
    arrivals: Vec<(String, Arrival)>,
    calls: Vec<Vec<Value>>,
    requests: Vec<(String, Vec<(String, String)>)>,
    standings: Vec<String>,
    statuses: [Vec<u16>; 2],
    sent: [Vec<String>; 2],
    telling: Vec<u16>,
    ends: Vec<(String, Vec<usize>, String)>,
    /// Axes of other rules, and a digest for each value of the first one.
    axes: Vec<(String, Vec<Vec<Value>>, Vec<String>)>,
    keys: Vec<String>,
}

/// What a request brings.
#[derive(Deserialize)]
struct Arrival {
    token: Option<String>,
    /// Answer of the application to the question whether the session is still valid. `None`: it is not asked.
    answer: Option<String>,
    /// What makes another session of the token's.
    how: Option<String>,
}

/// A program with sessions under one policy.
struct Site {
    scene: Scene,
    cookie: SessionCookie,
    is_thorough: bool,
}

impl Domains {
    /// Returns the token of an arrival.
    #[cfg(feature = "tower")] // for the guard
    pub(crate) fn token(&self, arrival: &str) -> &str {
        let (_, found) = self
            .arrivals
            .iter()
            .find(|(name, _)| name == arrival)
            .unwrap();
        found.token.as_deref().unwrap()
    }
}

pub(crate) fn domains() -> Domains {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/domains/domains.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_session_ends_as_specified_in_every_request_and_under_every_policy() {
    let domains = domains();
    let sites: Vec<_> = domains.scenes.iter().map(Site::of).collect();
    let slices = domains.ends.iter().enumerate();
    check(slices.map(|(number, (arrival, calls, digest))| {
        let mut lines = String::new();
        let (_, arrival) = domains
            .arrivals
            .iter()
            .find(|(name, _)| name == arrival)
            .unwrap();
        for site in &sites {
            for (_, fields) in &domains.requests {
                site.add_cases(&domains, arrival, calls, fields, &mut lines);
            }
        }
        (format!("ends {number}"), lines, digest.as_str())
    }));
}

#[test]
fn a_request_says_what_it_is_as_specified() {
    let domains = domains();
    let cookies = [false, true].map(|only| {
        let builder = SessionCookie::unencrypted_but_signed(key(&domains.keys[0]));
        builder.refresh_navigations_only(only).build().unwrap()
    });
    check_axes(&domains, "quiet", |values| {
        let [fields @ .., only, has_token] = values else {
            panic!("{values:?}");
        };
        let token = has_token
            .as_bool()
            .unwrap()
            .then_some(("cookie", "__Host-session=x"));
        let others = [("host", "shop.example")].into_iter().chain(token);
        let map = map_of(fields, others);
        let cookie = &cookies[usize::from(only.as_bool().unwrap())];
        let session = cookie.load_from(&map, system_time(domains.now));
        let facts = session.lock.hold().unwrap().contents.arrival.request;
        let found = [
            facts.refreshes_nothing,
            facts.is_preload,
            facts.is_prefetch,
            facts.may_hide,
        ];
        found.map(|is_so| if is_so { "1" } else { "0" }).concat()
    });
}

#[test]
fn responses_are_kept_from_caches_as_specified() {
    let domains = domains();
    let cookies = [false, true].map(|may_share| {
        let builder = SessionCookie::unencrypted_but_signed(key(&domains.keys[0]));
        builder
            .danger_allow_shared_caching(may_share)
            .build()
            .unwrap()
    });
    let request = header_map(&[("cookie".to_owned(), "__Host-session=x".to_owned())]);
    check_axes(&domains, "caches", |values| {
        let [fields @ .., touch, may_share] = values else {
            panic!("{values:?}");
        };
        let cookie = &cookies[usize::from(may_share.as_bool().unwrap())];
        let session = cookie.load_from(&request, system_time(domains.now));
        match touch.as_str().unwrap() {
            "touched" => assert!(session.is_new()),
            "written" => assert_eq!(session.invalidate().unwrap(), None),
            _ => {}
        }
        let mut response = map_of(fields, []);
        let is_shareable = CacheHeaders::of(&response).is_shareable();
        cookie
            .save_to(&session, StatusCode::OK, &mut response)
            .unwrap();
        response.remove("set-cookie");
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            format!("{name}: {}", value.to_str().unwrap())
        };
        let vary: Vec<_> = response
            .get_all("vary")
            .iter()
            .map(|value| value.to_str().unwrap().to_lowercase())
            .collect();
        response.remove("vary");
        let mut others: Vec<_> = response.iter().map(line).collect();
        others.sort();
        format!(
            "{} {} | {}",
            u8::from(is_shareable),
            others.join(" | "),
            vary.join(", ")
        )
    });
}

#[test]
fn the_keys_of_a_ring_have_the_specified_roles() {
    let domains = domains();
    let of = |text: &String| (key(text).id(), RingKey::from(key(text)));
    let keys: Vec<_> = domains.keys.iter().map(of).collect();
    let at = |offset: &Value| {
        let offset = offset.as_i64();
        offset.map(|offset| system_time(domains.now.wrapping_add_signed(offset)))
    };
    check_axes(&domains, "roles", |times| {
        let timed = |((_, key), times): (&(KeyId, RingKey), &[Value])| {
            let mut key = key.clone();
            if let Some(time) = at(&times[0]) {
                key = key.seal_from(time);
            }
            if let Some(time) = at(&times[1]) {
                key = key.accept_until(time);
            }
            key
        };
        let Ok(ring) = KeyRing::from_keys(keys.iter().zip(times.chunks(2)).map(timed)) else {
            return "refused".to_owned();
        };
        let role =
            |(id, _): &(KeyId, RingKey)| match ring.role(*id, system_time(domains.now)).unwrap() {
                KeyRole::Sealing => "sealing",
                KeyRole::Planned => "planned",
                KeyRole::Accepted => "accepted",
                KeyRole::Retired => "retired",
            };
        keys.iter().map(role).collect::<Vec<_>>().join(" ")
    });
}

/// Compares the slices of a product of axes with what `answer` says of its values.
#[track_caller]
pub(crate) fn check_axes(domains: &Domains, domain: &str, answer: impl Fn(&[Value]) -> String) {
    let (_, axes, digests) = domains
        .axes
        .iter()
        .find(|(name, ..)| name == domain)
        .unwrap();
    check(digests.iter().enumerate().map(|(number, digest)| {
        let mut rows = vec![vec![axes[0][number].clone()]];
        for axis in &axes[1..] {
            let longer =
                |row: &Vec<Value>, value: &Value| [&row[..], std::slice::from_ref(value)].concat();
            rows = rows
                .iter()
                .flat_map(|row| axis.iter().map(move |value| longer(row, value)))
                .collect();
        }
        let lines = rows.iter().map(|row| answer(row) + "\n").collect();
        (format!("{domain} {number}"), lines, digest.as_str())
    }));
}

/// Compares slices, and writes the cases of the first one that differs.
#[track_caller]
fn check<'a>(slices: impl Iterator<Item = (String, String, &'a str)>) {
    let (mut cases, mut different) = (0, Vec::new());
    for (name, lines, digest) in slices {
        cases += lines.lines().count();
        let found = Sha256::digest(&lines);
        let found: String = found[..6]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if found != digest {
            if different.is_empty() {
                let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/domains.txt");
                fs::write(file, lines).unwrap();
            }
            different.push(name);
        }
    }
    assert!(cases > 0);
    let first = different.first().map_or("", String::as_str);
    assert!(
        different.is_empty(),
        "{different:?}: `python3 tests/domains/domains.py \"{first}\" target/domains.txt` shows the first case that differs"
    );
}

impl Site {
    fn of((_, is_thorough, scene): &(String, bool, Scene)) -> Site {
        let cookie = scene.cookie("__Host-session").unwrap();
        Site {
            scene: scene.clone(),
            cookie,
            is_thorough: *is_thorough,
        }
    }

    /// Adds the cases of a state in one request.
    fn add_cases(
        &self,
        domains: &Domains,
        arrival: &Arrival,
        calls: &[usize],
        fields: &[(String, String)],
        lines: &mut String,
    ) {
        let session = self.arrive(domains.now, arrival, fields);
        let actions: Vec<_> = calls
            .iter()
            .map(|&call| domains.calls[call].clone())
            .collect();
        let told: Vec<_> = actions
            .iter()
            .map(|action| self.told_by(&session, action))
            .collect();
        let mut held = session.lock.hold().unwrap();
        add_draft(held.state(), domains.now, &told, lines);
        let contents = &*held.contents;
        let is_touched = contents.is_touched;
        let loaded = contents.loaded.as_ref().unwrap();
        let outcome = loaded.outcome;
        let has_key = !loaded.state.is_new() && outcome.opened_under().is_some();
        let is_refused = contents.last_error.is_some();
        drop(held);
        let standings = if has_key {
            &domains.standings[..]
        } else {
            &domains.standings[..1]
        };
        let telling = if is_refused {
            &domains.telling[..]
        } else {
            &[]
        };
        let shared = CacheHeaders::of(&header_map(&[(
            "cache-control".to_owned(),
            "public".to_owned(),
        )]))
        .is_shareable();
        let choice = usize::from(self.is_thorough);
        let sent = domains.sent[choice].iter().map(|word| match &**word {
            "nothing" => AlreadySent::Nothing,
            "same" => AlreadySent::Same,
            _ => AlreadySent::Other,
        });
        let sent: Vec<_> = sent.collect();
        let mut last = Case::default();
        for key in standings {
            if has_key {
                let key_id = key_id(key);
                let mut held = session.lock.hold().unwrap();
                held.contents.loaded.as_mut().unwrap().outcome = Outcome::Opened { key_id };
            }
            for &status in domains.statuses[choice].iter().chain(telling) {
                for is_shareable in [false, shared] {
                    for &already_sent in &sent {
                        let response = ResponseFacts {
                            status,
                            is_shareable,
                            already_sent,
                            has_refused: false,
                        };
                        last.add(self, &session, is_touched, response, lines);
                    }
                }
            }
        }
    }

    /// Returns the session of a request, after the application was asked.
    fn arrive(&self, now: u64, arrival: &Arrival, fields: &[(String, String)]) -> Session {
        let Arrival { token, answer, how } = arrival;
        let mut fields = fields.to_vec();
        if let Some(token) = token {
            fields.push(("cookie".to_owned(), format!("__Host-session={token}")));
        }
        let session = self
            .cookie
            .load_from(&header_map(&fields), system_time(now));
        if let Some(how) = how {
            self.become_another(
                how,
                token.as_deref().unwrap(),
                &mut session.lock.hold().unwrap(),
            );
        }
        if let Some(answer) = answer {
            *self.scene.answer.lock().unwrap() = answer.clone();
            let _ = acts::at_once(session.validate());
        }
        session
    }

    /// Makes another session of one that opens.
    fn become_another(&self, how: &str, token: &str, held: &mut Held<'_, Map>) {
        let core = &self.cookie.carrier.core;
        let request = held.contents.arrival.request;
        let loaded = held.read();
        let Ok((key_id, bytes)) = token::open(
            &core.slot.keys(),
            &core.context,
            loaded.state.now,
            token.as_bytes(),
        ) else {
            return;
        };
        let arrived_in = NonZeroU32::new(token.len() as u32).map(|len| (len, 1));
        let mut body = Body::parse(bytes, arrived_in).unwrap();
        let mut state = State::new(&core.policy, loaded.state.now, true);
        state.request = request;
        let mut outcome = Outcome::Opened { key_id };
        match how {
            "stale" => {
                state.withhold(Withheld::Stale(Stale::new(body.metadata)));
                outcome = outcome.rejected(Reason::Stale);
            }
            "bound" => {
                body.metadata.device = Some([0; 16]);
                state.admitted.became_bound = true;
                state.resume(body).unwrap();
            }
            "taken over" => {
                outcome = Outcome::Migrated;
                state.take_over(body).unwrap();
            }
            other => panic!("{other}"),
        }
        *loaded = Loaded::new(state, loaded.carried);
        loaded.outcome = outcome;
    }

    /// Calls the session, and returns what the application is told.
    fn told_by(&self, session: &Session, action: &[Value]) -> String {
        let told = acts::perform(&self.scene.answer, session, &[action.to_vec()]);
        let id = |ended: &Option<String>| if ended.is_some() { "id" } else { "none" }.to_owned();
        let error = told.errors.first().map(|(_, word)| word.clone());
        let ended = told.ended.first().map(|(_, ended)| id(ended));
        let taken = told.taken.unwrap_or_default();
        let taken = taken.first().map(|(_, taken)| taken.len().to_string());
        error.or(ended).or(taken).unwrap_or_default()
    }
}

/// Adds the session as the calls left it.
fn add_draft(state: &State<Map>, now: u64, told: &[String], lines: &mut String) {
    let metadata = state.draft_metadata();
    let came = state
        .received
        .opened_metadata()
        .and_then(|opened| opened.sid);
    let sid = match metadata.sid {
        None => "none",
        sid if sid == came => "came",
        _ => "new",
    };
    let issued = i128::from(metadata.issued) - i128::from(now);
    let none =
        |seconds: Option<u32>| seconds.map_or("None".to_owned(), |seconds| seconds.to_string());
    let (limit, remembered) = (none(metadata.limit), none(metadata.remembered));
    let lengths = (state.payload().len(), state.flashes(|_| true).len());
    let (told, age) = (told.join(","), metadata.age);
    writeln!(
        lines,
        "{told} {issued} {age} {limit} {remembered} {sid} {} {}",
        lengths.0, lengths.1
    )
    .unwrap();
}

/// What comes of the last case, and the same as text, which is made once for equal cases that follow each other.
#[derive(Default)]
struct Case {
    found: Option<Found>,
    line: String,
}

#[derive(PartialEq)]
struct Found {
    dependence: Dependence,
    change: &'static str,
    body: Option<BodyToSeal>,
    counted: &'static [labels::Change],
    lost: &'static str,
}

impl Case {
    fn add(
        &mut self,
        site: &Site,
        session: &Session,
        is_touched: bool,
        mut response: ResponseFacts,
        lines: &mut String,
    ) {
        let mut held = session.lock.hold().unwrap();
        (held.contents.is_touched, held.contents.read_only) = (is_touched, None);
        held.contents.loaded.as_mut().unwrap().begun_under = None;
        drop(held);
        let core = &*site.cookie.carrier.core;
        let decided = session.close(core, response).unwrap();
        let held = &decided.held;
        // What `close` does alike, for the names of what is counted.
        response.has_refused = held.contents.last_error.is_some();
        if held.last_error_told_by(response.status).is_some() {
            response.status = FAILED;
        }
        let loaded = held.contents.loaded.as_ref().unwrap();
        let standing = loaded.standing(core, &core.slot.keys());
        let decision = loaded.state.decide(response, standing);
        let is_touched = held.contents.is_touched;
        let (change, body) = match &decided.change {
            Change::Keep => ("keep", None),
            Change::Drop => ("drop", None),
            Change::Store(to_seal) => ("store", Some(to_seal.body)),
        };
        let counted = if is_touched {
            loaded.changes(decision)
        } else {
            &[]
        };
        let lost = match decision {
            _ if !is_touched => "",
            Decision::KeepSent => " LeftOut",
            Decision::KeepLapsed => " Lapsed",
            Decision::KeepFailed => " Failed",
            _ => "",
        };
        let dependence = decided.dependence;
        let found = Some(Found {
            dependence,
            change,
            body,
            counted,
            lost,
        });
        if self.found != found {
            self.found = found;
            self.line.clear();
            let line = &mut self.line;
            write!(
                line,
                "{change} {}",
                format!("{dependence:?}").to_lowercase()
            )
            .unwrap();
            if let Some(body) = body {
                let age = match body {
                    BodyToSeal::With(metadata) => metadata.age,
                    BodyToSeal::AsArrived => loaded.state.draft_metadata().age,
                };
                let max_age = loaded
                    .state
                    .max_age(body)
                    .map_or("None".to_owned(), |age| age.to_string());
                write!(line, " {} {age} {max_age}", loaded.state.body_len(body)).unwrap();
            }
            for change in counted {
                write!(line, " {}", change.name()).unwrap();
            }
            line.push_str(lost);
            line.push('\n');
        }
        lines.push_str(&self.line);
    }
}

pub(crate) fn header_map(fields: &[(String, String)]) -> HeaderMap {
    let of = |(name, value): &(String, String)| {
        (
            name.parse::<HeaderName>().unwrap(),
            value.parse::<HeaderValue>().unwrap(),
        )
    };
    fields.iter().map(of).collect()
}

/// Fields of an axis each, and others.
pub(crate) fn map_of<'a>(
    axes: &[Value],
    others: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> HeaderMap {
    let of_axes = axes.iter().flat_map(|fields| fields.as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of_axes = of_axes.map(|field| (text(&field[0]), text(&field[1])));
    let others = others
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    header_map(&others.chain(of_axes).collect::<Vec<_>>())
}

/// Returns a ring whose first key seals, and whose second only opens.
#[cfg(feature = "tower")] // for the guard
pub(crate) fn ring(domains: &Domains) -> KeyRing {
    KeyRing::from_keys(domains.keys[..2].iter().map(|text| key(text))).unwrap()
}

fn key(text: &str) -> SigningKey {
    text.parse().unwrap()
}

fn key_id(hex: &str) -> KeyId {
    let byte = |at: usize| u8::from_str_radix(&hex[2 * at..][..2], 16).unwrap();
    KeyId(std::array::from_fn(byte))
}
