use std::{
    fmt,
    sync::Arc,
    task::{self, Poll},
};

use http::{Request, Response, request::Parts};
use tower_layer::Layer;
use tower_service::Service;

use super::{
    extensions::provide,
    future::{PendingSession, ResponseFuture},
    host::host_of,
    transport::Transport,
};
use crate::{
    base::clock::Clock,
    carrier::{SessionCookie, SessionHeader},
    session::Session,
    state::{Map, Payload},
    token::Context,
};

/// A layer that gives each request its session, and each response its `Set-Cookie`.
///
/// Works with any body, and with inner services that are neither `Send` nor `Clone`. Handlers find a
/// [`Session<T>`](Session) in the request's extensions; with feature `axum` it is an extractor.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer};
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let service = SessionLayer::new(cookie).layer(service_fn(async |request: Request<()>| {
///     let session = Session::<hardtack::session::Map>::from_extensions(request.extensions())?;
///     session.insert("user", 42)?;
///     Ok::<_, Box<dyn std::error::Error>>(Response::new(()))
/// }));
/// let response = service.oneshot(Request::new(())).await?;
/// assert!(response.headers().contains_key("set-cookie"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct SessionLayer<T = Map, W = Session<T>> {
    transport: Transport<T>,
    clock: Clock,
    is_eager: bool,
    context_by: Option<ContextBy>,
    wrap: fn(Session<T>) -> W,
}

type ContextBy = Arc<dyn Fn(&Parts) -> Option<Context> + Send + Sync>;

impl<T: Payload> SessionLayer<T> {
    /// Makes a layer for the sessions of `cookie`, with the system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let layer = SessionLayer::new(cookie.clone()); // `cookie` may also serve other routes
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(cookie: SessionCookie<T>) -> SessionLayer<T> {
        SessionLayer::of(Transport::Cookie(cookie))
    }

    /// Makes a layer for sessions in a header, with the system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionHeader, SessionLayer};
    ///
    /// let header = SessionHeader::encrypted("authorization", EncryptionKey::generate()?).build()?;
    /// let layer = SessionLayer::in_header(header);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_header(header: SessionHeader<T>) -> SessionLayer<T> {
        SessionLayer::of(Transport::Header(header))
    }

    fn of(transport: Transport<T>) -> SessionLayer<T> {
        SessionLayer {
            transport,
            clock: Clock::system(),
            is_eager: false,
            context_by: None,
            wrap: |session| session,
        }
    }

    /// Puts `wrap(session)` into the extensions instead of the session. For a second layer whose
    /// sessions have the same type.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer};
    ///
    /// #[derive(Clone)]
    /// struct Admin(Session);
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("__Host-admin")
    ///     .build()?;
    /// let layer = SessionLayer::new(cookie).map_session(Admin);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn map_session<W>(self, wrap: fn(Session<T>) -> W) -> SessionLayer<T, W>
    where
        W: Clone + Send + Sync + 'static,
    {
        SessionLayer {
            transport: self.transport,
            clock: self.clock,
            is_eager: self.is_eager,
            context_by: self.context_by,
            wrap,
        }
    }
}

impl<T, W> SessionLayer<T, W> {
    /// Takes the time from `clock`, for tests and for targets without a system clock.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let layer = SessionLayer::new(cookie).clock(UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clock(self, clock: impl Into<Clock>) -> SessionLayer<T, W> {
        let clock = clock.into();
        SessionLayer { clock, ..self }
    }

    /// Verifies the session of every request before its handler runs, so that `on_outcome` sees each. A session that the
    /// handler does not touch is still neither refreshed nor mentioned in the response.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .on_outcome(|reading| println!("{:?}", reading.outcome))
    ///     .build()?;
    /// let layer = SessionLayer::new(cookie).eager();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn eager(self) -> SessionLayer<T, W> {
        SessionLayer {
            is_eager: true,
            ..self
        }
    }

    /// Binds the session of each request to a context of its own, which replaces the builder's: for example to a
    /// tenant's name, by the host. A session of one context does not open in another.
    ///
    /// If `context_by` returns `None`, the request belongs to no context. Its session is then empty, and changes to it
    /// fail with [`SessionError::NoContext`](crate::SessionError::NoContext).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer, carrier::Context};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use hardtack::web::host_of;
    ///
    /// let layer = SessionLayer::new(cookie).context_by(|request| {
    ///     let host = host_of(request)?;
    ///     let tenant = host.strip_suffix(".shop.example")?;
    ///     Context::new([("tenant", tenant)]).ok()
    /// });
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// Do not read the field `Host` yourself: HTTP/2 has none, and a default for it would put all tenants into one
    /// context. [`host_of`](crate::web::host_of) reads both.
    #[must_use]
    pub fn context_by(
        self,
        context_by: impl Fn(&Parts) -> Option<Context> + Send + Sync + 'static,
    ) -> SessionLayer<T, W> {
        SessionLayer {
            context_by: Some(Arc::new(context_by)),
            ..self
        }
    }

    /// Binds the session of each request to [its host](crate::web::host_of), under the label `host`. The session of a
    /// request that names no host is empty, as with [`context_by`](Self::context_by).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let layer = SessionLayer::new(cookie).context_by_host();
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn context_by_host(self) -> SessionLayer<T, W> {
        self.context_by(|request| Context::new([("host", host_of(request)?)]).ok())
    }
}

impl<T, W> Clone for SessionLayer<T, W> {
    fn clone(&self) -> Self {
        SessionLayer {
            transport: self.transport.clone(),
            clock: self.clock.clone(),
            is_eager: self.is_eager,
            context_by: self.context_by.clone(),
            wrap: self.wrap,
        }
    }
}

impl<T, W> fmt::Debug for SessionLayer<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.transport {
            Transport::Cookie(cookie) => cookie.name().as_str(),
            Transport::Header(header) => &header.name,
        };
        f.debug_tuple("SessionLayer").field(&name).finish()
    }
}

impl<S, T, W> Layer<S> for SessionLayer<T, W> {
    type Service = SessionService<S, T, W>;

    fn layer(&self, inner: S) -> Self::Service {
        SessionService {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service that [`SessionLayer`] wraps around another.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, web::SessionService};
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let inner = service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(())));
/// let service: SessionService<_> = SessionLayer::new(cookie).layer(inner);
/// let response = service.oneshot(Request::new(())).await?;
/// assert!(response.headers().is_empty()); // nobody touched the session
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct SessionService<S, T = Map, W = Session<T>> {
    inner: S,
    layer: SessionLayer<T, W>,
}

impl<S: Clone, T, W> Clone for SessionService<S, T, W> {
    fn clone(&self) -> Self {
        SessionService {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        }
    }
}

impl<S: fmt::Debug, T, W> fmt::Debug for SessionService<S, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionService")
            .field("inner", &self.inner)
            .field("layer", &self.layer)
            .finish()
    }
}

impl<S, T, W, RequestBody, ResponseBody> Service<Request<RequestBody>> for SessionService<S, T, W>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    T: Payload,
    W: Clone + Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let SessionLayer {
            transport,
            clock,
            is_eager,
            context_by,
            wrap,
        } = &self.layer;
        let clock = clock.clone();
        let session = match context_by {
            None => transport.load_from(request.headers(), clock, None),
            Some(choose) => {
                let (parts, body) = request.into_parts();
                let session = match choose(&parts) {
                    None => transport.refuse(clock),
                    context => transport.load_from(&parts.headers, clock, context),
                };
                request = Request::from_parts(parts, body);
                session
            }
        };
        if *is_eager {
            session.verify();
        }
        provide(request.extensions_mut(), wrap(session.clone()));
        ResponseFuture {
            inner: self.inner.call(request),
            pending: PendingSession::new(transport.clone(), session),
        }
    }
}
