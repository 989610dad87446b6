use std::{
    fmt,
    task::{self, Poll},
};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::{
    extensions::provide,
    future::{PendingSession, ResponseFuture},
    layer::SessionLayer,
};
use crate::{
    session::Session,
    state::{Map, Payload},
};

/// The service that [`SessionLayer`] wraps around another.
pub struct SessionService<S, T = Map, W = Session<T>> {
    pub(super) inner: S,
    pub(super) layer: SessionLayer<T, W>,
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

impl<S, T, W> SessionService<S, T, W> {
    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
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
        let layer = &self.layer;
        let mut context = None;
        if let Some(choose) = &layer.context_by {
            let (parts, body) = request.into_parts();
            context = Some(choose(&parts));
            request = Request::from_parts(parts, body);
        }
        let session = layer.load_from(request.headers(), context);
        provide(request.extensions_mut(), (layer.wrap)(session.clone()));
        ResponseFuture {
            inner: self.inner.call(request),
            pending: PendingSession::new(layer.transport.clone(), session),
        }
    }
}
