//! Layers as middleware of actix-web; [`Session`] and guarded forms as extractors. Feature `actix`.

use std::{
    future::{Ready, poll_fn, ready},
    pin::Pin,
    rc::Rc,
    task::{self, Poll, Waker},
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError,
    body::{BoxBody, EitherBody},
    dev,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    error::InternalError,
    http::{StatusCode, header},
    web::Bytes,
};
use http::{Request, Response, Version, request::Parts};
use serde::de::DeserializeOwned;
use tower_layer::Layer;

use super::{
    body_reading::BodyReading,
    csrf::{CsrfGuard, CsrfRefusal, GuardedForm, GuardedRejection, Verdict, form::verified_fields},
    extensions::provide,
    failure::Failure,
    framework::Fields,
    layer::SessionLayer,
    missing_session::other_type,
    service::{Gate, Layered},
};
use crate::{
    carrier::KeysInUse,
    session::Session,
    state::{Payload, SessionError},
};

/// Implements actix-web's middleware trait for a layer.
macro_rules! middleware {
    ($(#[$doc:meta])* $($layer:ident)::+<$($parameter:ident),+>) => {
        $(#[$doc])*
        impl<S, $($parameter),+> Transform<S, ServiceRequest> for $($layer)::+<$($parameter),+>
        where
            <Self as Layer<Rc<S>>>::Service: Service<ServiceRequest>,
        {
            type Response = <Self::Transform as Service<ServiceRequest>>::Response;
            type Error = <Self::Transform as Service<ServiceRequest>>::Error;
            type Transform = <Self as Layer<Rc<S>>>::Service;
            type InitError = ();
            type Future = Ready<Result<Self::Transform, ()>>;

            fn new_transform(&self, inner: S) -> Self::Future {
                ready(Ok(self.layer(Rc::new(inner))))
            }
        }
    };
}

middleware! {
    /// With feature `actix`, a layer is middleware: `App::new().wrap(layer)`. Create it before `HttpServer::new` and
    /// clone it for each worker, so that all workers share its keys.
    ///
    /// A handler takes the session as an argument, and the session is saved as in a tower service. A streaming body to
    /// which the handler passes the session can still read it, but no longer change it; the request no longer has it.
    /// If an inner middleware returns an error instead of a response, changes are dropped, as with a panic, because
    /// there is no response head.
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
    SessionLayer<T, W>
}

#[cfg(feature = "unstable-companion")]
middleware!(super::companion::layer::CompanionLayer<T, W>);

middleware! {
    /// With feature `actix`, a guard is middleware. `App` runs the middleware that is added last first, and the guard
    /// needs the layer's session, so write `App::new().wrap(guard).wrap(layer)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, HttpResponse, test, web};
    /// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let app = App::new()
    ///     .route("/transfer", web::post().to(HttpResponse::Ok))
    ///     .wrap(CsrfGuard::new())
    ///     .wrap(SessionLayer::new(cookie));
    /// let request = test::TestRequest::post().uri("/transfer");
    /// let request = request.insert_header(("sec-fetch-site", "cross-site"));
    /// # actix_web::rt::System::new().block_on(async {
    /// let app = test::init_service(app).await;
    /// let response = test::call_service(&app, request.to_request()).await;
    /// assert_eq!(response.status(), 403);
    /// # });
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    CsrfGuard<T>
}

impl<S, B, T, W> Service<ServiceRequest> for Layered<S, SessionLayer<T, W>>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + Clone + 'static,
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
        if layer.carrier.poll_kept_up(&no_task()).is_pending() {
            let service = self.clone();
            let called = call_later(service, request, |it, task| {
                it.layer.carrier.poll_kept_up(task)
            });
            return Box::pin(called);
        }
        let choose = layer.context_by.as_ref();
        let context = choose.map_or(Ok(None), |choose| {
            choose(&parts_of(&request).ok_or(SessionError::NoContext)?)
        });
        let mut pending = layer.load_from(request.headers(), &|| request.path(), context, None);
        let session = (layer.wrap)(pending.session.clone());
        provide::<T, _>(&mut *request.extensions_mut(), session);
        let inner = self.inner.call(request);
        Box::pin(async move {
            let mut whole = inner.await?;
            // In actix-web, the request lives as long as its response. Only a handle that the application keeps should
            // count.
            whole.request().extensions_mut().remove::<W>();
            let response = whole.response_mut();
            let status = pending.status_to_save(response.status().into(), &*response.extensions());
            if let Err(failure) = pending.save(status, response.headers_mut()) {
                *response.status_mut() = failure.status_code();
                response.extensions_mut().insert(failure);
            }
            Ok(whole)
        })
    }
}

impl<S, B, G> Service<ServiceRequest> for Layered<S, G>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + Clone + 'static,
    S::Future: 'static,
    B: 'static,
    G: Gate + Clone + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    dev::forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        if self.layer.poll_kept_up(&no_task()).is_pending() {
            let service = self.clone();
            let called = call_later(service, request, |it, task| it.layer.poll_kept_up(task));
            return Box::pin(called);
        }
        let (method, path) = (request.method().as_str(), request.path());
        if !self.layer.concerns(method, path) {
            return Box::pin(passed(self.inner.call(request)));
        }
        let Some(parts) = parts_of(&request) else {
            let refused = HttpResponse::BadRequest().finish();
            return Box::pin(ready(Ok(responded(request, refused))));
        };
        let decision = self.layer.decide(&parts, &mut *request.extensions_mut());
        match decision {
            Verdict::Responds(response) => {
                Box::pin(ready(Ok(responded(request, converted(response)))))
            }
            Verdict::Passes => Box::pin(passed(self.inner.call(request))),
            Verdict::PassesIf(in_form) => {
                let inner = self.inner.clone();
                Box::pin(async move {
                    let payload = request.take_payload();
                    match BodyReading::of_form(payload, &in_form, &parts).await {
                        Err(response) => Ok(responded(request, converted(response))),
                        Ok(body) => {
                            let payload = Box::pin(body);
                            request.set_payload(dev::Payload::Stream { payload });
                            passed(inner.call(request)).await
                        }
                    }
                })
            }
        }
    }
}

/// Calls `service` when it is ready. (actix-web asks an inner service only when a connection begins, not for each
/// request.)
async fn call_later<S: Service<ServiceRequest>>(
    service: S,
    request: ServiceRequest,
    poll: fn(&S, &task::Context<'_>) -> Poll<()>,
) -> Result<S::Response, S::Error> {
    poll_fn(|task| poll(&service, task)).await;
    service.call(request).await
}

/// Returns a context to ask by, without waiting.
fn no_task() -> task::Context<'static> {
    task::Context::from_waker(Waker::noop())
}

async fn passed<B>(
    response: impl Future<Output = Result<ServiceResponse<B>, Error>>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    Ok(response.await?.map_into_left_body())
}

fn responded<B>(request: ServiceRequest, response: HttpResponse) -> ServiceResponse<EitherBody<B>> {
    request.into_response(response).map_into_right_body()
}

/// Returns the head of a request in the types of the crate `http`, without extensions. Returns `None` if they cannot
/// express it.
fn parts_of(request: &ServiceRequest) -> Option<Parts> {
    let version = match request.version() {
        actix_web::http::Version::HTTP_10 => Version::HTTP_10,
        actix_web::http::Version::HTTP_2 => Version::HTTP_2,
        _ => Version::HTTP_11,
    };
    let (method, uri) = (request.method().as_str(), request.uri().to_string());
    let mut copy = Request::builder().method(method).uri(uri).version(version);
    for (name, value) in request.headers() {
        copy = copy.header(name.as_str(), value.as_bytes());
    }
    let (parts, ()) = copy.body(()).ok()?.into_parts();
    Some(parts)
}

/// With feature `actix`, works like [`from_extensions`](Session::from_extensions). The request is refused with 500 if
/// there is no session layer, or two for this type, and with 503 if the application cannot say whether the session is
/// still valid ([`Failure`]).
impl<T: Payload> FromRequest for Session<T> {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let session = Session::<T>::provided_in(&*request.extensions(), other_type);
        Box::pin(async move { session?.asked_about().await })
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        of_actix(self.status_and_sentence().0)
    }

    fn error_response(&self) -> HttpResponse {
        converted(self.clone().reported(None))
    }
}

/// Lets a handler use `?`. The response is the default one of [`Failure::Session`], and has this failure in its
/// extensions.
impl ResponseError for SessionError {
    fn status_code(&self) -> StatusCode {
        Failure::Session(self.clone()).status_code()
    }

    fn error_response(&self) -> HttpResponse {
        Failure::Session(self.clone()).error_response()
    }
}

/// With feature `actix`, the response of a health check: the text of this value, which caches do not store.
///
/// # Examples
///
/// ```
/// use actix_web::{App, web};
/// use hardtack::{EncryptionKey, SessionCookie};
/// use std::time::SystemTime;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let health = move || { let keys = cookie.keys_in_use(SystemTime::now()); async { keys } };
/// let app = App::new().route("/health", web::get().to(health));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl Responder for KeysInUse {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"))
            .body(self.to_string())
    }
}

/// With feature `actix`. `PayloadConfig` limits the length of the body.
impl<T: DeserializeOwned + 'static> FromRequest for GuardedForm<T> {
    type Error = GuardedRejection<Error>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, body: &mut dev::Payload) -> Self::Future {
        let tokens = verified_fields(&*request.extensions(), request.path());
        let content_type = request.headers().get(header::CONTENT_TYPE).cloned();
        let body = Bytes::from_request(request, body);
        Box::pin(async move {
            let (tokens, body) = (tokens?, body.await.map_err(GuardedRejection::Inner)?);
            let content_type = content_type.as_ref().map(header::HeaderValue::as_bytes);
            let form = GuardedForm::read(&tokens, content_type, &body);
            form.map_err(|(status, sentence)| {
                let error = InternalError::new(sentence, of_actix(status));
                GuardedRejection::Inner(error.into())
            })
        })
    }
}

fn of_actix(status: http::StatusCode) -> StatusCode {
    StatusCode::from_u16(status.as_u16()).expect("it is a status")
}

impl ResponseError for GuardedRejection<Error> {
    fn status_code(&self) -> StatusCode {
        match self {
            GuardedRejection::Inner(error) => error.as_response_error().status_code(),
            GuardedRejection::Refused(refusal) => refusal.status_code(),
            GuardedRejection::NoGuard => Failure::Setup(self.to_string()).status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            GuardedRejection::Inner(error) => error.error_response(),
            GuardedRejection::Refused(refusal) => refusal.error_response(),
            GuardedRejection::NoGuard => Failure::Setup(self.to_string()).error_response(),
        }
    }
}

/// With feature `actix`, the response of the guard.
impl ResponseError for CsrfRefusal {
    fn status_code(&self) -> StatusCode {
        Failure::Csrf(self.clone()).status_code()
    }

    fn error_response(&self) -> HttpResponse {
        Failure::Csrf(self.clone()).error_response()
    }
}

/// Converts a response to the types of actix-web.
fn converted(response: Response<String>) -> HttpResponse {
    let (mut head, body) = response.into_parts();
    let mut response = HttpResponse::new(of_actix(head.status));
    for (name, value) in &head.headers {
        let mut copy = header::HeaderValue::from_bytes(value.as_bytes()).expect("it is a value");
        copy.set_sensitive(value.is_sensitive());
        response
            .headers_mut()
            .add(header::HeaderMap::name(name.as_str()), copy);
    }
    if let Some(failure) = head.extensions.remove::<Failure>() {
        response.extensions_mut().insert(failure);
    }
    response.set_body(BoxBody::new(body))
}
