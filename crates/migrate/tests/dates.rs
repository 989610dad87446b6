//! Ends of sessions of tower-sessions.
//!
//! Numbers of old sessions, which are here what they were there, or the session is rejected.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::session::{Outcome, Reason};
use hardtack_migrate::JarValue;

use super::{
    SECOND,
    made::{
        cookie_of, in_jar, not_migrated, outcome, pyramid, pyramid_reader, signed_jar,
        tower_sessions,
    },
    start,
};

#[test]
fn a_session_of_tower_sessions_ends_in_the_second_of_its_date() {
    let end = UNIX_EPOCH + Duration::from_secs(1_800_000_000) + 90 * SECOND;
    // 2027-01-15 08:01:30, the 15th day of the year.
    for date in [
        "[2027,15,8,1,30,0,0,0,0]",
        "[2027,15,9,1,30,0,1,0,0]",
        "[2027,15,6,31,29,0,-1,-30,1]",
        "\"2027-01-15 08:01:30.0 +00:00:00\"",
        "\"2027-01-15 10:01:30.0 +02:00:00\"",
    ] {
        let record = format!(r#"{{"id":1,"data":{{"user":"ada"}},"expiry_date":{date}}}"#);
        let value = tower_sessions(&format!(r#"{{"v":1,"record":{record}}}"#));
        let cookie = cookie_of(signed_jar(JarValue::TowerSessions));
        let outcome = |now| cookie.load([format!("old={value}")], now).outcome();
        assert_eq!(outcome(end - SECOND), Outcome::Migrated, "{date}");
        assert_eq!(outcome(end), not_migrated(Reason::Expired), "{date}");
    }
}

/// The outcomes in jars, of each state that actix-session reads, of a session with this JSON as its value.
fn outcomes(json: &str) -> [Outcome; 3] {
    let entries = format!(r#"{{"id":{json}}}"#);
    let in_text = serde_json::json!({ "id": json }).to_string();
    let actix = cookie_of(signed_jar(JarValue::ActixSession));
    [
        outcome(&cookie_of(signed_jar(JarValue::Json)), &in_jar(&entries)),
        outcome(&actix, &in_jar(&in_text)),
        outcome(&actix, &in_jar(&format!(r#"{{"v":1,"state":{entries}}}"#))),
    ]
}

#[test]
fn an_integer_beyond_64_bits_is_refused_and_never_rounded() {
    for json in [
        "18446744073709551616",
        "-9223372036854775809",
        "138101147531900203520738735301243895752",
        "340282366920938463463374607431768211456",
        r#"[1.5, {"a": 18446744073709551616}]"#,
        r#"["\\", 18446744073709551616]"#,
        r#"["\"", 18446744073709551616, "\""]"#,
    ] {
        assert_eq!(outcomes(json), [not_migrated(Reason::Payload); 3], "{json}");
    }
}

/// Its id has 128 bits.
#[test]
fn a_record_of_tower_sessions_has_one_large_integer() {
    let cookie = cookie_of(signed_jar(JarValue::TowerSessions));
    let of = |id: &str, entry: &str| {
        let end = "[2100,1,0,0,0,0,0,0,0]";
        let record = format!(r#"{{"id":{id},"data":{{"a":{entry}}},"expiry_date":{end}}}"#);
        outcome(
            &cookie,
            &tower_sessions(&format!(r#"{{"v":1,"record":{record}}}"#)),
        )
    };
    let refused = not_migrated(Reason::Payload);
    for id in [i128::MIN, -1, 7, i128::MAX].map(|id| id.to_string()) {
        assert_eq!(of(&id, "7"), Outcome::Migrated);
        assert_eq!(of(&id, "18446744073709551616"), refused);
        assert_eq!(of(&id, &i128::MAX.to_string()), refused);
    }
}

#[test]
fn an_integer_of_64_bits_is_what_it_was() {
    let cookie = cookie_of(pyramid_reader());
    let session_of = |json: &str| {
        let value = pyramid(&format!(r#"[1800000000,1800000000,{{"id":{json}}}]"#));
        cookie.load([format!("old={value}")], start())
    };
    for number in [1 << 53, (1 << 53) + 1, 1 << 63, (1 << 63) + 1, u64::MAX] {
        let session = session_of(&number.to_string());
        assert_eq!(session.get("id").unwrap(), Some(number));
    }
    for number in [i64::MIN, -(1 << 53) - 1, -1, 0, i64::MAX] {
        let session = session_of(&number.to_string());
        assert_eq!(session.get("id").unwrap(), Some(number));
    }
}

#[test]
fn floats_and_digits_in_texts_are_taken_over() {
    for json in [
        "1e300",
        "1.8446744073709551616",
        "1E+30",
        "-1234567e-2",
        r#""18446744073709551616""#,
        r#""\"18446744073709551616""#,
        r#""\\\"18446744073709551616""#,
        r#"{"18446744073709551616": true}"#,
        "false",
    ] {
        assert_eq!(outcomes(json), [Outcome::Migrated; 3], "{json}");
    }
}
