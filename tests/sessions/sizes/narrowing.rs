//! Sessions that came in more cookies than they may be sent in now (docs/spec/writer.md § 9.5.2).

use hardtack::{
    RefreshAfter, Session, SessionError, Size, carrier::SessionCookieBuilder, session::TooLarge,
};
use serde_json::Value;

use super::{
    AGES,
    browser::Browser,
    encrypted, fill, long_lived, signed,
    tokens::{cut, names, token_of},
};

type Work = fn(&Session) -> Result<(), SessionError>;

/// Wide, and narrow.
const NARROWINGS: [(Size, Size); 8] = [
    (Size::Browser, Size::Anywhere),
    (Size::Split(4), Size::Split(3)),
    (Size::Split(4), Size::Split(2)),
    (Size::Split(4), Size::Browser),
    (Size::Split(4), Size::Anywhere),
    (Size::Split(3), Size::Browser),
    (Size::Split(2), Size::Browser),
    (Size::Split(2), Size::Anywhere),
];

fn sites() -> [SessionCookieBuilder; 2] {
    [encrypted(), signed()].map(|site| {
        let site = long_lived(site).name("session");
        site.refresh_after(RefreshAfter::Always)
    })
}

/// A browser with a session that fills `site`, and the content.
fn filled(site: SessionCookieBuilder) -> (Browser, Value) {
    let mut browser = Browser::from(site);
    let full = browser.visit(|session| {
        session.insert("small", 1).unwrap();
        fill(session);
        session.deserialize::<Value>().unwrap()
    });
    (browser, full)
}

/// Runs `check` with browsers whose full session arrives at a site with a narrower size, and the content.
fn for_every_narrowing(check: impl Fn(Browser, &Value)) {
    for (wide, narrow) in NARROWINGS {
        for site in sites() {
            let (mut browser, full) = filled(site.clone().size(wide));
            browser.site = site.size(narrow).build().unwrap();
            check(browser, &full);
        }
    }
}

/// Bytes of all fields that set a cookie.
fn bytes_of(browser: &Browser) -> usize {
    browser.set().iter().map(|field| field.len()).sum()
}

#[track_caller]
fn assert_refused<R: std::fmt::Debug>(result: Result<R, SessionError>) -> TooLarge {
    match result {
        Err(SessionError::TooLarge(error)) => {
            assert!(error.needed > error.allowed, "{error}");
            error
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_goes_back_in_no_more_bytes_and_cookies_than_it_came_in() {
    for_every_narrowing(|browser, full| {
        let (bytes, cookies) = (bytes_of(&browser), browser.jar.names().len());
        for age in AGES {
            let works: [Work; 3] = [
                |session| session.save(),
                |session| session.insert("small", 2),
                |session| {
                    session.update("full", |full: &mut String| *full = "y".repeat(full.len()))
                },
            ];
            for work in works {
                let mut browser = browser.clone();
                browser.now = age;
                browser.visit(|session| work(session).unwrap());
                assert!(bytes_of(&browser) <= bytes && browser.set().len() <= cookies);
                assert!(browser.set().iter().all(|field| field.len() <= 4096));
                assert_eq!(browser.jar.names(), names("session", browser.set().len()));
                let after: Value = browser.visit(|session| session.deserialize().unwrap());
                let len = |content: &Value| content["full"].as_str().unwrap().len();
                assert_eq!(len(&after), len(full));
            }
        }
    });
}

#[test]
fn what_a_foreign_writer_cut_into_more_parts_goes_back_in_four_at_most() {
    for site in sites() {
        let (browser, full) = filled(site.clone().size(Size::Split(4)));
        let token = token_of("session", &browser.jar.pairs());
        for size in [
            Size::Split(4),
            Size::Split(2),
            Size::Browser,
            Size::Anywhere,
        ] {
            for came_in in 5..=8 {
                let mut browser = browser.clone();
                browser.site = site.clone().size(size).build().unwrap();
                let pairs = cut("session", &token, came_in);
                for pair in &pairs {
                    browser
                        .jar
                        .receive([format!("{pair}; Path=/; Secure; HttpOnly; SameSite=Lax")]);
                }
                browser.visit(|session| {
                    assert_eq!(session.deserialize::<Value>().unwrap(), full);
                    session.insert("small", 2).unwrap();
                });
                assert_eq!(browser.jar.names(), names("session", 4));
                assert_eq!(browser.sent.len(), came_in);
                assert_eq!(token_of("session", &browser.jar.pairs()).len(), token.len());
            }
        }
    }
}

#[test]
fn a_full_session_goes_back_as_it_came_where_the_attributes_are_longer_now() {
    for site in sites() {
        for size in [
            Size::Anywhere,
            Size::Browser,
            Size::Split(2),
            Size::Split(3),
            Size::Split(4),
        ] {
            let mut before = Browser::from(site.clone().size(size));
            before.visit(|session| {
                session.insert("small", 1).unwrap();
                session.flash("", "Hello").unwrap();
                session.ensure_id().unwrap();
                fill(session);
            });
            let (cookies, token) = (before.jar.names(), token_of("session", &before.jar.pairs()));
            let path = format!("/shop/{}", "x".repeat(200));
            let mut browser = Browser::from(site.clone().path(&path).size(size));
            browser.jar.url = browser.jar.url.join(&path).unwrap();
            let attributes = format!("; Path={path}; Secure; HttpOnly; SameSite=Lax");
            browser.jar.receive(
                before
                    .jar
                    .pairs()
                    .iter()
                    .map(|pair| format!("{pair}{attributes}")),
            );
            let works: [Work; 7] = [
                |session| session.save(),
                |session| session.insert("small", 2),
                |session| session.remove("small").map(drop),
                |session| session.take_flashes("").map(drop),
                |session| session.renew(),
                |session| session.renew_id(),
                |session| session.update("full", |full: &mut String| _ = full.pop()),
            ];
            for work in works {
                for age in AGES {
                    let mut browser = browser.clone();
                    browser.now = age;
                    browser.visit(|session| work(session).unwrap());
                    assert_eq!(browser.jar.names(), cookies, "at {age}");
                    let sent = token_of("session", &browser.jar.pairs());
                    assert_eq!(browser.set().len(), cookies.len(), "at {age}");
                    assert!(sent.len() <= token.len(), "at {age}");
                    assert_eq!(browser.visit(Session::remaining_bytes), 0);
                }
            }
            browser.visit(|session| {
                assert_refused(session.insert("more", 1));
                assert_refused(session.flash("", "Hello again"));
            });
        }
    }
}
