//! Parts that a response expires (docs/spec/carriers.md § 9.2.5, § 9.4).
//!
//! Padded tokens (SPEC.md § 5.6).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Session, SessionCookie, SessionData, SessionError, Size,
    carrier::{Padding, RefreshAfter, SessionCookieBuilder},
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
    tokens::{cut, names, token_of},
    xchacha,
};

type Work = fn(&Session) -> Result<(), SessionError>;

/// A browser with a session in 1 to 4 cookies.
fn in_cookies(cookies: usize) -> Browser {
    let mut browser = Browser::from(encrypted().name("session").size(Size::Split(4)));
    browser.visit(|session| store(session, cookies).unwrap());
    assert_eq!(browser.jar.names(), names("session", cookies));
    browser
}

/// Stores a text that takes this many cookies.
fn store(session: &Session, cookies: usize) -> Result<(), SessionError> {
    session.insert("k", "x".repeat(2_950 * cookies - 2_000))
}

/// Parts of an earlier session in eight cookies, and cookies with similar names.
const STALE: &str = "session.1=a; session.2=b; session.3=c; session.4=d; session.5=e; session.6=f; \
                     session.7=g; session.8=h; session.0=i; session.01=j";

/// The names of the parts from this number to that.
fn parts(from: usize, to: usize) -> Vec<String> {
    (from..=to)
        .map(|number| format!("session.{number}"))
        .collect()
}

#[track_caller]
fn check(browser: &Browser, set: usize, dropped: &[String]) {
    assert_eq!(browser.set().len(), set);
    assert_eq!(browser.expired(), dropped);
}

#[test]
fn only_parts_that_came_are_dropped() {
    // A browser that lost some of them.
    let browser = in_cookies(1);
    let shrink = |pairs: &str, expected: &[&str]| {
        let mut browser = browser.clone();
        browser.visit_with([pairs], |session| session.insert("more", 1).unwrap());
        assert_eq!(
            (browser.set().len(), browser.expired()),
            (1, expected.to_vec())
        );
    };
    let whole = &browser.jar.pairs()[0];
    shrink(whole, &[]);
    shrink(&format!("session.3=x; {whole}"), &["session.3"]);
    shrink(
        &format!("session.6=; {whole}; session.2=x; session.2=y"),
        &["session.2", "session.6"],
    );
    shrink("session.5=x", &["session.5"]);
    let alike = "session.0=x; session.8=x; session.9=x; session.01=x; session.1x=x; session.1.1=x; \
                 SESSION.1=x; session.1 =x; session..1=x; xsession.1=x; session.10=x";
    shrink(&format!("{alike}; {whole}"), &[]);
}

#[test]
fn every_part_that_can_have_come_is_dropped_beside_any_number_of_cookies() {
    for cookies in 1..=4 {
        let mut browser = in_cookies(cookies);
        let pairs = [browser.jar.pairs(), vec![STALE.to_owned()]].concat();
        browser.visit_with(pairs, |session| {
            // Its own parts came with two values each, so it is in doubt.
            assert_eq!(session.is_new(), cookies > 1);
            store(session, cookies).unwrap();
            session.insert("more", 1).unwrap();
        });
        check(&browser, cookies, &parts(cookies, 7));
        assert_eq!(browser.sent.len(), 8);
    }
}

#[test]
fn a_refresh_drops_the_parts_that_it_does_not_use() {
    let site = encrypted().name("session").size(Size::Split(4));
    let mut browser = Browser::from(site.refresh_after(RefreshAfter::Always));
    for cookies in 1..=4 {
        browser.visit(|session| store(session, cookies).unwrap());
        let mut browser = browser.clone();
        browser.now = 1;
        let mut pairs = browser.jar.pairs();
        pairs.extend(
            parts(cookies, 7)
                .into_iter()
                .map(|name| format!("{name}=stale")),
        );
        browser.visit_with(pairs, |session| session.len());
        check(&browser, cookies, &parts(cookies, 7));
        assert_eq!(browser.visit(Session::last_active_at), Some(at(1)));
    }
}

#[test]
fn an_ending_drops_the_cookie_and_all_parts_that_came() {
    let endings: [Work; 5] = [
        |session| session.clear(),
        |session| session.invalidate().map(drop),
        |session| session.remove("k").map(drop),
        |session| session.invalidate().and(session.discard()),
        |session| session.clear().and(session.save()),
    ];
    for work in endings {
        for cookies in 1..=4 {
            let mut browser = in_cookies(cookies);
            browser.visit(|session| work(session).unwrap());
            check(&browser, 0, &names("session", cookies));
            assert!(browser.jar.pairs().is_empty());
        }
        // As another writer may split it.
        let mut browser = in_cookies(4);
        let parts = cut("session", &token_of("session", &browser.jar.pairs()), 8);
        browser.visit_with(&parts, |session| {
            assert!(!session.is_new());
            work(session).unwrap();
        });
        check(&browser, 0, &names("session", 8));
    }
}

#[test]
fn parts_without_the_first_cookie_are_dropped_by_an_ending_and_by_a_write() {
    for parts_alone in ["session.2=x", "session.1=x; session.7=y", STALE] {
        let endings: [Work; 2] = [Session::clear, |session| session.invalidate().map(drop)];
        for work in endings {
            let mut browser = in_cookies(1);
            browser.visit_with([parts_alone], |session| work(session).unwrap());
            assert_eq!(browser.expired()[0], "session");
            let came = parts(1, 7).into_iter();
            let came = came.filter(|name| parts_alone.contains(&format!("{name}=")));
            assert_eq!(browser.expired()[1..], came.collect::<Vec<_>>());
            assert!(browser.set().is_empty());
        }
        let mut browser = in_cookies(1);
        browser.visit_with([parts_alone], |session| session.insert("a", 1).unwrap());
        assert_eq!(browser.set().len(), 1);
        assert_eq!(
            browser.sent.len(),
            1 + parts_alone.matches('.').count().min(7)
        );
    }
}

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
