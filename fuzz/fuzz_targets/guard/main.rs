//! Any request through `CsrfGuard`: one that a page of another site sent never reaches the handler, and one of the site
//! itself with its token always does.
#![no_main]

mod any;
mod browser;

use std::{
    convert::Infallible,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arbitrary::Arbitrary;
use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use tower::{Layer, ServiceExt, service_fn};

#[derive(Debug, Arbitrary)]
enum Case<'a> {
    Browser(browser::Visit),
    Any(any::Fields<'a>),
}

fuzz_target!(|case: Case<'_>| {
    match case {
        Case::Browser(visit) => visit.check(),
        Case::Any(fields) => fields.check(),
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
    let handler = service_fn(async |_| Ok::<_, Infallible>(Response::new(String::from("done"))));
    let layer = SessionLayer::new(COOKIE.clone()).clock(now());
    let service = layer.layer(guard(tokens).layer(handler));
    let answer = pin!(service.oneshot(request));
    let Poll::Ready(Ok(answer)) = answer.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing has to be waited for");
    };
    let has_passed = answer.body() == "done";
    assert_eq!(answer.status().as_u16(), if has_passed { 200 } else { 403 });
    has_passed
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
