use serde::Deserialize;
use serde_json::{Map as JsonMap, Value, json};

use super::{
    Mode,
    adapters::{Adapter, COOKIES_ALONE, LAYERS, NO_RESPONSE, ONE_OF_A_NAME, RAN, Reasons},
    attributes::AttributesOf,
    endpoints::{self, settings},
    for_each,
    hardtack_device::{BindToDevice, DeviceBound, Proof, ProofError, PublicKey, device_id, tag},
    hex, padding,
    scene::{Carrier, Scene, cookie, read},
    unhex, writes,
};
use crate::{
    EncryptionKey, SessionCookie,
    base::time::system_time,
    cookie::{MAX_AGE_LEN, PART_LEN, Template},
    crypto::cipher::TAGS_CHECKED,
    session::Outcome,
    state::{Allowed, DEVICE_LEN, Map, Overhead, Sid, SizeBudget},
    token,
};

#[test]
fn devices_are_bound_as_specified() {
    let mut reasons = Reasons::default();
    for_each("devices", |name, mut vector: JsonMap<String, Value>| {
        let kind = vector.remove("kind").unwrap();
        let mut with_scene = |check: Check| {
            let scene = Scene::take(&mut vector);
            check(name, &scene, vector.clone());
        };
        match kind.as_str().unwrap() {
            "open" => with_scene(&mut check_open),
            "csrf" => with_scene(&mut check_csrf),
            "write" => with_scene(&mut |name, scene, vector| {
                writes::check(name, scene, vector, &mut reasons);
            }),
            "endpoint" => with_scene(&mut endpoints::check),
            "device" => check_device(name, read(vector)),
            "proof" => check_proof(name, read(vector)),
            "config" if vector.contains_key("field") => check_header_config(name, read(vector)),
            "config" => {
                let attributes = AttributesOf::take(&mut vector);
                check_config(name, &attributes, read(vector));
            }
            "room" => {
                let attributes = AttributesOf::take(&mut vector);
                check_room(name, &attributes, read(vector));
            }
            other => panic!("{name}: {other}"),
        }
    });
    reasons.check(&[
        (&[Adapter::LoadAndSave], &[RAN, NO_RESPONSE]),
        (&[Adapter::HeaderMap], &[RAN]),
        (LAYERS, &[RAN]),
        (
            &[Adapter::Jar],
            &[NO_RESPONSE, COOKIES_ALONE, ONE_OF_A_NAME],
        ),
    ]);
}

type Check<'a> = &'a mut dyn FnMut(&str, &Scene, JsonMap<String, Value>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenOf {
    expect: Value,
}

fn check_open(name: &str, scene: &Scene, vector: JsonMap<String, Value>) {
    let OpenOf { expect } = read(vector);
    let session = scene.load(&Carrier::Cookie(cookie::<Map>(name, scene)));
    let found = match session.outcome() {
        Outcome::Absent => json!({"absent": true}),
        Outcome::Rejected { reason, key_id } => {
            json!({"rejected": reason.to_string(), "key_id": key_id.map(|id| id.to_string())})
        }
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            let mut held = session.access();
            let opened = held.state();
            json!({"opened": {
                "key_id": key_id.to_string(),
                "issued": opened.draft_metadata().issued,
                "sid": opened.draft_metadata().sid.map(|sid| hex(&sid)),
                "device": opened.draft_metadata().device.map(|device| hex(&device)),
                "became_bound": opened.admitted.became_bound,
                "until": opened.admitted.until,
                "payload": hex(opened.payload()),
            }})
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
    let session = scene.load(&Carrier::Cookie(cookie::<Map>(name, scene)));
    assert_eq!(
        session.verify_csrf(&vector.token).is_ok(),
        vector.passes,
        "{name}"
    );
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
    let sid: Sid = unhex(&vector.sid).try_into().unwrap();
    let found = device_id(&public_key(&vector.key), sid.into());
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
    let read = Proof::parse(text).and_then(|proof| {
        let key = match &vector.key {
            None => proof.verify_registration()?,
            Some(key) => {
                let key = public_key(key);
                proof.verify_refresh(&key)?;
                key
            }
        };
        Ok((key, proof))
    });
    let found = read.map_err(word).and_then(|(key, proof)| {
        let claimed = Claimed {
            key: hex(&key.to_bytes()),
            challenge: proof.challenge,
            audience: proof.audience,
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
    devices: Value,
    accepted: bool,
}

/// `device_bound` is a method for cookies alone, so a program for a header field that calls it does not compile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderConfigOf {
    #[serde(rename = "field")]
    _field: String,
    devices: Value,
    accepted: bool,
}

fn check_header_config(name: &str, vector: HeaderConfigOf) {
    let _ = settings(&vector.devices);
    assert!(!vector.accepted, "{name}");
}

fn check_config(name: &str, attributes: &AttributesOf, vector: ConfigOf) {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let builder = builder.name(vector.cookie);
    let builder = attributes.applied(builder.device_bound(settings(&vector.devices)));
    assert_eq!(builder.build().is_ok(), vector.accepted, "{name}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoomOf {
    cookie: String,
    mode: Mode,
    limit: usize,
    parts: Option<usize>,
    padding: Option<String>,
    payload: Option<usize>,
}

fn check_room(name: &str, attributes: &AttributesOf, vector: RoomOf) {
    let overhead = Overhead {
        field: Template::new(&vector.cookie.parse().unwrap(), &attributes.attributes()).len(),
        max_age: MAX_AGE_LEN,
        part: PART_LEN,
        device: DEVICE_LEN,
    };
    let allowed = Allowed::new(vector.parts.unwrap_or(1), vector.limit);
    let padding = padding(vector.padding.as_deref());
    let token_overhead = token::overhead(vector.mode.into());
    let budget = SizeBudget::new(allowed, overhead, token_overhead, padding);
    assert_eq!(budget.map(|budget| budget.room), vector.payload, "{name}");
}

#[test]
fn four_tags_of_bound_cookies_are_checked_beside_that_of_the_session() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.device_bound(DeviceBound::at("/.session"));
    let cookie = cookie.build().unwrap();
    let now = system_time(1_800_000_000);
    let pair = cookie.cookie_for(now, |session| session.insert("user", 42));
    let pair = pair.unwrap();
    let (name, token) = pair.split_once('=').unwrap();
    let bound = (10_000_000..10_000_040).map(|tag| format!("{name}.b-{tag}={token}"));
    let field = bound.chain([pair.clone()]).collect::<Vec<_>>().join("; ");
    let before = TAGS_CHECKED.get();
    assert!(!cookie.load([&field], now).is_new());
    assert_eq!(TAGS_CHECKED.get() - before, 1 + 4);
}
