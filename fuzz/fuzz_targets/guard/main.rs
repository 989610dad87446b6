//! Any request through `CsrfGuard`: one that a page of another site sent never reaches the handler, and one of the site
//! itself with its token always does.
#![no_main]

mod any;
mod browser;
mod form;
mod place;

use std::{
    convert::Infallible,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arbitrary::Arbitrary;
use axum_core::body::Body;
use hardtack::{EncryptionKey, SessionCookie, SessionData, SessionLayer, csrf::CsrfGuard};
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};
use tower::{Layer, ServiceExt, service_fn};

#[derive(Debug, Arbitrary)]
enum Case<'a> {
    Browser(browser::Visit),
    Any(any::Fields<'a>),
    Form(form::Submission<'a>),
}

fuzz_target!(|case: Case<'_>| {
    match case {
        Case::Browser(visit) => visit.check(),
        Case::Any(fields) => fields.check(),
        Case::Form(submission) => submission.check(),
    }
});

/// Place from which a guard takes the token.
#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
enum Tokens {
    InHeaders,
    InForms,
    None,
}

/// `Cookie` field and CSRF token of a visitor, and a token of another one.
struct Visitor {
    cookie: String,
    token: String,
    token_of_another: String,
}

static COOKIE: LazyLock<SessionCookie> = LazyLock::new(|| {
    let key: EncryptionKey = KEY.parse().expect("it is a key");
    SessionCookie::encrypted(key)
        .build()
        .expect("it has the defaults")
});

/// Cookie of sessions that hold a number.
static COUNTS: LazyLock<SessionCookie<Count>> = LazyLock::new(|| {
    let key: EncryptionKey = KEY.parse().expect("it is a key");
    let builder = SessionCookie::encrypted(key).typed();
    builder.build().expect("it has the defaults")
});

#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Count(u32);

impl SessionData for Count {
    const LABEL: &'static str = "count";
    const SCHEMA: u32 = 1;
}

static VISITOR: LazyLock<Visitor> = LazyLock::new(|| {
    let [(cookie, token), (_, token_of_another)] = std::array::from_fn(|_| {
        let session = COOKIE.load(None::<&str>, now());
        let token = session.csrf_token().expect("there are random bytes");
        let fields = COOKIE.save(&session).expect("it has an id");
        let field = fields.iter().next().expect("it is sent");
        let pair = field.split(';').next().expect("there is a first");
        (pair.to_owned(), token)
    });
    Visitor {
        cookie,
        token,
        token_of_another,
    }
});

/// Returns a guard that trusts `TRUSTED`, and forms of `FORM_ORIGIN` to `/signed-in`.
fn guard(tokens: Tokens) -> CsrfGuard {
    let guard = CsrfGuard::new()
        .trust_origin(TRUSTED)
        .expect("it is an origin");
    let guard = guard
        .trust_form_post(FORM_ORIGIN, "/signed-in")
        .expect("it is an origin");
    match tokens {
        Tokens::InHeaders => guard,
        Tokens::InForms => guard.tokens_in_forms(),
        Tokens::None => guard.origin_check_only(),
    }
}

/// Returns whether the request reaches the handler.
fn passes(tokens: Tokens, request: Request<String>) -> bool {
    let handler = service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(String::from("done")))
    });
    let layer = SessionLayer::new(COOKIE.clone()).clock(now());
    let service = layer.layer(guard(tokens).layer(handler));
    let Ok(answer) = block_on(service.oneshot(request.map(Body::from)));
    let has_passed = answer.body() == "done";
    assert_eq!(answer.status().as_u16(), if has_passed { 200 } else { 403 });
    has_passed
}

fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing has to be waited for"),
    }
}

fn is_safe(method: &str) -> bool {
    ["GET", "HEAD", "OPTIONS", "TRACE"].contains(&method)
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const TRUSTED: &str = "https://app.example.net";
const FORM_ORIGIN: &str = "https://login.example.org";
const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
