use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    attributes::AttributesOf,
    cookies,
    endpoints::{self, DevicesOf},
    for_each,
    hardtack_device::{BindToDevice, DeviceBound, Proof, ProofError, PublicKey, device_id, tag},
    hex,
    open::outcome_of,
    scene::{Scene, given},
    skips::Tally,
    unhex, writes,
};
use crate::{
    EncryptionKey, Session, SessionCookie,
    base::time::system_time,
    crypto::cipher::TAGS_CHECKED,
    state::{DEVICE_LEN, Map, Sid},
};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Vector {
    Write(Box<writes::Vector>),
    Endpoint(Box<endpoints::Vector>),
    Open {
        #[serde(flatten)]
        scene: Box<Scene>,
        expect: Value,
    },
    Csrf {
        #[serde(flatten)]
        scene: Box<Scene>,
        token: String,
        passes: bool,
    },
    Config(ConfigOf),
    Room(Box<cookies::Vector>),
    Device(DeviceOf),
    Proof(ProofOf),
}

#[test]
fn devices_are_bound_as_specified() {
    let tally = Tally::of("devices");
    for_each("devices", |name, vector: Vector| match vector {
        Vector::Write(vector) => writes::check(name, &vector, &tally),
        Vector::Endpoint(vector) => endpoints::check(name, &vector),
        Vector::Open { scene, expect } => assert_eq!(opened(&scene), expect, "{name}"),
        Vector::Csrf {
            scene,
            token,
            passes,
        } => {
            assert_eq!(
                session(&scene).verify_csrf(&token).is_ok(),
                passes,
                "{name}"
            );
        }
        Vector::Config(vector) => assert_eq!(is_accepted(&vector), vector.accepted, "{name}"),
        Vector::Room(vector) => vector.check_room(name, DEVICE_LEN),
        Vector::Device(vector) => check_device(name, &vector),
        Vector::Proof(vector) => check_proof(name, vector),
    });
    tally.check();
}

fn session(scene: &Scene) -> Session {
    scene.load(&scene.carrier::<Map>().unwrap())
}

fn opened(scene: &Scene) -> Value {
    let session = session(scene);
    outcome_of(&session, |key_id| {
        let mut held = session.access();
        let state = held.state();
        let metadata = state.draft_metadata();
        json!({
            "key_id": key_id.to_string(),
            "issued": metadata.issued,
            "sid": metadata.sid.map(|sid| hex(&sid)),
            "device": metadata.device.map(|device| hex(&device)),
            "became_bound": state.admitted.became_bound,
            "until": state.admitted.until,
            "payload": hex(state.payload()),
        })
    })
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

fn check_device(name: &str, vector: &DeviceOf) {
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
    expect: Option<Value>,
    error: Option<String>,
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
        Ok((hex(&key.to_bytes()), proof.challenge, proof.audience))
    });
    let found =
        read.map_err(word).and_then(
            |(key, challenge, audience)| match (&audience, &vector.url) {
                (Some(audience), Some(url)) if Some(audience) != url.as_ref() => Err("audience"),
                _ => Ok(json!({"key": key, "challenge": challenge, "audience": audience})),
            },
        );
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
    cookie: Option<String>,
    /// `device_bound` is a method for cookies alone, so a program for a header field that calls it does not compile.
    field: Option<String>,
    #[serde(flatten)]
    attributes: AttributesOf,
    devices: DevicesOf,
    accepted: bool,
}

fn is_accepted(vector: &ConfigOf) -> bool {
    let devices = vector.devices.settings();
    if vector.field.is_some() {
        return false;
    }
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let builder = builder.name(vector.cookie.as_ref().unwrap());
    let builder = vector.attributes.applied(builder.device_bound(devices));
    builder.build().is_ok()
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
