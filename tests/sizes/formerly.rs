//! Sessions in several cookies that move to another path or domain.

use hardtack::{
    EncryptionKey, Session, SessionCookie, Size,
    carrier::{FormerAttributes, SessionCookieBuilder},
};

use super::{
    browser::{Browser, pair_of},
    times::at,
    tokens::names,
};

/// A change of a cookie's attributes.
struct Move {
    before: fn(SessionCookieBuilder) -> SessionCookieBuilder,
    after: fn(SessionCookieBuilder) -> SessionCookieBuilder,
    formerly: fn() -> FormerAttributes,
    /// The attributes of the fields that expire the earlier cookie.
    attributes: &'static str,
}

const MOVES: [Move; 4] = [
    Move {
        before: |site| site.path("/shop"),
        after: |site| site.path("/"),
        formerly: || FormerAttributes::new().path("/shop"),
        attributes: "; Path=/shop; Secure; HttpOnly; SameSite=Lax",
    },
    Move {
        before: |site| site.path("/"),
        after: |site| site.path("/shop"),
        formerly: || FormerAttributes::new().path("/"),
        attributes: "; Path=/; Secure; HttpOnly; SameSite=Lax",
    },
    Move {
        before: |site| site,
        after: |site| site.domain("example.com"),
        formerly: || FormerAttributes::new().no_domain(),
        attributes: "; Path=/; Secure; HttpOnly; SameSite=Lax",
    },
    Move {
        before: |site| site.domain("example.com").path("/shop"),
        after: |site| site,
        formerly: || FormerAttributes::new().domain("example.com").path("/shop"),
        attributes: "; Path=/shop; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
    },
];

impl Move {
    /// The site before and after.
    fn sites(&self) -> [SessionCookie; 2] {
        let key = EncryptionKey::generate().unwrap().expose_secret();
        let site = || {
            let key: EncryptionKey = key.parse().unwrap();
            let site = SessionCookie::encrypted(key).name("session");
            site.size(Size::Split(4))
        };
        let before = (self.before)(site()).build().unwrap();
        let after = (self.after)(site()).formerly((self.formerly)());
        [before, after.build().unwrap()]
    }

    /// A browser that got a session in this many cookies before the move, and visits the site after it.
    fn browser(&self, cookies: usize) -> Browser {
        let [before, after] = self.sites();
        let mut browser = Browser::from(before);
        browser.visit(|session| store(session, cookies));
        assert_eq!(browser.jar.names(), names("session", cookies));
        browser.site = after;
        browser
    }
}

fn store(session: &Session, cookies: usize) {
    let text = "x".repeat(2_950 * cookies - 2_000);
    session.insert("k", text).unwrap();
}

#[test]
fn a_client_sends_exactly_one_set_after_the_move() {
    for moved in MOVES {
        for before in 1..=4 {
            for after in 1..=4 {
                let mut browser = moved.browser(before);
                browser.visit(|session| {
                    store(session, after);
                    session.insert("more", 1).unwrap();
                });
                assert_eq!(
                    browser.jar.names(),
                    names("session", after),
                    "{}",
                    moved.attributes
                );
                assert_eq!(
                    browser.visit(|session| session.get("more").unwrap()),
                    Some(1)
                );
                assert!(browser.sent.is_empty());
            }
        }
    }
}

#[test]
fn the_earlier_cookie_and_its_parts_are_dropped_before_the_present_ones_are_set() {
    for moved in MOVES {
        let mut browser = moved.browser(3);
        browser.visit(|session| store(session, 2));
        let gone = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        let dropped = |field: &String| pair_of(field).ends_with('=');
        let former: Vec<_> = names("session", 4)
            .iter()
            .map(|name| format!("{name}={}{gone}", moved.attributes))
            .collect();
        assert_eq!(browser.sent[..4], former);
        assert!(!browser.sent[4..6].iter().any(dropped));
        // The part that came may also have been set with the present attributes.
        assert_eq!(browser.sent.len(), 7);
        assert!(browser.sent[6].starts_with("session.2=; "));
    }
}

#[test]
fn parts_that_this_page_does_not_get_are_dropped_too() {
    let [moved, ..] = MOVES;
    for before in 1..=4 {
        for after in 1..=4 {
            let mut browser = moved.browser(before);
            // A page outside the old path gets none of the old cookies.
            let shop = browser.jar.url.clone();
            browser.jar.url = shop.join("/").unwrap();
            browser.visit(|session| {
                assert!(session.is_new());
                store(session, after);
            });
            browser.jar.url = shop;
            assert_eq!(browser.jar.names(), names("session", after));
            assert!(browser.visit(|session| session.contains_key("k")));
        }
    }
}

#[test]
fn a_request_for_tests_carries_the_present_cookies_alone() {
    for moved in MOVES {
        let [_, site] = moved.sites();
        let field = site.cookie_for(at(0), |session| {
            store(session, 3);
            Ok(())
        });
        let field = field.unwrap();
        assert_eq!(field.split("; ").count(), 3);
        assert!(site.load([field], at(0)).contains_key("k"));
    }
}
