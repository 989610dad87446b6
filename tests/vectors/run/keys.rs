use serde::Deserialize;
use serde_json::{Value, json};

use super::{Mode, PurposeOf, for_each, hex, mode_of, scene::set};
use crate::{
    EncryptionKey, SigningKey,
    base::time::{system_time, unix_seconds},
    keys::{KeyError, KeyId, KeyRing, KeyRole, RingKey, key::RawKey, ring::Listing},
};

#[test]
fn keys_are_derived_as_specified() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vector {
        key: String,
        purpose: PurposeOf,
        application: Option<String>,
        type_label: Option<String>,
        kid: Option<String>,
        key_bytes: Option<String>,
        nonce_key: Option<String>,
        csrf_key: Option<String>,
        error: Option<String>,
    }
    for_each("derivation", |name, vector: Vector| {
        let key = &vector.key;
        if vector.purpose.alone().is_none() {
            assert_eq!(vector.error.as_deref(), Some("purpose"), "{name}");
            return;
        }
        let purpose = vector.purpose.with(&vector.application, &vector.type_label);
        let derived = purpose.map(|purpose| {
            let raw = RawKey::parse(key, None).unwrap();
            let derive = |what| {
                let key: [u8; 32] = *raw.prk().expand(&purpose.info(what, raw.suite));
                Some(hex(&key))
            };
            let nonce_key = derive("nonce").filter(|_| matches!(mode_of(key), Mode::Encrypted));
            (derive("key"), nonce_key, derive("csrf"))
        });
        match derived {
            Ok(found) => {
                let expected = (vector.key_bytes, vector.nonce_key, vector.csrf_key);
                assert_eq!(found, expected, "{name}");
                assert_eq!(key_id(key).ok(), vector.kid, "{name}");
            }
            Err(error) => {
                let setting = error.settings().next();
                let setting = setting.map(|setting| setting.trim_end_matches("_label"));
                assert_eq!(setting, vector.error.as_deref(), "{name}");
            }
        }
    });
}

#[test]
fn the_text_of_a_key_is_read_strictly() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vector {
        text: String,
        expect: Option<Value>,
        error: Option<String>,
    }
    for_each("keys", |name, vector: Vector| {
        let found = key_id(&vector.text);
        match (vector.expect, vector.error) {
            (Some(expect), None) => {
                let rest = vector.text.trim().strip_prefix("hardtack_key_v1_").unwrap();
                let (suite, _) = rest.split_once('_').unwrap();
                assert_eq!(
                    json!({"suite": suite, "kid": found.unwrap()}),
                    expect,
                    "{name}"
                );
            }
            (None, Some(error)) => assert_eq!(word_for_key(&found.unwrap_err()), error, "{name}"),
            _ => panic!("{name}: either `expect` or `error`"),
        }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RingOf {
    mode: Mode,
    /// A text, with those of `joined`. Otherwise `keys` and `not_before`.
    ring: Option<String>,
    #[serde(default)]
    joined: Vec<String>,
    /// Each with its `seal_from` and `accept_until`.
    #[serde(default)]
    keys: Vec<(String, Option<u64>, Option<u64>)>,
    not_before: Option<u64>,
    longest: Option<u64>,
    expect: Option<Value>,
    error: Option<String>,
}

#[test]
fn rings_are_ordered_and_refused_as_specified() {
    for_each("rings", |name, vector: RingOf| {
        match (vector.build(), &vector.expect, &vector.error) {
            (Ok(ring), Some(expect), None) => {
                assert_eq!(seen(&ring, expect, vector.longest), *expect, "{name}");
            }
            (Err(error), None, Some(word)) => assert_eq!(word_for_ring(&error), word, "{name}"),
            (built, ..) => panic!("{name}: {built:?}"),
        }
    });
}

impl RingOf {
    fn build(&self) -> Result<KeyRing, KeyError> {
        if let Some(ring) = &self.ring {
            let mut listing = Listing::default();
            listing.mode = Some(self.mode.into());
            let mut texts = [ring].into_iter().chain(&self.joined);
            texts.try_for_each(|text| listing.add(text))?;
            return KeyRing::of_listed(listing);
        }
        let keys = self.keys.iter().map(|(key, from, until)| {
            let mut key = match self.mode {
                Mode::Encrypted => RingKey::from(key.parse::<EncryptionKey>().unwrap()),
                Mode::Signed => RingKey::from(key.parse::<SigningKey>().unwrap()),
            };
            set!(key; seal_from(from.map(system_time)), accept_until(until.map(system_time)));
            key
        });
        let mut ring = KeyRing::from_keys(keys.collect::<Vec<_>>())?;
        set!(ring; with_not_before(self.not_before.map(system_time)));
        Ok(ring)
    }
}

/// What a ring is, at the times of `expect`.
fn seen(ring: &KeyRing, expect: &Value, longest: Option<u64>) -> Value {
    let ids =
        |ids: &mut dyn Iterator<Item = KeyId>| ids.map(|id| id.to_string()).collect::<Vec<_>>();
    let times = expect["at"].as_array().unwrap().iter();
    let times = times.map(|at| {
        let now = at["now"].as_u64().unwrap();
        let time = system_time(now);
        let (seals, accepts) = (
            ring.sealing_key(time),
            ring.0.accepted(now).map(|key| key.info.id),
        );
        let accepts: Vec<_> = accepts.collect();
        for key in ring.keys() {
            let role = ring.role(key.id, time).unwrap();
            assert_eq!(role == KeyRole::Sealing, key.id == seals, "{now}");
            assert_eq!(role != KeyRole::Retired, accepts.contains(&key.id), "{now}");
        }
        json!({"now": now, "seals": seals.to_string(), "accepts": ids(&mut accepts.into_iter())})
    });
    let mut seen = json!({
        "fingerprint": ring.fingerprint().to_string(),
        "order": ids(&mut ring.keys().iter().map(|key| key.id)),
        "not_before": ring.not_before().map(unix_seconds),
        "at": times.collect::<Vec<_>>(),
    });
    if let Some(overlap) = longest {
        let ends = ring.0.early_ends(overlap);
        let ends = ends.map(|(key, [_, needed])| (key.to_string(), unix_seconds(needed)));
        let early: Vec<_> = ends.collect();
        seen["cut_short"] = (!early.is_empty()).into();
        if expect.get("early").is_some() {
            seen["early"] = json!(early);
        }
    }
    seen
}

fn key_id(text: &str) -> Result<String, KeyError> {
    match mode_of(text) {
        Mode::Encrypted => text
            .parse::<EncryptionKey>()
            .map(|key| key.id().to_string()),
        Mode::Signed => text.parse::<SigningKey>().map(|key| key.id().to_string()),
    }
}

fn word_for_key(error: &KeyError) -> &'static str {
    let error = error.to_string();
    word_in(&OF_KEYS, &error).unwrap_or_else(|| panic!("{error}"))
}

fn word_for_ring(error: &KeyError) -> &'static str {
    let error = error.to_string();
    match error.strip_prefix("key ring, entry ") {
        Some(entry) => word_in(&OF_ENTRIES, entry).unwrap_or("key"),
        None => word_in(&OF_RINGS, &error).unwrap_or_else(|| panic!("{error}")),
    }
}

fn word_in(words: &[(&str, &'static str)], sentence: &str) -> Option<&'static str> {
    let mut words = words.iter();
    let found = words.find(|(part, _)| sentence.contains(part));
    found.map(|(_, word)| *word)
}

const OF_KEYS: [(&str, &str); 7] = [
    ("does not begin with", "prefix"),
    ("unknown suite", "type"),
    ("characters after its suite", "length"),
    ("found several", "length"),
    ("is not unpadded base64url", "encoding"),
    ("wrong checksum", "checksum"),
    ("is not random", "weak"),
];

const OF_ENTRIES: [(&str, &str); 7] = [
    ("expected `sign`", "mixed"),
    ("which does not encrypt", "mixed"),
    ("attribute after the key", "attribute"),
    ("stands alone", "attribute"),
    ("is given twice", "attribute"),
    ("expects a time", "time"),
    ("between commas", "blank"),
];

const OF_RINGS: [(&str, &str); 7] = [
    ("has no key", "empty"),
    ("before 2026-01-01", "time"),
    ("is listed twice", "duplicate"),
    ("is the last one to seal", "last-retires"),
    ("signs without encrypting", "mixed"),
    ("give such keys, or choose", "mixed"),
    ("but key", "retires-too-early"),
];

#[test]
fn a_secret_is_shown_as_the_text_it_was_read_from() {
    let text = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
    let key: EncryptionKey = text.parse().unwrap();
    assert_eq!(*key.expose_secret(), text);
    assert_eq!(format!("{key:?}"), format!("EncryptionKey({})", key.id()));
}

#[test]
fn a_key_equals_the_one_of_its_text_alone() {
    let key = EncryptionKey::generate().unwrap();
    let again: EncryptionKey = key.expose_secret().parse().unwrap();
    assert_eq!(key, again);
    assert_ne!(key, EncryptionKey::generate().unwrap());
    assert_ne!(key, EncryptionKey::generate_xchacha20().unwrap());
}
