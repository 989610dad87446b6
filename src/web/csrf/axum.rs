//! Guarded forms as axum extractors. Feature `axum`.

use std::convert::Infallible;

use axum_core::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header::CONTENT_TYPE, request::Parts};
use serde::de::DeserializeOwned;

use super::{
    CsrfRefusal,
    form::{CsrfCheck, GuardedForm, GuardedRejection, NoForm},
};
use crate::web::failure::Failure;

/// With feature `axum`.
impl<S: Sync> FromRequestParts<S> for CsrfCheck {
    type Rejection = GuardedRejection<Infallible>;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        CsrfCheck::of(&parts.extensions, parts.uri.path())
    }
}

/// With feature `axum`. The length of the body is limited by its `DefaultBodyLimit`.
impl<S, T> FromRequest<S> for GuardedForm<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = GuardedRejection<Response>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let check = CsrfCheck::of(request.extensions(), request.uri().path())?;
        let content_type = request.headers().get(CONTENT_TYPE).cloned();
        let body = String::from_request(request, state).await;
        let body = body.map_err(|error| GuardedRejection::Inner(error.into_response()))?;
        let content_type = content_type.as_ref().map(HeaderValue::as_bytes);
        GuardedForm::read(&check, content_type, body.as_bytes(), NoForm::into_response)
    }
}

impl<R: IntoResponse> IntoResponse for GuardedRejection<R> {
    fn into_response(self) -> Response {
        match self {
            GuardedRejection::Inner(rejection) => rejection.into_response(),
            GuardedRejection::Refused(refusal) => refusal.into_response(),
            GuardedRejection::NoGuard => Failure::Setup(self.to_string()).into_response(),
        }
    }
}

/// With feature `axum`, a response with status 403.
impl IntoResponse for CsrfRefusal {
    fn into_response(self) -> Response {
        Failure::Csrf(self).into_page().map(Body::from)
    }
}
