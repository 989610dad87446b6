//! `tracing` events of old cookies, without any of their values.

use hardtack::{
    carrier::SessionCookieBuilder,
    migrate::OldCookie,
    session::{Outcome, Payload, Reason},
};
use tracing::Level;

use super::{
    DAY, builder, cookies::Cookie, readers::Fixed, rules::plain, start, told::told_by, typed::Login,
};

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

#[test]
fn a_cookie_under_another_name_that_keeps_arriving_is_told_once() {
    let of_the_fixtures = ["actix private", "tower-sessions private", "beaker signed"];
    for name in of_the_fixtures.map(|format| Cookie::of(format).name) {
        let cookie = builder()
            .migrate_from(plain(), start()..start() + DAY)
            .build()
            .unwrap();
        let pair = cookie
            .cookie_for(start(), |session| session.insert("user", "ada"))
            .unwrap();
        let told = told_by(|| {
            for _ in 0..100 {
                // These visitors have a session, or one to take over.
                let _ = cookie.load([format!("{pair}; {name}=x")], start());
                let _ = cookie.load([format!("old=ada; {name}=x")], start());
            }
            for _ in 0..9 {
                let _ = cookie.load([format!("theme=dark; {name}=secret")], start());
            }
        });
        assert!(told.is_empty(), "{told:?}");
        let told = told_by(|| {
            for _ in 0..100 {
                let _ = cookie.load([format!("{name}=secret")], start());
            }
        });
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].level, Level::WARN);
        assert!(told[0].fields.contains(&format!("name=\"{name}\"")));
        assert!(told[0].fields.contains("purpose=\"__Host-session\""));
        assert!(!told[0].fields.contains("secret"), "{told:?}");
    }
}

#[test]
fn a_cookie_that_is_read_or_ours_or_unknown_is_not_missed() {
    let range = || start()..start() + DAY;
    let reads = builder().migrate_from(OldCookie::new("id", Fixed("ada")), range());
    let ours = builder().migrate_from(plain(), range()).name("session");
    for (builder, field) in [
        (reads.name("session"), "id=x"),
        (ours, "session=x"),
        (builder().migrate_from(plain(), range()), "idx=1; sid=id=1"),
        (builder(), "id=x"),
    ] {
        let cookie = builder.build().unwrap();
        let told = told_by(|| {
            for _ in 0..20 {
                let _ = cookie.load([field], start());
            }
        });
        assert!(told.is_empty(), "{told:?}");
    }
}
