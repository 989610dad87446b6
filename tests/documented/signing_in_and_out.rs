//! Signing in and out.

use hardtack::Session;
use serde_json::json;

use crate::browser::Browser;

#[test]
fn signing_in_is_remembered_by_the_session() {
    let mut browser = Browser::new();
    assert_eq!(browser.visit(home), "Please login");
    browser.visit(|session| authenticate(session, "opensesame"));
    assert_eq!(browser.visit(home), "Welcome");
}

#[test]
fn a_wrong_password_leaves_no_session() {
    let mut browser = Browser::new();
    browser.visit(|session| authenticate(session, "wrong"));
    assert_eq!(browser.cookie, None);
    assert_eq!(browser.visit(home), "Please login");
}

#[test]
fn signing_out_clears_the_session_and_saves_that() {
    let mut browser = Browser::new();
    browser.visit(|session| authenticate(session, "opensesame"));
    browser.visit(|session| {
        session.clear().unwrap();
        session.save().unwrap();
    });
    assert_eq!(browser.cookie, None);
    assert_eq!(browser.visit(home), "Please login");
}

#[test]
fn a_deleted_session_takes_its_cookie_along() {
    let mut browser = Browser::with([("logged_in", true)]);
    browser.visit(|session| session.invalidate().unwrap());
    assert_eq!(
        browser.sent,
        [
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; \
             Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        ]
    );
    assert_eq!(browser.content(), json!({}));
}

#[test]
fn an_invalidated_session_can_be_used_as_a_new_one() {
    let mut browser = Browser::new();
    let old = browser.visit(|session| {
        authenticate(session, "opensesame");
        session.ensure_id().unwrap()
    });
    let new = browser.visit(|session| {
        assert_eq!(session.invalidate().unwrap(), Some(old));
        assert!(session.is_empty() && session.is_new());
        session.insert("language", "en").unwrap();
        session.ensure_id().unwrap()
    });
    assert_ne!(new, old);
    assert_eq!(browser.content(), json!({"language": "en"}));
}

#[test]
fn an_invalidated_session_cannot_be_fixed_by_who_planted_it() {
    let mut browser = Browser::with([("planted", true)]);
    browser.visit(|session| {
        session.invalidate().unwrap();
        authenticate(session, "opensesame");
    });
    assert_eq!(browser.content(), json!({"logged_in": true}));
}

#[test]
fn a_sign_in_can_keep_the_data_under_a_new_id() {
    let mut browser = Browser::with([("cart", 7)]);
    let old = browser.visit(|session| session.ensure_id().unwrap());
    let new = browser.visit(|session| {
        session.renew().unwrap();
        session.id().unwrap()
    });
    assert_ne!(new, old);
    assert_eq!(browser.visit(Session::id), Some(new));
    assert_eq!(browser.content(), json!({"cart": 7}));
}

#[test]
fn the_id_is_regenerated_and_the_rest_stays() {
    let mut browser = Browser::with([("cart", 7)]);
    let old = browser.visit(|session| session.ensure_id().unwrap());
    browser.now += 10;
    let before = browser.visit(|session| {
        session.renew_id().unwrap();
        assert_ne!(session.id(), Some(old));
        session.created_at()
    });
    assert_eq!(browser.visit(Session::created_at), before);
    assert_eq!(browser.content(), json!({"cart": 7}));
}

fn authenticate(session: &Session, password: &str) {
    if password == "opensesame" {
        session.insert("logged_in", true).unwrap();
    }
}

fn home(session: &Session) -> &'static str {
    match session.get("logged_in").unwrap() {
        Some(true) => "Welcome",
        _ => "Please login",
    }
}
