//! [`Session`] and guarded forms as axum extractors. Feature `axum`.

use axum::body::Bytes;
use axum_core::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE},
    request::Parts,
};
use serde::de::DeserializeOwned;

use super::{
    csrf::{CsrfRefusal, GuardedForm, GuardedRejection, form::verified_fields},
    failure::Failure,
    framework::whole_path,
};
use crate::{
    carrier::KeysInUse,
    session::Session,
    state::{Payload, SessionError},
};

/// With feature `axum`, works like [`from_extensions`](Session::from_extensions). The request is refused with 500 if
/// there is no session layer, or two for this type, and with 503 if the application cannot say whether the session is
/// still valid ([`Failure`]).
///
/// # Examples
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
/// use tower::ServiceExt;
///
/// async fn home(session: Session) -> Result<String, SessionError> {
///     let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
///     session.insert("visits", visits)?;
///     Ok(format!("visit {visits}"))
/// }
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app: Router = Router::new().route("/", get(home)).layer(SessionLayer::new(cookie));
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let response = app.oneshot(Request::get("/").body(Body::empty())?).await?;
/// # assert!(response.headers().contains_key("set-cookie"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl<S: Sync, T: Payload> FromRequestParts<S> for Session<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Session::from_extensions(&parts.extensions).await
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.reported(None).map(Body::from)
    }
}

/// Lets a handler use `?`. The response is the default one of [`Failure::Session`], and has this failure in its
/// extensions.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie, SessionError};
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, std::time::SystemTime::now());
/// use axum::response::IntoResponse;
/// use hardtack::web::Failure;
///
/// let error = session.insert("note", "x".repeat(3_000)).unwrap_err();
/// let response = error.into_response();
/// assert_eq!(response.status(), 413);
/// let failure = response.extensions().get::<Failure>().map(Failure::to_string);
/// assert!(failure.is_some_and(|sentence| sentence.starts_with("`note` does not fit")));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        Failure::Session(self).into_response()
    }
}

/// With feature `axum`, the response of a health check: the text of this value, which caches do not store.
///
/// # Examples
///
/// ```
/// use axum::{Router, body::Body, http::Request, routing::get};
/// use hardtack::{EncryptionKey, SessionCookie};
/// use std::time::SystemTime;
/// # use tower::ServiceExt;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app: Router = Router::new()
///     .route("/health", get(async move || cookie.keys_in_use(SystemTime::now())));
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let response = app.oneshot(Request::get("/health").body(Body::empty())?).await?;
/// # assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl IntoResponse for KeysInUse {
    fn into_response(self) -> Response {
        ([(CACHE_CONTROL, "no-store")], self.to_string()).into_response()
    }
}

/// With feature `axum`. `DefaultBodyLimit` limits the length of the body.
impl<S, T> FromRequest<S> for GuardedForm<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = GuardedRejection<Response>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let path = whole_path(request.uri(), request.extensions());
        let tokens = verified_fields(request.extensions(), path)?;
        let content_type = request.headers().get(CONTENT_TYPE).cloned();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| GuardedRejection::Inner(error.into_response()))?;
        let content_type = content_type.as_ref().map(HeaderValue::as_bytes);
        GuardedForm::read(&tokens, content_type, &body)
            .map_err(|no_form| GuardedRejection::Inner(no_form.into_response()))
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

/// With feature `axum`, the response of the guard.
impl IntoResponse for CsrfRefusal {
    fn into_response(self) -> Response {
        Failure::Csrf(self).into_response()
    }
}
