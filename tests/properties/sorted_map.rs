//! A session behaves like a sorted map.

use std::{collections::BTreeMap, time::SystemTime};

use hardtack::{Session, SessionId, Size};
use proptest::prelude::*;
use serde_json::Value;

use crate::{browser::Browser, cases::cases, moments::at, site, suite};

#[derive(Clone, Debug)]
enum Step {
    Insert(String, Value),
    Append(String, u8),
    Remove(String),
    Take(String),
    Clear,
    Invalidate,
    EnsureId,
    Renew,
    RenewId,
    Save,
    Discard,
    Look(String),
}

fn step() -> impl Strategy<Value = Step> {
    let key = || prop_oneof![3 => "[a-c]", 1 => "\\PC{0,40}"];
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
    ];
    prop_oneof![
        6 => (key(), value).prop_map(|(key, value)| Step::Insert(key, value)),
        4 => (key(), any::<u8>()).prop_map(|(key, byte)| Step::Append(key, byte)),
        3 => key().prop_map(Step::Remove),
        3 => key().prop_map(Step::Take),
        1 => Just(Step::Clear),
        1 => Just(Step::Invalidate),
        1 => Just(Step::EnsureId),
        1 => Just(Step::Renew),
        1 => Just(Step::RenewId),
        1 => Just(Step::Save),
        1 => Just(Step::Discard),
        6 => key().prop_map(Step::Look),
    ]
}

/// What a session is between two requests.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    content: BTreeMap<String, Value>,
    id: Option<SessionId>,
    created_at: Option<SystemTime>,
}

#[derive(Clone, Copy, Default)]
struct Deeds {
    brought_id: Option<SessionId>,
    is_invalidated: bool,
    is_saved: bool,
    is_discarded: bool,
}

impl Model {
    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.id.is_none()
    }

    fn take(&mut self, step: Step, session: &Session, now: SystemTime, deeds: &mut Deeds) {
        match step {
            Step::Insert(key, value) => {
                session.insert(&key, &value).unwrap();
                self.content.insert(key, value);
            }
            Step::Append(key, byte) => {
                let append = |value: &mut Value| match value {
                    Value::Array(list) => list.push(byte.into()),
                    other => *other = vec![byte].into(),
                };
                session.update(&key, append).unwrap();
                append(self.content.entry(key).or_default());
            }
            Step::Remove(key) => {
                let is_removed = session.remove(&key).unwrap();
                assert_eq!(is_removed, self.content.remove(&key).is_some());
            }
            Step::Take(key) => {
                let taken = session.take::<Value>(&key).unwrap();
                assert_eq!(taken, self.content.remove(&key));
            }
            Step::Clear => {
                session.clear().unwrap();
                self.content.clear();
                self.id = None;
            }
            Step::Invalidate => {
                // The id that the browser has, whatever became of it in this request.
                assert_eq!(session.invalidate().unwrap(), deeds.brought_id.take());
                *self = Model::default();
                deeds.is_invalidated = true;
            }
            Step::EnsureId => {
                let id = session.ensure_id().unwrap();
                assert_eq!(*self.id.get_or_insert(id), id);
            }
            Step::Renew | Step::RenewId => {
                match step {
                    Step::Renew => session.renew().unwrap(),
                    _ => session.renew_id().unwrap(),
                }
                assert!(session.id().is_some() && session.id() != self.id);
                self.id = session.id();
                if matches!(step, Step::Renew) && self.created_at.is_some() {
                    self.created_at = Some(now);
                }
            }
            Step::Save => {
                session.save().unwrap();
                (deeds.is_saved, deeds.is_discarded) = (true, false);
            }
            Step::Discard => {
                session.discard().unwrap();
                (deeds.is_saved, deeds.is_discarded) = (false, true);
            }
            Step::Look(key) => self.assert_is(session, &key),
        }
    }

    #[track_caller]
    fn assert_is(&self, session: &Session, key: &str) {
        assert_eq!(
            session.get::<Value>(key).unwrap().as_ref(),
            self.content.get(key)
        );
        assert_eq!(session.contains(key), self.content.contains_key(key));
        assert!(session.keys().iter().eq(self.content.keys()));
        assert_eq!(session.len(), self.content.len());
        assert_eq!(session.is_empty(), self.content.is_empty());
        let all: BTreeMap<String, Value> = session.to().unwrap();
        assert_eq!(all, self.content);
        assert_eq!(session.id(), self.id);
        assert_eq!(session.created_at(), self.created_at);
        assert_eq!(session.is_new(), self.created_at.is_none());
        assert!(!session.is_persistent());
        let _ = (session.last_active_at(), session.expires_at());
        let _ = (session.remaining_bytes(), session.outcome());
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_session_behaves_like_a_sorted_map(
        suite in suite(),
        visits in prop::collection::vec(
            (0..30u64, prop::collection::vec(step(), 0..8)),
            1..8,
        ),
    ) {
        // The visits end before a refresh is due.
        let mut browser = Browser::from(site(suite).size(Size::Browser));
        let mut before = Model::default();
        for (later, steps) in visits {
            browser.now += later;
            let now = at(browser.now);
            let brought = browser.cookie.is_some();
            let (mut model, mut deeds) = (before.clone(), Deeds::default());
            deeds.brought_id = before.id;
            browser.visit(|session| {
                for step in steps {
                    model.take(step, session, now, &mut deeds);
                }
                model.assert_is(session, "a");
            });

            let is_ended = deeds.is_invalidated && (deeds.is_discarded || model.is_empty());
            let expected = if is_ended {
                model = Model::default();
                usize::from(brought)
            } else if deeds.is_discarded {
                model = before.clone();
                0
            } else if model.is_empty() {
                model = Model::default();
                usize::from(brought)
            } else {
                let is_changed = deeds.is_invalidated || model != before;
                usize::from(is_changed || deeds.is_saved)
            };
            prop_assert_eq!(browser.sent.len(), expected);
            if !model.is_empty() && model.created_at.is_none() {
                model.created_at = Some(now);
            }
            prop_assert_eq!(browser.cookie.is_some(), !model.is_empty());
            browser.visit(|session| model.assert_is(session, "b"));
            prop_assert_eq!(browser.sent.len(), 0, "reading wrote");
            before = model;
        }
    }
}
