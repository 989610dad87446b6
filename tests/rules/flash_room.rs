//! Messages that do not fit, and sessions that accept none.

use hardtack::{Session, SessionError};

use super::{
    Login, NewerLogin, Work,
    common::{
        ENDED, READ, Visit, WRITTEN, at, builder_of, check, cookie, sealed, sealed_of, signed_in,
    },
    flash::visitor,
};

#[test]
fn messages_count_towards_the_size_and_one_too_large_changes_nothing() {
    let cookie = cookie();
    let session = cookie.load([signed_in(&cookie)], at(1));
    let before = session.remaining_bytes();
    session.flash("warn", "seven b").unwrap();
    // The number of messages, two lengths, and the texts.
    assert_eq!(before - session.remaining_bytes(), 1 + 1 + 4 + 1 + 7);
    session.flash("", "x").unwrap();
    assert_eq!(before - session.remaining_bytes(), 14 + 1 + 1 + 1);

    let room = session.remaining_bytes();
    // The length of such a message takes two bytes.
    for too_large in [room - 2, room, 100_000] {
        for leave in [Session::flash, Session::flash_once] {
            let error = leave(&session, "", &"y".repeat(too_large)).unwrap_err();
            let SessionError::TooLarge(error) = error else {
                panic!("{error}")
            };
            assert!(
                error.needed > error.allowed && error.allowed == 3072,
                "{error:?}"
            );
        }
    }
    assert_eq!(session.remaining_bytes(), room);
    assert_eq!(session.flashes(""), ["x"]);
    session.flash("", &"y".repeat(room - 3)).unwrap();
    assert_eq!(session.remaining_bytes(), 0);
    assert!(session.insert("name", 1).is_err());
    assert!(
        cookie
            .save(&session)
            .unwrap()
            .iter()
            .all(|field| field.len() <= 3072)
    );
}

#[test]
fn popping_makes_room() {
    let cookie = cookie();
    let pair = sealed(&cookie, at(0), |session| {
        session.flash("", &"x".repeat(2000)).unwrap();
    });
    let work: Work = |session| {
        assert!(session.insert("text", "y".repeat(1000)).is_err());
        assert_eq!(session.take_flashes("")?[0].len(), 2000);
        session.insert("text", "y".repeat(1000))
    };
    check(&Visit::to(&cookie).with(&pair), work, WRITTEN);
}

#[test]
fn a_typed_session_has_messages_beside_its_value() {
    let cookie = builder_of().build().unwrap();
    let leave: Work<Login> = |session| session.flash("", "Saved");
    let answer = check(&Visit::to(&cookie), leave, WRITTEN);
    let pop: Work<Login> = |session| {
        session.read(|login| assert_eq!(*login, Login::default()));
        assert_eq!(session.take_flashes("")?, ["Saved"]);
        Ok(())
    };
    check(&Visit::to(&cookie).with(answer.pair()), pop, ENDED);
}

#[test]
fn an_unreadable_session_has_no_messages_to_pop_and_keeps_its_own() {
    let pair = sealed_of(at(0), |session: &Session<NewerLogin>| {
        session.update(|login| login.name.push('A')).unwrap();
        session.flash("", "Saved").unwrap();
    });
    let cookie = builder_of::<Login>().build().unwrap();
    let pop: Work<Login> = |session| {
        assert!(session.flashes("").is_empty());
        assert!(session.take_flashes("")?.is_empty());
        let refused = |result| assert!(matches!(result, Err(SessionError::Unreadable(_))));
        refused(session.flash("", "New"));
        refused(session.flash_once("", "Saved"));
        Ok(())
    };
    check(&Visit::to(&cookie).with(&pair), pop, READ);
    let session = builder_of::<NewerLogin>()
        .build()
        .unwrap()
        .load([&pair], at(1));
    assert_eq!(session.take_flashes("").unwrap(), ["Saved"]);
}

#[test]
fn after_the_head_messages_can_be_seen_and_no_longer_taken() {
    let cookie = cookie();
    let session = cookie.load([visitor(&cookie)], at(1));
    assert!(cookie.save(&session).unwrap().is_empty());
    assert_eq!(session.flashes(""), ["one", "two"]);
    let works: [Work; 3] = [
        |session| session.take_flashes("").map(drop),
        |session| session.flash("", "late"),
        |session| session.flash_once("", "one"),
    ];
    for work in works {
        assert!(matches!(work(&session), Err(SessionError::AfterHead)));
    }
    assert_eq!(session.flashes(""), ["one", "two"]);
}
