//! What a session has room for.

use hardtack::{
    ConfigError, RefreshAfter, SameSite, Session, SessionCookieBuilder, SessionData,
    SessionTokenBuilder, Size, TokenChange,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    AGES, Bytes, CENTURY, assert_too_large,
    browser::Browser,
    fill,
    moments::at,
    sites::{encrypted, encrypted_tokens, signed, signed_tokens, xchacha},
};

#[test]
fn the_room_is_what_the_specification_says() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, expected: usize) {
        let session = site.build().unwrap().load([""], at(0));
        assert_eq!(session.remaining_bytes(), expected);
    }
    check(encrypted(), 2171);
    check(xchacha(), 2171);
    check(encrypted().size(Size::Anywhere), 2171);
    check(encrypted().size(Size::Browser), 2939);
    check(signed(), 2195);
    check(signed().size(Size::Browser), 2963);
}

#[test]
fn what_the_attributes_take_is_not_left_for_the_content() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, expected: usize) {
        let session = site.name("session").build().unwrap().load([""], at(0));
        assert_eq!(session.remaining_bytes(), expected);
    }
    // floor((3072 - fixed) * 3 / 4) - 45 - 33
    check(encrypted(), 2176);
    check(encrypted().path("/app"), 2174);
    check(encrypted().path("/application/"), 2167);
    check(encrypted().domain("example.com"), 2161);
    check(encrypted().partitioned(), 2166);
    check(encrypted().same_site(SameSite::Omit), 2187);
    check(encrypted().danger_allow_http(), 2182);
}

#[test]
fn a_default_that_does_not_fit_is_refused_when_the_cookie_is_built() {
    #[derive(Serialize, Deserialize)]
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
    assert!(matches!(refused, Err(ConfigError::NoRoom)));
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
            let before: Value = session.to().unwrap();
            let len = before["full"].as_str().unwrap().len();
            let longer = "x".repeat(len + 1);
            assert_too_large(session.insert("full", &longer), limit + 1, limit);
            let replace = |full: &mut String| full.push('x');
            assert_too_large(session.update("full", replace), limit + 1, limit);
            assert_too_large(session.insert("a", ()), limit + 4, limit);
            assert_eq!(session.to::<Value>().unwrap(), before);
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
fn the_sentence_of_a_refusal_says_what_to_do() {
    let session = encrypted().build().unwrap().load([""], at(0));
    let refused = session.insert("a", "x".repeat(2600)).unwrap_err();
    assert!(refused.to_string().contains("Size::Browser"), "{refused}");
}

#[test]
fn a_bare_token_is_held_to_the_profile() {
    #[track_caller]
    fn check(tokens: SessionTokenBuilder, limit: usize) {
        let tokens = tokens.absolute_timeout(CENTURY).idle_timeout(None);
        let tokens = tokens.refresh_after(RefreshAfter::Always);
        let tokens = tokens.build().unwrap();
        let session = tokens.load(None::<&str>, at(0));
        fill(&session);
        let len = session.get::<String>("full").unwrap().unwrap().len();
        assert_too_large(
            session.insert("full", "x".repeat(len + 1)),
            limit + 2,
            limit,
        );
        session.ensure_id().unwrap();
        let mut change = tokens.save(&session).unwrap();
        for age in AGES {
            let TokenChange::Set(token) = change else {
                panic!("written or refreshed");
            };
            assert!(token.len() <= limit);
            let session = tokens.load(Some(token), at(age));
            session.renew_id().unwrap();
            change = tokens.save(&session).unwrap();
        }
    }
    check(encrypted_tokens("mobile"), 3072);
    check(signed_tokens("mobile").max_token_len(4096), 4096);
}
