//! The room of a session.
//!
//! The length of tokens.
//!
//! The sizes of SPEC.md § 5.6, § 9.5 and § 9.6, computed independently.

use hardtack::{Session, SessionData, Size, carrier::SessionCookieBuilder, session::Payload};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Bytes, assert_too_large, browser::Browser, encrypted, fill, signed, xchacha};

#[test]
fn a_default_that_does_not_fit_is_refused_when_the_cookie_is_built() {
    #[derive(Serialize, Deserialize, PartialEq)]
    struct Large(String);
    impl Default for Large {
        fn default() -> Self {
            Large("x".repeat(3000))
        }
    }
    impl SessionData for Large {
        const LABEL: &str = "large";
        const SCHEMA: u32 = 1;
    }
    let refused = encrypted().typed::<Large>().build();
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("no room for a session"), "{refused}");
    assert!(
        encrypted()
            .typed::<Large>()
            .size(Size::Browser)
            .build()
            .is_err()
    );
}

#[test]
fn one_byte_more_than_fits_is_refused_and_changes_nothing() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, limit: usize) {
        let mut browser = Browser::from(site);
        browser.visit(|session| {
            fill(session);
            let before: Value = session.deserialize().unwrap();
            let len = before["full"].as_str().unwrap().len();
            let longer = "x".repeat(len + 1);
            assert_too_large(session.insert("full", &longer), limit + 1, limit);
            let replace = |full: &mut String| full.push('x');
            assert_too_large(session.update("full", replace), limit + 1, limit);
            assert_too_large(session.insert("a", ()), limit + 4, limit);
            assert_eq!(session.deserialize::<Value>().unwrap(), before);
            assert_eq!(session.remaining_bytes(), 0);
        });
        assert_eq!(browser.visit(Session::remaining_bytes), 0);
    }
    check(encrypted(), 3072);
    check(encrypted().size(Size::Browser), 4096);
    check(signed(), 3072);
    check(signed().size(Size::Browser), 4096);
}

#[test]
fn a_typed_session_that_grew_too_large_is_as_it_was() {
    let mut browser = Browser::from(encrypted().typed::<Bytes>());
    browser.visit(|session| {
        session.update(|bytes| bytes.0 = vec![7; 2169]).unwrap();
        assert_eq!(session.remaining_bytes(), 0);
        let grown = session.update(|bytes| bytes.0.push(7));
        assert_too_large(grown, 3073, 3072);
        assert_too_large(session.replace(Bytes(vec![8; 2170])), 3073, 3072);
        assert_eq!(session.read(Clone::clone), Bytes(vec![7; 2169]));
    });
    let read = browser.visit(|session| session.read(Clone::clone));
    assert_eq!(read, Bytes(vec![7; 2169]));
}

#[test]
fn a_user_id_and_a_name_fit_96_characters() {
    let fill = |session: &Session| {
        session.insert("user_id", 42).unwrap();
        session.insert("name", "Ada").unwrap();
    };
    assert!(token_len(encrypted(), fill) <= 96);
    assert!(token_len(signed(), fill) <= 64);
}

#[test]
fn a_dictionary_of_100_bytes_costs_what_the_specification_says() {
    let fill = |session: &Session| {
        let before = session.remaining_bytes();
        session.insert("a", "x".repeat(95)).unwrap();
        assert_eq!(before - session.remaining_bytes(), 100);
    };
    assert_eq!(token_len(encrypted(), fill), 202);
    assert_eq!(token_len(xchacha(), fill), 202);
    assert_eq!(token_len(signed(), fill), 170);
}

#[test]
fn typed_payloads_cost_what_the_specification_says() {
    #[track_caller]
    fn check(payload: usize, expected_encrypted: usize, expected_signed: usize) {
        let fill = |session: &Session<Bytes>| {
            let prefix = if payload > 128 { 2 } else { 1 };
            session.replace(Bytes(vec![7; payload - prefix])).unwrap();
            assert_eq!(postcard_len(session), payload);
        };
        assert_eq!(token_len(encrypted().typed(), fill), expected_encrypted);
        assert_eq!(token_len(signed().typed(), fill), expected_signed);
    }
    check(33, 114, 82);
    check(210, 350, 318);
    check(2139, 2922, 2890);
}

/// Characters of the token of a session that `fill` filled.
fn token_len<T: Payload>(site: SessionCookieBuilder<T>, fill: impl FnOnce(&Session<T>)) -> usize {
    let mut browser = Browser::from(site);
    browser.visit(fill);
    browser.token().len()
}

fn postcard_len(session: &Session<Bytes>) -> usize {
    session.read(|bytes| postcard::to_stdvec(bytes).unwrap().len())
}

/// Bytes of a text of `len` bytes as the value of the only entry `k`.
pub(crate) fn dictionary(len: usize) -> usize {
    let header = match len {
        0..32 => 1,
        32..256 => 2,
        _ => 3,
    };
    // The map, the key, the text.
    1 + 2 + header + len
}

/// Bytes of a number as a varint.
pub(crate) fn varint(number: u64) -> usize {
    (1..).find(|bytes| number >> (7 * bytes) == 0).unwrap()
}

/// The length to which a body of `len` bytes is padded.
pub(crate) fn padded(len: usize) -> usize {
    let n = (len + 1) as f64;
    let e = n.log2().floor();
    let s = e.log2().floor() + 1.0;
    let step = 2f64.powf(e - s);
    ((n / step).ceil() * step) as usize
}

/// Characters of a token for a body of this many bytes.
pub(crate) fn token(is_signed: bool, body: usize) -> usize {
    let overhead = if is_signed { 21 } else { 45 };
    // Six bits a character.
    ((overhead + body) * 8).div_ceil(6)
}

/// Bytes of the fields that a token takes where each has `beside` bytes beside its part, and at most
/// `limit` in all.
pub(crate) fn fields(token: usize, beside: usize, limit: usize) -> Vec<usize> {
    if beside + token <= limit {
        return vec![beside + token];
    }
    let mut fields = Vec::new();
    let mut left = token;
    while left > 0 {
        // `N.` in the first, `.1` in the names of the others.
        let part = left.min(limit - beside - 2);
        fields.push(beside + 2 + part);
        left -= part;
    }
    fields
}

#[test]
fn lengths_are_those_of_the_specification() {
    assert_eq!(padded(99), 104);
    assert_eq!(padded(9), 10);
    assert_eq!([0, 127, 128, 16_384].map(varint), [1, 1, 2, 3]);
    assert_eq!(token(false, 6 + 100), 202);
    assert_eq!(token(true, 7 + 2_139), 2_890);
    assert_eq!(fields(4_023, 73, 4_096), [4_096]);
    assert_eq!(fields(4_024, 73, 4_096), [4_096, 73 + 2 + 3]);
}
