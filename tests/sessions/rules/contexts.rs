//! Sessions bound to a tenant, and services that share them.

use std::{
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, routing::get};
use hardtack::{
    Context, Session, SessionCookie, SessionData, SessionHeader, SessionLayer, SessionToken,
    carrier::TokenChange, session::Validity, web::host_of,
};
#[cfg(feature = "migrate")]
use hardtack::{
    migrate::{OldCookie, OldSession, Reader},
    session::Reason,
};
use http::{Request, Response, request::Parts};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use super::common::{
    Jar, at, block_on, builder, cookie, header_builder, is_valid, says, seconds, set_cookies,
    signed_in, token_builder, token_of,
};

fn context(label: &str, value: &str) -> Context {
    Context::new([(label, value)]).unwrap()
}

fn tenant(parts: &Parts) -> Option<Context> {
    Context::new([("tenant", host_of(parts)?)]).ok()
}

fn by_host(cookie: SessionCookie) -> SessionLayer {
    SessionLayer::new(cookie).clock(at(0)).context_by(tenant)
}

/// Counts the visits of a session.
async fn count(session: Session) -> String {
    let increase = |visits: &mut u32| {
        *visits += 1;
        *visits
    };
    session.update("visits", increase).unwrap().to_string()
}

fn counting(layer: SessionLayer) -> Router {
    Router::new().route("/", get(count)).layer(layer)
}

/// The body of the response, whose cookies go into the jar.
#[track_caller]
fn visit(router: &Router, path: &str, host: &str, jar: &mut Jar) -> String {
    let request = Request::get(path)
        .header("host", host)
        .header("cookie", jar.field());
    let request = request.body(Body::empty()).unwrap();
    let response: Response<Body> = block_on(router.clone().oneshot(request)).unwrap();
    assert_eq!(response.status(), 200);
    jar.receive(set_cookies(response.headers()));
    let body = block_on(axum::body::to_bytes(response.into_body(), 1000)).unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[test]
fn the_session_of_one_tenant_is_new_for_another() {
    let router = counting(by_host(cookie()));
    let mut acme = Jar::default();
    assert_eq!(visit(&router, "/", "acme.example", &mut acme), "1");
    assert_eq!(visit(&router, "/", "acme.example", &mut acme), "2");
    let mut copied = Jar::of(&acme.field());
    assert_eq!(visit(&router, "/", "other.example", &mut copied), "1");
    assert_eq!(visit(&router, "/", "acme.example", &mut acme), "3");
    // The cookie that the other tenant set does not open here.
    assert_eq!(visit(&router, "/", "acme.example", &mut copied), "1");
}

#[test]
fn a_cookie_in_a_context_is_of_one_tenant_whatever_it_is_asked() {
    let site = builder().context("stage", "live").build().unwrap();
    let [acme, other] = ["acme", "other"].map(|name| site.in_context(context("tenant", name)));
    let fill = |session: &Session| session.insert("user", 42);
    let pair = acme.cookie_for(at(0), fill).unwrap();
    let request = Request::get("/").header("cookie", &pair).body(()).unwrap();
    for (cookie, is_theirs) in [(&acme, true), (&other, false), (&site, false)] {
        let session = cookie.load([&pair], at(0));
        assert_eq!(session.contains_key("user"), is_theirs);
        let session = cookie.load_from(request.headers(), at(0));
        assert_eq!(session.contains_key("user"), is_theirs);
        let content = cookie.inspect(token_of(&pair), at(0));
        assert_eq!(content.is_ok(), is_theirs);
        let router = counting(SessionLayer::new(cookie.clone()).clock(at(0)));
        let mut jar = Jar::of(&pair);
        visit(&router, "/", "any.example", &mut jar);
        let kept = cookie.load([jar.field()], at(0));
        assert_eq!(kept.len(), if is_theirs { 2 } else { 1 });
    }
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct User(u64);

impl SessionData for User {
    const LABEL: &str = "user of a tenant";
    const SCHEMA: u32 = 1;
}

#[test]
fn headers_and_tokens_in_a_context_are_of_one_tenant() {
    let header: SessionHeader = header_builder("x-session").build().unwrap();
    let tokens: SessionToken<User> = token_builder("mobile").typed().build().unwrap();
    let acme = || context("tenant", "acme");
    let stored = |change: TokenChange| match change {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    };
    let fresh = header.in_context(acme()).load(None::<&str>, at(0));
    fresh.insert("user", 42).unwrap();
    let in_header = stored(header.save(&fresh).unwrap());
    let fresh = tokens.in_context(acme()).load(None::<&str>, at(0));
    fresh.replace(User(42)).unwrap();
    let alone = stored(tokens.save(&fresh).unwrap());
    let other = context("tenant", "other");
    for (header, tokens, is_theirs) in [
        (header.in_context(acme()), tokens.in_context(acme()), true),
        (
            header.in_context(other.clone()),
            tokens.in_context(other),
            false,
        ),
        (header, tokens, false),
    ] {
        assert_eq!(header.load([&in_header], at(0)).is_new(), !is_theirs);
        assert_eq!(header.inspect(&in_header, at(0)).is_ok(), is_theirs);
        assert_eq!(tokens.load(Some(&alone), at(0)).is_new(), !is_theirs);
        assert_eq!(tokens.open(&alone, at(0)).is_ok(), is_theirs);
    }
}

#[test]
fn headers_and_eager_layers_are_bound_as_well() {
    let header: SessionHeader = header_builder("x-session").build().unwrap();
    let layer = SessionLayer::in_header(header)
        .clock(at(0))
        .context_by(tenant)
        .eager(true);
    let router = counting(layer);
    let ask = |host: &str, token: &str| {
        let request = Request::get("/")
            .header("host", host)
            .header("x-session", token);
        let response =
            block_on(router.clone().oneshot(request.body(Body::empty()).unwrap())).unwrap();
        let token = response.headers()["session-token"]
            .to_str()
            .unwrap()
            .to_owned();
        let body = block_on(axum::body::to_bytes(response.into_body(), 1000)).unwrap();
        (String::from_utf8(body.to_vec()).unwrap(), token)
    };
    let (_, token) = ask("acme", "");
    assert_eq!(ask("acme", &token).0, "2");
    assert_eq!(ask("other", &token).0, "1");
}

#[test]
fn a_tenant_whose_name_is_too_long_for_a_context_is_an_error_of_its_own() {
    assert!(Context::new([("tenant", "x".repeat(65_536))]).is_err());
    let long = Context::new([("x".repeat(256), "acme")]);
    assert!(says(
        &long,
        "`context` has a label of 256 bytes, expected at most 255"
    ));
    let long = Context::new([("x".repeat(255), "x".repeat(65_535))]).unwrap();
    let session = cookie().in_context(long.clone()).load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let fields = cookie().save(&session).unwrap();
    assert_eq!(cookie().in_context(long).load(&fields, at(0)).len(), 1);
}

#[test]
fn the_end_of_all_sessions_is_that_of_all_contexts() {
    let site = cookie();
    let [acme, other] = ["acme", "other"].map(|name| site.in_context(context("tenant", name)));
    let pairs = [&site, &acme, &other].map(|cookie| (cookie, signed_in(cookie)));
    for (raised, by) in [(1, &acme), (2, &site)] {
        let later = [&site, &acme, &other].map(|cookie| {
            let fill = |session: &Session| session.insert("user", 42);
            (cookie, cookie.cookie_for(at(raised), fill).unwrap())
        });
        by.raise_not_before(at(raised));
        for (cookie, pair) in &pairs {
            assert!(cookie.load([pair], at(3)).is_new(), "raised to {raised}");
        }
        for (cookie, pair) in later {
            assert!(!cookie.load([pair], at(3)).is_new(), "raised to {raised}");
        }
    }
}

#[test]
fn the_application_is_asked_about_the_sessions_of_a_context() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = [Arc::clone(&asked), Arc::clone(&asked)];
    let [revoked, valid] = seen;
    let site = builder()
        .revoked_if(move |session| {
            let user = session.get("user").unwrap();
            revoked.lock().unwrap().push(user);
            user == Some(0)
        })
        .revalidate_after(seconds(60), move |session| {
            let user = session.get("user").unwrap();
            valid.lock().unwrap().push(user);
            ready(Ok::<_, Infallible>(Validity::valid_if(user != Some(1))))
        });
    let acme = site.build().unwrap().in_context(context("tenant", "acme"));
    for (user, questions, is_in) in [(0, 1, false), (1, 2, false), (2, 2, true)] {
        let fill = |session: &Session| session.insert("user", user);
        let pair = acme.cookie_for(at(0), fill).unwrap();
        let session = acme.load([pair], at(60));
        assert_eq!(is_valid(&session), user != 1, "{user}");
        assert_eq!(session.contains_key("user"), is_in, "{user}");
        let told = std::mem::take(&mut *asked.lock().unwrap());
        assert_eq!(told, vec![Some(user); questions], "{user}");
    }
}

#[cfg(feature = "migrate")]
#[test]
fn an_old_session_is_taken_over_into_the_context_of_its_request() {
    struct Plain;
    impl Reader for Plain {
        fn read(&self, _: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            Ok(OldSession::new(
                [("user".to_owned(), value.into())].into_iter().collect(),
            ))
        }
    }
    let old = OldCookie::new("old", Plain);
    let site = builder().migrate_from(old, at(0)..at(100)).build().unwrap();
    let [acme, other] = ["acme", "other"].map(|name| site.in_context(context("tenant", name)));
    let session = acme.load(["old=ada"], at(1));
    assert_eq!(session.get("user").unwrap(), Some("ada".to_owned()));
    let fields = acme.save(&session).unwrap();
    let pair = super::common::pair_of(fields.iter().next().unwrap());
    for (cookie, is_theirs) in [(&acme, true), (&other, false), (&site, false)] {
        assert_eq!(cookie.load([pair], at(2)).contains_key("user"), is_theirs);
    }
}
