//! The tower layer: several of them, any service around and inside, handles before and after the head of the
//! response, hosts, and failures.

mod failures;
mod handles;
mod hosts;
mod layers;
mod options;
mod panics;
mod routers;
mod services;

use crate::common;
use crate::common::words;

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use common::set_cookies;
use http::{HeaderMap, Request, Response, StatusCode, header::COOKIE};
use tower::{Service, ServiceExt};

fn request_to(path: &str, cookies: &str) -> Request<Body> {
    let request = Request::builder().uri(path).header(COOKIE, cookies);
    request.body(Body::empty()).unwrap()
}

/// Status, header and text of a router's response.
async fn fetch<S>(router: S, request: Request<Body>) -> (StatusCode, HeaderMap, String)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let Ok(response) = router.oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let words = words(body, head.extensions.get());
    (head.status, head.headers, words)
}
