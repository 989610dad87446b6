//! Work that outlives its request.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hardtack::{Clock, Session, SessionCookie};

use super::{
    IS_GONE, IS_OUT_OF_REACH, Row, SPAN,
    common::{at, block_on, cookie, seconds, signed_in},
    find,
};

/// A session of a request at the first second, and its clock.
fn request(site: &SessionCookie, first: u64) -> (Session, Arc<AtomicU64>) {
    let second = Arc::new(AtomicU64::new(first));
    let now = Arc::clone(&second);
    let clock = Clock::from_fn(move || at(now.load(Ordering::Relaxed)));
    (site.load([signed_in(&cookie())], clock), second)
}

/// A session whose head was sent at the first second, and its clock.
fn stream(site: &SessionCookie, first: u64) -> (Session, Arc<AtomicU64>) {
    let (session, second) = request(site, first);
    assert!(block_on(session.validate()).unwrap());
    let _ = site.save(&session).unwrap();
    (session, second)
}

#[test]
fn a_stream_is_alive_as_long_as_its_last_answer_holds() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    for first in [0, SPAN - 1, SPAN] {
        let (session, second) = stream(&site, first);
        let until = if first == SPAN { 2 * SPAN } else { SPAN };
        second.store(until - 1, Ordering::Relaxed);
        assert!(session.is_alive());
        second.store(until, Ordering::Relaxed);
        assert!(!session.is_alive());
    }
}

#[test]
fn a_stream_asks_again_and_goes_on() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, second) = stream(&site, 0);
    for round in 1..10 {
        second.store(round * SPAN - 1, Ordering::Relaxed);
        assert!(block_on(session.validate()).unwrap());
        assert_eq!(row.asked(), 0);
        second.store(round * SPAN, Ordering::Relaxed);
        assert!(block_on(session.validate()).unwrap());
        assert_eq!((session.is_alive(), row.asked()), (true, 1));
    }
    find(&session).unwrap();
    row.becomes(IS_GONE);
    second.fetch_add(SPAN, Ordering::Relaxed);
    assert!(!block_on(session.validate()).unwrap());
    assert!(!session.is_alive());
    // It has ended for good.
    row.becomes(0);
    assert!(!block_on(session.validate()).unwrap());
}

#[test]
fn a_stream_ends_with_its_other_deadlines_too() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, second) = stream(&site, 0);
    second.store(1800, Ordering::Relaxed);
    assert!(!block_on(session.validate()).unwrap());
    assert_eq!(row.asked(), 0);
}

#[test]
fn a_stream_goes_on_without_an_answer_as_long_as_a_request_would() {
    let row = Row::default();
    let site = row.site().unvalidated_up_to(seconds(600)).build().unwrap();
    let (session, second) = stream(&site, 0);
    row.becomes(IS_OUT_OF_REACH);
    second.store(599, Ordering::Relaxed);
    assert!(!session.is_alive(), "nobody was asked");
    assert!(block_on(session.validate()).unwrap());
    assert!(session.is_alive());
    second.store(600, Ordering::Relaxed);
    assert!(!session.is_alive());
    assert!(block_on(session.validate()).is_err());
}

#[test]
fn a_stream_that_began_with_a_sign_in_is_alive_for_a_span_from_it() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, second) = request(&site, SPAN - 10);
    session.renew().unwrap();
    let _ = site.save(&session).unwrap();
    second.store(2 * SPAN - 11, Ordering::Relaxed);
    assert!(session.is_alive());
    second.store(2 * SPAN - 10, Ordering::Relaxed);
    assert!(!session.is_alive());
}

#[test]
fn a_sign_in_counts_for_a_stream_after_a_question_that_failed() {
    let row = Row::default();
    let site = row.site().unvalidated_up_to(seconds(300)).build().unwrap();
    row.becomes(IS_OUT_OF_REACH);
    for at_sign_in in [SPAN, 290] {
        let (session, second) = request(&site, at_sign_in);
        assert!(block_on(session.validate()).unwrap());
        session.renew().unwrap();
        let _ = site.save(&session).unwrap();
        second.store(at_sign_in + SPAN - 1, Ordering::Relaxed);
        assert!(session.is_alive());
        second.store(at_sign_in + SPAN, Ordering::Relaxed);
        assert!(!session.is_alive(), "signed in at {at_sign_in}");
    }
}

#[test]
fn a_stream_goes_on_without_an_answer_from_the_last_one_it_had() {
    let row = Row::default();
    let site = row.site().unvalidated_up_to(seconds(300)).build().unwrap();
    let (session, second) = stream(&site, 0);
    for answered in [290, 580] {
        second.store(answered, Ordering::Relaxed);
        assert!(block_on(session.validate()).unwrap());
    }
    row.becomes(IS_OUT_OF_REACH);
    for failed in [640, 879] {
        second.store(failed, Ordering::Relaxed);
        assert!(block_on(session.validate()).unwrap());
        assert!(session.is_alive());
    }
    second.store(880, Ordering::Relaxed);
    assert!(!session.is_alive());
    assert!(block_on(session.validate()).is_err());
}
