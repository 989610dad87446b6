//! Rules of SPEC.md about random values, which no vector can hold. `tests/vectors/tests.txt` lists these tests by rule.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{EncryptionKey, SessionCookie, SessionToken, Size, carrier::TokenChange};

const TIMES: usize = 1_000;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn cookie() -> SessionCookie {
    let key = EncryptionKey::generate().unwrap();
    SessionCookie::encrypted(key).build().unwrap()
}

/// § 6.1, § 6.2
#[test]
fn no_two_tokens_have_one_nonce() {
    let key = EncryptionKey::generate().unwrap();
    let tokens = SessionToken::encrypted(key, "api").build().unwrap();
    let nonces: HashSet<_> = (0..TIMES)
        .map(|_| {
            let session = tokens.load(None::<&str>, now());
            session.insert("user", 42).unwrap();
            let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
                panic!("a session with content is written");
            };
            // The head takes 5 bytes, so the nonce begins in the seventh character.
            token[7..38].to_owned()
        })
        .collect();
    assert_eq!(nonces.len(), TIMES);
}

/// § 5.1.3
#[test]
fn every_session_has_an_id_of_its_own() {
    let cookie = cookie();
    let ids: HashSet<_> = (0..TIMES)
        .map(|_| {
            cookie
                .load(None::<&str>, now())
                .ensure_id()
                .unwrap()
                .to_string()
        })
        .collect();
    assert_eq!(ids.len(), TIMES);
}

/// § 13.5
#[test]
fn a_csrf_token_has_a_new_mask_at_each_rendering() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, now());
    // The mask takes the first 16 bytes: 21 characters and a part of the next.
    let masks: HashSet<_> = (0..TIMES)
        .map(|_| session.csrf_token().unwrap()[..21].to_owned())
        .collect();
    assert_eq!(masks.len(), TIMES);
}

/// § 6.6
#[test]
fn a_token_has_two_hyphens_in_a_row_only_if_many_draws_had_them() {
    let cookie = cookie();
    let key = EncryptionKey::generate().unwrap();
    let tokens = SessionToken::encrypted(key, "api").build().unwrap();
    // Without other draws, every eleventh token of this size would have them.
    let note = "x".repeat(200);
    for _ in 0..TIMES {
        let fields = cookie.cookie_for(now(), |session| session.insert("note", &note));
        let session = tokens.load(None::<&str>, now());
        session.insert("note", &note).unwrap();
        let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
            panic!("a session with content is written");
        };
        assert!(!fields.unwrap().contains("--"));
        assert!(!token.contains("--"));
    }
}

/// § 6.6
#[test]
fn a_session_in_parts_seldom_has_two_hyphens_in_a_row() {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = builder.size(Size::Split(2)).build().unwrap();
    let note = "x".repeat(3_500);
    let has_hyphens = |_: &usize| {
        let session = cookie.load(None::<&str>, now());
        session.insert("note", &note).unwrap();
        let fields = cookie.save(&session).unwrap();
        assert_eq!(fields.iter().len(), 2);
        fields.iter().any(|field| field.contains("--"))
    };
    // One draw has them more often than not.
    assert!((0..100).filter(has_hyphens).count() < 15);
}

/// § 6.7
#[test]
fn the_tokens_of_a_generated_key_do_not_begin_with_two_hyphens() {
    // One key in 1,400 would have them, and one in 2,000,000 has them twice.
    let has_hyphens = |_: &usize| {
        let key = EncryptionKey::generate().unwrap();
        let id = u32::from_str_radix(&key.id().to_string(), 16).unwrap();
        let head = [&b"x"[..], &id.to_be_bytes()].concat();
        BASE64_URL_SAFE_NO_PAD.encode(head).contains("--")
    };
    assert!((0..10 * TIMES).filter(has_hyphens).count() <= 1);
}

/// § 13.6
#[test]
fn a_csrf_token_has_no_two_hyphens_in_a_row() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, now());
    for _ in 0..TIMES {
        assert!(!session.csrf_token().unwrap().contains("--"));
    }
}
