//! A visitor, who knows what the session has to hold.
//!
//! Counts of what was sent and answered.

use std::{collections::BTreeMap, fmt, sync::Mutex};

use hardtack_jar::Jar;
use serde_json::{Value, json};
use ureq::{Agent, http::Response};

use crate::demo::Demo;

/// A browser, and somebody who copies its cookies and changes them.
pub(crate) struct Visitor {
    agent: Agent,
    jar: Jar,
    /// Cookies of an earlier time.
    earlier: Vec<String>,
    visits: u64,
    /// Length of a text in the session, which makes it as large as several cookies.
    text_len: usize,
}

impl Visitor {
    /// Every third has a large session.
    pub(crate) fn new(number: usize) -> Visitor {
        let config = Agent::config_builder().http_status_as_error(false);
        let mut jar = Jar::default();
        jar.url = "http://127.0.0.1/".parse().expect("an address");
        Visitor {
            agent: config.build().into(),
            jar,
            earlier: Vec::new(),
            visits: 0,
            text_len: if number.is_multiple_of(3) {
                5_000 + 400 * number
            } else {
                0
            },
        }
    }

    /// Changes the session, finds the change in the next request, and then sends cookies that have to be refused.
    pub(crate) fn visit(&mut self, demo: &Demo, tally: &Tally) {
        self.visits += 1;
        let kind = if self.text_len > 0 {
            "large"
        } else {
            "counted"
        };
        let text = "x".repeat(self.text_len + (self.visits % 7) as usize);
        let value = json!({ "visits": self.visits, "text": text });
        let request = self.agent.put(format!("{}/api/data/state", demo.base));
        let request = request.header("cookie", self.jar.field());
        let request = request.header("content-type", "application/json");
        let answer = request.send(value.to_string()).expect("an answer");
        tally.answered(kind, answer.status().as_u16());
        let earlier = self.jar.pairs();
        self.jar.receive(set_cookies(&answer));
        let found = self.look(demo, kind, &self.jar.field(), tally);
        if found["data"]["state"] != value {
            let outcome = &found["outcome"];
            tally.mistake(format!("{kind}: visit {} was lost: {outcome}", self.visits));
        }
        for (kind, field) in self.hostile() {
            let found = self.look(demo, kind, &field, tally);
            if found["outcome"] != "rejected" || found["data"] != json!({}) {
                tally.mistake(format!("{kind}: {}", found["outcome"]));
            }
        }
        self.earlier = earlier;
    }

    /// Returns what the demo says of the session of this `Cookie` field.
    fn look(&self, demo: &Demo, kind: &'static str, field: &str, tally: &Tally) -> Value {
        let request = self.agent.get(format!("{}/api/session", demo.base));
        let mut answer = request.header("cookie", field).call().expect("an answer");
        tally.answered(kind, answer.status().as_u16());
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn hostile(&self) -> Vec<(&'static str, String)> {
        let (pairs, at) = (self.jar.pairs(), self.visits as usize);
        let name = pairs[0].split('=').next().unwrap_or_default();
        let mut tampered = self.jar.field().into_bytes();
        let places = name.len() + 3..pairs[0].len() - 1;
        let place = places.start + at * 7 % places.len();
        tampered[place] = if tampered[place] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8_lossy(&tampered).into_owned();
        let garbage: String = (0..at * 31 % 3_000 + 1)
            .map(|i| GARBAGE[(i * i + at) % GARBAGE.len()] as char)
            .collect();
        let mut hostile = vec![
            ("tampered", tampered),
            ("garbage", format!("{name}={garbage}")),
            (
                "too long",
                format!("{name}={}", "A".repeat(32_769 + at % 5_000)),
            ),
        ];
        // A first part of now and the others of before.
        let is_alike = self.earlier.len() == pairs.len() && pairs.len() > 1;
        if is_alike {
            let mixed = [&pairs[..1], &self.earlier[1..]].concat();
            hostile.push(("mixed parts", mixed.join("; ")));
        }
        hostile
    }
}

fn set_cookies<B>(answer: &Response<B>) -> Vec<String> {
    let fields = answer.headers().get_all("set-cookie").iter();
    fields
        .filter_map(|field| field.to_str().ok().map(str::to_owned))
        .collect()
}

const GARBAGE: &[u8] = b"!#$%&'()*+-./0123456789:<>?@ABCxyz[]^_`{|}~AAAA....====";

/// Counts, shared by all threads.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// By kind of request and status.
    answers: BTreeMap<(&'static str, u16), u64>,
    rotations: u64,
    mistakes: Vec<String>,
}

impl Tally {
    /// Counts an answer. One of 5xx is a mistake.
    pub(crate) fn answered(&self, kind: &'static str, status: u16) {
        self.with(|counts| *counts.answers.entry((kind, status)).or_default() += 1);
        if status >= 500 {
            self.mistake(format!("{kind}: {status}"));
        }
    }

    pub(crate) fn rotated(&self, is_taken: bool) {
        self.with(|counts| counts.rotations += 1);
        if !is_taken {
            self.mistake("a ring was refused".to_owned());
        }
    }

    /// Notes what must not happen. A few tell enough.
    pub(crate) fn mistake(&self, mistake: String) {
        self.with(|counts| {
            if counts.mistakes.len() < MOST_MISTAKES {
                counts.mistakes.push(mistake);
            }
        });
    }

    /// Returns the mistakes, one of which is that less was done than the program is for.
    pub(crate) fn mistakes(&self, least_rotations: u64) -> Vec<String> {
        self.with(|counts| {
            let has_all = KINDS
                .iter()
                .all(|kind| counts.answers.keys().any(|(known, _)| known == kind));
            let mut mistakes = counts.mistakes.clone();
            mistakes.extend((!has_all).then(|| "a kind of request was never sent".to_owned()));
            let has_rotated = counts.rotations >= least_rotations;
            mistakes.extend((!has_rotated).then(|| "keys were rotated too rarely".to_owned()));
            mistakes
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut Counts) -> R) -> R {
        work(&mut self.0.lock().expect("nobody panicked"))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.with(|counts| {
            let answers = counts.answers.iter();
            let lines =
                answers.map(|((kind, status), count)| format!("{count:>10}  {kind}: {status}\n"));
            lines.collect::<String>() + &format!("{:>10}  rotations", counts.rotations)
        });
        f.write_str(&lines)
    }
}

/// All kinds of requests.
pub(crate) const KINDS: [&str; 6] = [
    "counted",
    "large",
    "tampered",
    "garbage",
    "too long",
    "mixed parts",
];
const MOST_MISTAKES: usize = 20;
