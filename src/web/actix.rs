//! [`SessionLayer`] as middleware of actix-web, and [`Session`] as its extractor. Feature `actix`.

use std::{
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, dev,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, Version, request::Parts};

use super::{
    extensions::{MissingSession, provide},
    failure::{Failure, status_of},
    future::PendingSession,
    head::Extensions,
    layer::SessionLayer,
    service::SessionService,
};
use crate::{
    session::Session,
    state::{Payload, SessionError},
};

/// With feature `actix`, a layer is middleware: `App::new().wrap(layer)`. Make it before `HttpServer::new` and clone it
/// for each worker, so that all of them share its keys.
///
/// A handler takes the session as an argument, and its response is saved like that of a tower service. A session that
/// a streaming body holds can be read, and no longer changed. An error that an inner middleware returns in place of a
/// response has no head here, so changes are dropped, as with a panic.
///
/// # Examples
///
/// ```
/// use actix_web::{App, test, web};
/// use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
///
/// async fn home(session: Session) -> Result<String, SessionError> {
///     let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
///     session.insert("visits", visits)?;
///     Ok(format!("visit {visits}"))
/// }
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let layer = SessionLayer::new(cookie);
/// let app = App::new().route("/", web::get().to(home)).wrap(layer);
/// # actix_web::rt::System::new().block_on(async {
/// # let app = test::init_service(app).await;
/// # let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
/// # assert!(response.headers().contains_key("set-cookie"));
/// # });
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl<S, B, T, W> Transform<S, ServiceRequest> for SessionLayer<T, W>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    T: Payload,
    W: Clone + Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = Error;
    type Transform = SessionService<S, T, W>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        let layer = self.clone();
        ready(Ok(SessionService { inner, layer }))
    }
}

impl<S, B, T, W> Service<ServiceRequest> for SessionService<S, T, W>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    T: Payload,
    W: Clone + Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Error>>>>;

    dev::forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let layer = &self.layer;
        let choose = layer.context_by.as_ref();
        let context = choose.map(|choose| choose(&parts_of(&request)?));
        let session = layer.load_from(request.headers(), context);
        provide(
            &mut *request.extensions_mut(),
            (layer.wrap)(session.clone()),
        );
        let mut pending = PendingSession::new(layer.transport.clone(), session);
        let inner = self.inner.call(request);
        Box::pin(async move {
            let mut response = inner.await?;
            // The request lives as long as its response here. Only a handle that the application keeps is to count.
            Extensions::remove::<W>(&mut *response.request().extensions_mut());
            pending.finish(response.response_mut());
            Ok(response)
        })
    }
}

/// The head of a request in the types of the crate `http`, without extensions. `None` if it cannot be expressed.
pub(crate) fn parts_of(request: &ServiceRequest) -> Option<Parts> {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = Method::from_bytes(request.method().as_str().as_bytes()).ok()?;
    parts.uri = request.uri().to_string().parse::<Uri>().ok()?;
    parts.version = match request.version() {
        actix_web::http::Version::HTTP_10 => Version::HTTP_10,
        actix_web::http::Version::HTTP_2 => Version::HTTP_2,
        _ => Version::HTTP_11,
    };
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        parts.headers.append(name, value);
    }
    Some(parts)
}

/// With feature `actix`. Without a session layer, the request is refused with 500. The sentence that says how to add one
/// is in a `tracing` event, and in the response's extensions as a [`Failure`].
impl<T: Payload> FromRequest for Session<T> {
    type Error = MissingSession;
    type Future = Ready<Result<Self, MissingSession>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(Session::provided_in(&*request.extensions()))
    }
}

impl ResponseError for MissingSession {
    fn error_response(&self) -> HttpResponse {
        let failure = Failure::Setup(self.to_string());
        failed(StatusCode::INTERNAL_SERVER_ERROR, failure)
    }
}

/// Lets a handler use `?`: the response is a 500 that tells the visitor nothing. The sentence of the error is in a
/// `tracing` event, and in the response's extensions as a [`Failure`]. [`Stale`](SessionError::Stale) is no fault of the
/// server: a 403 that asks the visitor to sign in again.
impl ResponseError for SessionError {
    fn error_response(&self) -> HttpResponse {
        failed(status_of(self), Failure::Session(Arc::new(self.clone())))
    }
}

/// The response to a request that failed.
pub(crate) fn failed(status: StatusCode, failure: Failure) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status.as_u16());
    let status = status.unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .body(failure.for_visitor());
    failure.mark(&mut response);
    response
}
