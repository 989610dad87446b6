//! Parts that a response expires (docs/spec/carriers.md § 9.2.5, § 9.4).
//!
//! Padded tokens (SPEC.md § 5.6).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    SessionCookie, SessionData, Size,
    carrier::{Padding, SessionCookieBuilder},
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    browser::Browser,
    cases::cases,
    encrypted, long_lived,
    options::LONGEST_DURATION,
    room::padded,
    signed,
    times::{at, seconds},
    tokens::token_of,
    xchacha,
};

/// A site for each suite, with the bytes that a token has beside its body.
fn sites() -> [(SessionCookieBuilder, usize); 3] {
    let site = |site| long_lived(site).name("session").size(Size::Split(4));
    [
        (site(encrypted()), 45),
        (site(xchacha()), 45),
        (site(signed()), 21),
    ]
}

/// The length of the body in the browser's token.
fn body_of<T>(browser: &Browser<T>, overhead: usize) -> usize {
    let token = token_of("session", &browser.jar.pairs());
    BASE64_URL_SAFE_NO_PAD.decode(token).unwrap().len() - overhead
}

/// Returns whether this is a padded length.
fn is_padded(body: usize) -> bool {
    padded(body - 1) == body
}

#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
struct Typed(Vec<u8>);

impl SessionData for Typed {
    const LABEL: &str = "typed";
    const SCHEMA: u32 = 300;
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn every_body_has_a_padded_length(
        suite in 0..3usize,
        len in prop_oneof![0..300usize, 0..10_000usize],
        letter in prop::char::any(),
        message in prop::option::of("[ -~]{0,80}"),
        has_id: bool,
        duration in prop::option::of(100_000..40_000_000_000u64),
        age in 0..4_000_000_000u64,
    ) {
        let (site, overhead) = sites()[suite].clone();
        let site = site.remember_up_to(LONGEST_DURATION);
        let mut browser = Browser::from(site.clone().padding(Padding::Padme));
        let text: String = std::iter::repeat_n(letter, len / letter.len_utf8()).collect();
        let content = browser.visit(|session| {
            session.insert("k", &text).unwrap();
            message.iter().for_each(|message| session.flash("", message).unwrap());
            if has_id {
                session.ensure_id().unwrap();
            }
            if let Some(duration) = duration {
                session.remember_for(seconds(duration)).unwrap();
            }
            session.deserialize::<Value>().unwrap()
        });
        prop_assert!(is_padded(body_of(&browser, overhead)));
        if duration.is_none() {
            browser.now = age;
        }
        browser.visit(|session| session.save().unwrap());
        prop_assert!(is_padded(body_of(&browser, overhead)));

        // A site without padding reads it, and the reverse.
        let plain = site.build().unwrap();
        let read = |site: &SessionCookie, browser: &Browser| {
            let session = site.load(browser.jar.pairs(), at(browser.now));
            let flash = session.flashes("");
            (session.deserialize::<Value>().unwrap(), session.id(), session.is_persistent(), flash)
        };
        let before = read(&browser.site, &browser);
        prop_assert_eq!(&before.0, &content);
        prop_assert_eq!(&before.3, &message.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(&read(&plain, &browser), &before);
        let padding = std::mem::replace(&mut browser.site, plain);
        let with = body_of(&browser, overhead);
        browser.visit(|session| session.save().unwrap());
        let without = body_of(&browser, overhead);
        prop_assert!(without < with && padded(without) == with);
        prop_assert_eq!(&read(&padding, &browser), &before);
    }

    #[test]
    fn a_typed_session_is_padded_too(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        for (site, overhead) in sites() {
            let site = site.typed::<Typed>().padding(Padding::Padme);
            let mut browser = Browser::from(site);
            browser.visit(|session| {
                session.ensure_id().unwrap();
                session.replace(Typed(bytes.clone())).unwrap();
            });
            prop_assert!(is_padded(body_of(&browser, overhead)));
            let read = browser.visit(|session| session.read(Clone::clone));
            prop_assert_eq!(read, Typed(bytes.clone()));
        }
    }
}
