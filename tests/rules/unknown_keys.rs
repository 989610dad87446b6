//! A session whose key the ring lacks, with `keep_unknown_keys`. `tests/vectors/writes.json` has every case.

use hardtack::{
    Session, SessionCookie, SessionError, SessionToken,
    carrier::TokenChange,
    keys::SharedKeyRing,
    session::{Payload, Reason},
};

use super::{
    Work,
    common::{ENDED, READ, Visit, WRITTEN, at, check, key, reason, signed_in},
};

/// A visitor who is signed in elsewhere, under a key that this site lacks.
fn elsewhere() -> String {
    signed_in(&SessionCookie::encrypted(key(1)).build().unwrap())
}

fn keeping(ring: impl Into<SharedKeyRing>) -> SessionCookie {
    let cookie = SessionCookie::encrypted(ring);
    cookie.keep_unknown_keys().build().unwrap()
}

fn visit(cookie: &SessionCookie) -> Visit {
    Visit::to(cookie).at(10).with(&elsewhere())
}

const CHANGES: [Work; 3] = [
    |session| session.insert("user", 1),
    |session| session.update("user", |_: &mut u32| ()),
    // Even where it changes nothing.
    |session| session.take::<u32>("user").map(drop),
];

#[test]
fn it_reads_as_new_and_its_cookie_stays_in_every_response() {
    let site = keeping(key(0));
    let read = |session: &Session| {
        assert!(session.is_new());
        assert_eq!(session.get::<u32>("user")?, None);
        assert_eq!(session.take_flashes("notice")?, [""; 0]);
        assert_eq!(session.id(), None);
        assert_eq!(reason(session), Some(Reason::UnknownKey));
        Ok(())
    };
    check(&visit(&site), read, READ);
}

#[test]
fn a_change_is_an_error_in_every_adapter() {
    let site = keeping(key(0));
    for change in CHANGES {
        let refused = move |session: &Session| {
            let refused = change(session);
            assert!(matches!(refused, Err(SessionError::Unreadable(_))));
            assert!(session.is_new() && session.is_empty());
            Ok(())
        };
        check(&visit(&site), refused, READ);
    }
    let told = SessionError::Unreadable(Reason::UnknownKey).to_string();
    assert!(told.contains("under a key that is not in its ring"));
}

#[test]
fn a_sign_in_or_the_end_of_the_session_takes_its_place() {
    let site = keeping(key(0));
    let sign_in = |session: &Session| {
        assert!(session.insert("user", 1).is_err());
        assert_eq!(session.sign_in()?, None);
        session.insert("user", 43)
    };
    check(&visit(&site), sign_in, WRITTEN);
    check(
        &visit(&site),
        |session| session.invalidate().map(drop),
        ENDED,
    );
    let anew = |session: &Session| {
        session.invalidate()?;
        session.insert("language", "de")
    };
    check(&visit(&site), anew, WRITTEN);
}

/// A page with a form writes nothing, and a guard that asks for tokens locks nobody out.
#[test]
fn its_forms_have_tokens_by_which_the_visitor_signs_in_and_out() {
    let site = keeping(key(0));
    let pair = elsewhere();
    let shown = site.load([&pair], at(10));
    let token = shown.csrf_token().unwrap();
    assert!(site.save(&shown).unwrap().is_empty());

    let ends: [Work; 2] = [
        |session| session.sign_in().map(drop),
        |session| session.invalidate().map(drop),
    ];
    for end in ends {
        let session = site.load([&pair], at(20));
        assert!(session.verify_csrf(&token));
        assert!(session.insert("user", 1).is_err());
        end(&session).unwrap();
        assert!(!session.verify_csrf(&token));
        assert!(!site.save(&session).unwrap().is_empty());
    }
    // Somebody else's token is none of this visitor.
    let planted = site.load(["__Host-session=eAAAAAA"], at(20));
    assert!(!planted.verify_csrf(&token));
    assert!(planted.verify_csrf(&planted.csrf_token().unwrap()));
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
    let tokens = |ring| SessionToken::encrypted(key(ring)).purpose("mobile");
    let [site, other] = [0, 1].map(|ring| tokens(ring).keep_unknown_keys().build().unwrap());
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
    let site = SessionCookie::encrypted(key(0)).keep_unknown_keys();
    let former = old(2).build().unwrap();
    let site = site.migrate_from(former, at(0)..at(1_000));
    let site = site.build().unwrap();
    let session = site.load([signed_in(&old(1).build().unwrap())], at(10));
    assert!(session.is_new());
    session.insert("user", 1).unwrap();
    assert!(!site.save(&session).unwrap().is_empty());
}

/// What a page asks of a session is the same whether it is a new one or one that is kept.
#[test]
fn the_session_that_is_kept_looks_like_one_of_a_first_visit() {
    fn look<T: Payload>(session: &Session<T>) -> String {
        format!(
            "{:?} {:?} {:?} {} {}",
            session.id(),
            session.created_at(),
            session.expires_at(),
            session.is_alive(),
            session.remaining_bytes(),
        )
    }
    let site = keeping(key(0));
    let [kept, new] = [Some(elsewhere()), None].map(|pair| look(&site.load(pair, at(10))));
    assert_eq!(kept, new);
}
