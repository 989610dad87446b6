use serde::Deserialize;

use super::{Mode, PurposeOf, for_each, hex, mode_of};
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
        expect: Option<Expected>,
        error: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Expected {
        suite: String,
        kid: String,
    }
    for_each("keys", |name, vector: Vector| {
        let found = key_id(&vector.text);
        match (vector.expect, vector.error) {
            (Some(expected), None) => {
                assert_eq!(found.unwrap(), expected.kid, "{name}");
                let word = format!("hardtack_key_v1_{}_", expected.suite);
                assert!(vector.text.trim().starts_with(&word), "{name}");
            }
            (None, Some(error)) => assert_eq!(word_for_key(&found.unwrap_err()), error, "{name}"),
            _ => panic!("{name}: either `expect` or `error`"),
        }
    });
}

#[test]
fn rings_are_ordered_and_refused_as_specified() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vector {
        mode: Mode,
        ring: Option<String>,
        #[serde(default)]
        joined: Vec<String>,
        #[serde(default)]
        keys: Vec<Listed>,
        not_before: Option<u64>,
        longest: Option<u64>,
        expect: Option<Expected>,
        error: Option<String>,
    }
    for_each("rings", |name, vector: Vector| {
        let texts = vector.ring.iter().chain(&vector.joined);
        let texts = vector.ring.is_some().then(|| texts.cloned().collect());
        let ring = Source {
            texts,
            keys: vector.keys,
            not_before: vector.not_before,
        };
        let (expected, longest) = (&vector.expect, vector.longest);
        let error = check_ring(name, vector.mode, ring, expected, longest);
        assert_eq!(error.as_deref(), vector.error.as_deref(), "{name}");
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    fingerprint: String,
    order: Vec<String>,
    not_before: Option<u64>,
    at: Vec<Time>,
    cut_short: Option<bool>,
    /// Keys that the ring ends too early, with the ends that they need.
    early: Option<Vec<(String, u64)>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    now: u64,
    seals: String,
    accepts: Vec<String>,
}

/// A key with its `seal_from` and `accept_until`.
type Listed = (String, Option<u64>, Option<u64>);

/// Texts, or keys and a time.
struct Source {
    texts: Option<Vec<String>>,
    keys: Vec<Listed>,
    not_before: Option<u64>,
}

impl Source {
    fn build(self, mode: Mode) -> Result<KeyRing, KeyError> {
        if let Some(texts) = self.texts {
            let mut listing = Listing::default();
            listing.mode = Some(mode.into());
            let mut texts = texts.iter();
            texts.try_for_each(|text| listing.add(text))?;
            return KeyRing::of_listed(listing);
        }
        let keys = self.keys.into_iter().map(|(key, from, until)| {
            let mut key = match mode {
                Mode::Encrypted => RingKey::from(key.parse::<EncryptionKey>().unwrap()),
                Mode::Signed => RingKey::from(key.parse::<SigningKey>().unwrap()),
            };
            if let Some(from) = from {
                key = key.seal_from(system_time(from));
            }
            match until {
                Some(until) => key.accept_until(system_time(until)),
                None => key,
            }
        });
        let ring = KeyRing::from_keys(keys.collect::<Vec<_>>())?;
        let not_before = self.not_before.map(system_time);
        Ok(not_before.map_or(ring.clone(), |time| ring.with_not_before(time)))
    }
}

/// Returns the word for the error, if there is one.
#[track_caller]
fn check_ring(
    name: &str,
    mode: Mode,
    source: Source,
    expected: &Option<Expected>,
    longest: Option<u64>,
) -> Option<String> {
    let ring = match source.build(mode) {
        Ok(ring) => ring,
        Err(error) => return Some(word_for_ring(&error)),
    };
    let Some(expected) = expected else {
        panic!("{name}: was read");
    };
    let ids = |ids: Vec<KeyId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        ring.fingerprint().to_string(),
        expected.fingerprint,
        "{name}"
    );
    let order = ring.keys().iter().map(|key| key.id).collect();
    assert_eq!(ids(order), expected.order, "{name}");
    let not_before = expected.not_before.map(system_time);
    assert_eq!(ring.not_before(), not_before, "{name}");
    let early = longest.map(|overlap| {
        let ends = ring.0.early_ends(overlap);
        let ends = ends.map(|(key, [_, needed])| (key.to_string(), unix_seconds(needed)));
        ends.collect::<Vec<_>>()
    });
    let cut_short = early.as_ref().map(|ends| !ends.is_empty());
    assert_eq!(cut_short, expected.cut_short, "{name}");
    if expected.early.is_some() {
        assert_eq!(early, expected.early, "{name}");
    }
    for time in &expected.at {
        let now = system_time(time.now);
        assert_eq!(
            ring.sealing_key(now).to_string(),
            time.seals,
            "{name} at {}",
            time.now
        );
        assert_eq!(
            ids(ring.0.accepted(time.now).map(|key| key.info.id).collect()),
            time.accepts,
            "{name} at {}",
            time.now
        );
        for key in ring.keys() {
            let (id, role) = (key.id.to_string(), ring.role(key.id, now).unwrap());
            let accepted = time.accepts.contains(&id);
            assert_eq!(role == KeyRole::Sealing, id == time.seals, "{name}");
            assert_eq!(role != KeyRole::Retired, accepted, "{name}");
        }
    }
    None
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
    let words = [
        ("does not begin with", "prefix"),
        ("unknown suite", "type"),
        ("characters after its suite", "length"),
        ("found several", "length"),
        ("is not unpadded base64url", "encoding"),
        ("wrong checksum", "checksum"),
        ("is not random", "weak"),
    ];
    let word = word_in(&words, &error.to_string());
    word.unwrap_or_else(|| panic!("{error}"))
}

fn word_for_ring(error: &KeyError) -> String {
    let sentence = error.to_string();
    let word = match sentence.strip_prefix("key ring, entry ") {
        Some(text) => word_for_text(text),
        None => word_in(&OF_RINGS, &sentence).unwrap_or_else(|| panic!("{sentence}")),
    };
    word.to_owned()
}

const OF_RINGS: [(&str, &str); 7] = [
    ("has no key", "empty"),
    ("before 2026-01-01", "time"),
    ("is listed twice", "duplicate"),
    ("is the last one to seal", "last-retires"),
    ("signs without encrypting", "mixed"),
    ("give such keys, or choose", "mixed"),
    ("but key", "retires-too-early"),
];

fn word_in(words: &[(&str, &'static str)], sentence: &str) -> Option<&'static str> {
    let mut words = words.iter();
    let found = words.find(|(part, _)| sentence.contains(part));
    found.map(|(_, word)| *word)
}

fn word_for_text(sentence: &str) -> &'static str {
    let words = [
        ("expected `sign`", "mixed"),
        ("which does not encrypt", "mixed"),
        ("attribute after the key", "attribute"),
        ("stands alone", "attribute"),
        ("is given twice", "attribute"),
        ("expects a time", "time"),
        ("between commas", "blank"),
    ];
    word_in(&words, sentence).unwrap_or("key")
}

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
