//! A sign-in leaves nothing of the visitor before.
//!
//! Recent sign-ins.

use hardtack::{Session, SessionCookie, SessionError};

use super::{
    Work,
    common::{
        ENDED, Login, NewerLogin, READ, Visit, WRITTEN, at, builder, builder_of, check, cookie,
        sealed, sealed_of, seconds, signed_in,
    },
};

/// A remembered visitor with a cart, a message and a limit, who does not sign out.
fn before(cookie: &SessionCookie) -> String {
    sealed(cookie, at(0), |session| {
        session.renew().unwrap();
        session.insert("user", "ada").unwrap();
        session.insert("cart", [7, 9]).unwrap();
        session.flash("", "for ada").unwrap();
        session.limit_to(seconds(900)).unwrap();
        session.remember_for(seconds(50_000)).unwrap();
    })
}

fn site() -> SessionCookie {
    builder().remember_up_to(seconds(100_000)).build().unwrap()
}

fn sign_in(session: &Session) -> Result<(), SessionError> {
    let before = session.id();
    assert_eq!(session.sign_in()?, before, "for a deny list");
    assert_ne!(session.id(), before);
    assert!(session.id().is_some() && session.is_recent(seconds(1)));
    session.insert("user", "bob")
}

#[test]
fn the_next_visitor_has_a_session_of_their_own() {
    let cookie = site();
    let visit = Visit::to(&cookie).with(&before(&cookie)).at(400);
    let answer = check(&visit, sign_in, WRITTEN);
    let session = cookie.load([answer.pair()], at(400));
    assert_eq!(session.keys(), ["user"]);
    assert_eq!(session.created_at(), Some(at(400)));
    assert!(session.take_flashes("").unwrap().is_empty());
    assert!(!session.is_persistent());
    // Neither the limit nor the remembered end of before.
    let session = cookie.load([answer.pair()], at(400 + 1_799));
    assert_eq!(session.get("user").unwrap(), Some("bob".to_owned()));
    assert!(cookie.load([answer.pair()], at(400 + 1_800)).is_new());
}

#[test]
fn a_cart_is_carried_over_in_a_line() {
    let cookie = site();
    let visit = Visit::to(&cookie).with(&before(&cookie)).at(400);
    let work = |session: &Session| {
        let cart: Option<Vec<u32>> = session.get("cart")?;
        sign_in(session)?;
        session.insert("cart", cart)
    };
    let answer = check(&visit, work, WRITTEN);
    let session = cookie.load([answer.pair()], at(400));
    assert_eq!(session.get("cart").unwrap(), Some(vec![7, 9]));
    assert_eq!(session.len(), 2);
}

#[test]
fn a_visitor_without_a_session_and_one_whose_session_cannot_be_read_sign_in() {
    let cookie = site();
    for pair in ["", "__Host-session=junk"] {
        let work = |session: &Session| {
            assert_eq!(session.sign_in()?, None);
            session.insert("user", "bob")
        };
        let answer = check(&Visit::to(&cookie).with(pair), work, WRITTEN);
        assert!(!cookie.load([answer.pair()], at(0)).is_new());
    }
}

#[test]
fn a_visitor_whose_session_is_of_a_newer_version_signs_in() {
    let pair = sealed_of(at(0), |session: &Session<NewerLogin>| {
        session.ensure_id().unwrap();
    });
    let cookie = builder_of::<Login>().build().unwrap();
    let work = |session: &Session<Login>| {
        assert!(session.sign_in()?.is_some());
        session.update(|login| login.visits = 1)
    };
    let answer = check(&Visit::to(&cookie).with(&pair), work, WRITTEN);
    let visits = cookie
        .load([answer.pair()], at(0))
        .read(|login| login.visits);
    assert_eq!(visits, 1);
}

#[test]
fn a_sign_in_that_fails_afterwards_ends_the_session_of_before() {
    let cookie = site();
    let visit = Visit::to(&cookie).with(&before(&cookie)).answered(500);
    check(&visit, sign_in, ENDED);
}

#[track_caller]
fn check_recent(pair: &str, now: u64, duration: u64, expected: bool) {
    let work = move |session: &Session| {
        assert_eq!(session.is_recent(seconds(duration)), expected, "at {now}");
        Ok(())
    };
    check(&Visit::to(&cookie()).with(pair).at(now), work, READ);
}

#[test]
fn a_session_is_recent_until_the_second_before_the_duration_is_over() {
    let pair = signed_in(&cookie());
    for (now, duration, expected) in [
        (0, 0, false),
        (0, 1, true),
        (299, 300, true),
        (300, 300, false),
        (400, u64::MAX, true),
    ] {
        check_recent(&pair, now, duration, expected);
    }
    let session = cookie().load([&pair], at(9));
    assert!(!session.is_recent(std::time::Duration::from_millis(9_999)));
}

#[test]
fn activity_does_not_make_a_session_recent() {
    let visit = Visit::to(&cookie()).with(&signed_in(&cookie())).at(400);
    let works: [Work; 3] = [
        |session| session.insert("user", 43),
        |session| session.renew_id(),
        |session| session.clear().and(session.insert("user", 43)),
    ];
    for work in works {
        check_recent(check(&visit, work, WRITTEN).pair(), 401, 300, false);
    }
}

#[test]
fn a_sign_in_makes_it_recent_in_the_same_request_and_after() {
    let renew = |session: &Session| {
        session.renew()?;
        assert!(session.is_recent(seconds(1)));
        assert!(!session.is_recent(seconds(0)));
        Ok(())
    };
    for pair in ["", "__Host-session=junk", &signed_in(&cookie())] {
        let visit = Visit::to(&cookie()).with(pair).at(400);
        let answer = check(&visit, renew, WRITTEN);
        check_recent(answer.pair(), 699, 300, true);
        check_recent(answer.pair(), 700, 300, false);
    }
}

#[test]
fn what_has_not_been_sent_is_not_recent() {
    let works: [Work; 4] = [
        |_| Ok(()),
        |session| session.insert("user", 42),
        |session| session.ensure_id().map(drop),
        |session| session.renew().and(session.invalidate()).map(drop),
    ];
    for work in works {
        for pair in ["", "__Host-session=junk"] {
            let session = cookie().load([pair], at(0));
            work(&session).unwrap();
            assert!(session.is_new() && !session.is_recent(seconds(9)));
        }
    }
    let pair = signed_in(&cookie());
    let session = cookie().load([&pair], at(1));
    session.invalidate().unwrap();
    assert!(!session.is_recent(seconds(9)));
    // An expired session has no sign-in.
    check_recent(&pair, 1800, 100_000, false);
}

#[test]
fn a_slow_clock_does_not_end_it() {
    let pair = sealed(&cookie(), at(100), |session| {
        session.insert("user", 42).unwrap()
    });
    check_recent(&pair, 50, 1, true);
}
