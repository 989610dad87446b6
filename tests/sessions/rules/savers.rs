//! A session is saved once, and by the cookie, header or token that loaded it.

use hardtack::{
    Context, KeyRing, Session, SessionCookie, SessionHeader, SessionToken, SigningKey,
    carrier::{SessionBuilder, SessionCookieBuilder, TokenChange},
    keys::SharedKeyRing,
    session::SaveError,
};

use super::common::{
    at, builder, cookie, header_builder, key, ring, says, signed_in, token_builder,
};

fn tenant(name: &str) -> SessionCookieBuilder {
    builder().context("tenant", name)
}

/// Builders that differ in what a session is sealed with, each from all others.
fn strangers<C>(
    encrypted: impl Fn(KeyRing) -> SessionBuilder<C>,
    signed: impl Fn(SigningKey) -> SessionBuilder<C>,
) -> Vec<SessionBuilder<C>> {
    let signing = || signed(SigningKey::generate().unwrap());
    vec![
        encrypted(ring()).context("tenant", "acme"),
        encrypted(ring()).context("tenant", "globex"),
        encrypted(ring()).application("shop"),
        encrypted(ring()),
        signing(),
        signing(),
        encrypted(KeyRing::from(key(1))),
        encrypted(KeyRing::from_keys([key(1), key(0)]).unwrap()),
        encrypted(ring().with_not_before(at(0))),
    ]
}

/// Asserts that each saver refuses the sessions of all others, and saves its own.
#[track_caller]
fn check<S, O: std::fmt::Debug>(
    savers: &[S],
    load: impl Fn(&S) -> Session,
    save: impl Fn(&S, &Session) -> Result<O, SaveError>,
) {
    for (loading, loader) in savers.iter().enumerate() {
        let session = load(loader);
        session.insert("user", 42).unwrap();
        for (saving, saver) in savers.iter().enumerate() {
            if saving != loading {
                let saved = save(saver, &session);
                let is_refused = says(&saved, "loaded by another cookie or token");
                assert!(
                    is_refused,
                    "{saving} saved a session of {loading}: {saved:?}"
                );
            }
        }
        save(loader, &session).unwrap();
    }
}

#[test]
fn a_session_is_saved_by_no_cookie_of_another_mode_context_or_ring() {
    let strangers = strangers(
        SessionCookie::encrypted,
        SessionCookie::unencrypted_but_signed,
    );
    let mut savers: Vec<_> = strangers.into_iter().map(|one| one.build()).collect();
    savers.push(builder().name("__Host-other").build());
    let savers: Vec<_> = savers.into_iter().map(Result::unwrap).collect();
    check(
        &savers,
        |cookie| cookie.load(None::<&str>, at(0)),
        |cookie, session| cookie.save(session),
    );
}

#[test]
fn a_session_is_saved_by_no_header_of_another_mode_context_or_ring() {
    let name = "x-session";
    let strangers = strangers(
        |ring| SessionHeader::encrypted(ring, name),
        |key| SessionHeader::unencrypted_but_signed(key, name),
    );
    let built = strangers.into_iter().map(|one| one.build().unwrap());
    let mut savers: Vec<_> = built.collect();
    savers.push(header_builder("authorization").build().unwrap());
    check(
        &savers,
        |header| header.load(None::<&str>, at(0)),
        |header, session| header.save(session),
    );
}

#[test]
fn a_session_is_saved_by_no_token_of_another_mode_context_or_ring() {
    let name = "mobile";
    let strangers = strangers(
        |ring| SessionToken::encrypted(ring, name),
        |key| SessionToken::unencrypted_but_signed(key, name),
    );
    let built = strangers.into_iter().map(|one| one.build().unwrap());
    let mut savers: Vec<_> = built.collect();
    savers.push(token_builder("desktop").build().unwrap());
    check(
        &savers,
        |tokens| tokens.load(None::<&str>, at(0)),
        |tokens, session| tokens.save(session),
    );
}

#[test]
fn neither_a_cookie_nor_a_header_nor_a_token_saves_for_another_kind() {
    let name = "x-session";
    let cookie = builder().name(name).build().unwrap();
    let header = header_builder(name).build().unwrap();
    let tokens = token_builder(name).build().unwrap();
    let is_refused = |session: &Session| {
        session.insert("user", 42).unwrap();
        [
            says(&cookie.save(session), "loaded by another cookie or token"),
            says(&header.save(session), "loaded by another cookie or token"),
            says(&tokens.save(session), "loaded by another cookie or token"),
        ]
    };
    let session = cookie.load(None::<&str>, at(0));
    assert_eq!(is_refused(&session), [false, true, true]);
    let session = header.load(None::<&str>, at(0));
    assert_eq!(is_refused(&session), [true, false, true]);
    let session = tokens.load(None::<&str>, at(0));
    assert_eq!(is_refused(&session), [true, true, false]);
}

#[test]
fn a_cookie_that_is_built_again_saves_as_the_first_would() {
    let shared = SharedKeyRing::from(key(0));
    let of_shared = || SessionCookie::encrypted(shared.clone());
    let same = [
        (tenant("acme"), tenant("acme")),
        (of_shared(), of_shared()),
        // The same keys, read twice.
        (of_shared(), SessionCookie::encrypted(ring())),
    ];
    for (loader, saver) in same {
        let (loader, saver) = (loader.build().unwrap(), saver.build().unwrap());
        let session = loader.load(None::<&str>, at(0));
        session.insert("user", 42).unwrap();
        shared.replace(ring()).unwrap();
        assert_eq!(saver.save(&session).unwrap().iter().len(), 1);
    }
}

#[test]
fn a_cookie_with_another_ring_by_now_does_not_save_the_session() {
    let keys = SharedKeyRing::from(key(0));
    let loader = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let session = loader.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    keys.replace(key(1)).unwrap();
    let saved = cookie().save(&session);
    assert!(
        says(&saved, "loaded by another cookie or token"),
        "{saved:?}"
    );
    assert_eq!(loader.save(&session).unwrap().iter().len(), 1);
}

#[test]
fn a_context_of_the_request_stays_that_of_its_session() {
    let acme = Context::new([("tenant", "acme")]).unwrap();
    let (site, same) = (cookie(), cookie());
    let session = site.in_context(acme.clone()).load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let fields = same.save(&session).unwrap();
    assert!(site.load(&fields, at(0)).is_new());
    assert!(!site.in_context(acme).load(&fields, at(0)).is_new());
}

#[test]
fn a_second_save_writes_nothing() {
    let site = cookie();
    for field in [String::new(), signed_in(&site)] {
        let session = site.load([field], at(1000));
        session.insert("visits", 1).unwrap();
        assert_eq!(site.save(&session).unwrap().iter().len(), 1);
        assert!(site.save(&session).unwrap().is_empty());
        // Neither does another handle, nor the same cookie built again.
        assert!(cookie().save(&session.clone()).unwrap().is_empty());
    }

    let session = site.load([signed_in(&site)], at(1));
    session.invalidate().unwrap();
    assert!(!site.save(&session).unwrap().is_empty());
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_second_save_of_a_header_or_a_token_changes_nothing() {
    let header = header_builder("x-session").build().unwrap();
    let tokens = token_builder("mobile").build().unwrap();
    let of_header = header.load(None::<&str>, at(0));
    let of_tokens = tokens.load(None::<&str>, at(0));
    for session in [&of_header, &of_tokens] {
        session.insert("user", 42).unwrap();
    }
    assert!(matches!(
        header.save(&of_header).unwrap(),
        TokenChange::Store(_)
    ));
    assert_eq!(header.save(&of_header).unwrap(), TokenChange::Keep);
    assert!(matches!(
        tokens.save(&of_tokens).unwrap(),
        TokenChange::Store(_)
    ));
    assert_eq!(tokens.save(&of_tokens).unwrap(), TokenChange::Keep);
}
