//! The room of a session.

use hardtack::{Session, SessionData, Size, carrier::SessionCookieBuilder};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Bytes, assert_too_large,
    browser::Browser,
    fill,
    sites::{encrypted, signed},
};

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
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("no room for a session"), "{refused}");
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
            let before: Value = session.deserialize().unwrap();
            let len = before["full"].as_str().unwrap().len();
            let longer = "x".repeat(len + 1);
            assert_too_large(session.insert("full", &longer), limit + 1, limit);
            let replace = |full: &mut String| full.push('x');
            assert_too_large(session.update("full", replace), limit + 1, limit);
            assert_too_large(session.insert("a", ()), limit + 4, limit);
            assert_eq!(session.deserialize::<Value>().unwrap(), before);
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
