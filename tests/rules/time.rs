use std::time::{SystemTime, UNIX_EPOCH};

use hardtack::{Outcome, Reason, Session, SessionCookie, SessionError};

use crate::common::{
    HOUR, READ, UNTOUCHED, Visit, WRITTEN, at, builder, check, cookie, ring, sealed, seconds,
    signed_in,
};

/// What becomes of `pair` so many seconds after the tests begin.
#[track_caller]
fn check_life(cookie: &SessionCookie, pair: &str, seconds: u64, expected: Option<Reason>) {
    let session = cookie.load([pair], at(seconds));
    let reason = match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    };
    assert_eq!(reason, expected, "after {seconds} s");
    assert_eq!(session.is_new(), expected.is_some());
    assert_eq!(session.is_empty(), expected.is_some());
    assert_eq!(session.created_at().is_none(), expected.is_some());
}

#[test]
fn a_session_ends_at_the_second_of_its_idle_timeout() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    check_life(&cookie, &pair, 1799, None);
    check_life(&cookie, &pair, 1800, Some(Reason::Idle));
}

#[test]
fn a_session_ends_at_the_second_of_its_absolute_timeout() {
    let cookie = builder().idle_timeout(None).build().unwrap();
    let pair = signed_in(&cookie);
    check_life(&cookie, &pair, 12 * HOUR - 1, None);
    check_life(&cookie, &pair, 12 * HOUR, Some(Reason::Expired));
}

#[test]
fn shorter_timeouts_act_at_once_on_what_is_out() {
    let pair = signed_in(&cookie());
    let shorter = builder().absolute_timeout(seconds(100)).build().unwrap();
    check_life(&shorter, &pair, 99, None);
    check_life(&shorter, &pair, 100, Some(Reason::Expired));
    let shorter = builder().idle_timeout(seconds(100)).build().unwrap();
    check_life(&shorter, &pair, 99, None);
    check_life(&shorter, &pair, 100, Some(Reason::Idle));
}

#[test]
fn a_session_from_the_future_opens_within_the_skew() {
    let pair = sealed(&cookie(), at(1000), |session| {
        session.insert("user", 42).unwrap()
    });
    for (skew, first) in [(0, 1000), (60, 940), (300, 700)] {
        let cookie = builder().clock_skew(seconds(skew)).build().unwrap();
        check_life(&cookie, &pair, first, None);
        check_life(&cookie, &pair, first - 1, Some(Reason::NotYetValid));
    }
}

#[test]
fn sessions_from_before_a_moment_can_be_refused() {
    let pair = signed_in(&cookie());
    let revoking = builder().not_before(at(1)).build().unwrap();
    check_life(&revoking, &pair, 2, Some(Reason::Revoked));
    let keeping = builder().not_before(at(0)).build().unwrap();
    check_life(&keeping, &pair, 2, None);
    let revoking = SessionCookie::encrypted(ring().not_before(at(1)))
        .build()
        .unwrap();
    check_life(&revoking, &pair, 2, Some(Reason::Revoked));
    // The later of both counts.
    let both = SessionCookie::encrypted(ring().not_before(at(1))).not_before(at(0));
    check_life(&both.build().unwrap(), &pair, 2, Some(Reason::Revoked));
}

#[test]
fn an_expired_session_begins_anew_when_it_is_written() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&signed_in(&cookie)).at(5000);
    let answer = check(&visit, |session| session.insert("name", "Ada"), WRITTEN);
    let session = cookie.load([answer.pair()], at(5000));
    assert_eq!(session.keys(), ["name"]);
    assert_eq!(session.created_at(), Some(at(5000)));
}

/// Seconds since 1970 that a token cannot carry: before 2026 and after 2162.
const EPOCH: u64 = 1_767_225_600;
const OUT_OF_RANGE: [u64; 5] = [0, 1, EPOCH - 1, EPOCH + (1 << 32), 1 << 40];

fn moment(seconds_since_1970: u64) -> SystemTime {
    UNIX_EPOCH + seconds(seconds_since_1970)
}

#[test]
fn a_clock_out_of_range_fails_the_response_that_has_to_be_written() {
    type Work = fn(&Session) -> Result<(), SessionError>;
    let works: [Work; 3] = [
        |session| session.insert("user", 42),
        |session| session.renew(),
        |session| session.insert("user", 42).and(session.save()),
    ];
    for now in OUT_OF_RANGE {
        for work in works {
            let answer = Visit::to(&cookie()).at_moment(moment(now)).run(work);
            assert_eq!(answer.status, 500, "{now}");
            assert!(!answer.headers.contains_key("set-cookie"), "{now}");
        }
    }
}

#[test]
fn a_clock_out_of_range_fails_nothing_else() {
    let cookie = cookie();
    for now in OUT_OF_RANGE {
        for cookies in ["", "__Host-session=junk", &signed_in(&cookie)] {
            let visit = Visit::to(&cookie).with(cookies).at_moment(moment(now));
            let answer = check(&visit, |_| Ok(()), UNTOUCHED);
            assert_eq!(answer.status, 200);
            let answer = check(&visit, |session| session.get::<u32>("user").map(drop), READ);
            assert_eq!(answer.status, 200);
            let work = |session: &Session| session.insert("user", 42).and(session.discard());
            assert_eq!(check(&visit, work, READ).status, 200);
            let answer = visit.run(|session| session.invalidate().map(drop));
            assert_eq!(answer.status, 200);
        }
    }
}

#[test]
fn the_first_and_the_last_moment_of_the_format_can_be_written() {
    for now in [EPOCH, EPOCH + (1 << 32) - 1] {
        let visit = Visit::to(&cookie()).at_moment(moment(now));
        let answer = check(&visit, |session| session.insert("user", 42), WRITTEN);
        let session = cookie().load([answer.pair()], moment(now));
        assert_eq!(session.created_at(), Some(moment(now)));
    }
}

#[test]
fn a_session_that_arrived_is_not_written_on_a_clock_out_of_range_either() {
    let cookie = cookie();
    for (begin, now) in [
        (EPOCH, EPOCH - 30),
        (EPOCH + (1 << 32) - 1, EPOCH + (1 << 32)),
    ] {
        let pair = sealed(&cookie, moment(begin), |session| {
            session.insert("user", 42).unwrap()
        });
        let visit = Visit::to(&cookie).with(&pair).at_moment(moment(now));
        let answer = visit.run(|session| session.insert("user", 43));
        assert_eq!(answer.status, 500, "{now}");
        assert!(!answer.headers.contains_key("set-cookie"), "{now}");
    }
}

#[test]
fn a_response_that_could_not_be_saved_is_kept_from_caches_as_if_it_had_been() {
    let visit = Visit::to(&cookie()).at_moment(moment(0));
    for visit in [
        visit.clone(),
        visit.saying("cache-control", "public, max-age=60"),
    ] {
        let answer = visit.run(|session| session.insert("user", 42));
        assert_eq!(answer.status, 500);
        assert_eq!(answer.lines(), ["cache-control: no-store", "vary: Cookie"]);
    }
}

#[test]
fn a_failed_save_says_what_is_wrong() {
    let cookie = cookie();
    let session = cookie.load([""], moment(0));
    session.insert("user", 42).unwrap();
    let error = cookie.save(&session).unwrap_err().to_string();
    assert!(error.contains("clock") && error.contains("2026"), "{error}");
}
