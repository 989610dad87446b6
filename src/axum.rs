//! [`Session`] as an axum extractor. Feature `axum`.

use axum_core::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

use crate::{body::Payload, error::SessionError, session::Session, tower::MissingSession};

/// With feature `axum`. Refused with 500, and a sentence that says how to add the layer, where there is
/// none.
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
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie, SessionError};
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load([""], std::time::SystemTime::now());
/// use axum::response::IntoResponse;
///
/// let error = session.insert("note", "x".repeat(3_000)).unwrap_err();
/// assert_eq!(error.into_response().status(), 413);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl IntoResponse for SessionError {
    fn into_response(self) -> Response {
        let status = match self {
            SessionError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, self.to_string()).into_response()
    }
}
