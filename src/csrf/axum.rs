//! [`Guarded`] as an axum extractor. Feature `axum`.

use std::ops::Deref;

use axum_core::{
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};

use super::form::{CsrfField, Guarded, GuardedRejection, NO_GUARD, checked, checks_left};
use crate::web::{Failure, axum::failed};

/// With feature `axum`.
impl<S, E> FromRequest<S> for Guarded<E>
where
    S: Send + Sync,
    E: FromRequest<S> + Deref<Target: CsrfField>,
{
    type Rejection = GuardedRejection<E::Rejection>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let checks = checks_left(request.extensions())?;
        let form = E::from_request(request, state).await;
        checked(form.map_err(GuardedRejection::Inner)?, &checks)
    }
}

impl<R: IntoResponse> IntoResponse for GuardedRejection<R> {
    fn into_response(self) -> Response {
        match self {
            GuardedRejection::Inner(rejection) => rejection.into_response(),
            GuardedRejection::Refused(refusal) => failed(Failure::Csrf(refusal)),
            GuardedRejection::NoGuard => failed(Failure::Setup(NO_GUARD.to_owned())),
        }
    }
}
