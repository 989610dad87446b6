//! A session whose key the ring lacks, with `keep_unknown_keys`. `tests/vectors/writes.json` has every case.

use hardtack::{
    SessionCookie, SessionError, SessionToken, carrier::TokenChange, keys::SharedKeyRing,
};

use super::common::{at, key, signed_in};

fn keeping(ring: impl Into<SharedKeyRing>) -> SessionCookie {
    let cookie = SessionCookie::encrypted(ring);
    cookie.keep_unknown_keys(true).build().unwrap()
}

#[test]
fn a_visitor_is_signed_in_again_once_a_program_with_another_ring_has_the_right_one() {
    let keys = SharedKeyRing::from(key(0));
    let wrong = keeping(keys.clone());
    let right = keeping(key(1));
    let pair = signed_in(&right);
    for _page in 0..3 {
        let session = wrong.load([&pair], at(10));
        // A message, a language.
        assert!(session.flash("notice", "please sign in").is_err());
        assert!(session.insert("language", "de").is_err());
        assert!(wrong.save(&session).unwrap().is_empty());
    }
    keys.replace(key(1)).unwrap();
    for site in [&wrong, &right] {
        let session = site.load([&pair], at(20));
        assert_eq!(session.get("user").unwrap(), Some(42));
    }
}

#[test]
fn a_bare_token_is_kept_too() {
    let tokens = |ring| SessionToken::encrypted(key(ring), "mobile");
    let [site, other] = [0, 1].map(|ring| tokens(ring).keep_unknown_keys(true).build().unwrap());
    let session = other.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = other.save(&session).unwrap() else {
        panic!("it is written")
    };
    let session = site.load(Some(&token), at(10));
    let refused = session.insert("user", 1);
    assert!(matches!(refused, Err(SessionError::Unreadable(_))));
    assert!(matches!(site.save(&session).unwrap(), TokenChange::Keep));
    let session = site.load(Some(&token), at(10));
    session.invalidate().unwrap();
    assert!(matches!(site.save(&session).unwrap(), TokenChange::Drop));
}

/// An old cookie is not the session's own.
#[cfg(feature = "migrate")]
#[test]
fn an_old_cookie_of_an_unknown_key_is_replaced() {
    let old = |ring| SessionCookie::encrypted(key(ring)).name("__Host-old");
    let site = SessionCookie::encrypted(key(0)).keep_unknown_keys(true);
    let former = old(2).build().unwrap();
    let site = site.migrate_from(former, at(0)..at(1_000));
    let site = site.build().unwrap();
    let session = site.load([signed_in(&old(1).build().unwrap())], at(10));
    assert!(session.is_new());
    session.insert("user", 1).unwrap();
    assert!(!site.save(&session).unwrap().is_empty());
}
