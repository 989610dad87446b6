//! What a session says of its times.

use std::time::SystemTime;

use hardtack::Session;

use crate::{
    browser::Browser,
    check_times,
    moments::{at, seconds},
    site, write,
};

#[test]
fn a_session_that_was_not_sent_has_no_times() {
    let mut browser = Browser::from(site());
    browser.visit(|session| {
        write(session);
        session.ensure_id().unwrap();
        assert_eq!(
            (session.created_at(), session.last_active_at()),
            (None, None)
        );
        assert_eq!(session.expires_at(), None);
    });
}

#[test]
fn the_times_are_those_of_the_last_write() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    browser.now = 450;
    // The refresh is written at the end of this request.
    check_times(&mut browser, 0, 0, 1800);
    browser.now = 460;
    check_times(&mut browser, 0, 450, 2250);
}

#[test]
fn a_session_expires_at_the_earlier_deadline() {
    let mut browser = Browser::from(site().absolute_timeout(seconds(2000)));
    browser.visit(write);
    check_times(&mut browser, 0, 0, 1800);
    browser.now = 1000;
    browser.visit(|session| session.insert("a", 2).unwrap());
    check_times(&mut browser, 0, 1000, 2000);

    let mut untiring = Browser::from(site().idle_timeout(None));
    untiring.visit(write);
    untiring.now = 1000;
    check_times(&mut untiring, 0, 0, 43_200);
}

#[test]
fn the_end_that_a_session_announces_is_its_end() {
    let mut browser = Browser::from(site().idle_timeout(seconds(77)));
    browser.visit(write);
    let end = browser.visit(Session::expires_at).unwrap();
    let is_new = |at: SystemTime| browser.site.load(&browser.cookie, at).is_new();
    assert!(!is_new(end - seconds(1)));
    assert!(is_new(end));
}

#[test]
fn a_sign_in_shows_its_times_at_once() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    browser.now = 100;
    browser.visit(|session| {
        session.renew().unwrap();
        assert_eq!(session.created_at(), Some(at(100)));
        assert_eq!(session.last_active_at(), Some(at(100)));
        assert_eq!(session.expires_at(), Some(at(1900)));
    });
    check_times(&mut browser, 100, 100, 1900);
}

#[test]
fn clearing_keeps_the_times_and_invalidating_drops_them() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    browser.now = 100;
    let mut cleared = browser.clone();
    cleared.visit(|session| {
        session.clear().unwrap();
        assert_eq!(session.created_at(), Some(at(0)));
        session.insert("b", 2).unwrap();
    });
    check_times(&mut cleared, 0, 100, 1900);

    browser.visit(|session| {
        session.invalidate().unwrap();
        assert_eq!((session.created_at(), session.expires_at()), (None, None));
        write(session);
    });
    check_times(&mut browser, 100, 100, 1900);
}
