use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value};

use super::{
    for_each, hex,
    open::Visit,
    scene::{Carrier, Scene},
};
use crate::{
    Session, SessionError,
    carrier::TokenChange,
    session::{SaveError, Touch},
    state::{Circumstances, Map, Payload, Sid},
    web::caching::CacheHeaders,
};

/// A vector without its scene.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    actions: Vec<Vec<Value>>,
    response: Option<ResponseOf>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseOf {
    status: u16,
    fields: Vec<(String, String)>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    errors: Vec<(usize, String)>,
    #[serde(default)]
    told: Vec<(usize, Option<String>)>,
    failed: Option<String>,
    change: Option<String>,
    touch: Option<String>,
    stored: Option<Stored>,
    offer: Option<Offer>,
    fields: Vec<(String, String)>,
}

/// A session that the client stores.
#[derive(Debug, Deserialize, Serialize, PartialEq)]
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

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Offer {
    key_id: String,
    issued: u64,
}

#[test]
fn sessions_are_written_as_specified() {
    for_each("writes", |name, mut vector: JsonMap<String, Value>| {
        let scene = Scene::take(&mut vector);
        check(name, &scene, vector);
    });
}

#[track_caller]
pub(super) fn check(name: &str, scene: &Scene, vector: JsonMap<String, Value>) {
    let vector: Vector = serde_json::from_value(Value::Object(vector)).unwrap();
    let found = match &scene.expects {
        None => visit::<Map>(scene, &vector),
        Some(expects) if expects["schema"] == 2 => visit::<Visit<2>>(scene, &vector),
        Some(other) => panic!("{name}: {other}"),
    };
    assert_eq!(found, vector.expect, "{name}");
}

/// Performs the actions of the application, and makes the response.
fn visit<T: Acts>(scene: &Scene, vector: &Vector) -> Expected {
    let carrier = scene.carrier::<T>();
    let session = scene.load(&carrier);
    let mut found = Expected::default();
    for (index, action) in vector.actions.iter().enumerate() {
        if action[0] == "invalidate" {
            let id = session.invalidate().unwrap();
            found.told.push((index, id.map(|id| id.to_string())));
        } else if let Err(error) = act(&session, action) {
            found.errors.push((index, word(&error).to_owned()));
        }
    }
    let circumstances = circumstances(vector.response.as_ref());
    let finished = match &carrier {
        Carrier::Cookie(cookie) => cookie
            .finish(&session, circumstances)
            .map(|(touch, fields)| {
                let offer = fields.registration().map(str::to_owned);
                let cookies = fields.into_iter().map(|field| ("set-cookie", field));
                let offer = offer.map(|offer| ("secure-session-registration", offer));
                (touch, cookies.chain(offer).collect::<Vec<_>>())
            }),
        Carrier::Header(header) => {
            header
                .token
                .finish(&session, circumstances)
                .map(|(touch, change)| {
                    let value = match change {
                        TokenChange::Keep => None,
                        TokenChange::Store(token) => Some(token),
                        TokenChange::Drop => Some(String::new()),
                    };
                    let field = value.map(|value| (&*header.response_name, value));
                    (touch, field.into_iter().collect())
                })
        }
    };
    match finished {
        Err(SaveError::Clock) => found.failed = Some("clock".to_owned()),
        Err(other) => panic!("{other}"),
        Ok((touch, fields)) => {
            let came = came_with(scene, &carrier);
            sent(scene, came, touch, &fields, &mut found);
        }
    }
    found
}

fn sent(
    scene: &Scene,
    came: Option<Sid>,
    touch: Touch,
    fields: &[(&str, String)],
    found: &mut Expected,
) {
    found.touch = Some(format!("{touch:?}").to_lowercase());
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
        let is_offer = *name == "secure-session-registration";
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
        "secure-session-registration" => None,
        _ => Some(value.as_str()),
    }
    .filter(|token| !token.is_empty())
}

/// The id of the session that the request brings.
pub(super) fn came_with<T: Payload>(scene: &Scene, carrier: &Carrier<T>) -> Option<Sid> {
    let session = scene.load(carrier);
    session.with(|session| session.state.data().opened?.sid)
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
        "secure-session-registration" => {
            let (before, _) = value.split_once("challenge=").unwrap();
            format!("{before}challenge=\"*\"")
        }
        _ if value.is_empty() => String::new(),
        _ => "*".to_owned(),
    };
    ((*field).to_owned(), starred)
}

fn circumstances(response: Option<&ResponseOf>) -> Circumstances {
    let Some(response) = response else {
        return Circumstances::UNKNOWN;
    };
    let mut map = HeaderMap::new();
    for (name, value) in &response.fields {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    let fields = map.keys().map(|name| {
        let values = map.get_all(name).into_iter().map(HeaderValue::as_bytes);
        (name.as_str(), values)
    });
    Circumstances {
        status: response.status,
        is_shareable: CacheHeaders::read(fields).is_shareable(),
    }
}

fn word(error: &SessionError) -> &'static str {
    match error {
        SessionError::NotRemembering => "not-remembering",
        SessionError::TooDeep => "value",
        SessionError::TooLarge(_) => "size",
        SessionError::UnreadablePayload => "unreadable",
        SessionError::Stale => "stale",
        other => panic!("{other}"),
    }
}

/// A payload that actions can change.
trait Acts: Payload {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError>;
}

impl Acts for Map {
    fn change(session: &Session, action: &[Value]) -> Result<(), SessionError> {
        let key = action[1].as_str().unwrap();
        match action[0].as_str().unwrap() {
            "insert" => session.insert(key, &action[2]),
            "remove" => session.remove(key).map(drop),
            other => panic!("{other}"),
        }
    }
}

impl Acts for Visit<2> {
    fn change(session: &Session<Self>, action: &[Value]) -> Result<(), SessionError> {
        assert_eq!(action[0], "set");
        session.replace(serde_json::from_value(action[1].clone()).unwrap())
    }
}

fn act<T: Acts>(session: &Session<T>, action: &[Value]) -> Result<(), SessionError> {
    let text = |at: usize| action[at].as_str().unwrap();
    let span = || Duration::from_secs(action[1].as_u64().unwrap());
    match text(0) {
        "read" => {
            let _ = session.is_new();
            Ok(())
        }
        "flash" => session.flash(text(1), text(2)),
        "take" => session.take_flashes(text(1)).map(drop),
        "id" => session.ensure_id().map(drop),
        "new-id" => session.renew_id(),
        "renew" => session.renew(),
        "limit" => session.limit_to(span()),
        "remember" => session.remember_for(span()),
        "forget" => session.forget(),
        "clear" => session.clear(),
        "save" => session.save(),
        "discard" => session.discard(),
        _ => T::change(session, action),
    }
}
