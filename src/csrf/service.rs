use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http::{HeaderValue, Request, Response, StatusCode, header};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{guard::CsrfGuard, rules::Answer};
use crate::{
    state::{Map, Payload},
    web::{Failure, MissingSession, Named},
};

/// What [`CsrfGuard`](crate::CsrfGuard) makes of a service.
///
/// # Examples
///
/// ```
/// use hardtack::{CsrfGuard, CsrfService};
/// use tower::Layer;
///
/// let service: CsrfService<_> = CsrfGuard::new().layer(());
/// ```
#[derive(Debug)]
pub struct CsrfService<S, T = Map> {
    pub(super) inner: S,
    pub(super) guard: CsrfGuard<T>,
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
        let state = match self.guard.rules.check::<T>(&mut parts) {
            Ok(()) => State::Passed {
                inner: self.inner.call(Request::from_parts(parts, body)),
            },
            Err(answer) => State::Refused { answer },
        };
        CsrfFuture { state }
    }
}

pin_project! {
    /// The response of [`CsrfService`].
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{CsrfFuture, CsrfGuard};
    /// use http::{Request, Response};
    /// use tower::{Layer, Service, service_fn};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let inner = service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(String::new())));
    /// let mut service = CsrfGuard::new().layer(inner);
    /// let request = Request::post("/").header("sec-fetch-site", "cross-site").body(())?;
    /// let response: CsrfFuture<_> = service.call(request);
    /// assert_eq!(response.await?.status(), 403);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Debug)]
    pub struct CsrfFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    #[derive(Debug)]
    enum State<F> {
        Passed { #[pin] inner: F },
        Refused { answer: Answer },
    }
}

impl<F, ResponseBody, E> Future for CsrfFuture<F>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    ResponseBody: From<String>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Passed { inner } => inner.poll(context),
            StateProjection::Refused { answer } => {
                let (status, failure) = match *answer {
                    Answer::Refused(refusal) => (StatusCode::FORBIDDEN, Failure::Csrf(refusal)),
                    Answer::NoSession(missing) => (
                        StatusCode::INTERNAL_SERVER_ERROR,
                        Failure::Setup(without_session(missing)),
                    ),
                };
                let mut response = Response::new(ResponseBody::from(failure.to_string()));
                *response.status_mut() = status;
                let kind = HeaderValue::from_static("text/plain; charset=utf-8");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                failure.mark(&mut response);
                Poll::Ready(Ok(response))
            }
        }
    }
}

fn without_session(missing: MissingSession) -> String {
    let MissingSession::NoLayer(held) = missing else {
        return missing.to_string();
    };
    let mut sentence = format!(
        "no session layer for {} is around the CSRF guard; add `.layer(SessionLayer::new(cookie))` after \
         `.layer(CsrfGuard::new())`",
        Named(held)
    );
    if !Named(held).is_typed() {
        sentence.push_str(", and `.typed::<T>()` to the guard of typed sessions");
    }
    sentence
}
