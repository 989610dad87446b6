//! Rules of SPEC.md about random values, which no vector can hold. `tests/vectors/tests.txt` lists these tests by rule.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{EncryptionKey, SessionCookie, SessionToken, carrier::TokenChange};

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
    let tokens = SessionToken::encrypted(key).purpose("api").build().unwrap();
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
