//! The guard against requests that another site made a visitor's browser send.

#[cfg(feature = "tracing")]
mod advice;
mod callbacks;
mod forms;
mod lists;
mod origins;
mod requests;
mod tokens;

use super::drivers;
use crate::common;
use crate::common::words;

use std::{
    convert::Infallible,
    sync::atomic::{AtomicUsize, Ordering},
};

use common::{at, block_on, cookie, sealed};
use hardtack::{SessionCookie, SessionLayer, csrf::CsrfGuard};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

/// `name=token` of a session, and a CSRF token of it.
pub(crate) fn visitor_of(cookie: &SessionCookie) -> (String, String) {
    let mut token = String::new();
    let pair = sealed(cookie, at(0), |session| {
        token = session.csrf_token().unwrap()
    });
    (pair, token)
}

/// A request to `POST /` of `example.com`, with these fields too.
pub(crate) fn request(method: &str, fields: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::builder().method(method).uri("/").body(()).unwrap();
    for (name, value) in fields {
        let name: http::HeaderName = name.parse().unwrap();
        request
            .headers_mut()
            .append(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

/// The status and the body of the response through `guard`. The handler answers "done".
#[track_caller]
pub(crate) fn answer(
    guard: &CsrfGuard,
    cookie: &SessionCookie,
    request: Request<()>,
) -> (StatusCode, String) {
    let runs = &AtomicUsize::new(0);
    let handler = service_fn(|_: Request<()>| async move {
        runs.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Response::new(String::from("done")))
    });
    let layer = SessionLayer::new(cookie.clone()).clock(at(1));
    let service = layer.layer(guard.layer(handler));
    let Ok(response) = block_on(service.oneshot(request.clone()));
    let (status, body) = (response.status(), response.into_body());
    #[cfg(feature = "actix")]
    {
        use actix_web::web;

        let scope = web::scope("").default_service(web::to(|| async move { "done" }));
        let scope = scope.wrap(guard.clone()).wrap(layer);
        let request = request.map(|()| String::new());
        let answer = drivers::through_actix(|app| _ = app.service(scope), request);
        assert_eq!((answer.status(), answer.body()), (status, &body), "actix");
    }
    let has_run = usize::from(status == StatusCode::OK);
    assert_eq!(runs.load(Ordering::Relaxed), has_run, "{status} {body}");
    assert_eq!(body == "done", has_run == 1);
    (status, body)
}

/// Asserts that a request with the visitor's cookie, the right token and these fields passes, or does not.
#[track_caller]
pub(crate) fn check(guard: &CsrfGuard, method: &str, fields: &[(&str, &str)], passes: bool) {
    let (pair, token) = visitor_of(&cookie());
    let own = [("cookie", &*pair), ("x-csrf-token", &*token)];
    let request = request(method, &[fields, &own].concat());
    let (status, body) = answer(guard, &cookie(), request);
    let expected = if passes { 200 } else { 403 };
    assert_eq!(status, expected, "{method} {fields:?}: {body}");
}

pub(crate) fn guard() -> CsrfGuard {
    CsrfGuard::new()
}

pub(crate) const UNSAFE: [&str; 6] = ["POST", "PUT", "PATCH", "DELETE", "PROPFIND", "get"];
pub(crate) const SAFE: [Method; 4] = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
