use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    thread,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value, json};

use super::{
    acts::{Acts, Converting, Told, is_beyond_str, perform},
    adapters::{
        ADAPTERS, Adapter, COOKIES_ALONE, Exchange, LAYERS, NO_HEADER, NO_LAYER, NO_OTHER_FIELDS,
        NO_RESPONSE, ONE_OF_A_NAME, RAN, Reasons,
    },
    check_all, hex,
    open::Visit,
    scene::{Carrier, Scene},
    vectors_of,
};
use crate::{
    Session,
    carrier::TokenChange,
    session::SaveError,
    state::{AlreadySent, Dependence, Map, Payload, Sid},
};

/// A vector without its scene.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    actions: Vec<Vec<Value>>,
    /// After the head of the response.
    #[serde(default)]
    late: Vec<Vec<Value>>,
    response: Option<ResponseOf>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseOf {
    status: u16,
    fields: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    errors: Vec<(usize, String)>,
    #[serde(default)]
    told: Vec<(usize, Option<String>)>,
    #[serde(default)]
    ids: Vec<(usize, Option<usize>)>,
    /// `None`: the vector does not tell it.
    taken: Option<Vec<(usize, Vec<String>)>>,
    #[serde(default)]
    late: Vec<(usize, String)>,
    failed: Option<String>,
    change: Option<String>,
    touch: Option<String>,
    stored: Option<Stored>,
    /// `None`: the response has no session of its own.
    left: Option<Vec<String>>,
    offer: Option<Offer>,
    fields: Vec<(String, String)>,
}

/// A session that the client stores.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    key_id: String,
    issued: u64,
    age: u32,
    limit: Option<u32>,
    remembered: Option<u32>,
    sid: Option<String>,
    device: Option<String>,
    schema: Option<u32>,
    flash: Vec<(String, String)>,
    payload: String,
    lengths: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Offer {
    key_id: String,
    issued: u64,
}

#[test]
fn sessions_are_written_as_specified() {
    let mut vectors = vectors_of("writes");
    let half = vectors.split_off(vectors.len() / 2);
    // The largest file, so by two threads.
    let (skipped, reasons) = thread::scope(|scope| {
        let other = scope.spawn(|| check_writes(half));
        let (skipped, reasons) = check_writes(vectors);
        let other = other.join().expect("the other half passes");
        (skipped + other.0, reasons.and(other.1))
    });
    assert!(skipped > 0, "texts that a `str` cannot hold");
    // Without layers these are left out above.
    let no_context: &[_] = if cfg!(feature = "tower") {
        &[NO_LAYER]
    } else {
        &[]
    };
    let plain = &[Adapter::LoadAndSave, Adapter::HeaderMap, Adapter::Jar];
    reasons.check(&[
        (ADAPTERS, &[RAN]),
        (plain, no_context),
        (
            &[Adapter::LoadAndSave, Adapter::Jar],
            &[NO_OTHER_FIELDS, NO_RESPONSE],
        ),
        (&[Adapter::Jar], &[NO_HEADER, ONE_OF_A_NAME]),
        (&[Adapter::HeaderMap], &[SHAREABLE]),
        (LAYERS, &[SHAREABLE, LEFT]),
    ]);
}

/// Returns the number of vectors that were skipped, and why adapters left others out.
fn check_writes(vectors: Vec<JsonMap<String, Value>>) -> (usize, Reasons) {
    let (mut skipped, mut reasons) = (0, Reasons::default());
    check_all(
        "writes",
        vectors,
        |name, mut vector: JsonMap<String, Value>| {
            let scene = Scene::take(&mut vector);
            if cfg!(not(feature = "tower")) && scene.context.is_none() {
                return;
            }
            if is_beyond_str(&vector["actions"]) {
                skipped += 1;
                return;
            }
            check(name, &scene, vector, &mut reasons);
        },
    );
    (skipped, reasons)
}

#[track_caller]
pub(super) fn check(
    name: &str,
    scene: &Scene,
    vector: JsonMap<String, Value>,
    reasons: &mut Reasons,
) {
    let vector: Vector = serde_json::from_value(Value::Object(vector)).unwrap();
    match &scene.expects {
        None => check_of::<Map>(name, scene, &vector, reasons),
        Some(expects) if *expects == json!({"schema": 2}) => {
            check_of::<Visit<2>>(name, scene, &vector, reasons);
        }
        Some(expects) if *expects == json!({"schema": 2, "converts": [1]}) => {
            check_of::<Converting>(name, scene, &vector, reasons);
        }
        Some(other) => panic!("{name}: {other}"),
    }
}

#[track_caller]
fn check_of<T: Acts>(name: &str, scene: &Scene, vector: &Vector, reasons: &mut Reasons) {
    assert_eq!(visit::<T>(scene, vector), vector.expect, "{name}");
    for adapter in ADAPTERS {
        let found = through::<T>(*adapter, scene, vector);
        reasons.add(*adapter, &found);
        match found {
            // What the library itself says of a jar.
            Err(COOKIES_ALONE) => assert!(scene.has_devices(), "{name}"),
            Err(ONE_OF_A_NAME) => assert!(has_one_name_twice(scene), "{name}"),
            _ => {}
        }
        if let Ok(mut found) = found {
            let mut expected = vector.expect.clone();
            if *adapter == Adapter::Jar {
                found.fields.iter_mut().for_each(sort_attributes);
                expected.fields.iter_mut().for_each(sort_attributes);
            }
            assert_eq!(found, expected, "{name}, {adapter:?}");
        }
    }
}

/// Performs the actions behind an adapter, and reads its response.
fn through<T: Acts>(
    adapter: Adapter,
    scene: &Scene,
    vector: &Vector,
) -> Result<Expected, &'static str> {
    let is_late = !vector.late.is_empty();
    let is_untouched = vector.expect.touch.as_deref() == Some("untouched");
    let status = vector.response.as_ref().map_or(200, |of| of.status);
    match adapter {
        Adapter::LoadAndSave | Adapter::Jar => {}
        // Its fields become those of a stored response, so `quiet` is stricter (docs/spec/writer.md § 8.12).
        _ if status == 304 => return Err(SHAREABLE),
        Adapter::HeaderMap => {}
        _ if is_late && is_untouched => return Err(LEFT),
        _ => {}
    }
    let carrier = scene.carrier::<T>();
    let came = came_with(scene, &carrier);
    let own = match &carrier {
        Carrier::Cookie(_) => "set-cookie".to_owned(),
        Carrier::Header(tokens) => tokens.response_header().to_owned(),
    };
    let (status, before) = response_of(vector.response.as_ref());
    let done = Arc::new(Mutex::new((Told::default(), None)));
    let (actions, answer, doing) = (
        vector.actions.clone(),
        Arc::clone(&scene.answer),
        Arc::clone(&done),
    );
    let exchange = Exchange {
        carrier,
        now: scene.now,
        request: scene.request(),
        has_context: scene.context.is_some(),
        asks: scene.asks(),
        status,
        response: before.clone(),
        work: Arc::new(move |session: &Session<T>| {
            let told = perform(&answer, session, &actions);
            *doing.lock().unwrap() = (told, is_late.then(|| session.clone()));
        }),
    };
    let answered = exchange.through(adapter)?;
    let (told, session) = std::mem::take(&mut *done.lock().unwrap());
    let expected = &vector.expect;
    let mut found = Expected {
        errors: told.errors,
        told: told.ended,
        ids: told.ids,
        taken: expected.taken.is_some().then_some(told.taken),
        ..Expected::default()
    };
    found.late = session.map_or_else(Vec::new, |session| {
        perform(&scene.answer, &session, &vector.late).errors
    });
    let has_failed = answered.status() == 500 && status != 500;
    if has_failed {
        found.failed = Some("clock".to_owned());
    }
    assert!(has_failed || answered.status() == status);

    let mut lines: Vec<_> = lines_of(answered.headers(), &own).map(to_text).collect();
    let left = match &expected.left {
        Some(left) => left.len(),
        // A token replaces another.
        None if own == "set-cookie" => before.get_all(&own).iter().count(),
        None => 0,
    };
    let ours = lines.split_off(left);
    found.left = expected.left.is_some().then_some(lines);
    let mut fields: Vec<_> = ours.into_iter().map(|line| (&*own, line)).collect();
    let offers = lines_of(answered.headers(), OFFER).map(to_text);
    fields.extend(offers.map(|offer| (OFFER, offer)));
    if !has_failed {
        sent(scene, came, &fields, &mut found);
        found.touch.clone_from(&expected.touch);
        if !matches!(adapter, Adapter::LoadAndSave | Adapter::Jar) {
            let touch = expected.touch.as_deref().unwrap();
            check_caches(scene, touch, &before, answered.headers());
        }
    }
    Ok(found)
}

/// The extent to which the response depends on the session shows in its fields for caches, of which `caches.json` tells
/// the rest.
#[track_caller]
fn check_caches(scene: &Scene, touch: &str, before: &HeaderMap, after: &HeaderMap) {
    let [was, is] = [before, after].map(|fields| {
        ["cache-control", "vary"].map(|name| lines_of(fields, name).map(to_text).collect())
    });
    let [was, is]: [[Vec<String>; 2]; 2] = [was, is];
    match touch {
        "untouched" => assert_eq!(is, was),
        "touched" => assert!(is[0] != ["no-store"] || was[0] == ["no-store"], "{is:?}"),
        _ if scene.may_share => {}
        _ => assert_eq!(is[0], ["no-store"]),
    }
    assert_eq!(touch != "untouched", !is[1].is_empty(), "{is:?}");
}

/// Performs the actions of the application, and makes the response.
fn visit<T: Acts>(scene: &Scene, vector: &Vector) -> Expected {
    let carrier = scene.carrier::<T>();
    let session = scene.load(&carrier);
    let mut found = Expected::default();
    let told = perform(&scene.answer, &session, &vector.actions);
    (found.errors, found.told, found.ids) = (told.errors, told.ended, told.ids);
    found.taken = vector.expect.taken.is_some().then_some(told.taken);
    let has_changed = session.has_changed();
    let (status, response) = response_of(vector.response.as_ref());
    let (already_sent, stays) = match &carrier {
        Carrier::Cookie(cookie) => {
            cookie.already_sent_in(&session, lines_of(&response, "set-cookie"))
        }
        Carrier::Header(tokens) => {
            let name = tokens.response_header();
            tokens.already_sent_in(&session, lines_of(&response, name))
        }
    };
    let mut left = Vec::new();
    let response_facts = scene.response_facts(status, &response, already_sent);
    let finished = match &carrier {
        Carrier::Cookie(cookie) => {
            cookie
                .finish(&session, response_facts)
                .map(|(dependence, fields)| {
                    let stays = cookie.stays_beside(stays, &fields);
                    left = left_of(&response, "set-cookie", stays);
                    let others = fields.others().to_vec();
                    let cookies = fields.into_iter().map(|field| ("set-cookie", field));
                    (dependence, cookies.chain(others).collect::<Vec<_>>())
                })
        }
        Carrier::Header(tokens) => {
            let name = tokens.response_header();
            tokens
                .carrier
                .finish(&session, response_facts)
                .map(|(dependence, change)| {
                    let value = match change {
                        TokenChange::Keep => {
                            let mut stays = stays.into_iter();
                            let stays = move |_: &[u8]| stays.next() == Some(true);
                            left = left_of(&response, name, Some(stays));
                            None
                        }
                        TokenChange::Store(token) => Some(token),
                        TokenChange::Drop => Some(String::new()),
                    };
                    let field = value.map(|value| (name, value));
                    (dependence, field.into_iter().collect())
                })
        }
    };
    match finished {
        Err(error) => {
            assert_eq!(error.to_string(), SaveError::CLOCK);
            found.failed = Some("clock".to_owned());
        }
        Ok((dependence, fields)) => {
            let is_saved = vector.actions.iter().any(|action| action[0] == "save");
            if already_sent == AlreadySent::Nothing && status < 400 && !is_saved {
                let is_written = dependence == Dependence::Written;
                assert_eq!(has_changed, is_written && !fields.is_empty());
            }
            let came = came_with(scene, &carrier);
            sent(scene, came, &fields, &mut found);
            found.touch = Some(format!("{dependence:?}").to_lowercase());
            found.left = (already_sent != AlreadySent::Nothing).then_some(left);
        }
    }
    found.late = perform(&scene.answer, &session, &vector.late).errors;
    found
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
    found.change = Some(match (parts.is_empty(), is_dropped) {
        (false, _) => "store".to_owned(),
        (true, true) => "drop".to_owned(),
        (true, false) => "keep".to_owned(),
    });
    found.stored = (!parts.is_empty()).then(|| stored(scene, came, &parts));
    found.offer = fields.iter().find_map(|(name, value)| {
        let offer = value.strip_suffix('"')?.rsplit_once('"')?.1;
        let is_offer = *name == OFFER;
        let content = is_offer.then(|| scene.opened(scene.purpose().device("registration"), offer));
        content.map(|content| Offer {
            key_id: content.key_id.to_string(),
            issued: content.metadata.issued,
        })
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
pub(super) fn stored(scene: &Scene, came: Option<Sid>, parts: &[&str]) -> Stored {
    let content = scene.opened(scene.purpose(), &parts.concat());
    let metadata = content.metadata;
    Stored {
        key_id: content.key_id.to_string(),
        issued: metadata.issued,
        age: metadata.age,
        limit: metadata.limit,
        remembered: metadata.remembered,
        sid: metadata.sid.map(|sid| {
            let word = if came == Some(sid) { "kept" } else { "new" };
            word.to_owned()
        }),
        device: metadata.device.map(|device| hex(&device)),
        schema: Some(metadata.schema).filter(|schema| *schema != 0),
        flash: content.flash,
        payload: hex(&content.payload),
        lengths: parts.iter().map(|part| part.len()).collect(),
    }
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

/// Returns `true` if the request has two cookies of one name, or a response may, because the cookie had other attributes.
fn has_one_name_twice(scene: &Scene) -> bool {
    let request = scene.request();
    let lines: Vec<_> = lines_of(&request, "cookie").map(to_text).collect();
    let pairs = lines.iter().flat_map(|line| line.split(';'));
    let names = pairs.filter_map(|pair| Some(pair.split_once('=')?.0.trim()));
    let mut seen = BTreeSet::new();
    scene.has_earlier() || !names.into_iter().all(|name| seen.insert(name))
}

/// A jar writes them in another order.
fn sort_attributes((_, line): &mut (String, String)) {
    let mut words: Vec<_> = line.split("; ").collect();
    words.sort_unstable();
    *line = words.join("; ");
}

fn to_text(line: &[u8]) -> String {
    String::from_utf8(line.to_vec()).unwrap()
}

fn lines_of<'a>(response: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a [u8]> {
    let values = response.get_all(name).into_iter();
    values.map(HeaderValue::as_bytes)
}

/// The lines of a response that stay.
fn left_of(
    response: &HeaderMap,
    name: &str,
    stays: Option<impl FnMut(&[u8]) -> bool>,
) -> Vec<String> {
    let lines = lines_of(response, name).map(to_text);
    match stays {
        None => lines.collect(),
        Some(mut stays) => lines.filter(|line| stays(line.as_bytes())).collect(),
    }
}

fn response_of(response: Option<&ResponseOf>) -> (u16, HeaderMap) {
    let mut map = HeaderMap::new();
    let Some(response) = response else {
        return (200, map);
    };
    for (name, value) in &response.fields {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    (response.status, map)
}

const OFFER: &str = "secure-session-registration";
const SHAREABLE: &str = "it takes a 304 for shareable";
const LEFT: &str = "a handle that is left counts as a touch";
