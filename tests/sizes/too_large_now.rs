//! A session that came in larger than its cookie now allows.

use hardtack::{
    EncryptionKey, KeyRing, Outcome, RefreshAfter, SameSite, Session, SessionCookie,
    SessionCookieBuilder, SessionData, SessionError, Size, TooLarge,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    AGES, Bytes, assert_too_large, assert_within,
    browser::Browser,
    fill, long_lived,
    moments::at,
    sites::{encrypted, signed},
};

#[test]
fn a_session_stays_readable_when_an_option_is_narrowed() {
    for_every_narrowing(|mut browser, full| {
        for age in AGES {
            browser.now = age;
            assert_eq!(
                browser.visit(|session| session.to::<Value>().unwrap()),
                full
            );
            assert_eq!(browser.visit(Session::remaining_bytes), 0);
        }
    });
}

#[test]
fn a_session_that_is_too_large_now_is_written_back_in_no_more_bytes_than_it_came_in() {
    for_every_narrowing(|mut browser, full| {
        let token = browser.token().len();
        browser.now = 127;
        browser.visit(|session| session.save().unwrap());
        assert_eq!(browser.sent.len(), 1);
        assert_eq!(browser.token().len(), token);
        assert_eq!(
            browser.visit(|session| session.to::<Value>().unwrap()),
            full
        );
    });
}

#[test]
fn a_session_that_is_too_large_now_is_written_back_at_any_age() {
    check_at_any_age(|session, age| {
        let saved = session.save();
        assert!(saved.is_ok(), "at {age}: {saved:?}");
    });
}

#[test]
fn a_value_of_a_session_that_is_too_large_now_is_exchanged_for_one_of_its_length_at_any_age() {
    check_at_any_age(|session, age| {
        let changed = session.insert("small", 2);
        assert!(changed.is_ok(), "at {age}: {changed:?}");
    });
}

#[test]
fn a_session_that_is_too_large_now_may_shrink_by_any_entry_at_any_age() {
    check_at_any_age(|session, age| {
        let removed = session.remove("");
        assert!(matches!(removed, Ok(true)), "at {age}: {removed:?}");
    });
}

#[test]
fn a_session_that_is_too_large_now_does_not_grow() {
    for_every_narrowing(|mut browser, full| {
        browser.visit(|session| {
            let refused = [
                session.insert("more", 1),
                session.update("full", |full: &mut String| full.push('x')),
                session.ensure_id().map(|_| ()),
                session.renew(),
                session.renew_id(),
            ];
            for refused in refused {
                let Err(SessionError::TooLarge(TooLarge {
                    needed, allowed, ..
                })) = refused
                else {
                    panic!("{refused:?}");
                };
                assert!(needed > allowed);
            }
            assert_eq!(session.to::<Value>().unwrap(), full);
            assert_eq!(session.id(), None);
        });
        let content: Value = browser.visit(|session| session.to().unwrap());
        assert_eq!(content, full);
    });
}

#[test]
fn a_session_that_is_too_large_now_shrinks_until_it_fits_and_is_then_like_any_other() {
    for_every_narrowing(|mut browser, _| {
        browser.now = 16_384;
        let before = browser.token().len();
        browser.visit(|session| {
            session
                .update("full", |full: &mut String| full.truncate(full.len() - 4))
                .unwrap();
        });
        assert!(browser.token().len() < before);
        browser.visit(|session| {
            session
                .update("full", |full: &mut String| full.truncate(100))
                .unwrap();
            session.insert("more", 1).unwrap();
            session.ensure_id().unwrap();
            fill(session);
        });
        let limit = browser.visit(|session| match session.insert("even more", 1) {
            Err(SessionError::TooLarge(TooLarge { allowed, .. })) => allowed,
            other => panic!("{other:?}"),
        });
        assert_within(&browser.sent, limit);
        assert!([3072, 4096].contains(&limit));
    });
}

#[test]
fn a_session_that_is_too_large_now_can_be_ended_and_begun_anew() {
    for_every_narrowing(|browser, _| {
        for end in [Session::clear, |session: &Session| {
            session.invalidate().map(|_| ())
        }] {
            let mut ended = browser.clone();
            ended.visit(|session| end(session).unwrap());
            assert_eq!(ended.cookie, None);

            let mut used = browser.clone();
            used.visit(|session| {
                end(session).unwrap();
                session.insert("a", 1).unwrap();
                session.ensure_id().unwrap();
            });
            let content: Value = used.visit(|session| session.to().unwrap());
            assert_eq!(content, json!({"a": 1}));
        }
    });
}

#[test]
fn a_session_that_an_option_left_within_the_limit_is_renewed_like_any_other() {
    let site = long_lived(encrypted())
        .name("session")
        .refresh_after(RefreshAfter::Always);
    let mut browser = Browser::from(site.clone());
    browser.visit(fill);
    browser.site = site.path("/app").build().unwrap();
    for age in AGES {
        browser.now = age;
        browser.visit(|session| session.contains("full"));
        assert_within(&browser.sent, 3072);
        assert_eq!(browser.visit(Session::last_active_at), Some(at(age)));
    }
    browser.visit(|session| {
        session.ensure_id().unwrap();
        session.renew().unwrap();
        assert_too_large(session.insert("more", 1), 3083, 3072);
    });
    assert_within(&browser.sent, 3072);
}

#[test]
fn a_refresh_that_does_not_fit_is_left_out() {
    for_every_narrowing(|mut browser, _| {
        for (age, is_renewed) in [(127, true), (128, false), (16_384, false)] {
            browser.now = age;
            browser.visit(|session| session.contains("full"));
            assert_eq!(!browser.sent.is_empty(), is_renewed, "at {age}");
        }
    });
}

#[test]
fn a_session_that_is_too_large_now_is_sealed_under_a_new_key() {
    let old = EncryptionKey::generate().unwrap().expose_secret();
    let old = || old.parse::<EncryptionKey>().unwrap();
    let mut browser =
        Browser::from(long_lived(SessionCookie::encrypted(old())).size(Size::Browser));
    browser.visit(fill);
    let token = browser.token().len();
    let new = EncryptionKey::generate().unwrap();
    let key_id = new.id();
    let ring = KeyRing::from_keys([new, old()]).unwrap();
    browser.site = long_lived(SessionCookie::encrypted(ring)).build().unwrap();
    browser.now = 20_000;
    browser.visit(|session| session.contains("full"));
    assert_eq!(browser.token().len(), token);
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, Outcome::Opened { key_id });
}

#[test]
fn a_session_that_a_conversion_made_too_large_can_be_read_and_only_written_smaller() {
    #[derive(Serialize, Deserialize)]
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

    let cookie = before.cookie.clone();
    drop(before);
    let mut browser = Browser::from(site().typed::<Grown>());
    browser.cookie = cookie;
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

/// Does `work` at every age of a session that is too large now. The token that is written is no longer
/// than the one that came in.
#[track_caller]
fn check_at_any_age(work: impl Fn(&Session, u64)) {
    for_every_narrowing(|browser, _| {
        for age in AGES {
            let mut browser = browser.clone();
            let token = browser.token().len();
            browser.now = age;
            browser.visit(|session| work(session, age));
            assert!(browser.token().len() <= token);
        }
    });
}

/// Browsers with a full session, whose site has since been given an option that leaves less room, and
/// what is in the session. Each option costs more than the reserve, which is 47 characters here.
fn for_every_narrowing(check: impl Fn(Browser, Value)) {
    let narrowings: [fn(SessionCookieBuilder) -> SessionCookieBuilder; 6] = [
        |site| site.size(Size::Anywhere),
        |site| site.path(format!("/{}", "application/".repeat(5))),
        |site| site.domain("a-very-long-host-name-for-a-domain.example.com"),
        |site| {
            site.path("/application/in/a/path/with/many/more/letters/than/before")
                .same_site(SameSite::Strict)
        },
        |site| {
            site.partitioned()
                .domain("still-a-rather-long-name.example.com")
        },
        |site| {
            site.path(format!("/{}", "x".repeat(1023)))
                .size(Size::Anywhere)
        },
    ];
    for narrow in narrowings {
        for site in [encrypted(), signed()] {
            let site = long_lived(site)
                .name("session")
                .refresh_after(RefreshAfter::Always);
            let mut browser = Browser::from(site.clone().size(Size::Browser));
            let full = browser.visit(|session| {
                session.insert("", ()).unwrap();
                session.insert("small", 1).unwrap();
                fill(session);
                session.to::<Value>().unwrap()
            });
            browser.site = narrow(site.size(Size::Browser)).build().unwrap();
            check(browser, full);
        }
    }
}
