//! Handlers that a timeout gives up.

use std::{
    future::{pending, poll_fn},
    pin::pin,
    task::Poll,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::any,
};
use hardtack::{Session, SessionError, SessionLayer};
use http::StatusCode;
use tower::ServiceExt;

use super::{
    common::{Answer, READ, UNTOUCHED, at, block_on, cookie, signed_in},
    request_to,
};

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
