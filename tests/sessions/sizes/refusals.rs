//! Sessions that do not fit, and sizes that are refused.
//!
//! A session that came in larger than its cookie now allows.

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionData, SessionError, Size, carrier::Padding,
    session::TooLarge,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Bytes,
    browser::Browser,
    cases::cases,
    encrypted, encrypted_tokens,
    options::{RESERVED, options},
    room::{dictionary, padded, token},
    signed,
    times::at,
};

fn refusal(session: &Session, len: usize) -> TooLarge {
    match session.insert("k", "x".repeat(len)) {
        Err(SessionError::TooLarge(error)) => error,
        other => panic!("{len} characters: {other:?}"),
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_refusal_says_what_would_be_sent_and_what_may_be(
        options in options(),
        more in prop_oneof![Just(1), 1..40_000usize],
    ) {
        let site = options.builder().build().unwrap();
        let session = site.load(None::<&str>, at(0));
        let most = (0..options.room()).rev().find(|len| dictionary(*len) <= options.room());
        let most = most.unwrap();
        session.insert("k", "x".repeat(most)).unwrap();

        let error = refusal(&session, most + more);
        let (_, cookies) = options.limits();
        let content = dictionary(most + more);
        let needed = match cookies {
            // There are no parts, whatever the size.
            1 => {
                let body = RESERVED + content;
                let body = if options.padding == Padding::None { body } else { padded(body) };
                let field = options.field() + "; Max-Age=34560000".len();
                field + token(options.suite == "sign", body)
            }
            _ => options.reserved(content).fields.iter().sum(),
        };
        prop_assert_eq!((error.needed, error.allowed), (needed, options.total()));
        prop_assert!(error.needed > error.allowed);
        prop_assert_eq!(session.get("k").unwrap(), Some("x".repeat(most)));
    }
}

#[test]
fn the_sentence_says_which_size_holds_more_and_what_that_costs() {
    let browser = "use `Size::Browser` (4096 bytes) in every program, for which a default nginx";
    let two = "use `Size::Split(2)` (2 cookies of up to 4096 bytes) in every program, which needs";
    let four = "use `Size::Split(4)` (4 cookies of up to 4096 bytes) in every program, which few";
    let server = "keep the rest on the server";
    for (size, allowed, characters, advice) in [
        (Size::Anywhere, 3_072, 2_600, browser),
        (Size::Anywhere, 3_072, 4_000, two),
        (Size::Anywhere, 3_072, 8_000, four),
        (Size::Anywhere, 3_072, 20_000, server),
        (Size::Browser, 4_096, 4_000, two),
        (Size::Split(2), 8_192, 8_000, four),
        (Size::Split(3), 12_288, 10_000, four),
        (Size::Split(4), 16_384, 20_000, server),
    ] {
        for padding in [Padding::None, Padding::Padme] {
            let site = signed().size(size).padding(padding).build().unwrap();
            let error = refusal(&site.load(None::<&str>, at(0)), characters);
            assert_eq!(error.allowed, allowed);
            let told = error.to_string();
            let numbers = format!(
                "`k` does not fit: session needs {} bytes, the limit is {allowed}; ",
                error.needed
            );
            assert!(
                told.starts_with(&numbers) && told.contains(advice),
                "{told}"
            );
            assert_eq!(SessionError::TooLarge(error).to_string(), told);
        }
    }
}

/// Chromium and Firefox keep 10,240 bytes of partitioned cookies for a site, and drop parts of a larger session.
#[test]
fn a_partitioned_session_stays_within_what_browsers_keep() {
    let remedy = "leave out `partitioned` or choose a `size` of at most 3 cookies";
    for site in [
        signed().size(Size::Split(4)).partitioned(true),
        signed().partitioned(true).size(Size::Split(4)),
    ] {
        let error = site.build().unwrap_err().to_string();
        assert!(error.contains(remedy), "{error}");
    }
    for site in [
        signed()
            .partitioned(true)
            .partitioned(false)
            .size(Size::Split(4)),
        signed()
            .partitioned(true)
            .size(Size::Split(4))
            .size(Size::Split(3)),
    ] {
        assert!(site.build().is_ok());
    }

    let site = |size| signed().size(size).partitioned(true).build().unwrap();
    let two = "use `Size::Split(2)`";
    for (size, characters, allowed, advice) in [
        (Size::Anywhere, 5_000, 3_072, two),
        (Size::Split(2), 6_000, 8_192, "keep the rest on the server"),
        (Size::Split(3), 7_000, 9_216, "keep the rest on the server"),
    ] {
        let session = site(size).load(None::<&str>, at(0));
        let error = refusal(&session, characters);
        assert_eq!(error.allowed, allowed);
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[test]
fn a_session_is_split_into_two_to_four_cookies() {
    for cookies in [0, 1, 5, 8, 255] {
        for site in [encrypted(), signed()] {
            let error = site.size(Size::Split(cookies)).build().unwrap_err();
            assert_eq!(error.settings().next(), Some("size"), "{error}");
            assert!(error.to_string().contains("use 2 to 4 cookies"), "{error}");
        }
    }
    for cookies in 2..=4 {
        assert!(encrypted().size(Size::Split(cookies)).build().is_ok());
    }
}

#[test]
fn the_longest_name_and_attributes_leave_room_for_a_session() {
    // The longest that each may be.
    let site = || SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let longest = || {
        site()
            .name("n".repeat(128))
            .path(format!("/{}", "p".repeat(1_023)))
            .domain(format!("{}example.com", "label.".repeat(40)))
    };
    for size in [
        Size::Anywhere,
        Size::Browser,
        Size::Split(2),
        Size::Split(4),
    ] {
        for padding in [Padding::None, Padding::Padme] {
            let cookie = longest().size(size).padding(padding).build().unwrap();
            let session = cookie.load(None::<&str>, at(0));
            super::fill(&session);
            let fields = cookie.save(&session).unwrap();
            let limit = if size == Size::Anywhere { 3_072 } else { 4_096 };
            assert!(fields.iter().all(|field| field.len() <= limit));
        }
    }
}

#[test]
fn a_token_has_at_most_as_many_characters_as_four_cookies() {
    for too_long in [16_385, usize::MAX] {
        let error = encrypted_tokens("mobile").max_token_len(too_long).build();
        let error = error.unwrap_err();
        assert_eq!(error.settings().next(), Some("max_token_len"), "{error}");
        assert!(error.to_string().contains("at most 16384"), "{error}");
    }
    for too_short in [0, 90] {
        let error = encrypted_tokens("mobile").max_token_len(too_short).build();
        let error = error.unwrap_err();
        assert!(
            error.to_string().contains("no room for a session"),
            "{error}"
        );
    }
    let tokens = encrypted_tokens("mobile").max_token_len(16_384);
    assert!(tokens.build().is_ok());
}

#[test]
fn a_token_that_is_too_large_is_told_of_the_length_and_not_of_cookies() {
    let tokens = encrypted_tokens("mobile").build().unwrap();
    let session = tokens.load(None::<&str>, at(0));
    let told = refusal(&session, 3_000).to_string();
    assert!(told.contains("a larger `max_token_len`"), "{told}");
    let told = refusal(&session, 20_000).to_string();
    assert!(told.contains("keep the rest on the server"), "{told}");
    assert!(!told.contains("Size::"), "{told}");
}

#[test]
fn a_session_that_a_conversion_made_too_large_can_be_read_and_only_written_smaller() {
    #[derive(Serialize, Deserialize, PartialEq)]
    struct Grown(String);
    impl Default for Grown {
        fn default() -> Self {
            Grown("new".to_owned())
        }
    }
    impl SessionData for Grown {
        const LABEL: &str = "bytes";
        const SCHEMA: u32 = 2;
        fn convert(_: u32, bytes: &[u8]) -> Option<Grown> {
            Some(Grown("x".repeat(bytes.len() * 2)))
        }
    }
    let key = EncryptionKey::generate().unwrap().expose_secret();
    let site = || SessionCookie::encrypted(key.parse::<EncryptionKey>().unwrap());
    let mut before = Browser::from(site().typed::<Bytes>());
    before.visit(|session| session.replace(Bytes(vec![7; 1998])).unwrap());

    let jar = before.jar.clone();
    drop(before);
    let mut browser = Browser::from(site().typed::<Grown>());
    browser.jar = jar;
    browser.now = 450;
    assert_eq!(
        browser.visit(|session| session.read(|grown| grown.0.len())),
        4000
    );
    assert_eq!(browser.sent.len(), 1, "it is refreshed as it came");
    browser.visit(|session| {
        let written = session.update(|_| ());
        assert!(matches!(written, Err(SessionError::TooLarge(_))));
        assert_eq!(session.read(|grown| grown.0.len()), 4000);
        session.update(|grown| grown.0.truncate(100)).unwrap();
    });
    assert_eq!(
        browser.visit(|session| session.read(|grown| grown.0.len())),
        100
    );
}
