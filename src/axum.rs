//! [`Session`] as an axum extractor. Feature `axum`.

use axum_core::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{body::Payload, error::SessionError, session::Session, tower::MissingSession};

/// With feature `axum`. Refused with 500, and a sentence that says how to add the layer, where there is
/// none.
impl<S: Sync, T: Payload> FromRequestParts<S> for Session<T> {
    type Rejection = MissingSession;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingSession> {
        Session::from_extensions(&parts.extensions)
    }
}

impl IntoResponse for MissingSession {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}

/// So that a handler can use `?`. 413 where a change did not fit, else 500; both with a sentence.
impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        let status = match self {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}
