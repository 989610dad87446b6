//! Whether a request has changed its session.

use std::time::Duration;

use hardtack::{Session, SessionError};

use super::common::{at, builder, cookie, sealed};

type Work = fn(&Session) -> Result<(), SessionError>;

const WORKS: [Work; 21] = [
    |_| Ok(()),
    |session| session.get::<u32>("user").map(drop),
    |session| session.insert("user", 42),
    |session| session.insert("user", 7),
    |session| session.insert("user", 7).and(session.insert("user", 42)),
    |session| {
        session
            .insert("note", "x")
            .and(session.remove("note"))
            .map(drop)
    },
    |session| session.remove("user").map(drop),
    |session| session.flash("", "Saved."),
    |session| session.take_flashes("").map(drop),
    |session| session.clear(),
    |session| session.invalidate().map(drop),
    |session| session.invalidate().and(session.flash("", "Bye.")),
    |session| session.sign_in().map(drop),
    |session| session.renew_id(),
    |session| session.ensure_id().map(drop),
    |session| session.insert("user", 7).and(session.discard()),
    |session| {
        session
            .insert("user", 7)
            .and(session.limit_to(Duration::ZERO))
    },
    |session| session.limit_to(Duration::ZERO).and(session.discard()),
    |session| session.clear().and(session.discard()),
    |session| session.invalidate().and(session.discard()),
    |session| {
        session.invalidate()?;
        session.insert("user", 7)?;
        session.discard()
    },
];

#[test]
fn a_session_has_changed_exactly_if_its_response_stores_or_ends_it() {
    let cookie = cookie();
    let visitor = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.flash("", "Hello.").unwrap();
    });
    for field in ["", &visitor, "__Host-session=forged"] {
        for (i, work) in WORKS.iter().enumerate() {
            let session = cookie.load([field], at(1));
            work(&session).unwrap();
            let has_changed = session.has_changed();
            let fields = cookie.save(&session).unwrap();
            assert_eq!(has_changed, fields.iter().next().is_some(), "{i}: {field}");
        }
    }
}

#[test]
fn asking_uses_no_session_and_a_save_is_no_change() {
    let cookie = cookie();
    let visitor = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap()
    });
    let session = cookie.load([&visitor], at(1));
    assert!(!session.has_changed() && !session.is_touched());
    session.save().unwrap();
    assert!(!session.has_changed());
    assert_eq!(cookie.save(&session).unwrap().iter().len(), 1);
    // Nor is a refresh.
    let always = builder().refresh_after(hardtack::carrier::RefreshAfter::Always);
    let session = always.build().unwrap().load([&visitor], at(1));
    assert_eq!(session.get::<u32>("user").unwrap(), Some(42));
    assert!(!session.has_changed());
    session
        .update("user", |user: &mut u32| {
            assert!(!session.has_changed());
            *user += 1;
        })
        .unwrap();
    assert!(session.has_changed());
}
