//! Timeouts.

use hardtack::{ConfigError, RefreshAfter, Session};
use serde_json::json;

use crate::{browser::Browser, moments::seconds, sites::encrypted};

#[test]
fn a_session_ends_when_its_visitor_stays_away_for_the_timeout() {
    let mut browser = Browser::from(encrypted().idle_timeout(seconds(1200)));
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 1199;
    assert!(!browser.visit(Session::is_new));
    browser.now = 1200 + 1199;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_timeout_runs_from_the_last_visit_and_not_from_the_creation() {
    let mut browser = Browser::from(encrypted().idle_timeout(seconds(1200)));
    browser.visit(|session| session.insert("a", 1).unwrap());
    for visit in 1..=10 {
        browser.now = visit * 1000;
        assert_eq!(browser.content(), json!({"a": 1}), "at {}", browser.now);
    }
}

#[test]
fn without_a_timeout_a_session_waits_for_its_visitor() {
    let week = seconds(7 * 86_400);
    let site = encrypted().idle_timeout(None).absolute_timeout(week);
    let mut browser = Browser::from(site);
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 7 * 86_400 - 1;
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn the_cookie_is_reissued_once_a_tenth_of_the_timeout_has_passed() {
    let mut browser = Browser::from(
        encrypted()
            .idle_timeout(seconds(1200))
            .refresh_after(RefreshAfter::Span(seconds(120))),
    );
    browser.visit(|session| session.insert("a", 1).unwrap());
    for (now, reissued) in [(119, 0), (120, 1), (239, 0), (240, 1)] {
        browser.now = now;
        browser.visit(|session| session.contains("a"));
        assert_eq!(browser.sent.len(), reissued, "at {now}");
    }
}

#[test]
fn the_cookie_is_reissued_on_every_request_that_reads_it() {
    let mut browser = Browser::from(encrypted().refresh_after(RefreshAfter::Always));
    browser.visit(|session| session.insert("a", 1).unwrap());
    for now in 1..4 {
        browser.now = now;
        browser.visit(|session| session.contains("a"));
        assert_eq!(browser.sent.len(), 1);
    }
}

#[test]
fn a_cookie_that_is_never_reissued_ends_after_its_timeout_whatever_happens() {
    let mut browser = Browser::from(
        encrypted()
            .idle_timeout(seconds(1200))
            .refresh_after(RefreshAfter::Never),
    );
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 1000;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 1199;
    assert_eq!(browser.content(), json!({"a": 2}));
    browser.now = 1200;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_reissue_time_at_which_the_timeout_has_passed_is_refused() {
    let site = encrypted()
        .idle_timeout(seconds(1200))
        .refresh_after(RefreshAfter::Span(seconds(1201)))
        .build();
    assert!(matches!(site, Err(ConfigError::Lifetime(_))));
}

#[test]
fn a_page_that_does_not_read_the_session_extends_nothing() {
    let mut browser = Browser::from(encrypted().refresh_after(RefreshAfter::Always));
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 1000;
    browser.visit(|_| ());
    assert!(browser.sent.is_empty());
    browser.now = 1800;
    assert!(browser.visit(Session::is_new));
}
