//! `is_alive` checks everything that loading the cookie again would.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use hardtack::{
    Clock, KeyRing, Session, SessionCookie, SessionHeader, SessionToken,
    carrier::TokenChange,
    keys::{RingKey, SharedKeyRing},
};

use super::common::{HOUR, at, builder, cookie, key, ring, signed_in};

/// Asserts that `is_alive` agrees with loading the cookie again.
#[track_caller]
fn check(site: &SessionCookie, session: &Session, pair: &str, second: u64, expected: bool) {
    let opens = !site.load([pair], at(second)).is_new();
    assert_eq!((session.is_alive(), opens), (expected, expected));
}

#[test]
fn a_session_under_a_key_that_is_dropped_ends() {
    let keys = SharedKeyRing::from(key(0));
    let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let pair = signed_in(&site);
    let session = site.load([&pair], at(1));
    check(&site, &session, &pair, 1, true);

    let both = KeyRing::from_keys([key(1), key(0)]).unwrap();
    keys.replace(both).unwrap();
    check(&site, &session, &pair, 1, true);

    keys.replace(key(1)).unwrap();
    check(&site, &session, &pair, 1, false);

    // A key that was dropped by mistake can come back.
    keys.replace(key(0)).unwrap();
    check(&site, &session, &pair, 1, true);
}

#[test]
fn a_session_under_a_key_that_retires_ends_with_it() {
    let keys = [
        RingKey::from(key(0)).accept_until(at(HOUR)),
        RingKey::from(key(1)).seal_from(at(10)),
    ];
    let site = SessionCookie::encrypted(KeyRing::from_keys(keys).unwrap())
        .idle_timeout(None)
        .build()
        .unwrap();
    let pair = signed_in(&site);
    let now = Arc::new(Mutex::new(at(1)));
    let clock = Arc::clone(&now);
    let session = site.load([&pair], Clock::from_fn(move || *clock.lock().unwrap()));
    for (second, expected) in [(1, true), (10, true), (HOUR - 1, true), (HOUR, false)] {
        *now.lock().unwrap() = at(second);
        check(&site, &session, &pair, second, expected);
    }
}

#[test]
fn a_session_that_the_ring_or_the_application_refuses_ends() {
    let keys = SharedKeyRing::from(ring());
    let is_denied = Arc::new(AtomicBool::new(false));
    let hook = Arc::clone(&is_denied);
    let site = SessionCookie::encrypted(keys.clone())
        .revoked_if(move |_| hook.load(Ordering::Relaxed))
        .build()
        .unwrap();
    let pair = signed_in(&site);
    let session = site.load([&pair], at(1));
    check(&site, &session, &pair, 1, true);
    is_denied.store(true, Ordering::Relaxed);
    check(&site, &session, &pair, 1, false);
    is_denied.store(false, Ordering::Relaxed);
    keys.replace(ring().with_not_before(at(1))).unwrap();
    check(&site, &session, &pair, 1, false);
}

#[test]
fn the_same_holds_for_sessions_in_headers_and_tokens() {
    let keys = SharedKeyRing::from(key(0));
    let header = SessionHeader::encrypted(keys.clone(), "x-session");
    let tokens = SessionToken::encrypted(keys.clone(), "mobile");
    let (header, tokens) = (header.build().unwrap(), tokens.build().unwrap());
    let set = |change| match change {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    };
    let fill = |session: &Session| session.insert("user", 42).unwrap();
    let first = header.load(None::<&str>, at(0));
    fill(&first);
    let in_header = header.load([set(header.save(&first).unwrap())], at(1));
    let first = tokens.load(None::<&str>, at(0));
    fill(&first);
    let in_token = tokens.load(Some(set(tokens.save(&first).unwrap())), at(1));

    assert!(in_header.is_alive() && in_token.is_alive());
    keys.replace(key(1)).unwrap();
    assert!(!in_header.is_alive() && !in_token.is_alive());
}

#[test]
fn a_session_that_its_request_began_ends_with_the_key_that_sealed_it() {
    let both = || KeyRing::from_keys([key(1), key(0)]).unwrap();
    let arrived = signed_in(&SessionCookie::encrypted(key(0)).build().unwrap());
    let begin: [fn(&Session); 2] = [
        |session| _ = session.sign_in().unwrap(),
        |session| session.renew().unwrap(),
    ];
    for pair in [None, Some("__Host-session=junk"), Some(&*arrived)] {
        for begin in begin {
            let keys = SharedKeyRing::from(both());
            let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
            let session = site.load(pair, at(1));
            begin(&session);
            assert!(session.is_alive());
            let fields = site.save(&session).unwrap();
            for (ring, expected) in [
                (both(), true),
                (key(1).into(), true),
                (key(0).into(), false),
                (key(2).into(), false),
            ] {
                keys.replace(ring).unwrap();
                let opens = !site.load(&fields, at(1)).is_new();
                assert_eq!((session.is_alive(), opens), (expected, expected));
            }
        }
    }
}

#[test]
fn a_session_that_never_arrived_is_alive() {
    let site = cookie();
    let session = site.load(["__Host-session=junk"], at(0));
    assert!(session.is_alive());
    let ended = site.load([signed_in(&builder().build().unwrap())], at(1));
    ended.invalidate().unwrap();
    assert!(ended.is_alive());
}
