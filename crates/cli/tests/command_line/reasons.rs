//! Every reason for which a cookie does not open, in words.

use std::collections::BTreeSet;

use hardtack::{SessionCookie, carrier::SessionCookieBuilder};
use serde_json::Value;

use crate::desk::{Desk, at};

struct Case {
    reason: &'static str,
    words: &'static str,
    options: &'static str,
    field: String,
}

fn pair(builder: SessionCookieBuilder, begun: u64) -> String {
    let cookie = builder.build().unwrap();
    cookie
        .cookie_for(at(begun), |session| session.insert("user", 42))
        .unwrap()
}

fn cases(desk: &Desk) -> Vec<Case> {
    let ours = || SessionCookie::encrypted(desk.ring());
    let case = |reason, words, options, field: &str| Case {
        reason,
        words,
        options,
        field: field.to_owned(),
    };
    let good = pair(ours(), 0);
    let stranger = hardtack::EncryptionKey::generate().unwrap();
    let stranger = pair(SessionCookie::encrypted(stranger), 0);
    let signed = hardtack::SigningKey::generate().unwrap();
    let signed = pair(SessionCookie::unencrypted_but_signed(signed), 0);
    let changed = if good.contains("A_") { "B-" } else { "A_" };
    let changed = format!("{}{changed}{}", &good[..50], &good[52..]);
    let plain = || pair(ours().name("session"), 0);
    let two = format!("{}; {}", plain(), plain());
    vec![
        case(
            "TooLong",
            "longer than any token",
            "",
            &format!("__Host-session={}", "A".repeat(32_769)),
        ),
        case("Encoding", "cut off, changed", "", "__Host-session=j%nk"),
        case("TooShort", "shorter than any token", "", "__Host-session="),
        case(
            "UnknownFormat",
            "not a token, or one of another version",
            "",
            "__Host-session=AAAAAAAAAAA",
        ),
        case("WrongMode", "signed and the ring encrypts", "", &signed),
        case("UnknownKey", "its key is not in the ring", "", &stranger),
        case("RetiredKey", "past its accept_until", "--at +13h", &good),
        case("Auth", "changed or forged", "", &changed),
        case(
            "Auth",
            "another name",
            "--name __Host-other",
            &good.replace("session", "other"),
        ),
        case("NotYetValid", "a clock is wrong", "", &pair(ours(), 100)),
        case(
            "Expired",
            "past the absolute timeout",
            "--at +12h --idle-timeout off",
            &good,
        ),
        case("Idle", "past the idle timeout", "--at +30m", &good),
        case(
            "Revoked",
            "issued before not_before",
            "--not-before +1m --at +2m",
            &good,
        ),
        case("Duplicate", "none is preferred", "--name session", &two),
        malformed(desk, "Malformed", "a session bound to a device"),
        malformed(desk, "Payload", "its content is not a dictionary"),
    ]
}

/// Tokens that only another program with the key can seal are taken from the test vectors.
fn malformed(desk: &Desk, reason: &'static str, words: &'static str) -> Case {
    let file: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/open.json")).unwrap();
    let mut vectors = file["vectors"].as_array().unwrap().iter();
    let vector = vectors.find(|vector| {
        vector["expect"]["rejected"] == reason
            && vector["purpose"]["name"] == "__Host-session"
            && vector["context"] == Value::Array(Vec::new())
            && vector["application"].is_null()
            && vector["type_label"].is_null()
    });
    let vector = vector.unwrap();
    desk.write(reason, vector["ring"].as_str().unwrap());
    assert_eq!(vector["now"], 1_780_000_600);
    Case {
        reason,
        words,
        options: "--at 2026-05-28T20:36:40Z",
        field: format!(
            "__Host-session={}",
            vector["candidates"][0].as_str().unwrap()
        ),
    }
}

#[test]
fn each_reason_is_told_in_words() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
    desk.done("ring rotate keys --after 15m");
    let mut reasons = BTreeSet::new();
    for Case {
        reason,
        words,
        options,
        field,
    } in cases(&desk)
    {
        let keys = if desk.path(reason).exists() {
            reason
        } else {
            "keys"
        };
        let ran = desk.run_on(&field, &format!("inspect --keys {keys} {options}"));
        assert_eq!(ran.code, Some(1), "{reason}: {}{}", ran.out, ran.err);
        let wanted = format!(" no: {reason}, ");
        assert!(
            ran.out.contains(&wanted) && ran.out.contains(words),
            "{reason}: {}",
            ran.out
        );
        // The clock of the library, which warns of a `not_before` in a debug build, is behind that of the tests.
        let is_warning =
            |note: &&str| note.contains("2027-03-01T06:01:00Z: `not_before` is in the future");
        let others = ran
            .notes()
            .filter(|note| reason != "Revoked" || !is_warning(note));
        assert_eq!(others.count(), 0, "{reason}: {}", ran.err);

        let ran = desk.run_on(&field, &format!("inspect --json --keys {keys} {options}"));
        let shown: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(
            (&shown["opens"], &shown["reason"]),
            (&Value::from(false), &Value::from(reason))
        );
        reasons.insert(reason);
    }
    assert_eq!(reasons.len(), 15, "{reasons:?}");
}

#[test]
fn a_session_that_has_ended_shows_its_times_with_the_reason() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
    let pair = pair(SessionCookie::encrypted(desk.ring()), 0);
    for (options, reason) in [
        ("--at +1h", "Idle"),
        ("--at +24h", "Expired"),
        ("--not-before +1s", "Revoked"),
    ] {
        let ran = desk.run(&format!("inspect {pair} --keys keys {options}"));
        assert_eq!(ran.code, Some(1));
        for row in [
            format!("opens        no: {reason}, "),
            "created      2027-03-01T06:00:00Z\n".to_owned(),
            "expires      2027-03-01T06:30:00Z\n".to_owned(),
            "\"user\": 42".to_owned(),
        ] {
            assert!(ran.out.contains(&row), "{}", ran.out);
        }
    }
}

#[test]
fn without_keys_only_what_is_no_token_is_a_no() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
    for (field, code, told) in [
        ("__Host-session=j%nk", 1, "no: Encoding"),
        ("hunter2", 1, "no: Encoding"),
        ("eAAA", 1, "no: TooShort"),
        ("__Host-session=AAAAAAAAAAA", 1, "no: UnknownFormat"),
        (
            &pair(SessionCookie::encrypted(desk.ring()), 0),
            0,
            "unknown without keys",
        ),
    ] {
        let ran = desk.run(&format!("inspect {field}"));
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(told), "{}", ran.out);
    }
}
