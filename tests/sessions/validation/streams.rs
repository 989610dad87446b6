//! Work that outlives its request.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hardtack::{Clock, Session, SessionCookie, session::Validity};

use super::{
    Change, GOES_ON, INTERVAL, IS_GONE, IS_OUT_OF_REACH, IS_OVER, Row,
    common::{at, block_on, builder, cookie, is_valid, seconds, signed_in},
    find, scripted,
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
    assert!(is_valid(&session));
    let _ = site.save(&session).unwrap();
    (session, second)
}

#[test]
fn a_stream_is_alive_as_long_as_its_last_answer_holds() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    for first in [0, INTERVAL - 1, INTERVAL] {
        let (session, second) = stream(&site, first);
        let until = if first == INTERVAL {
            2 * INTERVAL
        } else {
            INTERVAL
        };
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
        second.store(round * INTERVAL - 1, Ordering::Relaxed);
        assert!(is_valid(&session));
        assert_eq!(row.asked(), 0);
        second.store(round * INTERVAL, Ordering::Relaxed);
        assert!(is_valid(&session));
        assert_eq!((session.is_alive(), row.asked()), (true, 1));
    }
    find(&session).unwrap();
    row.becomes(IS_GONE);
    second.fetch_add(INTERVAL, Ordering::Relaxed);
    assert!(!is_valid(&session));
    assert!(!session.is_alive());
    // It has ended for good.
    row.becomes(0);
    assert!(!is_valid(&session));
}

/// The time at which the session was read is that of the whole request.
#[test]
fn before_the_head_no_later_time_counts() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, second) = request(&site, INTERVAL - 1);
    find(&session).unwrap();
    second.store(INTERVAL, Ordering::Relaxed);
    assert!(is_valid(&session));
    assert_eq!(row.asked(), 0);
}

#[test]
fn a_stream_that_got_no_answer_stays_readable_and_asks_again() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, second) = stream(&site, 0);
    row.becomes(IS_OUT_OF_REACH);
    second.store(INTERVAL, Ordering::Relaxed);
    assert!(block_on(session.validate()).is_err());
    find(&session).unwrap();
    row.becomes(0);
    assert!(is_valid(&session));
    assert_eq!(row.asked(), 2);
}

#[test]
fn a_stream_ends_with_its_other_deadlines_too() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, second) = stream(&site, 0);
    second.store(1800, Ordering::Relaxed);
    assert!(!is_valid(&session));
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
    assert!(is_valid(&session));
    assert!(session.is_alive());
    second.store(600, Ordering::Relaxed);
    assert!(!session.is_alive());
    assert!(block_on(session.validate()).is_err());
}

const SIGN_INS: [Change; 2] = [Session::renew, |session| session.sign_in().map(drop)];

#[test]
fn a_stream_that_began_with_a_sign_in_is_alive_for_a_duration_from_it() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    for sign_in in SIGN_INS {
        let (session, second) = request(&site, INTERVAL - 10);
        sign_in(&session).unwrap();
        let _ = site.save(&session).unwrap();
        second.store(2 * INTERVAL - 11, Ordering::Relaxed);
        assert!(session.is_alive());
        second.store(2 * INTERVAL - 10, Ordering::Relaxed);
        assert!(!session.is_alive());
        assert!(is_valid(&session));
        assert_eq!((session.is_alive(), row.asked()), (true, 1));
    }
}

#[test]
fn a_stream_that_began_with_a_sign_in_is_asked_about_whoever_signed_in() {
    let site = builder().revalidate_after(seconds(INTERVAL), |session| {
        let is_new_visitor = session.get("user").unwrap() == Some(43);
        ready(Ok::<_, String>(Validity::valid_if(is_new_visitor)))
    });
    let site = site.build().unwrap();
    for sign_in in SIGN_INS {
        let (session, second) = request(&site, 0);
        sign_in(&session).unwrap();
        session.insert("user", 43).unwrap();
        let _ = site.save(&session).unwrap();
        second.store(INTERVAL, Ordering::Relaxed);
        assert!(is_valid(&session));
    }
}

#[test]
fn a_stream_that_began_with_a_sign_in_ends_as_its_cookie_does() {
    let ends: [fn(&SessionCookie) -> u64; 2] = [
        |_| 1810,
        |site| {
            site.raise_not_before(at(11));
            11
        },
    ];
    for sign_in in SIGN_INS {
        for end in ends {
            let site = builder().build().unwrap();
            let (session, second) = request(&site, 10);
            sign_in(&session).unwrap();
            session.insert("user", 43).unwrap();
            let cookie = site.save(&session).unwrap();
            let end = end(&site);
            for now in [end - 1, end] {
                second.store(now, Ordering::Relaxed);
                let would_open = !site.load(&cookie, at(now)).is_new();
                assert_eq!(session.is_alive(), would_open, "{now}");
            }
            assert!(!session.is_alive());
        }
    }
}

#[test]
fn a_sign_in_counts_for_a_stream_after_a_question_that_failed() {
    let row = Row::default();
    let site = row.site().unvalidated_up_to(seconds(300)).build().unwrap();
    row.becomes(IS_OUT_OF_REACH);
    for at_sign_in in [INTERVAL, 290] {
        let (session, second) = request(&site, at_sign_in);
        assert!(is_valid(&session));
        session.renew().unwrap();
        let _ = site.save(&session).unwrap();
        second.store(at_sign_in + INTERVAL - 1, Ordering::Relaxed);
        assert!(session.is_alive());
        second.store(at_sign_in + INTERVAL, Ordering::Relaxed);
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
        assert!(is_valid(&session));
    }
    row.becomes(IS_OUT_OF_REACH);
    for failed in [640, 879] {
        second.store(failed, Ordering::Relaxed);
        assert!(is_valid(&session));
        assert!(session.is_alive());
    }
    second.store(880, Ordering::Relaxed);
    assert!(!session.is_alive());
    assert!(block_on(session.validate()).is_err());
}

#[test]
fn of_two_answers_to_a_stream_the_end_is_final() {
    for answers in [[(5, GOES_ON), (1, IS_OVER)], [(1, GOES_ON), (5, IS_OVER)]] {
        let (session, second) = stream(&scripted(answers), 0);
        second.store(INTERVAL, Ordering::Relaxed);
        let both = async { tokio::join!(session.validate(), session.validate()) };
        let _ = block_on(both);
        second.store(INTERVAL + 1, Ordering::Relaxed);
        assert!(!session.is_alive());
        assert!(!is_valid(&session));
    }
}

#[test]
fn a_session_that_waits_for_its_answer_is_not_alive() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let (session, _) = request(&site, INTERVAL);
    assert!(!session.is_alive());
    row.becomes(IS_OUT_OF_REACH);
    assert!(block_on(session.validate()).is_err());
    assert!(!session.is_alive());
}

#[test]
fn a_session_that_waits_is_asked_about_after_the_head_while_it_would_open() {
    let row = Row::default();
    let ends: [fn(&SessionCookie) -> u64; 3] = [
        |_| INTERVAL,
        |_| 1800,
        |site| {
            site.raise_not_before(at(1));
            INTERVAL
        },
    ];
    for (would_open, end) in [true, false, false].into_iter().zip(ends) {
        let site = row.site().build().unwrap();
        let (session, second) = request(&site, INTERVAL);
        assert!(session.is_new());
        let _ = site.save(&session).unwrap();
        second.store(end(&site), Ordering::Relaxed);
        assert_eq!(is_valid(&session), would_open);
        let user = session.get::<u32>("user").unwrap();
        assert_eq!(user, would_open.then_some(42));
        assert_eq!(row.asked(), usize::from(would_open));
    }
}
