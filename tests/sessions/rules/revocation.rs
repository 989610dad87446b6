//! Sessions that are revoked although their tag and dates are good.

use std::time::Duration;

use hardtack::{
    Session, SessionCookie,
    carrier::TokenChange,
    keys::SharedKeyRing,
    session::{Outcome, Payload, Reason},
};

use super::common::{at, builder, cookie, header_builder, ring, sealed, token_builder};

pub(super) fn reason<T: Payload>(session: &Session<T>) -> Option<Reason> {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    }
}

#[track_caller]
pub(super) fn check_reason(cookie: &SessionCookie, pair: &str, expected: Option<Reason>) {
    assert_eq!(reason(&cookie.load([pair], at(20))), expected);
}

/// A session begun at this second.
pub(super) fn begun(second: u64) -> String {
    sealed(&cookie(), at(second), |session| {
        session.insert("user", 42).unwrap()
    })
}

#[test]
fn a_time_can_be_raised_at_run_time_and_never_goes_down() {
    let cookie = cookie();
    let handle = cookie.clone();
    let pairs = [0, 9, 10, 11].map(begun);
    let check = |first_good: usize| {
        for (index, pair) in pairs.iter().enumerate() {
            let expected = (index < first_good).then_some(Reason::Revoked);
            check_reason(&cookie, pair, expected);
        }
    };
    check(0);
    // All clones share the time.
    handle.raise_not_before(at(10));
    check(2);
    for lower in [at(9), at(0), std::time::UNIX_EPOCH] {
        handle.raise_not_before(lower);
        check(2);
    }
    handle.raise_not_before(at(11));
    check(3);
    // Later sign-ins are not affected.
    check_reason(&cookie, &begun(12), None);
}

#[test]
fn a_time_that_is_raised_for_a_header_or_a_token_ends_their_sessions() {
    let header = header_builder("x-session").build().unwrap();
    let tokens = token_builder("mobile").build().unwrap();
    let first = header.load(None::<&str>, at(0));
    first.insert("user", 42).unwrap();
    let TokenChange::Store(of_header) = header.save(&first).unwrap() else {
        panic!("a session with content is written");
    };
    let first = tokens.load(None::<&str>, at(0));
    first.insert("user", 42).unwrap();
    let TokenChange::Store(of_tokens) = tokens.save(&first).unwrap() else {
        panic!("a session with content is written");
    };
    for (time, expected) in [(0, None), (1, Some(Reason::Revoked))] {
        header.clone().raise_not_before(at(time));
        tokens.clone().raise_not_before(at(time));
        assert_eq!(reason(&header.load([&of_header], at(20))), expected);
        assert_eq!(reason(&tokens.load(Some(&of_tokens), at(20))), expected);
    }
}

#[test]
fn a_time_within_a_second_refuses_the_sessions_of_that_second_too() {
    let (within, half) = (
        at(10) + Duration::from_millis(1),
        Duration::from_millis(500),
    );
    let raised = cookie();
    raised.raise_not_before(within);
    let of_ring = SessionCookie::encrypted(ring().with_not_before(within));
    let all = [
        raised,
        builder().not_before(within).build().unwrap(),
        of_ring.build().unwrap(),
    ];
    let began_after = sealed(&cookie(), at(10) + half, |session| {
        session.insert("user", 42).unwrap();
    });
    for cookie in all {
        check_reason(&cookie, &begun(10), Some(Reason::Revoked));
        check_reason(&cookie, &began_after, Some(Reason::Revoked));
        check_reason(&cookie, &begun(11), None);
    }
    // A whole second refuses only the sessions from before it.
    let whole = builder().not_before(at(10)).build().unwrap();
    check_reason(&whole, &begun(10), None);
}

#[test]
fn the_latest_of_all_times_counts() {
    for (of_builder, of_ring, raised) in [(10, 5, 5), (5, 10, 5), (5, 5, 10), (10, 10, 10)] {
        let keys = ring().with_not_before(at(of_ring));
        let cookie = SessionCookie::encrypted(keys)
            .not_before(at(of_builder))
            .build()
            .unwrap();
        cookie.raise_not_before(at(raised));
        check_reason(&cookie, &begun(9), Some(Reason::Revoked));
        check_reason(&cookie, &begun(10), None);
    }
}

#[test]
fn a_new_ring_brings_its_time_along() {
    let shared = SharedKeyRing::from(ring());
    let cookie = SessionCookie::encrypted(shared.clone()).build().unwrap();
    check_reason(&cookie, &begun(9), None);
    shared.replace(ring().with_not_before(at(10))).unwrap();
    check_reason(&cookie, &begun(9), Some(Reason::Revoked));
    check_reason(&cookie, &begun(10), None);
    // A new ring replaces the time of the old one; a raised time stays.
    cookie.raise_not_before(at(9));
    shared.replace(ring()).unwrap();
    check_reason(&cookie, &begun(8), Some(Reason::Revoked));
    check_reason(&cookie, &begun(9), None);
}
