//! Recent sign-ins.

use hardtack::Session;

use super::{
    Work,
    common::{READ, Visit, WRITTEN, at, check, cookie, sealed, seconds, signed_in},
};

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
