//! Sessions that came in more cookies than they may be sent in now (docs/spec/writer.md § 9.5.2).

use hardtack::{
    SameSite, Session, SessionError, Size,
    carrier::{Padding, RefreshAfter, SessionCookieBuilder},
    session::TooLarge,
};
use serde_json::Value;

use super::{
    AGES,
    browser::Browser,
    encrypted, fill, long_lived, signed,
    times::at,
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
fn it_cannot_grow() {
    for_every_narrowing(|mut browser, full| {
        browser.visit(|session| {
            assert_refused(session.insert("a", ()));
            assert_refused(session.update("full", |full: &mut String| full.push('x')));
            assert_refused(session.flash("", "Hello"));
            assert_refused(session.ensure_id());
            assert_refused(session.renew());
            assert_eq!(session.deserialize::<Value>().unwrap(), *full);
        });
        let after: Value = browser.visit(|session| session.deserialize().unwrap());
        assert_eq!(after, *full);
    });
}

#[test]
fn it_shrinks_until_it_fits_and_is_then_like_any_other() {
    for_every_narrowing(|mut browser, _| {
        browser.now = 16_384;
        let shrink = |by: usize| {
            move |session: &Session| {
                let change = |full: &mut String| full.truncate(full.len().saturating_sub(by));
                session.update("full", change).unwrap();
            }
        };
        let mut cookies = browser.jar.names().len();
        let mut bytes = bytes_of(&browser);
        while browser.visit(Session::remaining_bytes) == 0 {
            browser.visit(shrink(700));
            assert!(bytes_of(&browser) < bytes && browser.set().len() <= cookies);
            (bytes, cookies) = (bytes_of(&browser), browser.set().len());
            assert_eq!(browser.jar.names(), names("session", cookies));
        }
        browser.visit(|session| {
            session.ensure_id().unwrap();
            fill(session);
        });
        let limit = browser.visit(|session| assert_refused(session.insert("more", 1)).allowed);
        assert!(bytes_of(&browser) <= limit);
        assert_eq!(browser.jar.names(), names("session", limit.div_ceil(4096)));
        browser.now = 2_097_152;
        browser.visit(Session::is_new);
        assert!(!browser.sent.is_empty(), "it is refreshed");
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
fn what_does_not_fit_four_cookies_stays_readable_and_is_not_written_until_it_does() {
    for site in sites() {
        // The attributes are longer than they were.
        let before = site.clone().same_site(SameSite::Omit);
        let (browser, full) = filled(before.size(Size::Split(4)));
        let token = token_of("session", &browser.jar.pairs());
        for (size, came_in) in [(Size::Split(4), 8), (Size::Anywhere, 6)] {
            let path = format!("/shop/{}", "x".repeat(200));
            let now = site.clone().path(&path).size(size);
            let mut browser = Browser::from(now);
            browser.jar.url = browser.jar.url.join(&path).unwrap();
            let pairs = cut("session", &token, came_in);
            let attributes = format!("; Path={path}; Secure; HttpOnly; SameSite=Lax");
            for pair in &pairs {
                browser.jar.receive([format!("{pair}{attributes}")]);
            }
            for age in AGES {
                browser.now = age;
                browser.visit(|session| {
                    assert_eq!(session.deserialize::<Value>().unwrap(), full);
                    let error = assert_refused(session.save());
                    assert!(error.allowed <= 4 * 4096, "{error}");
                    assert_refused(session.insert("small", 2));
                    assert_refused(session.insert("a", ()));
                    assert_eq!(session.remaining_bytes(), 0);
                });
                assert!(
                    browser.sent.is_empty(),
                    "no refresh, and nothing is dropped"
                );
            }
            let mut ended = browser.clone();
            ended.visit(Session::clear).unwrap();
            assert_eq!(ended.expired(), names("session", came_in));
            // In one step, because no size in between may be sent.
            browser.visit(|session| {
                let change = |full: &mut String| full.truncate(11_000);
                session.update("full", change).unwrap();
            });
            assert_eq!(browser.jar.names(), names("session", 4));
            assert_eq!(browser.expired().len(), came_in - 4);
            assert_eq!(
                browser.visit(Session::last_active_at),
                Some(at(browser.now))
            );
        }
    }
}

#[test]
fn messages_are_not_taken_out_of_what_does_not_fit_four_cookies() {
    for site in sites() {
        let mut before = Browser::from(site.clone().size(Size::Split(4)));
        before.visit(|session| {
            session.flash("", "Hello").unwrap();
            fill(session);
        });
        let token = token_of("session", &before.jar.pairs());
        // The attributes are longer than they were.
        let path = format!("/shop/{}", "x".repeat(200));
        let mut browser = Browser::from(site.clone().path(&path).size(Size::Split(4)));
        browser.jar.url = browser.jar.url.join(&path).unwrap();
        let attributes = format!("; Path={path}; Secure; HttpOnly; SameSite=Lax");
        for pair in cut("session", &token, 8) {
            browser.jar.receive([format!("{pair}{attributes}")]);
        }
        browser.visit(|session| {
            assert_refused(session.take_flashes(""));
            assert_eq!(session.flashes(""), ["Hello"]);
        });
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

#[test]
fn switching_padding_on_or_off_signs_nobody_out() {
    for size in [
        Size::Anywhere,
        Size::Browser,
        Size::Split(2),
        Size::Split(4),
    ] {
        for site in sites() {
            for paddings in [
                [Padding::None, Padding::Padme],
                [Padding::Padme, Padding::None],
            ] {
                let [before, after] =
                    paddings.map(|padding| site.clone().size(size).padding(padding));
                let after = after.build().unwrap();
                for share in [0, 30, 97, 100] {
                    let mut browser = Browser::from(before.clone());
                    let text = browser.visit(|session| {
                        let text = "x".repeat((session.remaining_bytes() - 7) * share / 100);
                        session.insert("k", &text).unwrap();
                        text
                    });
                    browser.site = after.clone();
                    for age in AGES {
                        browser.now = age;
                        browser.visit(|session| {
                            assert_eq!(session.get("k").unwrap().as_ref(), Some(&text));
                        });
                        assert!(!browser.sent.is_empty(), "it is refreshed");
                        browser.visit(|session| session.save().unwrap());
                        browser.visit(|session| {
                            let change = |k: &mut String| *k = text.clone();
                            session.update("k", change).unwrap();
                            session.ensure_id().unwrap();
                        });
                    }
                    let limit = if size == Size::Anywhere { 3072 } else { 4096 };
                    assert!(browser.sent.iter().all(|field| field.len() <= limit));
                    assert_eq!(
                        browser.jar.names(),
                        names("session", browser.jar.names().len())
                    );
                }
            }
        }
    }
}
