//! Uses of the clock, and clocks that disagree.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use hardtack::{
    Clock, Session,
    carrier::{SessionCookieBuilder, TokenChange},
    session::Reason,
};

use super::{
    assert_rejected,
    browser::Browser,
    check_end, check_times, site,
    times::{at, seconds},
    tokens, write,
};

#[test]
fn the_clock_is_asked_once_and_at_the_first_touch() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    let asked = Arc::new(AtomicUsize::new(0));
    let times_asked = || asked.load(Ordering::Relaxed);
    let clock = Clock::from_fn({
        let asked = Arc::clone(&asked);
        move || at(400 + 100 * asked.fetch_add(1, Ordering::Relaxed) as u64)
    });
    let session = browser.site.load(browser.jar.pairs(), clock.clone());
    assert_eq!(times_asked(), 0);
    let twin = session.clone();
    assert!(!twin.is_empty());
    assert_eq!(times_asked(), 1);
    session.insert("a", 2).unwrap();
    session.renew().unwrap();
    assert_eq!(session.created_at(), Some(at(400)));
    assert_eq!(browser.site.save(&session).unwrap().iter().len(), 1);
    assert_eq!(session.created_at(), Some(at(400)));
    assert_eq!(times_asked(), 1);

    assert!(!browser.site.load(browser.jar.pairs(), clock).is_new());
    assert_eq!(times_asked(), 2);
}

#[test]
fn a_session_that_is_not_touched_asks_no_clock() {
    fn never() -> SystemTime {
        panic!("asked for the time")
    }
    let mut browser = Browser::from(site());
    browser.visit(write);
    let clock = Clock::from(never as fn() -> SystemTime);
    let session = browser.site.load(browser.jar.pairs(), clock.clone());
    assert!(browser.site.save(&session).unwrap().is_empty());

    let tokens = tokens().build().unwrap();
    let session = tokens.load(Some("token"), clock);
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::Keep);
}

#[test]
fn a_session_from_a_clock_that_is_ahead_is_accepted_within_the_skew() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, ahead: u64, is_accepted: bool) {
        let mut browser = Browser::from(site);
        browser.now = 1000 + ahead;
        browser.visit(write);
        browser.now = 1000;
        if is_accepted {
            assert_eq!(browser.visit(Session::created_at), Some(at(1000 + ahead)));
        } else {
            assert_rejected(&mut browser, Reason::NotYetValid);
        }
    }
    check(site(), 60, true);
    check(site(), 61, false);
    check(site().clock_skew(seconds(0)), 0, true);
    check(site().clock_skew(seconds(0)), 1, false);
    check(site().clock_skew(seconds(300)), 300, true);
    check(site().clock_skew(seconds(300)), 301, false);
}

#[test]
fn an_activity_from_a_clock_that_is_ahead_is_accepted_within_the_skew() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    browser.now = 1060;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 1000;
    check_times(&mut browser, 0, 1060, 2860);
    browser.now = 999;
    assert_rejected(&mut browser, Reason::NotYetValid);
}

#[test]
fn there_is_no_skew_at_the_end() {
    check_end(site().clock_skew(seconds(300)), 1800, Reason::Idle);
}

#[test]
fn a_clock_that_stands_shows_its_time() {
    let time = at(7);
    assert_eq!(
        format!("{:?}", Clock::from(time)),
        format!("Clock({time:?})")
    );
    assert_eq!(format!("{:?}", Clock::from_fn(move || time)), "Clock(..)");
    assert_eq!(format!("{:?}", Clock::system()), "Clock(..)");
}
