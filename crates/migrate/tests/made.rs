//! Cookies under the right key that no library writes today: bombs, wrong dates, another version.
//!
//! Cookies under the right key, which a test makes itself.

use std::time::Duration;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hardtack::{
    SessionCookie, Size,
    migrate::{OldCookie, Reader},
    session::{Outcome, Reason},
};
use hardtack_migrate::{Beaker, Itsdangerous, Jar, JarKey, JarValue, Pyramid};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::json;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{DAY, builder, start};

#[test]
fn a_beaker_session_unpacks_to_64_kib_at_most() {
    let old = OldCookie::new("old", beaker_reader());
    let cookie = cookie(old.convert(|mut entries| {
        entries.remove("large");
        Some(entries)
    }));
    let json_of = |len: usize| {
        let around = json!({ "user": "ada", "large": "" }).to_string().len();
        json!({ "user": "ada", "large": "x".repeat(len - around) }).to_string()
    };
    let value = |len| beaker(&json_of(len));
    assert_eq!(outcome(&cookie, &value(64 * 1024)), Outcome::Migrated);
    for len in [64 * 1024 + 1, 128 * 1024, 640 * 1024] {
        let value = value(len);
        assert!(value.len() < 2000);
        assert_eq!(outcome(&cookie, &value), not_migrated(Reason::Payload));
    }
}

#[test]
fn a_session_of_flask_unpacks_to_64_kib_at_most() {
    let reader = || OldCookie::new("old", Itsdangerous::flask(PASSWORD));
    let cookie = cookie(reader().convert(|mut entries| {
        entries.remove("large");
        Some(entries)
    }));
    let value = |len: usize| {
        let around = json!({ "user": "ada", "large": "" }).to_string().len();
        let json = json!({ "user": "ada", "large": "x".repeat(len - around) }).to_string();
        let packed = compress_to_vec_zlib(json.as_bytes(), 9);
        let packed = BASE64_URL_SAFE_NO_PAD.encode(packed);
        flask(&format!(".{packed}"), &NOW.to_be_bytes()[4..])
    };
    assert_eq!(outcome(&cookie, &value(64 * 1024)), Outcome::Migrated);
    let large = value(64 * 1024 + 1);
    assert_eq!(outcome(&cookie, &large), not_migrated(Reason::Payload));
}

/// The tag is right in each of these.
#[test]
fn a_time_of_itsdangerous_counts_from_1970_or_from_2011() {
    const YEAR_2011: u64 = 1_293_840_000;
    let week = Duration::from_secs(7 * 24 * 3600);
    let cookie = cookie_of(Itsdangerous::flask(PASSWORD).max_age(Some(week)));
    let payload = BASE64_URL_SAFE_NO_PAD.encode(r#"{"user":"ada"}"#);
    let outcome = |time: &[u8]| outcome(&cookie, &flask(&payload, time));
    let expired = not_migrated(Reason::Expired);
    for from in [0, YEAR_2011] {
        let time = |seconds: u64| (NOW - from - seconds).to_be_bytes();
        assert_eq!(outcome(&time(0)[4..]), Outcome::Migrated);
        assert_eq!(outcome(&time(0)), Outcome::Migrated);
        // The last second of a week counts, as it does to Flask.
        assert_eq!(outcome(&time(week.as_secs())), Outcome::Migrated);
        assert_eq!(outcome(&time(week.as_secs() + 1)), expired);
    }
    assert_eq!(outcome(&[]), expired);
    for wrong in [&[1; 9][..], &[0xFF; 8]] {
        assert_eq!(outcome(wrong), not_migrated(Reason::Payload), "{wrong:?}");
    }
    // No limit.
    let cookie = cookie_of(Itsdangerous::flask(PASSWORD).max_age(Some(Duration::MAX)));
    let old = flask(&payload, &NOW.to_be_bytes());
    assert_eq!(self::outcome(&cookie, &old), Outcome::Migrated);
    // A list is no session.
    let list = flask(&BASE64_URL_SAFE_NO_PAD.encode("[7]"), &NOW.to_be_bytes());
    assert_eq!(self::outcome(&cookie, &list), not_migrated(Reason::Payload));
}

const NOW: u64 = 1_800_000_000;

/// A cookie of Flask with this payload and time.
fn flask(payload: &str, time: &[u8]) -> String {
    let key = tag::<Sha1>(PASSWORD.as_bytes(), b"cookie-session");
    let signed = format!("{payload}.{}", BASE64_URL_SAFE_NO_PAD.encode(time));
    let tag = BASE64_URL_SAFE_NO_PAD.encode(tag::<Sha1>(&key, signed.as_bytes()));
    format!("{signed}.{tag}")
}

#[test]
fn a_beaker_session_with_a_date_that_is_none_is_refused() {
    let reader = beaker_reader();
    let hour = Duration::from_secs(3600);
    for reader in [reader.clone(), reader.timeout(Some(hour))] {
        let cookie = cookie_of(reader);
        for key in ["_accessed_time", "_creation_time"] {
            for date in ["\"1799999000\"", "1e308", "-1", "null", "true", "[]"] {
                let value = beaker(&format!("{{\"user\":\"ada\",\"{key}\":{date}}}"));
                let refused = not_migrated(Reason::Payload);
                assert_eq!(outcome(&cookie, &value), refused, "{key}: {date}");
            }
            let value = beaker(&format!("{{\"user\":\"ada\",\"{key}\":1799999000.5}}"));
            assert_eq!(outcome(&cookie, &value), Outcome::Migrated, "{key}");
        }
        // Without a last activity, it counts as used now.
        let value = beaker("{\"user\":\"ada\",\"_creation_time\":1799999000}");
        let session = cookie.load([format!("old={value}")], start());
        assert_eq!(session.last_active_at(), Some(start()));
    }
}

#[test]
fn only_version_1_of_the_records_of_tower_sessions_is_read() {
    let cookie = cookie_of(signed_jar(JarValue::TowerSessions));
    for (version, expected) in [
        (0, not_migrated(Reason::Payload)),
        (1, Outcome::Migrated),
        (2, not_migrated(Reason::Payload)),
    ] {
        let record = json!({
            "id": 1,
            "data": { "user": "ada" },
            "expiry_date": [2100, 1, 0, 0, 0, 0, 0, 0, 0],
        });
        let envelope = json!({ "v": version, "record": record }).to_string();
        assert_eq!(
            outcome(&cookie, &tower_sessions(&envelope)),
            expected,
            "{version}"
        );
    }
}

#[test]
fn the_largest_session_of_pyramid_has_room_in_two_cookies() {
    let text = "x".repeat(2_930);
    let value = pyramid(&format!(r#"[1800000000,1800000000,{{"text":"{text}"}}]"#));
    assert!((4_000..=4_064).contains(&value.len()), "{}", value.len());
    let old = || OldCookie::new("old", pyramid_reader());
    assert_eq!(
        outcome(&cookie(old()), &value),
        not_migrated(Reason::TooLong)
    );
    let range = start() - DAY..start() + DAY;
    let split = builder().size(Size::Split(2)).migrate_from(old(), range);
    let split = split.build().unwrap();
    assert_eq!(outcome(&split, &value), Outcome::Migrated);
}

pub(crate) const PASSWORD: &str = "a key that validates";
pub(crate) const MASTER: [u8; 64] = [7; 64];

/// Reads the cookie `old`, from ten days before `start` on.
pub(crate) fn cookie(old: OldCookie) -> SessionCookie {
    let range = start() - 10 * DAY..start() + 10 * DAY;
    let builder = builder().absolute_timeout(3000 * DAY);
    builder.migrate_from(old, range).build().unwrap()
}

pub(crate) fn cookie_of(reader: impl Reader) -> SessionCookie {
    cookie(OldCookie::new("old", reader))
}

pub(crate) fn signed_jar(value: JarValue) -> Jar {
    Jar::signed(JarKey::new(&MASTER).unwrap(), value)
}

pub(crate) fn beaker_reader() -> Beaker {
    Beaker::signed(PASSWORD)
}

pub(crate) fn pyramid_reader() -> Pyramid {
    Pyramid::new(PASSWORD).salt("")
}

pub(crate) fn outcome(cookie: &SessionCookie, value: &str) -> Outcome {
    cookie.load([format!("old={value}")], start()).outcome()
}

pub(crate) fn not_migrated(reason: Reason) -> Outcome {
    Outcome::NotMigrated { reason }
}

/// A cookie of a signed jar of cookie-rs, without percent-encoding.
pub(crate) fn in_jar(text: &str) -> String {
    BASE64_STANDARD.encode(tag::<Sha256>(&MASTER[..32], text.as_bytes())) + text
}

/// A signed cookie of Beaker with this JSON.
pub(crate) fn beaker(json: &str) -> String {
    let text = BASE64_STANDARD.encode(compress_to_vec_zlib(json.as_bytes(), 9));
    let tag = tag::<Sha1>(PASSWORD.as_bytes(), text.as_bytes());
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    tag + &text
}

/// A cookie of Pyramid with this JSON.
pub(crate) fn pyramid(json: &str) -> String {
    let tag = tag::<Sha512>(PASSWORD.as_bytes(), json.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode([&tag, json.as_bytes()].concat())
}

/// A cookie of tower-sessions with this record.
pub(crate) fn tower_sessions(envelope: &str) -> String {
    in_jar(&BASE64_URL_SAFE_NO_PAD.encode(envelope))
}

fn tag<H: EagerHash>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<H>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
