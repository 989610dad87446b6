//! Whole requests: what the application does with its session, and what the response says of it.

use std::sync::{Arc, Mutex};

use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    acts::{Told, perform},
    adapters::{Adapter, Exchange, lines_of},
    for_each, hex,
    scene::{Carrier, Scene, fields_of},
    skips::Tally,
    types::{Acts, Expects, typed},
};
use crate::{
    Session,
    state::{AlreadySent, Dependence, Payload, Sid},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    #[serde(flatten)]
    scene: Scene,
    #[serde(default)]
    expects: Expects,
    actions: Vec<Vec<Value>>,
    /// After the head of the response.
    #[serde(default)]
    late: Vec<Vec<Value>>,
    #[serde(default)]
    response: ResponseOf,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseOf {
    status: u16,
    fields: Vec<(String, String)>,
}

impl Default for ResponseOf {
    fn default() -> ResponseOf {
        let (status, fields) = (200, Vec::new());
        ResponseOf { status, fields }
    }
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(flatten)]
    told: Told,
    #[serde(default)]
    late: Vec<(usize, String)>,
    failed: Option<String>,
    change: Option<String>,
    touch: Option<String>,
    stored: Option<Value>,
    /// `None`: the response has no session of its own.
    left: Option<Vec<String>>,
    offer: Option<Value>,
    fields: Vec<(String, String)>,
}

#[test]
fn sessions_are_written_as_specified() {
    let tally = Tally::of("writes");
    for_each("writes", |name, vector| check(name, &vector, &tally));
    tally.check();
}

#[track_caller]
pub(super) fn check(name: &str, vector: &Vector, tally: &Tally) {
    typed!(&vector.expects, check_of(name, vector, tally));
}

#[track_caller]
fn check_of<T: Acts>(name: &str, vector: &Vector, tally: &Tally) {
    for adapter in [Adapter::Direct].into_iter().chain(Adapter::all()) {
        if let Some(mut found) = through::<T>(adapter, vector, tally) {
            let mut expected = vector.expect.clone();
            if adapter == Adapter::Jar {
                found.fields.iter_mut().for_each(sort_attributes);
                expected.fields.iter_mut().for_each(sort_attributes);
            }
            assert_eq!(found, expected, "{name}, {adapter:?}");
        }
    }
}

/// Performs the actions behind an adapter, and reads its response.
fn through<T: Acts>(adapter: Adapter, vector: &Vector, tally: &Tally) -> Option<Expected> {
    let Vector {
        scene,
        actions,
        late,
        response,
        expect: expected,
        ..
    } = vector;
    let is_late = !late.is_empty();
    let done = Arc::new(Mutex::new((Told::default(), false, None)));
    let (doing, answer, to_do) = (
        Arc::clone(&done),
        Arc::clone(&scene.answer),
        actions.clone(),
    );
    let work = move |session: &Session<T>| {
        let told = perform(&answer, session, &to_do);
        let left = is_late.then(|| session.clone());
        *doing.lock().unwrap() = (told, session.has_changed(), left);
    };
    let exchange = Exchange {
        status: response.status,
        response: fields_of(&response.fields),
        actions,
        is_left: is_late && expected.touch.as_deref() == Some("untouched"),
        ..Exchange::new(scene, work)
    };
    let answered = tally.through(adapter, &exchange)?;
    let (mut told, has_changed, session) = std::mem::take(&mut *done.lock().unwrap());
    told.taken = told.taken.filter(|_| expected.told.taken.is_some());
    let late = session.map(|session| perform(&scene.answer, &session, late).errors);
    let mut found = Expected {
        told,
        late: late.unwrap_or_default(),
        ..Expected::default()
    };
    if answered.status() == 500 && response.status != 500 {
        found.failed = Some("clock".to_owned());
        return Some(found);
    }
    assert_eq!(answered.status(), response.status);

    // The lines of the application come first.
    let carrier = scene.carrier::<T>().unwrap();
    let own = carrier.sent_in();
    let mut lines: Vec<_> = lines_of(answered.headers(), own).collect();
    let left = match &expected.left {
        Some(left) => left.len(),
        // A token replaces another.
        None if own == "set-cookie" => lines_of(&exchange.response, own).count(),
        None => 0,
    };
    let ours = lines.split_off(left).into_iter().map(|line| (own, line));
    let offers = lines_of(answered.headers(), OFFER).map(|offer| (OFFER, offer));
    sent(
        scene,
        came_with(scene, &carrier),
        &ours.chain(offers).collect::<Vec<_>>(),
        &mut found,
    );
    found.left = expected.left.is_some().then_some(lines);
    found.touch.clone_from(&expected.touch);
    if let Some((dependence, already_sent)) =
        answered.extensions().get::<(Dependence, AlreadySent)>()
    {
        found.touch = Some(format!("{dependence:?}").to_lowercase());
        assert_eq!(found.left.is_some(), *already_sent != AlreadySent::Nothing);
    } else if !matches!(adapter, Adapter::LoadAndSave | Adapter::Jar) {
        let touch = expected.touch.as_deref().unwrap();
        check_caches(scene, touch, &exchange.response, answered.headers());
    }
    let is_saved = actions.iter().any(|action| action[0] == "save");
    if found.left.is_none() && response.status < 400 && !is_saved {
        let is_written = found.touch.as_deref() == Some("written");
        assert_eq!(has_changed, is_written && !found.fields.is_empty());
    }
    Some(found)
}

/// The extent to which the response depends on the session shows in its fields for caches, of which `caches.json` tells
/// the rest.
#[track_caller]
fn check_caches(scene: &Scene, touch: &str, before: &HeaderMap, after: &HeaderMap) {
    let [was, is] = [before, after]
        .map(|fields| ["cache-control", "vary"].map(|name| lines_of(fields, name).collect()));
    let [was, is]: [[Vec<String>; 2]; 2] = [was, is];
    match touch {
        "untouched" => assert_eq!(is, was),
        "touched" => assert!(is[0] != ["no-store"] || was[0] == ["no-store"], "{is:?}"),
        _ if scene.may_share => {}
        _ => assert_eq!(is[0], ["no-store"]),
    }
    assert_eq!(touch != "untouched", !is[1].is_empty(), "{is:?}");
}

fn sent(scene: &Scene, came: Option<Sid>, fields: &[(&str, String)], found: &mut Expected) {
    let name = scene.purpose().name().to_owned();
    let parts: Vec<_> = fields
        .iter()
        .filter_map(|field| part(field, &name))
        .collect();
    let is_dropped = fields.iter().any(|(_, value)| {
        let rest = value.strip_prefix(&*name);
        value.is_empty() || rest.is_some_and(|rest| rest.starts_with("=;"))
    });
    let change = match (parts.is_empty(), is_dropped) {
        (false, _) => "store",
        (true, true) => "drop",
        (true, false) => "keep",
    };
    found.change = Some(change.to_owned());
    found.stored = (!parts.is_empty()).then(|| stored(scene, came, &parts));
    let mut offers = fields.iter().filter(|(name, _)| *name == OFFER);
    found.offer = offers.next().map(|(_, value)| {
        let offer = value.split('"').nth_back(1).unwrap();
        let content = scene.opened(scene.purpose().device("registration"), offer);
        json!({"key_id": content.key_id.to_string(), "issued": content.metadata.issued})
    });
    found.fields = fields.iter().map(starred).collect();
}

/// The token, or a part of it, that a field carries.
fn part<'a>((field, value): &'a (&str, String), name: &str) -> Option<&'a str> {
    match *field {
        "set-cookie" => {
            let (pair, _) = value.split_once(';').unwrap();
            let (cookie, token) = pair.split_once('=').unwrap();
            let rest = cookie.strip_prefix(name)?;
            let is_part = rest.len() == 2 && rest.starts_with('.');
            let token = token.split_once('.').map_or(token, |(_, token)| token);
            (rest.is_empty() || is_part).then_some(token)
        }
        OFFER => None,
        _ => Some(value.as_str()),
    }
    .filter(|token| !token.is_empty())
}

/// The id of the session that the request brings.
pub(super) fn came_with<T: Payload>(scene: &Scene, carrier: &Carrier<T>) -> Option<Sid> {
    let session = scene.load(carrier);
    session.access().state().received.opened_metadata()?.sid
}

/// The session whose token came in these parts.
pub(super) fn stored(scene: &Scene, came: Option<Sid>, parts: &[&str]) -> Value {
    let content = scene.opened(scene.purpose(), &parts.concat());
    let metadata = content.metadata;
    json!({
        "key_id": content.key_id.to_string(),
        "issued": metadata.issued,
        "age": metadata.age,
        "limit": metadata.limit,
        "remembered": metadata.remembered,
        "sid": metadata.sid.map(|sid| if came == Some(sid) { "kept" } else { "new" }),
        "device": metadata.device.map(|device| hex(&device)),
        "schema": Some(metadata.schema).filter(|schema| *schema != 0),
        "flash": content.flash,
        "payload": hex(&content.payload),
        "lengths": parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
    })
}

/// A field with `*` for what no two seals have in common.
pub(super) fn starred((field, value): &(&str, String)) -> (String, String) {
    let starred = match *field {
        "set-cookie" => {
            let (pair, attributes) = value.split_once(';').unwrap();
            let (name, token) = pair.split_once('=').unwrap();
            let token = match token.split_once('.') {
                _ if token.is_empty() || name.contains(".out-") => token.to_owned(),
                Some((count, _)) => format!("{count}.*"),
                None => "*".to_owned(),
            };
            format!("{name}={token};{attributes}")
        }
        OFFER => {
            let (before, _) = value.split_once("challenge=").unwrap();
            format!("{before}challenge=\"*\"")
        }
        _ if value.is_empty() => String::new(),
        _ => "*".to_owned(),
    };
    ((*field).to_owned(), starred)
}

/// A jar writes them in another order.
fn sort_attributes((_, line): &mut (String, String)) {
    let mut words: Vec<_> = line.split("; ").collect();
    words.sort_unstable();
    *line = words.join("; ");
}

const OFFER: &str = "secure-session-registration";
