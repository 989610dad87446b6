//! Layers as services of tower. Feature `tower`.

use std::{
    fmt, mem,
    pin::Pin,
    task::{self, Poll, ready},
};

use http::{Request, Response, Version, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    extensions::provide,
    failure::status_to_save_by,
    framework::Extensions,
    layer::{RequestContext, SessionLayer},
    pending::PendingSession,
};
use crate::state::{Map, Payload};

/// Service with one of this crate's layers around it: [`SessionLayer`], or a layer that answers some requests itself,
/// such as [`CsrfGuard`](crate::csrf::CsrfGuard).
#[derive(Clone, Debug)]
pub struct Layered<S, L> {
    pub(super) inner: S,
    pub(super) layer: L,
}

impl<S, T, W> Layer<S> for SessionLayer<T, W> {
    type Service = Layered<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        let layer = self.clone();
        Layered { inner, layer }
    }
}

impl<S, T, W, RequestBody, ResponseBody> Service<Request<RequestBody>>
    for Layered<S, SessionLayer<T, W>>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    T: Payload,
    W: Clone + Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, T>;

    /// Also waits for the followed ring, because `call` cannot wait before it calls a service that it does not own.
    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.layer.poll_kept_up(cx));
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let layer = &self.layer;
        let mut context = RequestContext::Default;
        if let Some(choose) = &layer.context_by {
            let (parts, body) = request.into_parts();
            context = choose(&parts);
            request = Request::from_parts(parts, body);
        }
        let is_http_2 = request.version() == Version::HTTP_2;
        let limit = is_http_2.then_some(LIMIT_OF_HYPER);
        let pending = layer.load_from(request.headers(), request.uri().path(), context, limit);
        let session = (layer.wrap)(pending.session.clone());
        provide::<T, _>(request.extensions_mut(), session);
        ResponseFuture {
            inner: Some(self.inner.call(request)),
            pending,
        }
    }
}

pin_project! {
    /// Future of the response of a service with a [`SessionLayer`] around it.
    pub struct ResponseFuture<F, T = Map> {
        // Future of the inner service, or `None` once it was ready.
        #[pin]
        inner: Option<F>,
        pending: PendingSession<T>,
    }
}

impl<F, T> fmt::Debug for ResponseFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<F, T, ResponseBody, E> Future for ResponseFuture<F, T>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    T: Payload,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let inner = this.inner.as_mut().as_pin_mut().expect(IS_OVER);
        let answered = ready!(inner.poll(cx));
        // The future of a retry, for example, keeps the request, and with it a handle that nobody uses any more.
        this.inner.set(None);
        let mut response = answered?;
        let status = status_to_save_by(response.status().as_u16(), response.extensions());
        if let Err(failure) = this.pending.save(status, response.headers_mut()) {
            *response.status_mut() = failure.answer().0;
            response.extensions_mut().insert(failure);
        }
        Poll::Ready(Ok(response))
    }
}

/// Layer that answers some requests instead of the service behind it.
pub(super) trait Gate {
    /// Returns `false` for requests that always pass.
    fn concerns(&self, _method: &str, _path: &str) -> bool {
        true
    }

    /// Waits until the layer can answer without blocking its thread.
    fn poll_kept_up(&self, _: &task::Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// Answers a request with these extensions, or lets it pass.
    fn answer(&self, request: &Parts, extensions: &mut impl Extensions)
    -> Option<Response<String>>;

    /// Calls [`answer`](Self::answer) for a request whose extensions are among its parts, and puts the remaining
    /// extensions back.
    fn answer_whole(&self, request: &mut Parts) -> Option<Response<String>> {
        let mut extensions = mem::take(&mut request.extensions);
        let answer = self.answer(request, &mut extensions);
        request.extensions = extensions;
        answer
    }

    /// Removes what [`answer`](Self::answer) left in the extensions of a request that the service has answered.
    #[cfg_attr(
        not(feature = "actix"),
        allow(dead_code, reason = "requests end with their handler elsewhere")
    )]
    fn forget(_: &mut impl Extensions) {}
}

impl<S, G, RequestBody, ResponseBody> Service<Request<RequestBody>> for Layered<S, G>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    G: Gate,
    ResponseBody: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = GateFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.layer.poll_kept_up(cx));
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let (method, path) = (request.method().as_str(), request.uri().path());
        let mut answer = None;
        if self.layer.concerns(method, path) {
            let (mut parts, body) = request.into_parts();
            answer = self.layer.answer_whole(&mut parts);
            request = Request::from_parts(parts, body);
        }
        let inner = answer.is_none().then(|| self.inner.call(request));
        GateFuture { inner, answer }
    }
}

pin_project! {
    /// Future of the response of a service behind a layer that answers some requests itself, such as
    /// [`CsrfGuard`](crate::csrf::CsrfGuard).
    #[derive(Debug)]
    pub struct GateFuture<F> {
        // Future of the inner service, or `None` if the layer answers.
        #[pin]
        inner: Option<F>,
        answer: Option<Response<String>>,
    }
}

impl<F, ResponseBody, E> Future for GateFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    ResponseBody: From<String>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(inner) = this.inner.as_pin_mut() {
            return inner.poll(cx);
        }
        let answer = this.answer.take().expect(IS_OVER);
        Poll::Ready(Ok(answer.map(ResponseBody::from)))
    }
}

/// Bytes of fields that hyper takes over HTTP/2 by default, and with it `axum::serve`. It answers 431 to more.
const LIMIT_OF_HYPER: usize = 16_384;
const IS_OVER: &str = "a future is not polled after it was ready";
