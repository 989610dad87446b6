use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderValue, Request, Response, StatusCode, header};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{guard::CsrfGuard, rules::Rejection};
use crate::{
    state::{Map, Payload},
    web::{Failure, MissingSession, Named},
};

/// The service that [`CsrfGuard`](crate::csrf::CsrfGuard) wraps around another.
#[derive(Debug)]
pub struct CsrfService<S, T = Map> {
    pub(super) inner: S,
    pub(super) guard: CsrfGuard<T>,
}

impl<S, T> Layer<S> for CsrfGuard<T> {
    type Service = CsrfService<S, T>;

    fn layer(&self, inner: S) -> Self::Service {
        CsrfService {
            inner,
            guard: self.clone(),
        }
    }
}

impl<S, T> CsrfService<S, T> {
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

impl<S: Clone, T> Clone for CsrfService<S, T> {
    fn clone(&self) -> Self {
        CsrfService {
            inner: self.inner.clone(),
            guard: self.guard.clone(),
        }
    }
}

impl<S, T, RequestBody, ResponseBody> Service<Request<RequestBody>> for CsrfService<S, T>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    T: Payload,
    ResponseBody: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = CsrfFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let mut extensions = mem::take(&mut parts.extensions);
        let checked = self.guard.rules.check::<T>(&parts, &mut extensions);
        parts.extensions = extensions;
        let kind = match checked {
            Ok(()) => Kind::Passed {
                inner: self.inner.call(Request::from_parts(parts, body)),
            },
            Err(rejection) => Kind::Rejected { rejection },
        };
        CsrfFuture { kind }
    }
}

pin_project! {
    /// The response future of [`CsrfService`].
    #[derive(Debug)]
    pub struct CsrfFuture<F> {
        #[pin]
        kind: Kind<F>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<F> {
        Passed { #[pin] inner: F },
        Rejected { rejection: Rejection },
    }
}

impl<F, ResponseBody, E> Future for CsrfFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    ResponseBody: From<String>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().kind.project() {
            KindProjection::Passed { inner } => inner.poll(context),
            KindProjection::Rejected { rejection } => Poll::Ready(Ok(response_to(*rejection))),
        }
    }
}

fn response_to<B: From<String>>(rejection: Rejection) -> Response<B> {
    let (status, failure) = failure_of(rejection);
    let mut response = Response::new(B::from(failure.for_visitor().to_owned()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    failure.mark(&mut response);
    response
}

/// The status of the response to a request that is rejected, and the failure that it carries.
pub(super) fn failure_of(rejection: Rejection) -> (StatusCode, Failure) {
    match rejection {
        Rejection::Refused(refusal) => (StatusCode::FORBIDDEN, Failure::Csrf(refusal)),
        Rejection::NoSession(missing) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            Failure::Setup(without_session(missing)),
        ),
    }
}

fn without_session(missing: MissingSession) -> String {
    let MissingSession::NoLayer(held) = missing else {
        return missing.to_string();
    };
    let layer = "add `SessionLayer::new(cookie)` after `CsrfGuard::new()`";
    if Named(held).is_typed() {
        return format!(
            "no session layer for {} is around the CSRF guard; {layer}",
            Named(held)
        );
    }
    format!(
        "no session layer for {} is around the CSRF guard; if the sessions are typed, write \
         `CsrfGuard::new().typed::<T>()`, otherwise {layer}",
        Named(held)
    )
}
