//! Keys.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{EncryptionKey, KeyRing, Outcome, Reason, Session, SessionCookie};
use serde_json::json;

use crate::{
    browser::Browser,
    outcome::reason,
    sites::{encrypted, signed, xchacha},
};

#[test]
fn an_encrypted_session_shows_nothing_of_its_content() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let sealed = sealed(&browser);
    assert!(!contains(&sealed, b"Fred") && !contains(&sealed, b"name"));
}

#[test]
fn a_signed_session_can_be_read_by_anybody() {
    let mut browser = Browser::from(signed());
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let sealed = sealed(&browser);
    assert!(contains(&sealed, b"name") && contains(&sealed, b"Fred Smith"));
    assert_eq!(browser.content(), json!({"name": "Fred Smith"}));
}

#[test]
fn a_signed_session_cannot_be_changed_by_anybody() {
    let mut browser = Browser::from(signed());
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let mut sealed = sealed(&browser);
    let name = sealed.windows(4).position(|w| w == b"Fred").unwrap();
    sealed[name..name + 4].copy_from_slice(b"Anna");
    let forged = BASE64_URL_SAFE_NO_PAD.encode(sealed);
    browser.cookie = Some(format!("__Host-session={forged}"));
    assert_rejected(&mut browser, Reason::Auth);
}

#[test]
fn a_corrupt_cookie_is_a_new_session_and_no_error() {
    let mut browser = Browser::with([("a", 1)]);
    browser.cookie = Some("__Host-session=corrupt!".to_owned());
    assert_rejected(&mut browser, Reason::Encoding);
    browser.visit(|session| session.insert("a", 2).unwrap());
    assert_eq!(browser.content(), json!({"a": 2}));
}

#[test]
fn servers_with_the_same_secret_share_their_sessions() {
    let ring: KeyRing<EncryptionKey> = EncryptionKey::generate().unwrap().into();
    let server = || SessionCookie::encrypted(ring.clone()).build().unwrap();
    let mut browser = Browser::from(server());
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.site = server();
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn a_session_under_another_secret_is_new() {
    let mut browser = Browser::with([("a", 1)]);
    browser.site = encrypted().build().unwrap();
    assert_rejected(&mut browser, Reason::UnknownKey);
}

#[test]
fn an_earlier_secret_still_opens_after_a_change() {
    let old = EncryptionKey::generate().unwrap().expose_secret();
    let old = || old.parse::<EncryptionKey>().unwrap();
    let mut browser = Browser::from(SessionCookie::encrypted(old()).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());

    let new = EncryptionKey::generate().unwrap();
    let key_id = new.id();
    let ring = KeyRing::from_keys([new, old()]).unwrap();
    browser.site = SessionCookie::encrypted(ring).build().unwrap();
    assert_eq!(browser.content(), json!({"a": 1}));
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, Outcome::Opened { key_id });
}

#[test]
fn another_cipher_can_be_chosen() {
    let mut browser = Browser::from(xchacha());
    browser.visit(|session| session.insert("a", 1).unwrap());
    assert_eq!(browser.content(), json!({"a": 1}));
}

/// The bytes of the token that the browser holds.
fn sealed(browser: &Browser) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(browser.token()).unwrap()
}

#[track_caller]
fn assert_rejected(browser: &mut Browser, expected: Reason) {
    browser.visit(|session| {
        assert!(session.is_new() && session.is_empty());
        assert_eq!(reason(session), Some(expected));
    });
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
