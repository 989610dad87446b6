//! Cookies under the right key that no library writes today: bombs, wrong dates, another version.

use std::time::Duration;

use hardtack::{
    Size,
    migrate::OldCookie,
    session::{Outcome, Reason},
};
use hardtack_migrate::JarValue;
use serde_json::json;

use super::{
    DAY, builder,
    making::{
        beaker, beaker_reader, cookie, cookie_of, not_migrated, outcome, pyramid, pyramid_reader,
        signed_jar, tower_sessions,
    },
    start,
};

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
        assert_eq!(
            outcome(&cookie, &beaker("{\"user\":\"ada\"}")),
            Outcome::Migrated
        );
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

/// As docs/moving.md says of them.
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
