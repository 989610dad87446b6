use std::{fmt, sync::Arc};

use super::{head::ResponseHead, refusal::CsrfRefusal};
use crate::{
    session::{SaveError, events},
    state::SessionError,
};

/// The reason why `SessionLayer`, `CsrfGuard` or an extractor made or changed a response, or the [`SessionError`] that a
/// handler returned. It is in the extensions of the response, so that the application can replace the body.
///
/// The default body is short and reveals nothing to the visitor. Each failure is also a `tracing` event.
///
/// # Examples
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Router, http::header::CONTENT_LENGTH, middleware::map_response, response::Response, routing::get};
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard, web::Failure};
///
/// async fn with_own_words(mut response: Response) -> Response {
///     let words = match response.extensions().get::<Failure>() {
///         Some(Failure::Csrf(_)) => "Please load the page again.",
///         Some(_) => "Sorry, that is our fault. It has been noted.",
///         None => return response,
///     };
///     // Keep the other fields: some are for caches, and one may end a session.
///     response.headers_mut().remove(CONTENT_LENGTH);
///     *response.body_mut() = words.into();
///     response
/// }
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app: Router = Router::new()
///     .route("/", get(async || "hello"))
///     .layer(CsrfGuard::new())
///     .layer(SessionLayer::new(cookie))
///     .layer(map_response(with_own_words));
/// # use axum::{body::{Body, to_bytes}, http::Request};
/// # use tower::ServiceExt;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let response = app.oneshot(Request::post("/").body(Body::empty())?).await?;
/// # assert_eq!(to_bytes(response.into_body(), 100).await?, "Please load the page again.");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Failure {
    /// A handler returned this error of its session. The status is 500, or 403 where the visitor's device did not prove
    /// itself ([`SessionError::Stale`]).
    Session(Arc<SessionError>),
    /// The session could not be saved, so its cookie is missing. The status is 500, the body the handler's.
    Save(Arc<SaveError>),
    /// The guard, or a form's extractor, refused the request. The status is 403.
    Csrf(CsrfRefusal),
    /// The application is not set up correctly, as this sentence explains. The status is 500.
    Setup(String),
}

impl Failure {
    /// Returns the default body of the response. A mistake of the application is none of the visitor's business.
    pub(crate) fn for_visitor(&self) -> &'static str {
        match self {
            Failure::Csrf(refusal) => refusal.sentence(),
            Failure::Session(error) if matches!(**error, SessionError::Stale) => {
                "please sign in again"
            }
            Failure::Session(_) | Failure::Save(_) | Failure::Setup(_) => "server error",
        }
    }

    /// Logs the failure, and adds it to its response.
    pub(crate) fn mark(self, response: &mut impl ResponseHead) {
        match &self {
            Failure::Session(error) => match **error {
                SessionError::Stale => events::session_was_stale(),
                _ => events::session_failed(error.key(), &**error),
            },
            Failure::Save(error) => events::save_failed(&**error),
            // Reported by csrf/rules.rs, which knows the origin and the host.
            Failure::Csrf(_) => {}
            Failure::Setup(sentence) => events::setup_is_wrong(sentence),
        }
        response.carry(self);
    }
}

/// The status of the response to a handler that returned `error`.
#[cfg(any(feature = "axum", feature = "actix"))]
pub(super) fn status_of(error: &SessionError) -> http::StatusCode {
    match error {
        SessionError::Stale => http::StatusCode::FORBIDDEN,
        _ => http::StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Session(error) => error.fmt(f),
            Failure::Save(error) => error.fmt(f),
            Failure::Csrf(refusal) => refusal.fmt(f),
            Failure::Setup(sentence) => f.write_str(sentence),
        }
    }
}
