//! Layers as services of tower. Feature `tower`.

#[cfg(feature = "axum")]
use std::any::Any;
use std::{
    any::type_name,
    fmt, mem,
    pin::Pin,
    task::{self, Poll, ready},
};

#[cfg(feature = "axum")]
use axum_core::body::Body;
use http::{Request, Response, Version, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "axum")]
use super::body_reading::BodyReading;
use super::{
    csrf::{InForm, Verdict},
    extensions::provide,
    failure::Failure,
    framework::{Extensions, whole_path},
    layer::SessionLayer,
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
        ready!(self.layer.carrier.poll_kept_up(cx));
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let layer = &self.layer;
        let mut context = Ok(None);
        if let Some(choose) = &layer.context_by {
            let (parts, body) = request.into_parts();
            context = choose(&parts);
            request = Request::from_parts(parts, body);
        }
        let is_http_2 = request.version() == Version::HTTP_2;
        let limit = is_http_2.then_some(LIMIT_OF_HYPER);
        let path = || whole_path(request.uri(), request.extensions());
        let pending = layer.load_from(request.headers(), &path, context, limit);
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
        let inner = this.inner.as_mut().as_pin_mut().expect(POLLED_AGAIN);
        let polled = ready!(inner.poll(cx));
        // The future of a retry, for example, keeps the request, and with it a handle that nobody uses any more.
        this.inner.set(None);
        let mut response = polled?;
        let status = response.status().as_u16();
        let status = (this.pending).status_to_save(status, response.extensions());
        if let Err(failure) = this.pending.save(status, response.headers_mut()) {
            *response.status_mut() = failure.status_and_sentence().0;
            response.extensions_mut().insert(failure);
        }
        Poll::Ready(Ok(response))
    }
}

/// Layer that answers some requests instead of the service behind it.
pub(super) trait Gate {
    /// What the sessions hold whose tokens it looks for.
    type Payload: Payload;

    /// Returns `false` for requests that always pass.
    fn concerns(&self, _method: &str, _path: &str) -> bool {
        true
    }

    /// Waits until the layer can answer without blocking its thread.
    fn poll_kept_up(&self, _: &task::Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// Decides about a request with these extensions.
    fn decide(&self, request: &Parts, extensions: &mut impl Extensions) -> Verdict<Self::Payload>;

    /// Calls [`decide`](Self::decide) for a request whose extensions are among its parts, and puts the remaining
    /// extensions back.
    fn decide_whole(&self, request: &mut Parts) -> Verdict<Self::Payload> {
        let mut extensions = mem::take(&mut request.extensions);
        let decision = self.decide(request, &mut extensions);
        request.extensions = extensions;
        decision
    }
}

impl<S, G, RequestBody, ResponseBody> Service<Request<RequestBody>> for Layered<S, G>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>> + Clone,
    G: Gate,
    RequestBody: 'static,
    ResponseBody: From<String>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = GateFuture<S::Future, S, RequestBody>;

    fn poll_ready(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        ready!(self.layer.poll_kept_up(cx));
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let (method, path) = (request.method().as_str(), request.uri().path());
        if !self.layer.concerns(method, path) {
            let future = self.inner.call(request);
            return GateFuture {
                step: Step::Inner { future },
            };
        }
        let (mut parts, body) = request.into_parts();
        let step = match self.layer.decide_whole(&mut parts) {
            Verdict::Responds(response) => Step::Responds {
                response: Some(response),
            },
            Verdict::Passes => Step::Inner {
                future: self.inner.call(Request::from_parts(parts, body)),
            },
            Verdict::PassesIf(in_form) => {
                // The service that was ready is the one that is called.
                let next = self.inner.clone();
                Step::Reads {
                    inner: mem::replace(&mut self.inner, next),
                    reading: reading(in_form, parts, body),
                }
            }
        };
        GateFuture { step }
    }
}

/// Request whose body is read before the inner service gets it, or its answer.
type Reading<RequestBody> =
    Pin<Box<dyn Future<Output = Result<Request<RequestBody>, Response<String>>> + Send>>;

/// Lets a request pass if the token is in the beginning of its body, which has to be of axum's type.
#[cfg_attr(
    not(feature = "axum"),
    allow(unused_variables, reason = "no body is read")
)]
fn reading<RequestBody: 'static, T: Payload>(
    in_form: InForm<T>,
    parts: Parts,
    body: RequestBody,
) -> Reading<RequestBody> {
    #[cfg(feature = "axum")]
    if let Some(body) = cast::<_, Body>(body) {
        return Box::pin(async move {
            let stream = body.into_data_stream();
            let read = BodyReading::of_form(stream, &in_form, &parts).await?;
            let body = read.into_whole().map_or_else(Body::from_stream, Body::from);
            let body = cast(body).expect("it came as a body of axum");
            Ok(Request::from_parts(parts, body))
        });
    }
    let answer = unreadable::<RequestBody>(&parts);
    Box::pin(async { Err(answer) })
}

/// Returns `value` if it is a `B`.
#[cfg(feature = "axum")]
fn cast<A: 'static, B: 'static>(value: A) -> Option<B> {
    let mut value = Some(value);
    let value: &mut dyn Any = &mut value;
    value.downcast_mut::<Option<B>>()?.take()
}

/// Answers a request whose body would have to be read, and is of another type than axum's.
fn unreadable<RequestBody>(request: &Parts) -> Response<String> {
    let sentence = format!(
        "the CSRF guard cannot read this form: its body is a `{}`. In axum, add the guard by a `.layer(…)` of its own, not in \
         a `ServiceBuilder`. Elsewhere choose `origin_check_only`, and call `Session::verify_csrf` in the handler",
        type_name::<RequestBody>()
    );
    let path = whole_path(&request.uri, &request.extensions);
    Failure::Setup(sentence).reported(Some(path))
}

pin_project! {
    /// Future of the response of a service behind a layer that answers some requests itself, such as
    /// [`CsrfGuard`](crate::csrf::CsrfGuard).
    pub struct GateFuture<F, S, RequestBody> {
        #[pin]
        step: Step<F, S, RequestBody>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, S, RequestBody> {
        Inner {
            #[pin]
            future: F,
        },
        Reads {
            inner: S,
            reading: Reading<RequestBody>,
        },
        Responds {
            response: Option<Response<String>>,
        },
    }
}

impl<F, S, RequestBody> fmt::Debug for GateFuture<F, S, RequestBody> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GateFuture").finish_non_exhaustive()
    }
}

impl<F, S, RequestBody, ResponseBody> Future for GateFuture<F, S, RequestBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>, Future = F>,
    F: Future<Output = Result<S::Response, S::Error>>,
    RequestBody: 'static,
    ResponseBody: From<String>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut step = self.project().step;
        loop {
            let read = match step.as_mut().project() {
                StepProjection::Inner { future } => return future.poll(cx),
                StepProjection::Reads { inner, reading } => {
                    let read = ready!(reading.as_mut().poll(cx));
                    read.map(|request| inner.call(request))
                }
                StepProjection::Responds { response } => Err(response.take().expect(POLLED_AGAIN)),
            };
            match read {
                Ok(future) => step.set(Step::Inner { future }),
                Err(response) => return Poll::Ready(Ok(response.map(ResponseBody::from))),
            }
        }
    }
}

/// Bytes of fields that hyper takes over HTTP/2 by default, and with it `axum::serve`. It answers 431 to more.
const LIMIT_OF_HYPER: usize = 16_384;
const POLLED_AGAIN: &str = "a future is not polled after it was ready";
