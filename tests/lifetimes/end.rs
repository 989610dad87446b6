//! When a session ends.

use std::time::Duration;

use hardtack::{Session, session::Reason};

use super::{
    browser::Browser,
    check_end, site,
    times::{at, seconds},
    write,
};

#[test]
fn a_session_is_alive_one_second_before_its_idle_timeout_and_dead_at_it() {
    check_end(site(), 1800, Reason::Idle);
    check_end(site().idle_timeout(seconds(1)), 1, Reason::Idle);
    check_end(site().idle_timeout(seconds(86)), 86, Reason::Idle);
}

#[test]
fn a_session_is_alive_one_second_before_its_absolute_timeout_and_dead_at_it() {
    let untiring = || site().idle_timeout(None);
    check_end(untiring(), 43_200, Reason::Expired);
    let site = untiring().absolute_timeout(seconds(1));
    check_end(site, 1, Reason::Expired);
    let site = untiring().absolute_timeout(seconds(u32::MAX.into()));
    check_end(site, u32::MAX.into(), Reason::Expired);
}

#[test]
fn the_earlier_timeout_ends_a_session() {
    check_end(
        site().absolute_timeout(seconds(1000)),
        1000,
        Reason::Expired,
    );
    check_end(
        site().absolute_timeout(seconds(1800)),
        1800,
        Reason::Expired,
    );
    check_end(site().absolute_timeout(seconds(1801)), 1800, Reason::Idle);
}

#[test]
fn fractions_of_a_second_are_cut_off() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    let almost = at(1800) - Duration::from_nanos(1);
    let session = browser.site.load(browser.jar.pairs(), almost);
    assert!(!session.is_new());
    assert_eq!(session.created_at(), Some(at(0)));
}

#[test]
fn an_expired_session_is_new_in_every_respect() {
    let mut browser = Browser::from(site());
    browser.visit(|session| {
        write(session);
        session.ensure_id().unwrap();
    });
    browser.now = 1800;
    browser.visit(|session| {
        assert!(session.is_new() && session.is_empty());
        assert_eq!((session.id(), session.created_at()), (None, None));
        assert_eq!(
            (session.last_active_at(), session.expires_at()),
            (None, None)
        );
        write(session);
    });
    browser.now = 1801;
    assert_eq!(browser.visit(Session::created_at), Some(at(1800)));
}
