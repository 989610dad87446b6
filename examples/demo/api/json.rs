//! The body of a request.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use super::ApiError;

/// The body as JSON, whatever `Content-Type` says, because `curl -d` sends another type.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|error| ApiError::new(error.status(), error.body_text()))?;
        serde_json::from_slice(&bytes).map(Body).map_err(|error| {
            let sentence = format!("the body is not the JSON expected: {error}");
            ApiError::new(StatusCode::BAD_REQUEST, sentence)
        })
    }
}
