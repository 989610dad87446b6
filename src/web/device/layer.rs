use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use crate::{
    session::Session,
    state::{Map, Payload},
    web::{ResponseFuture, SessionLayer, SessionService, transport::Transport},
};

/// A [`SessionLayer`] that also answers the two requests of a browser whose sessions are
/// [bound to its device](crate::carrier::SessionCookieBuilder::device_bound). Features `device-bound` and `tower`.
///
/// Add it after every other layer that may refuse a request, such as a CSRF guard, so that it is around them. In axum,
/// add it to the outermost router, after the fallback: inside of `nest` and `route_layer` it sees none of its requests.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, device::DeviceBound, web::DeviceLayer};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .device_bound(DeviceBound::at("/.session"))
///     .build()?;
/// let layer = DeviceLayer::new(SessionLayer::new(cookie));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct DeviceLayer<T = Map, W = Session<T>>(SessionLayer<T, W>);

impl<T, W> DeviceLayer<T, W> {
    /// Adds the endpoints to `layer`, with its clock and its contexts.
    pub fn new(layer: SessionLayer<T, W>) -> DeviceLayer<T, W> {
        DeviceLayer(layer)
    }
}

impl<T: Payload, W> SessionLayer<T, W> {
    /// Returns `true` if a request is for one of the endpoints of the sessions' devices.
    pub(super) fn is_for_device(&self, method: &str, path: &str) -> bool {
        let Transport::Cookie(cookie) = &self.transport else {
            return false;
        };
        cookie.device_endpoint(method, path).is_some()
    }

    /// Answers such a request.
    pub(super) fn answer_device(&self, request: &Parts) -> Option<Response<String>> {
        let Transport::Cookie(cookie) = &self.transport else {
            return None;
        };
        match &self.context_by {
            None => cookie.answer_device(request, self.clock.clone()),
            Some(choose) => {
                let Some(context) = choose(request) else {
                    return Some(cookie.refuse_device());
                };
                cookie.answer_device_in(&context, request, self.clock.clone())
            }
        }
    }
}

impl<T, W> Clone for DeviceLayer<T, W> {
    fn clone(&self) -> Self {
        DeviceLayer(self.0.clone())
    }
}

impl<T, W> fmt::Debug for DeviceLayer<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeviceLayer").field(&self.0).finish()
    }
}

impl<S, T, W> Layer<S> for DeviceLayer<T, W> {
    type Service = DeviceService<S, T, W>;

    fn layer(&self, inner: S) -> Self::Service {
        DeviceService {
            inner: self.0.layer(inner),
            layer: self.0.clone(),
        }
    }
}

/// The service that [`DeviceLayer`] wraps around another.
pub struct DeviceService<S, T = Map, W = Session<T>> {
    pub(super) inner: SessionService<S, T, W>,
    pub(super) layer: SessionLayer<T, W>,
}

impl<S: Clone, T, W> Clone for DeviceService<S, T, W> {
    fn clone(&self) -> Self {
        DeviceService {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        }
    }
}

impl<S: fmt::Debug, T, W> fmt::Debug for DeviceService<S, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeviceService").field(&self.inner).finish()
    }
}

impl<S, T, W, RequestBody, ResponseBody> Service<Request<RequestBody>> for DeviceService<S, T, W>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    T: Payload,
    W: Clone + Send + Sync + 'static,
    ResponseBody: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = DeviceFuture<S::Future, T>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (method, path) = (request.method().as_str(), request.uri().path());
        if !self.layer.is_for_device(method, path) {
            let inner = self.inner.call(request);
            return DeviceFuture {
                kind: Kind::Passed { inner },
            };
        }
        let (parts, _) = request.into_parts();
        let response = self.layer.answer_device(&parts);
        DeviceFuture {
            kind: Kind::Answered { response },
        }
    }
}

pin_project! {
    /// The response future of [`DeviceService`].
    #[derive(Debug)]
    pub struct DeviceFuture<F, T = Map> {
        #[pin]
        kind: Kind<F, T>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<F, T> {
        Passed { #[pin] inner: ResponseFuture<F, T> },
        Answered { response: Option<Response<String>> },
    }
}

impl<F, T, ResponseBody, E> Future for DeviceFuture<F, T>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    T: Payload,
    ResponseBody: From<String>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProjection::Passed { inner } => inner.poll(context),
            KindProjection::Answered { response } => {
                let response = response.take();
                let response = response.expect("a future is not polled after it was ready");
                Poll::Ready(Ok(response.map(ResponseBody::from)))
            }
        }
    }
}
