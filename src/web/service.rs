//! Layers as services of tower. Feature `tower`.

use std::{
    fmt,
    pin::Pin,
    task::{self, Poll, ready},
};

use http::{Request, Response, StatusCode};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    extensions::provide,
    failure::status_to_save_by,
    layer::{RequestContext, SessionLayer},
    pending::PendingSession,
};
use crate::state::{Map, Payload};

/// A service with one of our layers around it: [`SessionLayer`], or one that answers some requests itself, such
/// as [`CsrfGuard`](crate::csrf::CsrfGuard).
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

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let layer = &self.layer;
        let mut context = RequestContext::Default;
        if let Some(choose) = &layer.context_by {
            let (parts, body) = request.into_parts();
            context = choose(&parts).into();
            request = Request::from_parts(parts, body);
        }
        let pending = layer.load_from(request.headers(), request.uri().path(), context);
        let session = (layer.wrap)(pending.session.clone());
        provide::<T, _>(request.extensions_mut(), session);
        ResponseFuture {
            inner: self.inner.call(request),
            pending,
        }
    }
}

pin_project! {
    /// Response of a service with a [`SessionLayer`] around it.
    pub struct ResponseFuture<F, T = Map> {
        #[pin]
        inner: F,
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
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        let status = status_to_save_by(response.status().as_u16(), response.extensions());
        if let Err(failure) = this.pending.save(status, response.headers_mut()) {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response.extensions_mut().insert(failure);
        }
        Poll::Ready(Ok(response))
    }
}
