//! The dates of old sessions: the begin, the last activity and the end are not taken for each other.
//!
//! Numbers of old sessions, which are here what they were there, or the session is refused.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{
    SessionCookie,
    migrate::Reader,
    session::{Outcome, Reason},
};
use hardtack_migrate::JarValue;

use super::{
    DAY, builder,
    made::{
        beaker, beaker_reader, cookie_of, in_jar, not_migrated, outcome, pyramid, pyramid_reader,
        signed_jar, tower_sessions,
    },
    start,
};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

fn seconds(time: std::time::SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Cookies of Pyramid and Beaker whose session began an hour ago and was used a minute ago, in whole seconds and with a
/// fraction, each with a site on which it ends 20 minutes after its last use.
fn dated() -> Vec<(SessionCookie, String)> {
    let timeout = Some(20 * MINUTE);
    let (begun, used) = (seconds(start() - 60 * MINUTE), seconds(start() - MINUTE));
    let fractions = ["", ".0", ".75"].map(|fraction| {
        let of_pyramid = format!(r#"[{used}{fraction},{begun}{fraction},{{"user":"ada"}}]"#);
        let of_beaker = format!(
            r#"{{"user":"ada","_accessed_time":{used}{fraction},"_creation_time":{begun}{fraction}}}"#
        );
        [
            (cookie_of(pyramid_reader()), pyramid(&of_pyramid)),
            (cookie_of(beaker_reader().timeout(timeout)), beaker(&of_beaker)),
        ]
    });
    fractions.into_iter().flatten().collect()
}

#[test]
fn a_session_keeps_its_begin_and_its_last_activity() {
    for (cookie, value) in dated() {
        let session = cookie.load([format!("old={value}")], start());
        assert_eq!(session.outcome(), Outcome::Migrated);
        assert_eq!(session.created_at(), Some(start() - 60 * MINUTE));
        assert_eq!(session.last_active_at(), Some(start() - MINUTE));
    }
}

#[test]
fn a_timeout_counts_from_the_last_activity() {
    for (cookie, value) in dated() {
        let outcome = |now| cookie.load([format!("old={value}")], now).outcome();
        let end = start() - MINUTE + 20 * MINUTE;
        assert_eq!(outcome(end - SECOND), Outcome::Migrated);
        assert_eq!(outcome(end + SECOND), not_migrated(Reason::Expired));
    }
}

fn idle_of(reader: impl Reader, value: &str) -> Outcome {
    let old = hardtack::migrate::OldCookie::new("old", reader);
    let cookie = builder()
        .idle_timeout(59 * SECOND)
        .migrate_from(old, start() - DAY..start() + DAY)
        .build()
        .unwrap();
    cookie.load([format!("old={value}")], start()).outcome()
}

#[test]
fn the_idle_timeout_of_the_new_cookie_counts_from_the_last_activity() {
    let (begun, used) = (seconds(start() - 60 * MINUTE), seconds(start() - MINUTE));
    let of_pyramid = pyramid(&format!(r#"[{used},{begun},{{"user":"ada"}}]"#));
    let of_beaker = beaker(&format!(
        r#"{{"user":"ada","_accessed_time":{used},"_creation_time":{begun}}}"#
    ));
    let idle = not_migrated(Reason::Idle);
    assert_eq!(idle_of(pyramid_reader(), &of_pyramid), idle);
    assert_eq!(idle_of(beaker_reader(), &of_beaker), idle);
    // A session of Beaker without that date counts as used now.
    let undated = beaker(&format!(r#"{{"user":"ada","_creation_time":{begun}}}"#));
    assert_eq!(idle_of(beaker_reader(), &undated), Outcome::Migrated);
}

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

/// The outcomes in each format of a session with this JSON as its value.
fn outcomes(json: &str) -> [Outcome; 5] {
    let entries = format!(r#"{{"id":{json}}}"#);
    let in_text = serde_json::json!({ "id": json }).to_string();
    let actix = cookie_of(signed_jar(JarValue::ActixSession));
    [
        outcome(&cookie_of(beaker_reader()), &beaker(&entries)),
        outcome(
            &cookie_of(pyramid_reader()),
            &pyramid(&format!("[1800000000,1800000000,{entries}]")),
        ),
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
        assert_eq!(outcomes(json), [not_migrated(Reason::Payload); 5], "{json}");
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
        assert_eq!(outcomes(json), [Outcome::Migrated; 5], "{json}");
    }
}
