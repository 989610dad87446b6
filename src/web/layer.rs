use std::{fmt, sync::Arc};

use http::request::Parts;

use super::{
    any_carrier::AnyCarrier, framework::Fields, lost_cookie::warning, old_paths::OldPaths,
    pending::PendingSession,
};
use crate::{
    base::{clock::Clock, clone_by_fields},
    carrier::{SessionCookie, SessionHeader},
    session::Session,
    state::{Map, Payload, SessionError},
    token::Context,
};

/// Layer that gives each request its session, and saves the session with the response.
///
/// It works with any body, and with inner services that are neither `Send` nor `Clone`. Handlers get the session by
/// [`Session::from_extensions`]; with feature `axum` or `actix`, [`Session`] is an extractor. The [guide](crate::guide)
/// has programs for axum, and [another page](crate::guide::frameworks) has programs for actix-web.
///
/// Put a timeout layer around this layer, so that an interrupted handler saves nothing. If the timeout is inside, some
/// of the handler's changes may be saved, by default only the end of a session with a 5xx, and none with status 408.
/// Put a retry layer around this layer too. If the retry is inside, changes of failed attempts are saved with the last
/// one.
///
/// In axum, the layer added last is the outermost; in a `tower::ServiceBuilder`, the one added first.
///
/// # Examples
///
/// In axum, after the routes and the guard, or in a `tower::ServiceBuilder` before the guard:
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::{Router, routing::get};
/// use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer, csrf::CsrfGuard};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app: Router = Router::new()
///     .route("/", get(async |session: Session| format!("new: {}", session.is_new())))
///     .layer(CsrfGuard::new())
///     .layer(SessionLayer::new(cookie)); // the layer added last runs first
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// In any tower service:
///
/// ```
/// use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer};
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let service = SessionLayer::new(cookie).layer(service_fn(async |request: Request<()>| {
///     let session = Session::<hardtack::session::Map>::from_extensions(request.extensions()).await?;
///     session.insert("user", 42)?;
///     Ok::<_, Box<dyn std::error::Error>>(Response::new(()))
/// }));
/// let response = service.oneshot(Request::new(())).await?;
/// assert!(response.headers().contains_key("set-cookie"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[doc(alias(
    "CookieSessionManagerLayer",
    "SessionManagerLayer",
    "SessionMiddleware"
))]
pub struct SessionLayer<T = Map, W = Session<T>> {
    pub(super) carrier: Arc<AnyCarrier<T>>,
    pub(super) clock: Clock,
    pub(super) is_eager: bool,
    pub(super) context_by: Option<ContextBy>,
    pub(super) wrap: fn(Session<T>) -> W,
}

type ContextBy = Arc<dyn Fn(&Parts) -> RequestContext + Send + Sync>;

/// Context that `context_by` chose for the session of a request, or `None` for the carrier's, if it is not set. The error
/// is [`SessionError::NoContext`]: it returned `None`, or could not be given the request.
pub(super) type RequestContext = Result<Option<Arc<Context>>, SessionError>;

impl<T: Payload> SessionLayer<T> {
    /// Creates a layer for the sessions of `cookie`, with the system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer};
    ///
    /// let layer = SessionLayer::new(SessionCookie::encrypted(EncryptionKey::generate()?).build()?);
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let service = layer.layer(service_fn(async |request: Request<()>| {
    ///     let session: Session = Session::from_extensions(request.extensions()).await?;
    ///     session.insert("user", 42)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(Response::new(()))
    /// }));
    /// let response = service.oneshot(Request::new(())).await?;
    /// assert!(response.headers().contains_key("set-cookie"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(cookie: SessionCookie<T>) -> SessionLayer<T> {
        SessionLayer::of(AnyCarrier::Cookie(cookie))
    }

    /// Creates a layer for the sessions of `header`, with the system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionHeader, SessionLayer};
    ///
    /// let header = SessionHeader::encrypted(EncryptionKey::generate()?, "authorization").build()?;
    /// let layer = SessionLayer::in_header(header);
    /// assert!(format!("{layer:?}").contains("authorization"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_header(header: SessionHeader<T>) -> SessionLayer<T> {
        SessionLayer::of(AnyCarrier::Header(header))
    }

    fn of(carrier: AnyCarrier<T>) -> SessionLayer<T> {
        SessionLayer {
            carrier: Arc::new(carrier),
            clock: Clock::system(),
            is_eager: false,
            context_by: None,
            wrap: |session| session,
        }
    }

    /// Puts `wrap(session)` into the extensions instead of the session, for a second layer whose sessions have the same
    /// type. Extractors do not ask whether such a session is still valid. If its cookie has
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after), call [`validate`](Session::validate)
    /// before you use the session.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer};
    /// # use http::{Request, Response};
    /// # use tower::{Layer, ServiceExt, service_fn};
    ///
    /// #[derive(Clone)]
    /// struct Admin(Session);
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("__Host-admin")
    ///     .build()?;
    /// let layer = SessionLayer::new(cookie).map_session(Admin);
    /// let service = layer.layer(service_fn(async |request: Request<()>| {
    ///     let Admin(session) = request.extensions().get().ok_or("no session")?;
    ///     session.insert("user", 42)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(Response::new(()))
    /// }));
    /// let response = service.oneshot(Request::new(())).await?;
    /// assert!(response.headers()["set-cookie"].to_str()?.starts_with("__Host-admin="));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn map_session<W>(self, wrap: fn(Session<T>) -> W) -> SessionLayer<T, W>
    where
        W: Clone + Send + Sync + 'static,
    {
        SessionLayer {
            carrier: self.carrier,
            clock: self.clock,
            is_eager: self.is_eager,
            context_by: self.context_by,
            wrap,
        }
    }
}

impl<T: Payload, W> SessionLayer<T, W> {
    /// Loads the session of a request with these fields, of which the server takes `limit` bytes, if that is known. Few
    /// requests need their `path`. If the request belongs to no context, the session is empty and refuses changes.
    #[inline]
    pub(super) fn load_from<'p>(
        &self,
        request: &impl Fields,
        path: &dyn Fn() -> &'p str,
        context: RequestContext,
        limit: Option<usize>,
    ) -> PendingSession<T> {
        let is_refused = context.is_err();
        let context = context.unwrap_or_default();
        let clock = self.clock.clone();
        let (session, warning, old_paths) = match &*self.carrier {
            AnyCarrier::Cookie(cookie) => (
                cookie.load_request(request, clock, context, limit),
                warning(&cookie.fields, request, path),
                OldPaths::of(&cookie.fields, request, path),
            ),
            AnyCarrier::Header(tokens) => (
                tokens.load_request(request, clock, context),
                None,
                OldPaths::default(),
            ),
        };
        if is_refused {
            session.close_without_context();
        }
        if self.is_eager {
            session.read_ahead();
        }
        PendingSession {
            carrier: Arc::clone(&self.carrier),
            session,
            warning,
            old_paths,
            is_saved: false,
        }
    }
}

impl<T, W> SessionLayer<T, W> {
    /// Sets the clock, for tests.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer, session::Map};
    /// # use http::{Request, Response};
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// let layer = SessionLayer::new(cookie.clone()).clock(now);
    /// let service = layer.layer(service_fn(async |request: Request<()>| {
    ///     let session = Session::<Map>::from_extensions(request.extensions()).await?;
    ///     session.insert("user", 42)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(Response::new(()))
    /// }));
    /// let response = service.oneshot(Request::new(())).await?;
    /// let session = cookie.load([&response.headers()["set-cookie"]], now);
    /// assert_eq!(session.created_at(), Some(now));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clock(mut self, clock: impl Into<Clock>) -> SessionLayer<T, W> {
        self.clock = clock.into();
        self
    }

    /// Verifies the session of every request before its handler runs, so that `on_outcome` sees each session.
    /// Otherwise, a session that the handler does not touch is treated as without this setting. Default: off.
    #[must_use]
    pub fn eager(mut self, is_eager: bool) -> SessionLayer<T, W> {
        self.is_eager = is_eager;
        self
    }
}

clone_by_fields!(SessionLayer<T, W> { carrier, clock, is_eager, context_by, wrap });

impl<T, W> fmt::Debug for SessionLayer<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionLayer")
            .field("name", &self.carrier.core().slot.purpose.name())
            .field("clock", &self.clock)
            .field("is_eager", &self.is_eager)
            .field("has_context_by", &self.context_by.is_some())
            .finish_non_exhaustive()
    }
}
