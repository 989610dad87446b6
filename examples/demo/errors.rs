//! Failed requests, and the two forms of their responses: JSON for scripts, a page for people.

use std::error::Error;

use axum::{
    Json,
    body::to_bytes,
    extract::{Query, Request, rejection::QueryRejection},
    http::{
        StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use hardtack::SessionError;
use serde_json::{Value, json};

use crate::pages::{self, Address};

/// A request that failed, and the reason.
#[derive(Clone, Debug)]
pub(crate) struct Failed {
    status: StatusCode,
    /// The answer to a script; `error` is the reason.
    pub(crate) json: Value,
}

impl Failed {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Failed {
        let reason: String = reason.into();
        Failed {
            status,
            json: json!({ "error": reason }),
        }
    }

    pub(crate) fn bad_request(reason: impl Into<String>) -> Failed {
        Failed::new(StatusCode::BAD_REQUEST, reason)
    }

    pub(crate) fn not_found(reason: &str) -> Failed {
        Failed::new(StatusCode::NOT_FOUND, reason)
    }

    fn reason(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }
}

impl From<SessionError> for Failed {
    fn from(error: SessionError) -> Self {
        let status = match &error {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            SessionError::Encode(_) | SessionError::TooDeep | SessionError::DuplicateKey => {
                StatusCode::BAD_REQUEST
            }
            SessionError::Decode { .. }
            | SessionError::UnreadablePayload
            | SessionError::NotRemembering => StatusCode::CONFLICT,
            SessionError::Stale => StatusCode::FORBIDDEN,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut failed = Failed::new(status, with_sources(&error));
        if let SessionError::TooLarge(error) = error {
            failed.json["needed"] = error.needed.into();
            failed.json["allowed"] = error.allowed.into();
        }
        failed
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.reason().to_owned()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Answers scripts with `{"error": "…"}`.
pub(crate) async fn as_json(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    in_form(response, |failed| Json(failed.json).into_response()).await
}

/// Answers people with a page. It does without the session, because that may be the cause.
pub(crate) async fn as_page(
    address: Result<Query<Address>, QueryRejection>,
    request: Request,
    next: Next,
) -> Response {
    let language = address.unwrap_or_default().language();
    let response = next.run(request).await;
    let form = |failed: Failed| pages::error(language, failed.status, failed.reason());
    in_form(response, form).await
}

/// Puts an error into a form, also one of a guard or a layer, but for a page that shows what is wrong itself.
async fn in_form(mut response: Response, form: impl FnOnce(Failed) -> Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_error || is_page {
        return response;
    }
    let known: Option<Failed> = response.extensions_mut().remove();
    let (mut head, body) = response.into_parts();
    let failed = match known {
        Some(failed) => failed,
        None if status == StatusCode::INTERNAL_SERVER_ERROR => Failed::new(status, NOT_SAVED),
        None => {
            let text = to_bytes(body, LONGEST_REASON).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let meaning = status.canonical_reason().unwrap_or("refused");
            Failed::new(status, if text.is_empty() { meaning } else { &text })
        }
    };
    let (form_head, body) = form(failed).into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.extend(form_head.headers);
    Response::from_parts(head, body)
}

fn with_sources(error: &dyn Error) -> String {
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        sentence = format!("{sentence}: {error}");
        source = error.source();
    }
    sentence
}

const NOT_SAVED: &str = "the session could not be saved";
/// In bytes.
const LONGEST_REASON: usize = 4096;
