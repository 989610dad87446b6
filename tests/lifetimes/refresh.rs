//! When a session is refreshed.

use hardtack::{Reason, RefreshAfter, Session, SessionCookieBuilder};

use crate::{
    assert_rejected,
    browser::Browser,
    moments::{at, seconds},
    site, write,
};

#[test]
fn refresh_is_due_from_its_second_on() {
    check_refreshes(
        site(),
        &[(449, false), (450, true), (899, false), (900, true)],
    );
    let span = |span| site().refresh_after(RefreshAfter::Span(seconds(span)));
    check_refreshes(span(900), &[(899, false), (900, true), (1800, true)]);
    check_refreshes(span(1), &[(0, false), (1, true), (1, false), (2, true)]);
    check_refreshes(span(0), &[(0, true), (0, true)]);
}

#[test]
fn every_touched_session_is_renewed_always() {
    let site = site().refresh_after(RefreshAfter::Always);
    check_refreshes(site, &[(0, true), (1, true), (1, true), (1800, true)]);
}

#[test]
fn reading_never_renews_where_only_changes_do() {
    let on_change = site().refresh_after(RefreshAfter::OnChange);
    check_refreshes(on_change, &[(1, false), (1799, false)]);
    let without_idle = site().idle_timeout(None);
    check_refreshes(without_idle, &[(1, false), (43_199, false)]);
}

#[test]
fn a_change_restarts_the_idle_timeout_unless_refresh_is_off() {
    #[track_caller]
    fn check(refresh_after: RefreshAfter, expected: u64) {
        let mut browser = Browser::from(site().refresh_after(refresh_after));
        browser.visit(write);
        browser.now = 10;
        browser.visit(|session| session.insert("a", 2).unwrap());
        let last_active = browser.visit(Session::last_active_at);
        assert_eq!(last_active, Some(at(expected)), "{refresh_after:?}");
    }
    check(RefreshAfter::Never, 0);
    check(RefreshAfter::OnChange, 10);
    check(RefreshAfter::Span(seconds(900)), 10);
    check(RefreshAfter::Always, 10);
}

#[test]
fn a_session_that_is_never_renewed_ends_after_its_idle_timeout() {
    let mut browser = Browser::from(site().refresh_after(RefreshAfter::Never));
    browser.visit(write);
    for now in [600, 1200, 1799] {
        browser.now = now;
        browser.visit(|session| session.insert("a", now).unwrap());
    }
    browser.now = 1800;
    assert_rejected(&mut browser, Reason::Idle);
}

#[test]
fn an_untouched_session_is_not_renewed() {
    let mut browser = Browser::from(site().refresh_after(RefreshAfter::Always));
    browser.visit(write);
    browser.now = 1000;
    browser.visit(|_| ());
    assert_eq!(browser.sent.len(), 0);
}

#[track_caller]
fn check_refreshes(site: SessionCookieBuilder, expected: &[(u64, bool)]) {
    let mut browser = Browser::from(site);
    browser.visit(write);
    for &(now, is_renewed) in expected {
        browser.now = now;
        browser.visit(|session| session.len());
        assert_eq!(browser.sent.len(), usize::from(is_renewed), "at {now}");
    }
}
