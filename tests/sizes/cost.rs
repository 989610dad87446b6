//! The length of tokens.

use hardtack::{Session, carrier::SessionCookieBuilder, session::Payload};

use super::{
    Bytes,
    browser::Browser,
    sites::{encrypted, signed, xchacha},
};

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
