//! A tower layer. Feature `tower`.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Extensions, Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    body::{Map, Payload},
    clock::Clock,
    session::Session,
    session_cookie::SessionCookie,
};

/// Gives each request its session, and each response its `Set-Cookie`.
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
///     let session = Session::<hardtack::Map>::from_extensions(request.extensions())?;
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
    cookie: SessionCookie<T>,
    clock: Clock,
    wrap: fn(Session<T>) -> W,
}

impl<T: Payload> SessionLayer<T> {
    /// A layer for the sessions of `cookie`, on the system's clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let layer = SessionLayer::new(cookie.clone()); // `cookie` may also serve other routes
    /// # let _ = (layer, cookie);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(cookie: SessionCookie<T>) -> SessionLayer<T> {
        SessionLayer {
            cookie,
            clock: Clock::system(),
            wrap: |session| session,
        }
    }

    /// Puts `wrap(session)` into the extensions instead of the session itself. For a second layer whose
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
    /// let layer = SessionLayer::new(cookie).wrapped(Admin);
    /// # let _ = layer;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wrapped<W>(self, wrap: fn(Session<T>) -> W) -> SessionLayer<T, W>
    where
        W: Clone + Send + Sync + 'static,
    {
        SessionLayer {
            cookie: self.cookie,
            clock: self.clock,
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
    /// # let _ = layer;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clock(self, clock: impl Into<Clock>) -> SessionLayer<T, W> {
        let clock = clock.into();
        SessionLayer { clock, ..self }
    }
}

impl<T, W> Clone for SessionLayer<T, W> {
    fn clone(&self) -> Self {
        SessionLayer {
            cookie: self.cookie.clone(),
            clock: self.clock.clone(),
            wrap: self.wrap,
        }
    }
}

impl<T, W> fmt::Debug for SessionLayer<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionLayer").field(&self.cookie).finish()
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

/// What [`SessionLayer`] makes of a service.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, SessionService};
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

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let SessionLayer {
            cookie,
            clock,
            wrap,
        } = &self.layer;
        let session = cookie.load_from(request.headers(), clock.clone());
        provide(request.extensions_mut(), wrap(session.clone()));
        ResponseFuture {
            inner: self.inner.call(request),
            open: Open {
                cookie: cookie.clone(),
                session,
            },
        }
    }
}

pin_project! {
    /// The response of [`SessionService`].
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, ResponseFuture, SessionCookie, SessionLayer};
    /// use http::{Request, Response};
    /// use tower::{Layer, Service, service_fn};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let inner = service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(())));
    /// let mut service = SessionLayer::new(cookie).layer(inner);
    /// let response: ResponseFuture<_> = service.call(Request::new(()));
    /// assert_eq!(response.await?.status(), 200);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub struct ResponseFuture<F, T = Map> {
        #[pin]
        inner: F,
        open: Open<T>,
    }
}

impl<F, T> fmt::Debug for ResponseFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseFuture(..)")
    }
}

impl<F, T, ResponseBody, E> Future for ResponseFuture<F, T>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    T: Payload,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut result = ready!(this.inner.poll(context));
        if let Ok(response) = &mut result {
            this.open.finish(response);
        }
        Poll::Ready(result)
    }
}

/// A session whose response has no head yet.
struct Open<T> {
    cookie: SessionCookie<T>,
    session: Session<T>,
}

impl<T: Payload> Open<T> {
    fn finish<B>(&self, response: &mut Response<B>) {
        if self.session.is_shared() {
            // Something goes on to read it: a body in the making, or a task.
            self.session.touch();
        }
        let status = response.status();
        let saved = self
            .cookie
            .save_to(&self.session, status, response.headers_mut());
        if saved.is_err() {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
    }
}

/// Also when the request was cancelled, a handle that lives on is told that nothing is saved any more.
impl<T> Drop for Open<T> {
    fn drop(&mut self) {
        self.session.close();
    }
}

/// Puts `session` where handlers find it. A second one of the same type takes the first one away:
/// which of the two a handler means cannot be known, so it gets neither.
fn provide<W: Clone + Send + Sync + 'static>(extensions: &mut Extensions, session: W) {
    let is_second = extensions.remove::<W>().is_some();
    if is_second || extensions.get::<Ambiguous<W>>().is_some() {
        extensions.insert(Ambiguous::<W>(PhantomData));
    } else {
        extensions.insert(session);
    }
}

/// Several layers put a `W` into the same request.
#[derive(Clone)]
struct Ambiguous<W>(PhantomData<fn() -> W>);

impl<T: Payload> Session<T> {
    /// The session that a [`SessionLayer`] put into a request's extensions. With feature `tower`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::Session;
    /// use http::Extensions;
    ///
    /// fn user(extensions: &Extensions) -> Result<Option<u64>, Box<dyn std::error::Error>> {
    ///     let session: Session = Session::from_extensions(extensions)?;
    ///     Ok(session.get("user")?)
    /// }
    /// assert!(user(&Extensions::new()).is_err()); // there is no layer
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such layer around this service, or there are two for the same type.
    pub fn from_extensions(extensions: &Extensions) -> Result<Session<T>, MissingSession> {
        match extensions.get::<Session<T>>() {
            Some(session) => Ok(session.clone()),
            None if extensions.get::<Ambiguous<Session<T>>>().is_some() => {
                Err(MissingSession::Ambiguous)
            }
            None => Err(MissingSession::NoLayer),
        }
    }
}

/// Why a request has no session of the type asked for: a mistake in how the application is put together.
///
/// # Examples
///
/// ```
/// use hardtack::{MissingSession, Session};
/// use http::Extensions;
///
/// let session: Result<Session, _> = Session::from_extensions(&Extensions::new());
/// assert_eq!(session.unwrap_err(), MissingSession::NoLayer);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingSession {
    /// No [`SessionLayer`] of this type is around the service.
    NoLayer,
    /// Two of them are.
    Ambiguous,
}

impl fmt::Display for MissingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MissingSession::NoLayer => {
                "no session layer for this type of session is around the handler; add \
                 `.layer(SessionLayer::new(cookie))` to the router, after its routes"
            }
            MissingSession::Ambiguous => {
                "two session layers for the same type of session are around the handler; give one of \
                 them a type of its own with `.wrapped(…)`"
            }
        })
    }
}

impl std::error::Error for MissingSession {}
