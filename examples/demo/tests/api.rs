//! The playground, by tables of requests and answers in `api/`. A test begins with its title, behind a `#`.
//!
//! ```text
//! demo --idle 100                                   starts a demo, to which all visitors go from now on
//! key old                                           makes a key: $old, and its id $old.id
//! ring $old                                         the ring of the demos that follow
//! eve copies ada                                    a visitor with the cookies of another
//! eve token ~                                       puts a token into the session's cookie
//! eve token-is $token                               keeps the session's token
//! eve: PUT /api/data/a 1 | origin: null => 403 {"error": "~site"} | cookies: 0
//! ```
//!
//! A line is a request, with a body and fields of its head, and the answer. Of its JSON, the named entries are
//! compared; `$name` is kept when it comes first and the same afterwards, `!$name` differs, `$_` is not null, and
//! `~text` is a part. `$port` is the demo's. `x*9` is nine letters. A field of the head has the text, or is `-` for
//! none; `cookies` counts `Set-Cookie`.

use std::collections::BTreeMap;

use hardtack_scenarios::{Answer, Method};
use serde_json::Value;

use crate::demo::{Visitor, encryption_key, id_of, start_with};

#[test]
fn values_and_sessions() {
    run(include_str!("api/sessions.txt"));
}

#[test]
fn sizes_and_times() {
    run(include_str!("api/limits.txt"));
}

#[test]
fn keys_and_revocation() {
    run(include_str!("api/keys.txt"));
}

#[test]
fn messages_csrf_headers_and_responses() {
    run(include_str!("api/answers.txt"));
}

fn run(table: &str) {
    for test in table.split("# ").skip(1) {
        let mut play = Play::default();
        for line in test.lines().skip(1).filter(|line| !line.is_empty()) {
            play.act(line).unwrap_or_else(|found| {
                panic!("{}\n{line}\n{found}", test.lines().next().unwrap())
            });
        }
    }
}

#[derive(Default)]
struct Play {
    ring: String,
    demo: Option<Visitor>,
    visitors: BTreeMap<String, Visitor>,
    values: BTreeMap<String, String>,
}

impl Play {
    fn act(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        match words[..] {
            ["demo", ..] => self.start(&line[4..]),
            ["key", name] => {
                let key = encryption_key();
                self.values.insert(format!("{name}.id"), id_of(&key));
                self.values.insert(name.to_owned(), key);
            }
            ["ring", ..] => self.ring = self.filled(&line[5..]),
            [name, "copies", other] => {
                let copy = self.visitor(other).copy();
                self.visitors.insert(name.to_owned(), copy);
            }
            [name, "token", token] => {
                let token = self.filled(token);
                self.visitor(name).set_token(&token);
            }
            [name, "token-is", kept] => {
                let token = self.visitor(name).token().unwrap_or_default();
                self.values.insert(kept[1..].to_owned(), token);
            }
            _ => {
                let (request, expected) = line.split_once(" => ").ok_or("this is no request")?;
                let answer = self.ask(request);
                let matched = self.check(&answer, expected);
                return matched
                    .map_err(|found| format!("{found}\n{} {}", answer.status, answer.text));
            }
        }
        Ok(())
    }

    fn start(&mut self, flags: &str) {
        let demo = start_with(&self.ring, &self.filled(flags));
        for visitor in self.visitors.values_mut() {
            *visitor = visitor.copy().at(&demo);
        }
        let (_, port) = demo.base().rsplit_once(':').unwrap();
        self.values.insert("port".to_owned(), port.to_owned());
        self.demo = Some(demo);
    }

    /// Returns the visitor of this name, or a new one.
    fn visitor(&mut self, name: &str) -> &Visitor {
        let demo = self.demo.as_ref().unwrap();
        self.visitors
            .entry(name.to_owned())
            .or_insert_with(|| demo.stranger())
    }

    fn ask(&mut self, request: &str) -> Answer {
        if self.demo.is_none() {
            self.start("");
        }
        let (name, request) = request.split_once(": ").unwrap_or(("ada", request));
        let (name, request) = if name.contains(' ') {
            ("ada", format!("{name}: {request}"))
        } else {
            (name, request.to_owned())
        };
        let request = self.filled(&request);
        let mut parts = request.split(" | ");
        let mut words = parts.next().unwrap().splitn(3, ' ');
        let method: Method = words.next().unwrap().parse().unwrap();
        let visitor = self.visitor(name);
        let mut request = visitor.request(method, words.next().unwrap());
        for field in parts {
            let (name, value) = field.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        visitor.send(request.body(words.next().unwrap_or_default().to_owned()))
    }

    fn check(&mut self, answer: &Answer, expected: &str) -> Result<(), String> {
        let mut parts = expected.split(" | ");
        let (status, json) = split(parts.next().unwrap());
        if answer.status.to_string() != status {
            return Err(format!("the status is not {status}"));
        }
        if !json.is_empty() {
            let json: Value =
                serde_json::from_str(&expanded(json)).map_err(|error| error.to_string())?;
            self.matches(&json, &answer.json(), true)?;
        }
        parts.try_for_each(|field| {
            let (name, value) = field.split_once(": ").ok_or("no field")?;
            self.has_field(answer, name, value)
        })
    }

    fn has_field(&mut self, answer: &Answer, name: &str, expected: &str) -> Result<(), String> {
        let found = answer.header(name);
        let is_right = match (name, expected, expected.strip_prefix('$')) {
            ("cookies", count, _) => answer.set_cookies().len().to_string() == count,
            (_, "-", _) => found.is_none(),
            (_, "\"\"", _) => found == Some(""),
            (_, _, Some(kept)) => {
                self.values
                    .insert(kept.to_owned(), found.unwrap_or_default().to_owned());
                found.is_some()
            }
            _ => answer
                .field(name)
                .to_ascii_lowercase()
                .contains(&expected.to_ascii_lowercase()),
        };
        let found = || format!("{name} is {found:?}, cookies {:?}", answer.set_cookies());
        is_right.then_some(()).ok_or_else(found)
    }

    /// Compares JSON. The outermost table may have more entries.
    fn matches(
        &mut self,
        expected: &Value,
        found: &Value,
        is_outermost: bool,
    ) -> Result<(), String> {
        let is_right = match (expected, found) {
            (Value::Object(expected), Value::Object(entries)) => {
                for (key, expected) in expected {
                    let found = entries.get(key).ok_or_else(|| format!("no {key}"))?;
                    self.matches(expected, found, false)?;
                }
                is_outermost || expected.len() == entries.len()
            }
            (Value::Array(expected), Value::Array(entries)) => {
                for (expected, found) in expected.iter().zip(entries) {
                    // A batch has a table for each operation.
                    self.matches(expected, found, is_outermost)?;
                }
                expected.len() == entries.len()
            }
            (Value::String(text), _) => self.is_like(text, found),
            _ => expected == found,
        };
        let wrong = || format!("expected {expected}, found {found}");
        is_right.then_some(()).ok_or_else(wrong)
    }

    fn is_like(&mut self, expected: &str, found: &Value) -> bool {
        let text = found.as_str().map(str::to_owned);
        match (expected.split_at(expected.len().min(1)), text) {
            (("$", "_"), _) => !found.is_null(),
            (("$", name), Some(text)) => {
                let known = self.values.entry(name.to_owned());
                *known.or_insert_with(|| text.clone()) == text
            }
            (("!", name), Some(text)) => self.values[&name[1..]] != text,
            (("~", part), Some(text)) => text.contains(part),
            _ => found == expected,
        }
    }

    /// Replaces `$name` by its value, and `x*9` by letters.
    fn filled(&self, text: &str) -> String {
        // `$old.id` before `$old`.
        let values = self.values.iter().rev();
        let filled = values.fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("${name}"), value)
        });
        expanded(&filled)
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

fn expanded(text: &str) -> String {
    let mut parts = text.split("x*");
    let mut expanded = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part
            .find(|digit: char| !digit.is_ascii_digit())
            .unwrap_or(part.len());
        expanded += &"x".repeat(part[..end].parse().unwrap());
        expanded += &part[end..];
    }
    expanded
}
