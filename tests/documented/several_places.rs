//! One session in several places.

use hardtack::{EncryptionKey, KeyRing, Session, SessionCookie, SessionHeader, TokenChange};
use serde_json::json;

use crate::{browser::Browser, moments::at, sites::encrypted_tokens};

#[test]
fn a_middleware_a_handler_and_a_template_hold_one_session() {
    let template = |session: &Session| session.get::<u32>("count").unwrap().unwrap();
    let mut browser = Browser::new();
    browser.visit(|middleware| {
        middleware.insert("count", 1).unwrap();
        let handler = middleware.clone();
        handler
            .update("count", |count: &mut u32| *count += 1)
            .unwrap();
        assert_eq!(template(middleware), 2);
    });
    assert_eq!(browser.content(), json!({"count": 2}));
}

#[test]
fn applications_side_by_side_share_one_session() {
    let ring: KeyRing<EncryptionKey> = EncryptionKey::generate().unwrap().into();
    let application = || {
        let cookie = SessionCookie::encrypted(ring.clone());
        cookie.name("__Host-my_project").build().unwrap()
    };
    let (home, broker, proxy) = (application(), application(), application());
    let mut browser = Browser::from(home);
    browser.visit(|session| session.insert("home", 1).unwrap());
    browser.site = broker;
    browser.visit(|session| session.insert("servicebroker", 2).unwrap());
    browser.site = proxy;
    assert_eq!(browser.content(), json!({"home": 1, "servicebroker": 2}));
}

#[test]
fn the_language_of_every_page_is_the_one_that_was_chosen() {
    let mut browser = Browser::new();
    let page = |session: &Session| match session.get("lang").unwrap().unwrap_or("en".to_owned()) {
        lang if lang == "de" => "Guten Tag",
        _ => "Hello",
    };
    assert_eq!(browser.visit(page), "Hello");
    browser.visit(|session| session.insert("lang", "de").unwrap());
    assert_eq!(browser.visit(page), "Guten Tag");
    assert_eq!(browser.visit(page), "Guten Tag");
}

#[test]
fn a_session_travels_without_cookies() {
    let tokens = encrypted_tokens("mobile").build().unwrap();
    let session = tokens.load(None::<&str>, at(0));
    session.insert("fred", 42).unwrap();
    assert!(session.is_new());
    let TokenChange::Set(token) = tokens.save(&session).unwrap() else {
        panic!("a session with content is written");
    };
    let session = tokens.load(Some(token), at(10));
    assert_eq!(session.get("fred").unwrap(), Some(42));
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::None);
}

#[test]
fn a_session_travels_in_a_header_and_asks_for_no_cookie() {
    let key = EncryptionKey::generate().unwrap();
    let header = SessionHeader::encrypted("authorization", key)
        .build()
        .unwrap();
    // Nothing comes with the first request.
    let session = header.load([""; 0], at(0));
    session.insert("fred", 42).unwrap();
    assert!(session.is_new());
    // The client is told what to send from now on.
    let TokenChange::Set(token) = header.save(&session).unwrap() else {
        panic!("a session with content is written");
    };
    let session = header.load([format!("Bearer {token}")], at(10));
    assert_eq!(session.get("fred").unwrap(), Some(42));
    session.invalidate().unwrap();
    assert_eq!(header.save(&session).unwrap(), TokenChange::End);
}
