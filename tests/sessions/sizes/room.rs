//! The room of a session.
//!
//! The length of tokens.
//!
//! The sizes of SPEC.md § 5.6, § 9.5 and § 9.6, computed independently.

use hardtack::{Session, SessionData, Size, carrier::SessionCookieBuilder, session::Payload};
use serde::{Deserialize, Serialize};

use super::{browser::Browser, encrypted, signed, xchacha};

/// README.md promises 200.
#[test]
fn a_cart_of_200_lines_fits() {
    #[derive(Serialize)]
    struct Line {
        id: u64,
        n: u8,
    }
    let fits = |lines: u64| {
        let session = encrypted()
            .build()
            .unwrap()
            .load([""], hardtack::Clock::system());
        let cart: Vec<_> = (0..lines)
            .map(|id| Line {
                id: 10_000 + id,
                n: 1,
            })
            .collect();
        session.sign_in().unwrap();
        session.insert("user", 42).unwrap();
        session.insert("cart", cart).is_ok()
    };
    assert!(fits(200));
    assert!(!fits(250));
}

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
    assert!(
        refused.contains("default value of the type has no room"),
        "{refused}"
    );
    assert!(
        encrypted()
            .typed::<Large>()
            .size(Size::Browser)
            .build()
            .is_err()
    );
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

/// Characters of the token of a session that `fill` filled.
fn token_len<T: Payload>(site: SessionCookieBuilder<T>, fill: impl FnOnce(&Session<T>)) -> usize {
    let mut browser = Browser::from(site);
    browser.visit(fill);
    browser.token().len()
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
