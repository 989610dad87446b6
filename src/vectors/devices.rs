use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response};
use serde::Deserialize;
use serde_json::{Map as JsonMap, Value, json};

use super::{
    Mode, for_each, hex, padding,
    scene::{AttributesOf, Carrier, Scene},
    unhex,
    writes::{self, came_with, starred, stored},
};
use crate::{
    EncryptionKey, SessionCookie,
    base::time::system_time,
    cookie::{MAX_AGE_LONGEST, PART_LEN, Template},
    crypto::es256::PublicKey,
    device::{DeviceBound, Initiators, Proof, ProofError, device_id, tag},
    session::Outcome,
    state::{Allowed, DEVICE_LEN, Map, Overhead, SizeBudget},
    token,
};

#[test]
fn devices_are_bound_as_specified() {
    for_each("devices", |name, mut vector: JsonMap<String, Value>| {
        let kind = vector.remove("kind").unwrap();
        let mut with_scene = |check: fn(&str, &Scene, JsonMap<String, Value>)| {
            let scene = Scene::take(&mut vector);
            check(name, &scene, vector.clone());
        };
        match kind.as_str().unwrap() {
            "open" => with_scene(check_open),
            "csrf" => with_scene(check_csrf),
            "write" => with_scene(writes::check),
            "endpoint" => with_scene(check_endpoint),
            "device" => check_device(name, read(vector)),
            "proof" => check_proof(name, read(vector)),
            "config" => check_config(name, read(vector)),
            "room" => check_room(name, read(vector)),
            other => panic!("{name}: {other}"),
        }
    });
}

fn read<T: for<'a> Deserialize<'a>>(vector: JsonMap<String, Value>) -> T {
    serde_json::from_value(Value::Object(vector)).unwrap()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    path: String,
    bound_for: u64,
    challenge_for: u64,
    required_after: Option<u64>,
    initiators: String,
    excluded: Vec<String>,
    origin: Option<String>,
    offers: bool,
}

/// The settings of devices.
pub(super) fn settings(settings: &Value) -> DeviceBound {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    let seconds = Duration::from_secs;
    let mut device = DeviceBound::at(settings.path)
        .bound_for(seconds(settings.bound_for))
        .challenge_for(seconds(settings.challenge_for))
        .initiators(match &*settings.initiators {
            "any" => Initiators::Any,
            "same-site" => Initiators::SameSite,
            other => panic!("{other}"),
        });
    if let Some(grace) = settings.required_after {
        device = device.required_after(seconds(grace));
    }
    for path in settings.excluded {
        device = device.exclude(path);
    }
    if let Some(origin) = settings.origin {
        device = device.origin(origin);
    }
    if settings.offers {
        device
    } else {
        device.without_offers()
    }
}

fn cookie(name: &str, scene: &Scene) -> SessionCookie {
    match scene.carrier::<Map>() {
        Carrier::Cookie(cookie) => cookie,
        Carrier::Header(_) => panic!("{name}: sessions in a header are not bound"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenOf {
    expect: Value,
}

fn check_open(name: &str, scene: &Scene, vector: JsonMap<String, Value>) {
    let OpenOf { expect } = read(vector);
    let session = scene.load(&Carrier::Cookie(cookie(name, scene)));
    let found = match session.outcome() {
        Outcome::Absent => json!({"absent": true}),
        Outcome::Rejected { reason, key_id } => {
            json!({"rejected": reason.to_string(), "key_id": key_id.map(|id| id.to_string())})
        }
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            session.with(|session| {
                let opened = session.state.opened_for_tests();
                json!({"opened": {
                    "key_id": key_id.to_string(),
                    "issued": opened.metadata.issued,
                    "sid": opened.metadata.sid.map(|sid| hex(&sid)),
                    "device": opened.metadata.device.map(|device| hex(&device)),
                    "became_bound": opened.became_bound,
                    "until": opened.admitted_until,
                    "payload": hex(&opened.payload),
                }})
            })
        }
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(found, expect, "{name}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CsrfOf {
    token: String,
    passes: bool,
}

fn check_csrf(name: &str, scene: &Scene, vector: JsonMap<String, Value>) {
    let vector: CsrfOf = read(vector);
    let session = scene.load(&Carrier::Cookie(cookie(name, scene)));
    assert_eq!(session.verify_csrf(&vector.token), vector.passes, "{name}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointOf {
    method: String,
    host: Option<String>,
    path: String,
    expect: Option<AnswerOf>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct AnswerOf {
    status: u16,
    /// For logs.
    #[serde(rename = "word")]
    _word: String,
    fields: Vec<(String, String)>,
    body: Value,
    #[serde(default)]
    sealed: JsonMap<String, Value>,
}

fn check_endpoint(name: &str, scene: &Scene, vector: JsonMap<String, Value>) {
    let vector: EndpointOf = read(vector);
    let mut request = Request::new(());
    *request.method_mut() = vector.method.parse().unwrap();
    *request.uri_mut() = vector.path.parse().unwrap();
    *request.headers_mut() = scene.request();
    if let Some(host) = &vector.host {
        let host = HeaderValue::from_str(host).unwrap();
        request.headers_mut().insert("host", host);
    }
    let cookie = cookie(name, scene);
    let (parts, ()) = request.into_parts();
    let answer = if scene.context.is_some() {
        cookie.answer_device(&parts, system_time(scene.now))
    } else {
        cookie
            .device_endpoint(&vector.method, parts.uri.path())
            .map(|_| cookie.refuse_device())
    };
    match (answer, vector.expect) {
        (None, None) => {}
        (Some(answer), Some(expect)) => check_answer(name, scene, answer, expect),
        (answer, expect) => panic!("{name}: {answer:?}, expected {expect:?}"),
    }
}

fn check_answer(name: &str, scene: &Scene, answer: Response<String>, expect: AnswerOf) {
    assert_eq!(answer.status(), expect.status, "{name}");
    let fields = in_order(answer.headers());
    let starred: Vec<_> = fields.iter().map(answer_starred).collect();
    assert_eq!(starred, expect.fields, "{name}");
    let mut body: Value = serde_json::from_str(answer.body()).unwrap_or_default();
    let identifier = body.get("session_identifier").cloned();
    if body.get("credentials").is_some() {
        body["session_identifier"] = "*".into();
    }
    assert_eq!(body, expect.body, "{name}");

    let device_token = |word: &str, token: &str| {
        let content = scene.opened(scene.purpose().device(word), token);
        json!({
            "key_id": content.key_id.to_string(),
            "issued": content.metadata.issued,
            "sid": content.metadata.sid.map(|sid| hex(&sid)),
            "payload": hex(&content.payload),
        })
    };
    let session = scene.purpose().name().to_owned();
    let token_of = |prefix: &str| {
        let fields = fields.iter().filter(|(name, _)| *name == "set-cookie");
        let mut tokens = fields.filter_map(|(_, value)| {
            let (pair, _) = value.split_once(';')?;
            let (name, token) = pair.split_once('=')?;
            let is_whole = prefix.ends_with('-') && name.starts_with(prefix) || name == prefix;
            (is_whole && !token.is_empty()).then(|| token.to_owned())
        });
        tokens.next()
    };
    for (what, expected) in expect.sealed {
        let found = match &*what {
            "bound" => device_token("bound", &token_of(&format!("{session}.b-")).unwrap()),
            "identifier" => {
                let identifier = identifier.clone().unwrap();
                device_token("identifier", identifier.as_str().unwrap())
            }
            "challenge" => {
                let field = &answer.headers()["secure-session-challenge"];
                device_token(
                    "challenge",
                    field.to_str().unwrap().split('"').nth(1).unwrap(),
                )
            }
            "session" => {
                let token = token_of(&session).unwrap();
                let came = came_with(scene, &scene.carrier::<Map>());
                serde_json::to_value(stored(scene, came, &[&token])).unwrap()
            }
            other => panic!("{name}: {other}"),
        };
        assert_eq!(found, expected, "{name}: {what}");
    }
}

/// The fields that the vectors have, in their order.
fn in_order(map: &HeaderMap) -> Vec<(&'static str, String)> {
    let names = [
        "cache-control",
        "content-type",
        "secure-session-challenge",
        "set-cookie",
    ];
    let fields = names.into_iter().flat_map(|name| {
        let values = map.get_all(name).into_iter();
        values.map(move |value| (name, value.to_str().unwrap().to_owned()))
    });
    fields.collect()
}

fn answer_starred(field: &(&str, String)) -> (String, String) {
    match field.0 {
        "set-cookie" => starred(field),
        "secure-session-challenge" => {
            let (_, identifier) = field.1.split_once("\";id=").unwrap();
            (field.0.to_owned(), format!("\"*\";id={identifier}"))
        }
        name => (name.to_owned(), field.1.clone()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeviceOf {
    key: String,
    sid: String,
    device: String,
    tag: String,
    sid_tag: String,
}

fn check_device(name: &str, vector: DeviceOf) {
    let sid = unhex(&vector.sid).try_into().unwrap();
    let found = device_id(&public_key(&vector.key), sid);
    assert_eq!(hex(&found), vector.device, "{name}");
    assert_eq!(tag(&found), vector.tag, "{name}");
    assert_eq!(tag(&sid), vector.sid_tag, "{name}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofOf {
    /// That of a refresh.
    key: Option<String>,
    proof: String,
    /// That of the endpoint, checked where it is given.
    #[serde(default, deserialize_with = "given")]
    url: Option<Option<String>>,
    expect: Option<Claimed>,
    error: Option<String>,
}

fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Claimed {
    key: String,
    challenge: String,
    audience: Option<String>,
}

fn check_proof(name: &str, vector: ProofOf) {
    let text = vector.proof.as_bytes();
    let text = match text {
        [b'"', inner @ .., b'"'] => inner,
        bare => bare,
    };
    let read = Proof::read(text).and_then(|proof| {
        let key = match &vector.key {
            None => proof.verify_registration()?,
            Some(key) => {
                let key = public_key(key);
                proof.verify_refresh(&key)?;
                key
            }
        };
        Ok((key, proof.claims))
    });
    let found = read.map_err(word).and_then(|(key, claims)| {
        let claimed = Claimed {
            key: hex(&key.to_bytes()),
            challenge: claims.challenge,
            audience: claims.audience,
        };
        match (&claimed.audience, &vector.url) {
            (Some(audience), Some(url)) if Some(audience) != url.as_ref() => Err("audience"),
            _ => Ok(claimed),
        }
    });
    let expected = vector.expect.ok_or_else(|| vector.error.unwrap());
    assert_eq!(found.map_err(str::to_owned), expected, "{name}");
}

fn public_key(text: &str) -> PublicKey {
    PublicKey::from_bytes(&unhex(text).try_into().unwrap()).unwrap()
}

fn word(error: ProofError) -> &'static str {
    match error {
        ProofError::Malformed => "malformed",
        ProofError::Algorithm => "algorithm",
        ProofError::Key => "key",
        ProofError::Signature => "signature",
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigOf {
    cookie: String,
    path: String,
    domain: Option<String>,
    secure: bool,
    same_site: Option<String>,
    partitioned: bool,
    devices: Value,
    accepted: bool,
}

fn check_config(name: &str, vector: ConfigOf) {
    let attributes = AttributesOf {
        path: vector.path,
        domain: vector.domain,
        secure: vector.secure,
        same_site: vector.same_site,
        partitioned: vector.partitioned,
    };
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let builder = builder.name(vector.cookie);
    let builder = attributes.applied(builder.device_bound(settings(&vector.devices)));
    assert_eq!(builder.build().is_ok(), vector.accepted, "{name}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomOf {
    cookie: String,
    path: String,
    domain: Option<String>,
    secure: bool,
    same_site: Option<String>,
    partitioned: bool,
    mode: Mode,
    limit: usize,
    parts: Option<usize>,
    padding: Option<String>,
    payload: Option<usize>,
}

fn check_room(name: &str, vector: RoomOf) {
    let attributes = AttributesOf {
        path: vector.path,
        domain: vector.domain,
        secure: vector.secure,
        same_site: vector.same_site,
        partitioned: vector.partitioned,
    };
    let overhead = Overhead {
        field: Template::new(&vector.cookie, &attributes.attributes()).len(),
        max_age: MAX_AGE_LONGEST,
        part: PART_LEN,
        device: DEVICE_LEN,
    };
    let allowed = Allowed::new(vector.parts.unwrap_or(1), vector.limit);
    let padding = padding(vector.padding.as_deref());
    let token_overhead = token::overhead(vector.mode.into());
    let budget = SizeBudget::new(allowed, overhead, token_overhead, padding);
    assert_eq!(budget.map(|budget| budget.room()), vector.payload, "{name}");
}
