//! Tokens that are opened: the values of a cookie or a header, and bare ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    PurposeOf,
    adapters::{Adapter, Exchange},
    content_of, for_each, hex,
    scene::Scene,
    skips::{Tally, is_beyond_clock},
    types::{Acts, Expects, typed},
};
use crate::{
    Session,
    base::time::{system_time, unix_seconds},
    cookie::Values,
    keys::{KeyId, KeyRole},
    session::{Arrival, CarrierCore, Outcome, Reason},
    state::RequestFacts,
    token::LONGEST_TOKEN,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(flatten)]
    scene: Scene,
    candidates: Vec<String>,
    #[serde(default)]
    parts: Vec<(usize, String)>,
    expects: Expects,
    twin: Option<String>,
    expect: Value,
}

#[test]
fn tokens_open_and_are_refused_as_specified() {
    let tally = Tally::of("open");
    let ends = Mutex::new(BTreeMap::new());
    for_each("open", |name, mut vector: Vector| {
        let request = vector.request();
        vector.scene = vector.scene.with_request(request);
        typed!(&vector.expects, check(name, &vector, &tally));
        let reason = vector.expect["rejected"].as_str().map(str::to_owned);
        ends.lock()
            .unwrap()
            .insert(name.to_owned(), (reason, vector.twin));
    });
    tally.check();
    let ends = ends.into_inner().unwrap();
    let mut reasons = BTreeSet::new();
    for (name, (reason, twin)) in &ends {
        if let Some(reason) = reason {
            reasons.insert(&**reason);
            let (of_twin, _) = &ends[twin.as_ref().expect("a failing vector has a twin")];
            assert_eq!(*of_twin, None, "the twin of {name} passes");
        }
    }
    let of_others = [Reason::Stale, Reason::Unvalidated];
    let of_tokens = Reason::ALL
        .iter()
        .filter(|reason| !of_others.contains(reason));
    assert_eq!(reasons, of_tokens.map(|reason| reason.name()).collect());
}

#[track_caller]
fn check<T: Acts>(name: &str, vector: &Vector, tally: &Tally) {
    let Vector { scene, expect, .. } = vector;
    if !is_beyond_clock(scene.now) {
        let session = vector.session::<T>();
        assert_eq!(seen(&session, expect), *expect, "{name}");
        if let Some(opened) = expect.get("opened") {
            vector.check_chosen(name, &session, opened);
        }
    }
    check_adapters::<T>(name, scene, expect, tally, seen);
}

/// Checks what the application sees of the session of a request, behind each adapter.
#[track_caller]
pub(super) fn check_adapters<T: Acts>(
    name: &str,
    scene: &Scene,
    expect: &Value,
    tally: &Tally,
    see: fn(&Session<T>, &Value) -> Value,
) {
    for adapter in Adapter::all() {
        let found = Arc::new(Mutex::new(Value::Null));
        let (seen, expected) = (Arc::clone(&found), expect.clone());
        let exchange = Exchange::<T>::new(scene, move |session| {
            *seen.lock().unwrap() = see(session, &expected);
        });
        if tally.through(adapter, &exchange).is_some() {
            assert_eq!(*found.lock().unwrap(), *expect, "{name}, {adapter:?}");
        }
    }
}

/// The outcome of a session, as vectors tell it. `opened` tells the session under this key.
pub(super) fn outcome_of<T: Acts>(
    session: &Session<T>,
    opened: impl FnOnce(KeyId) -> Value,
) -> Value {
    match session.outcome() {
        Outcome::Absent => json!({"absent": true}),
        Outcome::Rejected { reason, key_id } => {
            json!({"rejected": reason.to_string(), "key_id": key_id.map(|id| id.to_string())})
        }
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            json!({"opened": opened(key_id)})
        }
        other => panic!("{other:?}"),
    }
}

/// What the application sees of a session, as `expect` tells it. The session does not know which of several tokens it is
/// of, nor whether its key comes before the one that seals or after it.
fn seen<T: Acts>(session: &Session<T>, expect: &Value) -> Value {
    let expected = &expect["opened"];
    outcome_of(session, |key_id| {
        let mut held = session.access();
        let (metadata, payload) = (*held.state().draft_metadata(), hex(held.state().payload()));
        drop(held);
        let under = match session.outcome() {
            Outcome::Opened { .. } => json!("sealing"),
            _ if expected["under"] == "sealing" => json!("accepted"),
            _ => expected["under"].clone(),
        };
        json!({
            "index": expected["index"],
            "key_id": key_id.to_string(),
            "under": under,
            "issued": session.created_at().map(unix_seconds),
            "last_active": session.last_active_at().map(unix_seconds),
            "limit": metadata.limit,
            "remembered": metadata.remembered,
            "sid": session.id().map(|id| id.to_string()),
            "schema": Some(metadata.schema).filter(|schema| *schema != 0),
            "flash": session.take_all_flashes().unwrap(),
            "payload": payload,
            // JSON cannot hold all data.
            "data": T::data(session).filter(|_| !expected["data"].is_null()),
        })
    })
}

impl Vector {
    /// The fields that bring the values. No request brings a bare token.
    fn request(&self) -> Vec<(String, String)> {
        // A character is a byte.
        let bytes = |line: String| -> String { line.bytes().map(char::from).collect() };
        let values = self.candidates.iter();
        match &self.scene.purpose {
            PurposeOf::Token(_) => Vec::new(),
            PurposeOf::Header(name) => values
                .map(|value| (name.clone(), bytes(value.clone())))
                .collect(),
            PurposeOf::Cookie(name) => {
                let whole = values.map(|value| format!("{name}={value}"));
                let parts = self.parts.iter();
                let parts = parts.map(|(number, value)| format!("{name}.{number}={value}"));
                whole
                    .chain(parts)
                    .map(|line| ("cookie".to_owned(), bytes(line)))
                    .collect()
            }
        }
    }

    fn values(&self) -> Values {
        let mut values = match self.scene.purpose {
            PurposeOf::Cookie(_) => Values::of_cookies(),
            _ => Values::default(),
        };
        for candidate in &self.candidates {
            values.push(candidate.as_bytes(), LONGEST_TOKEN);
        }
        for (number, part) in &self.parts {
            values.push_part(*number, part.as_bytes(), LONGEST_TOKEN);
        }
        values
    }

    /// The session of the values, whatever fields bring them.
    fn session<T: Acts>(&self) -> Session<T> {
        let arrival = Arrival {
            values: self.values(),
            old: None,
            clock: system_time(self.scene.now).into(),
            context: None,
            request: RequestFacts::default(),
        };
        Session::new(Arc::new(self.core::<T>()), arrival)
    }

    /// An idle timeout may be above the longest life, which a configuration refuses.
    fn core<T: Acts>(&self) -> CarrierCore {
        let mut scene = self.scene.clone();
        let idle = scene.policy.idle.replace(None).flatten();
        let remembered_idle = scene.policy.remembered_idle.take();
        let mut core = Arc::into_inner(scene.core::<T>().unwrap()).unwrap();
        let lifetimes = &mut Arc::get_mut(&mut core.policy).unwrap().lifetimes;
        lifetimes.plain.idle = idle;
        if let Some(remembered) = &mut lifetimes.remembered {
            remembered.idle = remembered_idle;
        }
        core
    }

    /// Checks that the session is the one of the token that the vector says, and the role of its key.
    #[track_caller]
    fn check_chosen<T: Acts>(&self, name: &str, session: &Session<T>, opened: &Value) {
        let (scene, values) = (&self.scene, self.values());
        let index = opened["index"].as_u64().unwrap() as usize;
        let token = values.whole(LONGEST_TOKEN).nth(index).unwrap();
        let token = token.unwrap_or_else(|broken| panic!("{name}: {broken:?}"));
        let slot = scene.slot(scene.purpose());
        let content = content_of(&slot, &scene.context(), scene.now, &token.text);
        let content = content.unwrap_or_else(|| panic!("{name}: does not open"));
        let mut held = session.access();
        assert_eq!(
            content.metadata,
            *held.state().received.opened_metadata().unwrap(),
            "{name}"
        );
        assert_eq!(hex(&content.payload), opened["payload"], "{name}");
        assert_eq!(json!(content.flash), opened["flash"], "{name}");
        assert_eq!(content.key_id.to_string(), opened["key_id"], "{name}");
        let role = match slot.keys().role(content.key_id, scene.now).unwrap() {
            KeyRole::Accepted | KeyRole::Retired => "earlier",
            KeyRole::Sealing => "sealing",
            KeyRole::Planned => "later",
        };
        assert_eq!(role, opened["under"], "{name}");
    }
}
