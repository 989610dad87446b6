//! The cookie.

use hardtack::{SameSite, SessionCookieBuilder, SessionError, Size};
use serde_json::json;

use crate::{browser::Browser, sites::encrypted};

#[test]
fn the_cookie_has_the_name_that_was_chosen() {
    let mut browser = Browser::from(encrypted().name("mykey"));
    browser.visit(|session| session.insert("a", 1).unwrap());
    assert!(browser.sent[0].starts_with("mykey="));
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn the_cookie_is_for_this_host_and_ends_with_the_browser_by_default() {
    check_attributes(encrypted(), "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

#[test]
fn the_cookie_is_for_the_domain_and_path_that_were_chosen() {
    check_attributes(
        encrypted().domain("example.com").path("/admin"),
        "; Path=/admin; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn the_cookie_goes_to_other_sites_as_was_chosen() {
    check_attributes(
        encrypted().same_site(SameSite::Strict),
        "; Path=/; Secure; HttpOnly; SameSite=Strict",
    );
    check_attributes(
        encrypted().same_site(SameSite::None),
        "; Path=/; Secure; HttpOnly; SameSite=None",
    );
    check_attributes(
        encrypted().same_site(SameSite::Omit),
        "; Path=/; Secure; HttpOnly",
    );
}

#[test]
fn the_cookie_is_secure_unless_plain_http_was_allowed() {
    check_attributes(
        encrypted().danger_allow_http(),
        "; Path=/; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn a_session_that_does_not_fit_its_cookie_is_an_error() {
    let mut browser = Browser::from(encrypted().size(Size::Browser));
    browser.visit(|session| {
        session.insert("a", 1).unwrap();
        let refused = session.insert("large", "x".repeat(4000));
        assert!(matches!(refused, Err(SessionError::TooLarge(_))));
    });
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[track_caller]
fn check_attributes(site: SessionCookieBuilder, expected: &str) {
    let mut browser = Browser::from(site);
    browser.visit(|session| session.insert("a", 1).unwrap());
    let (_, attributes) = browser.sent[0].split_at(browser.sent[0].find(';').unwrap());
    assert_eq!(attributes, expected);
}
