//! Failed requests, and the two forms of their responses: JSON for scripts, a page for people.

use std::error::Error;

use axum::{
    Json,
    body::to_bytes,
    extract::Request,
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use hardtack::{SessionError, csrf::CsrfRefusal, web::Failure};
use serde_json::{Value, json};

use crate::pages::{self, InLanguage, language_of};

/// A request that failed: the status, and the answer to a script, with the reason as `error`.
#[derive(Clone, Debug)]
pub(crate) struct Failed(StatusCode, pub(crate) Value);

impl Failed {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Failed {
        let reason: String = reason.into();
        Failed(status, json!({ "error": reason }))
    }

    pub(crate) fn bad_request(reason: impl Into<String>) -> Failed {
        Failed::new(StatusCode::BAD_REQUEST, reason)
    }

    pub(crate) fn not_found(reason: &str) -> Failed {
        Failed::new(StatusCode::NOT_FOUND, reason)
    }

    pub(crate) fn internal(reason: impl ToString) -> Failed {
        Failed::new(StatusCode::INTERNAL_SERVER_ERROR, reason.to_string())
    }
}

impl From<SessionError> for Failed {
    fn from(error: SessionError) -> Self {
        let status = match &error {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            SessionError::Encode { .. } => StatusCode::BAD_REQUEST,
            SessionError::Decode { .. }
            | SessionError::Unreadable(_)
            | SessionError::NotRemembering => StatusCode::CONFLICT,
            SessionError::Stale => StatusCode::FORBIDDEN,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut sentence = error.to_string();
        if let Some(source) = error.source() {
            sentence = format!("{sentence}: {source}");
        }
        let mut failed = Failed::new(status, sentence);
        if let SessionError::TooLarge(error) = error {
            failed.1["needed"] = error.needed.into();
            failed.1["allowed"] = error.allowed.into();
        }
        failed
    }
}

impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Failed::bad_request(format!("the body is not the JSON expected: {error}"))
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

/// Answers scripts with `{"error": "…"}`.
pub(crate) async fn as_json(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    in_form(response, Failed::into_response).await
}

/// Answers people with a page. It does without the session, because that may be the cause.
pub(crate) async fn as_page(request: Request, next: Next) -> Response {
    let asked = language_of(request.uri());
    let has_cookies = request.headers().contains_key(COOKIE);
    let response = next.run(request).await;
    let chosen = response.extensions().get().map(|InLanguage(t)| *t);
    let t = asked.or(chosen).unwrap_or_default();
    if let Some(Failure::Csrf(CsrfRefusal::WrongToken { .. })) = response.extensions().get() {
        // The token cannot be right. This tells a visitor whose browser keeps no cookies why.
        let sentence = if has_cookies {
            "page.old_form"
        } else {
            "page.keeps_none"
        };
        let page = |_: &Failure| pages::error(t, StatusCode::FORBIDDEN, &t[sentence]);
        return Failure::with_page(response, page);
    }
    let form = |Failed(status, json): Failed| {
        let sentence = match status {
            StatusCode::NOT_FOUND => &t["page.none"],
            StatusCode::METHOD_NOT_ALLOWED => &t["page.form_address"],
            _ => json["error"].as_str().unwrap_or_default(),
        };
        pages::error(t, status, sentence)
    };
    in_form(response, form).await
}

/// Puts an error into a form, also one of a guard or a layer.
async fn in_form(response: Response, form: impl FnOnce(Failed) -> Response) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let text = to_bytes(body, LONGEST_REASON).await.unwrap_or_default();
    let json: Value = serde_json::from_slice(&text).unwrap_or_default();
    let failed = match status {
        _ if json["error"].is_string() => Failed(status, json),
        // The body of a handler that succeeded.
        StatusCode::INTERNAL_SERVER_ERROR => Failed::new(status, NOT_SAVED),
        _ if text.is_empty() => Failed::new(status, status.canonical_reason().unwrap_or("refused")),
        _ => Failed::new(status, String::from_utf8_lossy(&text)),
    };
    let (form_head, body) = form(failed).into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(CONTENT_TYPE);
    head.headers.extend(form_head.headers);
    Response::from_parts(head, body)
}

const NOT_SAVED: &str = "the session could not be saved";
/// In bytes.
const LONGEST_REASON: usize = 4096;
