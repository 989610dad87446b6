//! A session that came in larger than its cookie now allows.

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionData, SessionError, carrier::RefreshAfter,
};
use serde::{Deserialize, Serialize};

use super::{
    AGES, Bytes, assert_too_large, assert_within, browser::Browser, fill, long_lived,
    sites::encrypted, times::at,
};

#[test]
fn a_session_that_an_option_left_within_the_limit_is_renewed_like_any_other() {
    let site = long_lived(encrypted())
        .name("session")
        .refresh_after(RefreshAfter::Always);
    let mut browser = Browser::from(site.clone());
    browser.visit(fill);
    browser.site = site.partitioned().build().unwrap();
    for age in AGES {
        browser.now = age;
        browser.visit(|session| session.contains_key("full"));
        assert_within(&browser.sent, 3072);
        assert_eq!(browser.visit(Session::last_active_at), Some(at(age)));
    }
    browser.visit(|session| {
        session.ensure_id().unwrap();
        session.renew().unwrap();
        assert_too_large(session.insert("more", 1), 3093, 3072);
    });
    assert_within(&browser.sent, 3072);
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
