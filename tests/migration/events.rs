//! `tracing` events of old cookies, without any of their values.

use std::time::{Duration, SystemTime};

use hardtack::{
    SessionCookie,
    carrier::SessionCookieBuilder,
    session::{Outcome, Payload, Reason},
};
use tracing::Level;

use super::{DAY, builder, rules::plain, saved, start, told::told_by, typed::Login};

#[test]
fn each_old_cookie_has_one_event() {
    let cookie = builder()
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    for (value, expected) in [
        ("ada", "message=session taken over from an old cookie"),
        (
            "ada/90000000/0",
            "message=old cookie rejected purpose=\"__Host-session\" reason=Expired",
        ),
    ] {
        let told = told_by(|| {
            let session = cookie.load([format!("old={value}")], start());
            assert_ne!(session.outcome(), Outcome::Absent);
        });
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].level, Level::DEBUG);
        assert!(told[0].fields.starts_with(expected), "{told:?}");
        assert!(
            told[0]
                .fields
                .contains(&format!("token_bytes={}", value.len()))
        );
        assert!(!told[0].fields.contains("ada"), "{told:?}");
    }
}

/// For one reason, neither takes the other's line of a minute.
#[test]
fn a_refused_old_cookie_and_a_refused_session_are_both_logged() {
    let cookie = builder()
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(None::<&str>, start());
    session.insert("visits", 1).unwrap();
    let fields = saved(&cookie, &session);
    let (pair, _) = fields[0].split_once(';').unwrap();
    let other = if pair.ends_with("AAA") { "BBB" } else { "AAA" };
    let forged = format!("{}{other}", &pair[..pair.len() - 3]);
    let told = told_by(|| {
        for field in ["old=/1", &forged] {
            assert!(cookie.load([field], start()).is_new());
        }
    });
    let told: Vec<_> = told
        .iter()
        .filter(|told| told.level <= Level::INFO)
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().all(|told| told.fields.contains("reason=Auth ")),
        "{told:?}"
    );
}

#[track_caller]
fn check_refused<T: Payload>(builder: SessionCookieBuilder<T>, level: Level, reason: Reason) {
    let cookie = builder.build().unwrap();
    let told = told_by(|| assert!(cookie.load(["old=mallory"], start()).is_new()));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].level, level, "{told:?}");
    let expected =
        format!("message=old cookie rejected purpose=\"__Host-session\" reason={reason} ");
    assert!(told[0].fields.starts_with(&expected), "{told:?}");
    assert!(!told[0].fields.contains("mallory"), "{told:?}");
}

#[test]
fn an_old_session_that_does_not_fit_its_type_is_an_error_in_the_log() {
    let range = || start()..start() + DAY;
    let typed = builder().typed::<Login>().migrate_from(plain(), range());
    check_refused(typed, Level::ERROR, Reason::Payload);
    let refusing = builder().migrate_from(plain().convert(|_| None), range());
    check_refused(refusing, Level::DEBUG, Reason::Revoked);
}

/// The warnings of reading this request.
fn warnings(cookie: &SessionCookie, fields: &[&str], now: SystemTime) -> Vec<String> {
    let told = told_by(|| _ = cookie.load(fields, now).is_new());
    let warnings = told.into_iter().filter(|told| told.level == Level::WARN);
    warnings.map(|told| told.fields).collect()
}

#[test]
fn an_old_cookie_that_is_still_there_after_it_was_dropped_is_told_once() {
    let old = || plain().path("/").domain("example.com");
    let build = || builder().migrate_from(old(), start()..start() + DAY);
    let cookie = build().build().unwrap();
    let written = |fields: &[&str], now| {
        let session = cookie.load(fields, now);
        session.insert("visits", 1).unwrap();
        let fields = saved(&cookie, &session);
        fields[0].split(';').next().unwrap().to_owned()
    };
    let second = Duration::from_secs(1);
    let late = &*written(&["old=ada"], start() + second);
    let early = &*written(&[], start() - second);
    let now = start() + 2 * second;
    for fields in [
        &[late][..],
        &["old=ada"],
        &["theme=dark; older=ada", late],
        // Written before the old cookie was dropped.
        &[early, "old=ada"],
        &["__Host-session=junk; old=ada"],
    ] {
        assert_eq!(warnings(&cookie, fields, now), [""; 0], "{fields:?}");
    }
    let told = warnings(&cookie, &[late, "old=ada"], now);
    let [told] = &told[..] else {
        panic!("{told:?}")
    };
    for part in [
        "browsers still have the old cookie `old`",
        "`path` and the `domain`",
        "old=; Path=/; Domain=example.com;",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("ada"), "{told}");
    assert_eq!(warnings(&cookie, &[late, "old=ada"], now), [""; 0]);
}

#[test]
fn old_sessions_without_a_date_whose_range_began_too_long_ago_are_told_once() {
    let hour = Duration::from_secs(3_600);
    let site = |began_ago, absolute| {
        let from = start() - began_ago;
        let cookie = builder().absolute_timeout(absolute);
        let cookie = cookie.migrate_from(plain(), from..from + 30 * DAY);
        cookie.build().unwrap()
    };
    let late = site(DAY, 8 * hour);
    // By its own date it is refused with good reason.
    assert_eq!(warnings(&late, &["old=ada/90000"], start()), [""; 0]);
    let told = warnings(&late, &["old=ada"], start());
    let [told] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(
        told.contains("longer ago than the `absolute_timeout`"),
        "{told}"
    );
    assert!(told.contains("`old`") && !told.contains("ada"), "{told}");
    assert_eq!(warnings(&late, &["old=ada"], start()), [""; 0]);
    for fits in [site(7 * hour, 8 * hour), site(DAY, 30 * DAY)] {
        assert_eq!(warnings(&fits, &["old=ada"], start()), [""; 0]);
    }
}

/// A program that others install may have a range that was over when they did.
#[test]
fn an_old_cookie_whose_range_is_over_is_told_once() {
    let until = |days| start()..start() + days * DAY;
    let one = || builder().migrate_from(plain(), until(1));
    let longer = one().migrate_from(plain(), until(3)).build().unwrap();
    let cookie = one().build().unwrap();
    let late = start() + 2 * DAY;
    for (cookie, fields, now) in [
        (&cookie, "old=ada", start()),
        (&cookie, "theme=dark; older=ada", late),
        (&longer, "old=ada", late),
    ] {
        assert_eq!(warnings(cookie, &[fields], now), [""; 0], "{fields}");
    }
    let told = warnings(&cookie, &["old=ada"], late);
    let [told] = &told[..] else {
        panic!("{told:?}")
    };
    let expected = "the range of the old cookie `old` is over";
    assert!(told.contains(expected) && !told.contains("ada"), "{told}");
    assert_eq!(warnings(&cookie, &["old=ada"], late), [""; 0]);
}
