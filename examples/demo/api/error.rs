//! Errors as `{"error": "…"}`.

use std::error::Error;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use hardtack::SessionError;
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: Value,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> ApiError {
        let sentence: String = sentence.into();
        ApiError {
            status,
            body: json!({ "error": sentence }),
        }
    }

    /// The result of a failed entry in a batch.
    pub(super) fn into_body(self) -> Value {
        self.body
    }
}

impl From<SessionError> for ApiError {
    fn from(error: SessionError) -> Self {
        let status = match &error {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            SessionError::Stale => StatusCode::FORBIDDEN,
            SessionError::Encode(_) | SessionError::TooDeep | SessionError::DuplicateKey => {
                StatusCode::BAD_REQUEST
            }
            SessionError::Decode { .. }
            | SessionError::UnreadablePayload
            | SessionError::NotRemembering => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut answer = ApiError::new(status, with_sources(&error));
        if let SessionError::TooLarge(error) = error {
            answer.body["needed"] = error.needed.into();
            answer.body["allowed"] = error.allowed.into();
        }
        answer
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.extensions_mut().insert(Explained);
        response
    }
}

/// Marks a response that already has its error as JSON.
#[derive(Clone)]
struct Explained;

/// Gives errors from outside the handlers the same form: a method that is not allowed, a refusal of the guard, or a
/// session that could not be saved.
pub(super) async fn as_json(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<Explained>().is_some() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let sentence = match status {
        StatusCode::INTERNAL_SERVER_ERROR => "the session could not be saved".to_owned(),
        _ => sentence_of(body, status).await,
    };
    let mut headers = parts.headers;
    let error = ApiError::new(status, sentence).into_response();
    headers.extend(error.headers().clone());
    headers.remove("content-length");
    let (mut parts, body) = error.into_parts();
    parts.headers = headers;
    Response::from_parts(parts, body)
}

/// The sentence of a guard or an extractor, or the meaning of the status.
async fn sentence_of(body: Body, status: StatusCode) -> String {
    let said = to_bytes(body, LONGEST_SENTENCE).await.unwrap_or_default();
    match std::str::from_utf8(&said) {
        Ok(said) if !said.is_empty() => said.to_owned(),
        _ => status.canonical_reason().unwrap_or("refused").to_owned(),
    }
}

fn with_sources(error: &dyn Error) -> String {
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        sentence.push_str(": ");
        sentence.push_str(&error.to_string());
        source = error.source();
    }
    sentence
}

/// In bytes.
const LONGEST_SENTENCE: usize = 4096;
