//! The layer in axum routers.
//!
//! Handlers that a timeout gives up.

use std::{
    future::{pending, poll_fn},
    pin::pin,
    task::Poll,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use hardtack::{Session, SessionError, SessionLayer};
use tower::ServiceExt;

use super::{
    common::{Answer, READ, UNTOUCHED, at, block_on, cookie, pair_of, signed_in},
    fetch, request_to, set_cookies,
};

fn layer() -> SessionLayer {
    SessionLayer::new(cookie()).clock(at(0))
}

/// Records the way in and out.
async fn note(session: Session, request: Request, next: Next) -> Response {
    let note = |step: &'static str| {
        let push = |way: &mut Vec<String>| way.push(step.to_owned());
        session.update("way", push).unwrap();
    };
    note("there");
    let response = next.run(request).await;
    note("back");
    response
}

async fn handle(session: Session) {
    session
        .update("way", |way: &mut Vec<String>| {
            way.push("handler".to_owned())
        })
        .unwrap();
}

#[tokio::test]
async fn middlewares_and_handlers_of_nested_routers_share_one_session() {
    let inner = Router::new().route("/", get(handle)).layer(from_fn(note));
    let router = Router::new().nest(
        "/a",
        inner.nest("/b", Router::new().route("/", get(handle))),
    );
    let router = router.layer(from_fn(note)).layer(layer());
    for path in ["/a", "/a/b"] {
        let (status, headers, _) = fetch(router.clone(), request_to(path, "")).await;
        assert_eq!(status, StatusCode::OK);
        let [field] = set_cookies(&headers)[..] else {
            panic!("one cookie for one session")
        };
        let session = cookie().load([pair_of(field)], at(0));
        let way: Vec<String> = session.get("way").unwrap().unwrap();
        // A layer wraps the routes that were added before it.
        let expected = match path {
            "/a" => ["there", "there", "handler", "back", "back"].as_slice(),
            _ => &["there", "handler", "back"],
        };
        assert_eq!(way, expected, "{path}");
    }
}

#[tokio::test]
async fn a_router_may_have_a_state_of_any_kind() {
    #[derive(Clone)]
    struct Greeting(&'static str);
    async fn greet(State(Greeting(greeting)): State<Greeting>, session: Session) -> String {
        format!("{greeting} {}", session.len())
    }
    let router = Router::new().route("/", get(greet)).layer(layer());
    let router = router.with_state(Greeting("hello"));
    assert_eq!(fetch(router, request_to("/", "")).await.2, "hello 0");
}

#[tokio::test]
async fn a_rejection_by_another_extractor_saves_what_a_middleware_wrote() {
    let handler = |_session: Session, _: axum::Json<u32>| async {};
    let router = Router::new()
        .route("/", get(handler))
        .layer(from_fn(note))
        .layer(layer());
    let (status, headers, _) = fetch(router, request_to("/", "")).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(set_cookies(&headers).len(), 1);
}

/// Changes its session, and waits for ever.
async fn half_done(session: Session) -> Result<(), SessionError> {
    session.insert("step", 1)?;
    pending::<()>().await;
    session.insert("step", 2)
}

async fn half_signed_in(session: Session) -> Result<(), SessionError> {
    session.sign_in()?;
    pending::<()>().await;
    session.insert("user", 43)
}

async fn half_signed_out(session: Session) -> Result<(), SessionError> {
    session.invalidate()?;
    pending().await
}

fn routes() -> Router {
    Router::new()
        .route("/", any(half_done))
        .route("/sign-in", any(half_signed_in))
        .route("/sign-out", any(half_signed_out))
}

/// Drops the handler where it waits, and answers itself, as a timeout does.
async fn give_up(status: StatusCode, request: Request, next: Next) -> Response {
    let mut run = pin!(next.run(request));
    let once = poll_fn(|cx| Poll::Ready(run.as_mut().poll(cx).is_pending()));
    assert!(once.await, "the handler waits");
    (status, Body::from("too slow")).into_response()
}

/// Asserts the fields of the answers to visitors with and without a session.
#[track_caller]
fn check(app: Router, expected: &[&str]) {
    for path in ["/", "/sign-in", "/sign-out"] {
        for cookies in ["", &signed_in(&cookie())] {
            let answer = Answer::of(block_on(app.clone().oneshot(request_to(path, cookies))));
            assert_eq!(answer.lines(), expected, "{path} {cookies:?}");
        }
    }
}

#[test]
fn a_timeout_outside_saves_nothing_whatever_its_status() {
    for status in [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE] {
        let timeout = from_fn(move |request, next| give_up(status, request, next));
        let layer = SessionLayer::new(cookie()).clock(at(0));
        check(routes().layer(layer).layer(timeout), UNTOUCHED);
    }
}

#[test]
fn a_timeout_inside_saves_nothing_either_if_it_says_so() {
    let status = StatusCode::REQUEST_TIMEOUT;
    let timeout = from_fn(move |request, next| give_up(status, request, next));
    let layer = SessionLayer::new(cookie()).clock(at(0));
    check(routes().layer(timeout).layer(layer), READ);
}
