use axum::{
    Json, Router,
    middleware::map_response,
    response::{IntoResponse, Response},
};
use hardtack::{SessionError, SessionLayer, csrf::CsrfGuard, web::Failure};
use serde_json::json;

fn with_layers(api: Router, sessions: SessionLayer) -> Router {
    api.layer(CsrfGuard::new())
        .layer(sessions)
        .layer(map_response(in_json))
}

async fn in_json(response: Response) -> Response {
    Failure::with_page(response, |failure| {
        let error = match failure {
            Failure::Session(SessionError::TooLarge(_)) => "full",
            Failure::Csrf(_) => "csrf",
            _ => "server",
        };
        Json(json!({ "error": error })).into_response() // with the status of the failure
    })
}

// What follows is not in the document.

use axum::{http::StatusCode, routing::post};
use hardtack::Session;
use http::Request;

use super::send;
use crate::common::{at, cookie, sealed};

#[test]
fn an_api_tells_in_json_what_failed() {
    let add = async |session: Session| session.insert("cart", "x".repeat(3_000));
    let api = Router::new()
        .route("/cart", post(add))
        .route("/lost", post(async || StatusCode::NOT_FOUND));
    let app = with_layers(api, SessionLayer::new(cookie()).clock(at(0)));
    let mut token = String::new();
    let session = sealed(&cookie(), at(0), |session| {
        token = session.csrf_token().unwrap();
    });
    for (path, token, status, told) in [
        ("/cart", "", 403, r#"{"error":"csrf"}"#),
        ("/cart", &*token, 413, r#"{"error":"full"}"#),
        ("/lost", &*token, 404, ""),
    ] {
        let request = Request::post(path).header("cookie", &session);
        let answer = send(&app, request.header("x-csrf-token", token), "");
        assert_eq!((answer.status().as_u16(), &**answer.body()), (status, told));
        let is_json = answer.headers().get("content-type").is_some();
        assert_eq!(is_json, !told.is_empty());
    }
}
