//! A session whose key the ring lacks, with `keep_unknown_keys` and without it.

use std::time::SystemTime;

use hardtack::{
    KeyRing, Session, SessionCookie, SessionError, SessionToken,
    carrier::{SessionBuilder, TokenChange},
    keys::{RingKey, SharedKeyRing},
    session::{Payload, Reason},
};

use super::{
    Login, Work,
    common::{
        ENDED, READ, Visit, WRITTEN, at, builder_of, check, key, reason, sealed, signed_in,
        token_of,
    },
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

const CHANGES: [Work; 12] = [
    |session| session.insert("user", 1),
    |session| session.update("user", |_: &mut u32| ()),
    |session| session.remove("user").map(drop),
    |session| session.flash("notice", "saved"),
    |session| session.ensure_id().map(drop),
    |session| session.csrf_token().map(drop),
    |session| session.renew_id(),
    |session| session.limit_to(std::time::Duration::ZERO),
    |session| session.forget(),
    |session| session.clear(),
    |session| session.save(),
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
            assert!(matches!(refused, Err(SessionError::Unreadable)));
            assert!(session.is_new() && session.is_empty());
            Ok(())
        };
        check(&visit(&site), refused, READ);
    }
    let told = SessionError::Unreadable.to_string();
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

#[test]
fn without_the_setting_a_change_begins_a_session_in_its_place() {
    let site = SessionCookie::encrypted(key(0)).build().unwrap();
    check(&visit(&site), |session| session.insert("user", 1), WRITTEN);
}

#[test]
fn a_visitor_is_signed_in_again_once_a_program_with_another_ring_has_the_right_one() {
    let keys = SharedKeyRing::from(key(0));
    let wrong = keeping(keys.clone());
    let right = keeping(key(1));
    let pair = signed_in(&right);
    for _page in 0..3 {
        let session = wrong.load([&pair], at(10));
        // A form, a message, a language.
        assert!(session.csrf_token().is_err());
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
fn a_key_that_stays_in_the_ring_after_its_end_is_known_and_its_sessions_are_replaced() {
    let old = RingKey::from(key(1)).accept_until(at(5));
    let site = keeping(KeyRing::from_keys([RingKey::from(key(0)), old]).unwrap());
    let change = |session: &Session| {
        assert_eq!(reason(session), Some(Reason::RetiredKey));
        session.csrf_token().map(drop)
    };
    check(&visit(&site), change, WRITTEN);
}

#[test]
fn a_token_that_this_program_can_refuse_is_replaced() {
    let of =
        |cookie: &SessionCookie| sealed(cookie, at(0), |session| session.insert("a", 1).unwrap());
    let under = |ring| SessionCookie::encrypted(ring);
    let other_application = under(key(0)).application("shop").build().unwrap();
    let other_name = under(key(0)).name("__Host-other").build().unwrap();
    let other_name = format!("__Host-session={}", token_of(&of(&other_name)));
    let site = keeping(key(0));
    for pair in [
        of(&other_application),
        other_name,
        "__Host-session=junk".to_owned(),
    ] {
        let visit = Visit::to(&site).at(10).with(&pair);
        check(&visit, |session| session.insert("user", 1), WRITTEN);
    }
    let visit = Visit::to(&site).at(3_600).with(&of(&site));
    check(&visit, |session| session.insert("user", 1), WRITTEN);
}

#[test]
fn of_several_values_one_that_opens_is_taken() {
    let site = keeping(key(0));
    let both = format!("{}; {}", elsewhere(), signed_in(&site));
    let visit = Visit::to(&site).at(10).with(&both);
    let change = |session: &Session| {
        assert_eq!(session.get("user")?, Some(42));
        session.insert("user", 43)
    };
    check(&visit, change, WRITTEN);
    // Junk in front of it, which any page of the site can set, does not give it away.
    let visit = Visit::to(&site).at(10);
    let visit = visit.with(&format!("__Host-session=junk; {}", elsewhere()));
    let refused = |session: &Session| {
        assert_eq!(reason(session), Some(Reason::TooShort));
        assert!(matches!(session.clear(), Err(SessionError::Unreadable)));
        Ok(())
    };
    check(&visit, refused, READ);
}

#[test]
fn a_typed_session_is_left_alone_as_well() {
    let other = SessionCookie::encrypted(key(1)).typed::<Login>();
    let pair = sealed(&other.build().unwrap(), at(0), |session| {
        session.update(|login| login.visits = 7).unwrap();
    });
    let site = builder_of::<Login>().keep_unknown_keys().build().unwrap();
    let session = site.load([pair], at(10));
    assert_eq!(session.read(|login| login.visits), 0);
    let refused = session.update(|login| login.visits = 8);
    assert!(matches!(refused, Err(SessionError::Unreadable)));
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn headers_and_bare_tokens_keep_theirs() {
    fn kept(build: impl Fn(usize) -> SessionBuilder<hardtack::carrier::InToken>) {
        let [site, other] = [0, 1].map(|ring| build(ring).keep_unknown_keys().build().unwrap());
        let session = other.load(None::<&str>, at(0));
        session.insert("user", 42).unwrap();
        let TokenChange::Store(token) = other.save(&session).unwrap() else {
            panic!("it is written")
        };
        let load = |now: SystemTime| site.load(Some(&token), now);
        let session = load(at(10));
        let refused = session.insert("user", 1);
        assert!(matches!(refused, Err(SessionError::Unreadable)));
        assert!(matches!(site.save(&session).unwrap(), TokenChange::Keep));
        let session = load(at(10));
        session.invalidate().unwrap();
        assert!(matches!(site.save(&session).unwrap(), TokenChange::Drop));
    }
    kept(|ring| SessionToken::encrypted(key(ring)).header("x-session"));
    kept(|ring| SessionToken::encrypted(key(ring)).purpose("mobile"));
}

/// An old cookie is not the session's own.
#[cfg(feature = "migrate")]
#[test]
fn an_old_cookie_of_an_unknown_key_is_replaced() {
    let old = |ring| SessionCookie::encrypted(key(ring)).name("__Host-old");
    let site = SessionCookie::encrypted(key(0)).keep_unknown_keys();
    let former = old(2).keep_unknown_keys().build().unwrap();
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
