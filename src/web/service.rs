//! Layers as services of tower. Feature `tower`.

#[cfg(feature = "axum")]
use std::any::Any;
use std::{
    any::type_name,
    fmt,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{self, Poll, ready},
};

#[cfg(feature = "axum")]
use axum_core::body::{Body, BodyDataStream};
use http::{Request, Response, Version, request::Parts};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(feature = "axum")]
use super::body_reading;
use super::{
    extensions::provide,
    failure::Failure,
    framework::{Extensions, whole_path},
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
    /// Returns `false` for requests that always pass.
    fn concerns(&self, _method: &str, _path: &str) -> bool {
        true
    }

    /// Waits until the layer can answer without blocking its thread.
    fn poll_kept_up(&self, _: &task::Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// Decides about a request with these extensions.
    fn decide(&self, request: &Parts, extensions: &mut impl Extensions) -> Verdict;

    /// Calls [`decide`](Self::decide) for a request whose extensions are among its parts, and puts the remaining
    /// extensions back.
    fn decide_whole(&self, request: &mut Parts) -> Verdict {
        let mut extensions = mem::take(&mut request.extensions);
        let decision = self.decide(request, &mut extensions);
        request.extensions = extensions;
        decision
    }
}

pub(super) enum Verdict {
    Passes,
    /// Passes if the check accepts the beginning of its body.
    PassesIf(Condition),
    Responds(Response<String>),
}

/// Condition on the beginning of a request's body.
pub(super) struct Condition {
    /// Number of bytes to read.
    pub(super) limit: usize,
    pub(super) check: Check,
}

/// Beginning of a body, which a guard looks at before the handler runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beginning<'a> {
    pub(super) bytes: &'a [u8],
    /// The body has no other bytes.
    pub(super) is_whole: bool,
}

/// Lets a request pass whose body begins with these bytes, or returns its answer.
type Check = Box<dyn FnOnce(&Parts, Beginning<'_>) -> Option<Response<String>> + Send>;

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
            return GateFuture::of(Step::inner(&mut self.inner, request));
        }
        let (mut parts, body) = request.into_parts();
        GateFuture::of(match self.layer.decide_whole(&mut parts) {
            Verdict::Responds(response) => Step::respond(response),
            Verdict::Passes => Step::inner(&mut self.inner, Request::from_parts(parts, body)),
            Verdict::PassesIf(condition) => match Readable::of(body, condition.limit) {
                None => Step::respond(unreadable::<RequestBody>(&parts)),
                Some(body) => {
                    // The service that was ready is the one that is called.
                    let next = self.inner.clone();
                    let held = HeldRequest {
                        inner: mem::replace(&mut self.inner, next),
                        parts,
                        body,
                        condition,
                    };
                    Step::Held { held: Some(held) }
                }
            },
        })
    }
}

/// Answers a request whose body would have to be read, and is of another type than axum's.
fn unreadable<RequestBody>(request: &Parts) -> Response<String> {
    let sentence = format!(
        "the CSRF guard cannot read a form whose body is a `{}`; with the feature `axum` add the guard to the router by a \
         `layer` of its own, as one `ServiceBuilder` hands it the body of the layer outside, or else let it be `origin_check_only`, and call `Session::verify_csrf` in the handler",
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
        step: Step<F, S>,
        body: PhantomData<fn() -> RequestBody>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step<F, S> {
        Inner {
            #[pin]
            future: F,
        },
        Held {
            held: Option<HeldRequest<S>>,
        },
        Respond {
            response: Option<Response<String>>,
        },
    }
}

/// Request whose body is read before the inner service gets it.
struct HeldRequest<S> {
    inner: S,
    parts: Parts,
    body: Readable,
    condition: Condition,
}

impl<F, S, RequestBody> GateFuture<F, S, RequestBody> {
    fn of(step: Step<F, S>) -> Self {
        GateFuture {
            step,
            body: PhantomData,
        }
    }
}

impl<F, S> Step<F, S> {
    fn inner<RequestBody>(inner: &mut S, request: Request<RequestBody>) -> Self
    where
        S: Service<Request<RequestBody>, Future = F>,
    {
        let future = inner.call(request);
        Step::Inner { future }
    }

    fn respond(response: Response<String>) -> Self {
        let response = Some(response);
        Step::Respond { response }
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

    #[cfg_attr(
        not(feature = "axum"),
        allow(unreachable_code, unused_variables, reason = "no request is held")
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut step = self.project().step;
        loop {
            let next = match step.as_mut().project() {
                StepProjection::Inner { future } => return future.poll(cx),
                StepProjection::Respond { response } => {
                    let response = response.take().expect(POLLED_AGAIN);
                    return Poll::Ready(Ok(response.map(ResponseBody::from)));
                }
                StepProjection::Held { held } => {
                    ready!(held.as_mut().expect(POLLED_AGAIN).body.poll(cx));
                    held.take().expect(POLLED_AGAIN).released()
                }
            };
            step.set(next);
        }
    }
}

impl<S> HeldRequest<S> {
    /// Calls the inner service if the check accepts the beginning of the body.
    fn released<RequestBody: 'static, F>(mut self) -> Step<F, S>
    where
        S: Service<Request<RequestBody>, Future = F>,
    {
        match (self.condition.check)(&self.parts, self.body.beginning()) {
            Some(response) => Step::respond(response),
            None => {
                let request = Request::from_parts(self.parts, self.body.into_body());
                Step::inner(&mut self.inner, request)
            }
        }
    }
}

/// Body that can be read before the inner service gets it.
#[cfg(feature = "axum")]
struct Readable(body_reading::BodyReading<BodyDataStream, axum_core::Error>);

#[cfg(feature = "axum")]
impl Readable {
    /// Takes a body of axum, which is read up to the limit.
    fn of<B: 'static>(body: B, limit: usize) -> Option<Readable> {
        let body: Body = cast(body)?;
        let body = body_reading::BodyReading::new(body.into_data_stream(), limit);
        Some(Readable(body))
    }

    fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        self.0.poll(cx)
    }

    fn beginning(&self) -> Beginning<'_> {
        self.0.beginning()
    }

    /// Returns a body of the type from which this was made.
    fn into_body<B: 'static>(self) -> B {
        let whole = self.0.into_whole();
        let body = whole.map_or_else(Body::from_stream, Body::from);
        cast(body).expect("it came as a body of axum")
    }
}

/// Returns `value` if it is a `B`.
#[cfg(feature = "axum")]
fn cast<A: 'static, B: 'static>(value: A) -> Option<B> {
    let mut value = Some(value);
    let value: &mut dyn Any = &mut value;
    value.downcast_mut::<Option<B>>()?.take()
}

#[cfg(not(feature = "axum"))]
enum Readable {}

#[cfg(not(feature = "axum"))]
impl Readable {
    fn of<B>(_: B, _: usize) -> Option<Readable> {
        None
    }

    fn poll(&mut self, _: &mut task::Context<'_>) -> Poll<()> {
        match *self {}
    }

    fn beginning(&self) -> Beginning<'_> {
        match *self {}
    }

    fn into_body<B>(self) -> B {
        match self {}
    }
}

/// Bytes of fields that hyper takes over HTTP/2 by default, and with it `axum::serve`. It answers 431 to more.
const LIMIT_OF_HYPER: usize = 16_384;
const POLLED_AGAIN: &str = "a future is not polled after it was ready";
