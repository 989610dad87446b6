//! The effect of settings on a visitor's sessions.

use hardtack::{
    Session,
    session::{Outcome, Reason},
};

use super::{browser::Browser, cookie, field, toml};

#[track_caller]
fn check(settings: &str, name: &str, attributes: &str) {
    let (found, rest) = field(toml(settings));
    assert_eq!((&*found, &*rest), (name, attributes));
}

fn visitor(settings: &str) -> Browser {
    let mut browser = Browser::from(cookie(toml(settings)));
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser
}

#[test]
fn attributes_show_in_the_set_cookie_field() {
    check(
        "",
        "__Host-session",
        "Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "name = 'login'",
        "login",
        "Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "path = '/app'",
        "__Secure-session",
        "Path=/app; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "domain = 'example.com'",
        "__Secure-session",
        "Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "same_site = 'strict'",
        "__Host-session",
        "Path=/; Secure; HttpOnly; SameSite=Strict",
    );
    check(
        "same_site = 'omit'",
        "__Host-session",
        "Path=/; Secure; HttpOnly",
    );
    check(
        "partitioned = true",
        "__Host-session",
        "Path=/; Secure; HttpOnly; SameSite=Lax; Partitioned",
    );
    check(
        "danger_allow_http = true",
        "session",
        "Path=/; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn a_session_ends_after_its_idle_timeout() {
    let mut browser = visitor("idle_timeout = '10m'");
    browser.now = 600;
    assert!(browser.visit(Session::is_new));
    let mut browser = visitor("idle_timeout = 'off'");
    browser.now = 12 * 3600 - 1;
    assert!(!browser.visit(Session::is_new));
}

#[test]
fn a_session_is_renewed_when_the_settings_say() {
    for (refresh_after, refreshed) in [("never", 0), ("on-change", 0), ("5m", 1), ("always", 1)] {
        let mut browser = visitor(&format!("refresh_after = '{refresh_after}'"));
        browser.now = 300;
        browser.visit(|session| session.contains_key("user"));
        assert_eq!(browser.sent.len(), refreshed, "{refresh_after}");
    }
}

#[test]
fn a_session_is_remembered_as_long_as_the_settings_allow() {
    let mut browser = visitor("remember_up_to = '30d'");
    let month = super::times::seconds(30 * 86_400);
    browser.visit(|session| session.remember_for(month).unwrap());
    assert!(browser.sent[0].ends_with("; Max-Age=2592000"));
    let browser = Browser::from(cookie(toml("")));
    assert!(
        browser
            .clone()
            .visit(|session| session.remember_for(month).is_err())
    );
}

#[test]
fn sessions_before_the_given_time_are_refused() {
    // The tests begin at 2027-01-15T08:00:00Z.
    let mut browser = visitor("not_before = '2027-01-15T08:00:00Z'");
    assert!(!browser.visit(Session::is_new));
    let mut browser = visitor("not_before = '2027-01-15T08:00:01Z'");
    let outcome = browser.visit(Session::outcome);
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::Revoked,
            ..
        }
    ));
}

#[test]
fn the_size_decides_how_much_fits() {
    for (size, room) in [("anywhere", 2171), ("browser", 2939)] {
        let mut browser = Browser::from(cookie(toml(&format!("size = '{size}'"))));
        assert_eq!(browser.visit(Session::remaining_bytes), room, "{size}");
    }
}
