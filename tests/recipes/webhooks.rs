use axum::{Router, routing::post};
use hardtack::{SessionCookie, SessionLayer, csrf::CsrfGuard};

fn app(cookie: SessionCookie) -> Router {
    let pages = Router::new()
        .route("/transfer", post(async || "done"))
        .layer(CsrfGuard::new())
        .layer(SessionLayer::new(cookie));
    let hooks = Router::new().route("/hooks/payment", post(async || "signed?"));
    pages.merge(hooks)
}

// What follows is not in the document.

use http::Request;

use super::send;
use crate::common::cookie as cookie_of_tests;

#[test]
fn a_webhook_needs_no_token_and_has_no_session() {
    let app = app(cookie_of_tests());
    for (path, status) in [("/hooks/payment", 200), ("/transfer", 403)] {
        let answer = send(&app, Request::post(path), "");
        assert_eq!(answer.status(), status, "{path}");
        for field in ["set-cookie", "vary"] {
            assert!(!answer.headers().contains_key(field), "{path} {field}");
        }
    }
}
