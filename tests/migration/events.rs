//! `tracing` events of old cookies, without any of their values.

use hardtack::{
    carrier::SessionCookieBuilder,
    session::{Outcome, Payload, Reason},
};
use tracing::Level;

use super::{DAY, builder, rules::plain, start, told::told_by, typed::Login};

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
