//! Sessions that outlive the browser's.

use hardtack::{RefreshAfter, Session};
use serde_json::json;

use crate::{browser::Browser, moments::seconds, sites::encrypted};

const DAY: u64 = 86_400;

/// A visitor who is remembered for so many seconds, from a sign-in at the moment 0 on.
fn remembered(span: u64) -> Browser {
    let mut browser = Browser::from(encrypted().remember_up_to(seconds(400 * DAY)));
    browser.visit(|session| {
        session.insert("user_id", 10).unwrap();
        session.remember_for(seconds(span)).unwrap();
    });
    browser
}

#[test]
fn a_cookie_expires_after_the_seconds_that_were_chosen() {
    let mut browser = remembered(300);
    assert!(browser.sent[0].ends_with("; SameSite=Lax; Max-Age=300"));
    browser.now = 299;
    assert_eq!(browser.content(), json!({"user_id": 10}));
    browser.now = 300;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_cookie_that_is_sent_again_expires_when_the_first_one_would_have() {
    let mut browser = remembered(300);
    browser.now = 100;
    browser.visit(|session| session.insert("user_id", 11).unwrap());
    assert!(browser.sent[0].ends_with("; Max-Age=200"));
    browser.now = 300;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_cookie_that_never_expires_does_so_after_400_days() {
    let mut browser = remembered(u64::MAX);
    assert!(browser.sent[0].ends_with("; Max-Age=34560000"));
    browser.now = 400 * DAY - 1;
    assert_eq!(browser.content(), json!({"user_id": 10}));
}

#[test]
fn a_remembered_visitor_may_stay_away_for_longer_than_the_timeout() {
    let mut browser = remembered(30 * DAY);
    browser.now = 29 * DAY;
    assert_eq!(browser.content(), json!({"user_id": 10}));
    // Nothing was changed, and there is no timeout to begin anew.
    assert!(browser.sent.is_empty());
}

#[test]
fn a_session_ends_with_the_browser_where_nobody_asked_to_be_remembered() {
    let mut browser = Browser::from(encrypted().remember_up_to(seconds(30 * DAY)));
    browser.visit(|session| session.insert("user_id", 10).unwrap());
    assert!(!browser.sent[0].contains("Max-Age"));
    browser.now = 1800;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_remembered_visitor_can_be_forgotten() {
    let mut browser = remembered(30 * DAY);
    browser.now = 100;
    browser.visit(|session| session.forget().unwrap());
    assert!(!browser.sent[0].contains("Max-Age"));
    assert_eq!(browser.content(), json!({"user_id": 10}));
    browser.now = 100 + 1800;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_session_ends_at_a_moment_that_was_set_whatever_its_visitor_does() {
    let mut browser = Browser::from(encrypted().refresh_after(RefreshAfter::Always));
    browser.visit(|session| {
        session.insert("user_id", 10).unwrap();
        session.limit_to(seconds(600)).unwrap();
    });
    for now in [200, 400, 599] {
        browser.now = now;
        assert_eq!(browser.content(), json!({"user_id": 10}), "at {now}");
    }
    browser.now = 600;
    assert!(browser.visit(Session::is_new));
}
