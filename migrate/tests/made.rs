//! Cookies under the right key that no library writes today: bombs, wrong dates, another version.

use std::time::Duration;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hardtack::{
    SessionCookie,
    migrate::OldCookie,
    session::{Outcome, Reason},
};
use hardtack_migrate::{Beaker, Jar, JarKey, JarValue};
use hmac::{Hmac, KeyInit, Mac};
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::json;
use sha1::Sha1;
use sha2::Sha256;

use super::{DAY, builder, start};

const KEY: &[u8] = b"a key that validates";

/// Reads the cookie `old`, and leaves its largest entry out.
fn cookie(old: OldCookie) -> SessionCookie {
    let old = old.convert(|mut entries| {
        entries.remove("large");
        Some(entries)
    });
    builder()
        .absolute_timeout(3000 * DAY)
        .migrate_from(old, start()..start() + 10 * DAY)
        .build()
        .unwrap()
}

fn outcome(cookie: &SessionCookie, value: &str) -> Outcome {
    cookie.load([format!("old={value}")], start()).outcome()
}

fn not_migrated(reason: Reason) -> Outcome {
    Outcome::NotMigrated { reason }
}

/// A signed cookie of Beaker with this JSON.
fn beaker(json: &str) -> String {
    let text = BASE64_STANDARD.encode(compress_to_vec_zlib(json.as_bytes(), 9));
    let mut mac = Hmac::<Sha1>::new_from_slice(KEY).unwrap();
    mac.update(text.as_bytes());
    let tag = mac.finalize().into_bytes();
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    tag + &text
}

#[test]
fn a_beaker_session_unpacks_to_64_kib_at_most() {
    let cookie = cookie(OldCookie::new(
        "old",
        Beaker::signed(str::from_utf8(KEY).unwrap()),
    ));
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
fn a_beaker_session_with_a_date_that_is_none_is_refused() {
    let reader = Beaker::signed(str::from_utf8(KEY).unwrap());
    let hour = Duration::from_secs(3600);
    for reader in [reader.clone(), reader.timeout(Some(hour))] {
        let cookie = cookie(OldCookie::new("old", reader));
        for key in ["_accessed_time", "_creation_time"] {
            for date in ["\"1799999000\"", "1e308", "-1", "null", "true", "[]"] {
                let value = beaker(&format!("{{\"user\":\"ada\",\"{key}\":{date}}}"));
                let refused = not_migrated(Reason::Payload);
                assert_eq!(outcome(&cookie, &value), refused, "{key}: {date}");
            }
            let value = beaker(&format!("{{\"user\":\"ada\",\"{key}\":1799999000.5}}"));
            assert_eq!(outcome(&cookie, &value), Outcome::Migrated, "{key}");
        }
        assert_eq!(
            outcome(&cookie, &beaker("{\"user\":\"ada\"}")),
            Outcome::Migrated
        );
    }
}

#[test]
fn only_version_1_of_the_records_of_tower_sessions_is_read() {
    let master = [7; 64];
    let reader = Jar::signed(JarKey::new(&master).unwrap(), JarValue::TowerSessions);
    let cookie = cookie(OldCookie::new("old", reader));
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
        let text = BASE64_URL_SAFE_NO_PAD.encode(envelope);
        let mut mac = Hmac::<Sha256>::new_from_slice(&master[..32]).unwrap();
        mac.update(text.as_bytes());
        let tag = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(outcome(&cookie, &(tag + &text)), expected, "{version}");
    }
}
