//! Failure of a request, its response, and the status by which its session is saved. `state/decide.rs` decides what a
//! 5xx saves.

use std::{error::Error, fmt};

use http::{
    HeaderValue, Response, StatusCode,
    header::{
        CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION,
        CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RETRY_AFTER, SET_COOKIE, VARY,
    },
};

use super::{
    caching::CacheHeaders,
    csrf::CsrfRefusal,
    headers::{RETRY_AFTER_SECONDS, forbid_to_store},
};
use crate::{
    base::Reason,
    events::{self, Causes, labels},
    session::{SaveError, of_anyone},
    state::SessionError,
};

/// Reason why `SessionLayer`, `CsrfGuard` or an extractor made or changed a response, or the [`SessionError`] or
/// [`CsrfRefusal`] that a handler returned. It is in the response's extensions, so that the application can answer with
/// its own page ([`with_page`](Failure::with_page)). If `GuardedForm` cannot read a body, its response has no
/// `Failure`.
///
/// The default body is short and reveals nothing secret. If the CSRF token in a form is not the session's, the body
/// links to the form's page, as named by `Referer`, or else to the address that the form was sent to. A `tracing` event
/// tells the cause. A response with [`Failure::Session`] in its extensions saves only what a 5xx
/// [saves](crate::carrier::SessionBuilder::save_on_server_error), whatever its status.
///
/// # Examples
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Router, middleware::map_response, response::{IntoResponse, Response}, routing::get};
/// use hardtack::{EncryptionKey, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard, web::Failure};
///
/// async fn in_own_words(response: Response) -> Response {
///     Failure::with_page(response, |failure| match failure {
///         Failure::Csrf(_) => "Please load the page again.".into_response(),
///         Failure::Session(SessionError::TooLarge(_)) => "There is no room for more.".into_response(),
///         _ => "Sorry, that is our fault. It has been noted.".into_response(),
///     })
/// }
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app: Router = Router::new()
///     .route("/", get(async || "hello"))
///     .layer(CsrfGuard::new())
///     .layer(SessionLayer::new(cookie))
///     .layer(map_response(in_own_words));
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
    /// A handler or the extractor of the session returned this error. The status is 500, with three exceptions:
    ///
    /// - 413 if a change did not fit ([`SessionError::TooLarge`]);
    /// - 503 with `Retry-After` if the application could not say whether the session is still valid
    ///   ([`SessionError::Unvalidated`]), or if only another instance can read it, as during a rollout
    ///   ([`SessionError::Unreadable`]);
    /// - 403 if the visitor has to sign in again ([`SessionError::Stale`]).
    Session(SessionError),
    /// The session could not be saved, so its cookie or token is missing. The status is 500, and the body is the
    /// handler's.
    Save(SaveError),
    /// The guard or a form's extractor refused the request. The status is 403, or 413 if the form is too long.
    Csrf(CsrfRefusal),
    /// The application is not set up correctly, as this sentence explains. The status is 500.
    Setup(String),
}

impl Failure {
    /// Answers a failed request with `page`, and returns every other response unchanged.
    ///
    /// The status of the response stays, unless the page has one other than 200. The headers about the body are the
    /// page's, and the page's other headers replace the failure's. Only `Vary` and `Set-Cookie`, which may end a
    /// session, are kept from both. If caches must not store the failure's response, they must not store the page.
    ///
    /// # Examples
    #[cfg_attr(feature = "axum", doc = "```")]
    #[cfg_attr(not(feature = "axum"), doc = "```ignore")]
    /// use axum::{http::StatusCode, response::{Html, IntoResponse, Response}};
    /// use hardtack::{SessionError, web::Failure};
    ///
    /// async fn page(response: Response) -> Response {
    ///     Failure::with_page(response, |failure| match failure {
    ///         Failure::Session(SessionError::TooLarge(_)) => {
    ///             (StatusCode::CONFLICT, Html("<h1>Your cart is full.</h1>")).into_response()
    ///         }
    ///         _ => Html("<h1>Sorry.</h1>").into_response(),
    ///     })
    /// }
    /// ```
    pub fn with_page<B>(
        mut response: Response<B>,
        page: impl FnOnce(&Failure) -> Response<B>,
    ) -> Response<B> {
        let Some(failure) = response.extensions().get::<Failure>() else {
            return response;
        };
        let (page, body) = page(failure).into_parts();
        if page.status != StatusCode::OK {
            *response.status_mut() = page.status;
        }
        let fields = response.headers_mut();
        let was_storable = CacheHeaders::of(fields).is_storable();
        // They describe the body that goes; a length that is wrong would cut the new one off.
        for of_the_body in [
            CONTENT_DISPOSITION,
            CONTENT_ENCODING,
            CONTENT_LANGUAGE,
            CONTENT_LENGTH,
            CONTENT_LOCATION,
            CONTENT_RANGE,
            CONTENT_TYPE,
            ETAG,
            LAST_MODIFIED,
        ] {
            fields.remove(of_the_body);
        }
        // Both list things that add up: a page with a cookie of its own must not lose the one that signs out.
        let are_added = [SET_COOKIE, VARY];
        for name in page.headers.keys().filter(|name| !are_added.contains(name)) {
            fields.remove(name);
        }
        for (name, value) in &page.headers {
            fields.append(name, value.clone());
        }
        // A session layer inside does not see the page, which may come with its own headers for caches.
        if !was_storable && CacheHeaders::of(fields).is_storable() {
            forbid_to_store(fields);
        }
        *response.body_mut() = body;
        response
    }

    /// Returns the status of the default response and its sentence for the visitor. The sentence does not tell the
    /// cause of a status 500 or 503, which `Display` does.
    ///
    /// # Examples
    ///
    /// For a handler whose application has its own error type:
    ///
    /// ```
    /// use hardtack::{SessionError, web::Failure};
    ///
    /// fn page(error: SessionError) -> (u16, String) {
    ///     let failure = Failure::from(error);
    ///     let (status, sentence) = failure.status_and_sentence();
    ///     (status.as_u16(), format!("<h1>{sentence}</h1>"))
    /// }
    /// assert_eq!(page(SessionError::Unvalidated(None)), (503, "<h1>please try again later</h1>".to_owned()));
    /// ```
    #[must_use]
    pub fn status_and_sentence(&self) -> (StatusCode, &str) {
        match self {
            Failure::Csrf(refusal @ CsrfRefusal::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, refusal.sentence())
            }
            Failure::Csrf(refusal) => (StatusCode::FORBIDDEN, refusal.sentence()),
            Failure::Session(error) => match error.status() {
                403 => (StatusCode::FORBIDDEN, "please sign in again"),
                413 => (StatusCode::PAYLOAD_TOO_LARGE, "your session is full"),
                503 => (StatusCode::SERVICE_UNAVAILABLE, "please try again later"),
                _ => FAULT,
            },
            Failure::Save(_) | Failure::Setup(_) => FAULT,
        }
    }

    /// Logs the failure, with the path of its request if it is known.
    pub(super) fn logged(self, path: Option<&str>) -> Failure {
        match &self {
            #[cfg(feature = "unstable-companion")]
            Failure::Session(SessionError::Stale) => events::session_was_stale(),
            // Reported when the application could not answer.
            Failure::Session(SessionError::Unvalidated(Some(_))) => {}
            Failure::Session(error) => {
                events::count_failed(label_of(error));
                // Otherwise logged by the layer of the session, which knows the cookie.
                if of_anyone(error).is_none() {
                    events::session_failed(
                        Causes(error),
                        None::<&str>,
                        None::<Reason>,
                        error.key(),
                        None::<u64>,
                    );
                }
            }
            Failure::Save(error) => events::save_failed(Causes(error)),
            // Reported by web/csrf/rules.rs and form.rs, which know the request.
            Failure::Csrf(_) => {}
            Failure::Setup(sentence) => events::setup_is_wrong(path, sentence.as_str()),
        }
        self
    }

    /// Logs the failure, and returns the response to its request. If the token of a form is not of the session, as after
    /// a long time, the visitor sees the response instead of a page, so it has a link to continue.
    pub(super) fn reported(self, path: Option<&str>) -> Response<String> {
        let (status, sentence) = self.status_and_sentence();
        let (mut kind, mut body) = ("text/plain; charset=utf-8", sentence.to_owned());
        if let Failure::Csrf(CsrfRefusal::WrongToken { form: Some(page) }) = &self {
            kind = "text/html; charset=utf-8";
            body = LOAD_AGAIN.replace("{page}", &page.replace('&', "&amp;"));
        }
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let kind = HeaderValue::from_static(kind);
        response.headers_mut().insert(CONTENT_TYPE, kind);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let later = HeaderValue::from_static(RETRY_AFTER_SECONDS);
            response.headers_mut().insert(RETRY_AFTER, later);
        }
        response.extensions_mut().insert(self.logged(path));
        response
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Failure {
        Failure::Session(error)
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

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Failure::Session(error) => error.source(),
            Failure::Save(error) => error.source(),
            Failure::Csrf(_) | Failure::Setup(_) => None,
        }
    }
}

/// Returns the label under which an error of a session is counted.
fn label_of(error: &SessionError) -> labels::Failure {
    match error {
        SessionError::TooLarge(_) => labels::Failure::Full,
        SessionError::Unreadable(Reason::Payload) => labels::Failure::UnreadableSchema,
        SessionError::Unreadable(_) => labels::Failure::UnreadableKey,
        _ => labels::Failure::Session,
    }
}

const FAULT: (StatusCode, &str) = (StatusCode::INTERNAL_SERVER_ERROR, "server error");

/// Without a page, the link leads to the address that the form was sent to.
const LOAD_AGAIN: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width\">\n",
    "<title>Please load the page again</title>\n<main>\n<h1>Please load the page again</h1>\n",
    "<p>It was open for too long, or you have signed in or out since. Nothing was changed.</p>\n",
    "<p><a href=\"{page}\">Load the page again</a></p>\n</main>\n",
);
