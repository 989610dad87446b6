use std::{
    fmt,
    task::{self, Poll},
};

use http::{Response, request::Parts};
use tower_layer::Layer;

use crate::{
    base::clone_by_fields,
    session::Session,
    state::{Map, Payload},
    web::{
        any_carrier::AnyCarrier,
        csrf::Verdict,
        framework::Extensions,
        layer::SessionLayer,
        service::{Gate, Layered},
    },
};

/// [`SessionLayer`] that also lets the [`Companion`](crate::companion::Companion) of its cookie answer requests.
/// Feature `tower`; with feature `actix`, it is also middleware.
///
/// Put it around every other layer that may refuse a request, such as a CSRF guard. In axum, add it last to the
/// outermost router, after the fallback; inside `nest` or `route_layer`, it does not see all requests that the
/// companion answers. In actix-web, write `App::new().wrap(guard).wrap(layer)`.
pub struct CompanionLayer<T = Map, W = Session<T>>(SessionLayer<T, W>);

impl<T, W> CompanionLayer<T, W> {
    /// Adds the companion's answers to `layer`, which keeps its clock and contexts.
    pub fn new(layer: SessionLayer<T, W>) -> CompanionLayer<T, W> {
        CompanionLayer(layer)
    }
}

impl<T: Payload, W> Gate for CompanionLayer<T, W> {
    type Payload = T;

    fn concerns(&self, method: &str, path: &str) -> bool {
        matches!(&*self.0.carrier, AnyCarrier::Cookie(cookie)
            if cookie.companion_for(method, path).is_some())
    }

    fn poll_kept_up(&self, task: &task::Context<'_>) -> Poll<()> {
        self.0.carrier.poll_kept_up(task)
    }

    fn decide(&self, request: &Parts, _: &mut impl Extensions) -> Verdict<T> {
        self.respond(request)
            .map_or(Verdict::Passes, Verdict::Responds)
    }

    /// Lets `context_by` see the extensions, as for other requests.
    fn decide_whole(&self, request: &mut Parts) -> Verdict<T> {
        self.decide(request, &mut http::Extensions::new())
    }
}

impl<T: Payload, W> CompanionLayer<T, W> {
    fn respond(&self, request: &Parts) -> Option<Response<String>> {
        let CompanionLayer(layer) = self;
        let AnyCarrier::Cookie(cookie) = &*layer.carrier else {
            return None;
        };
        let companion = cookie.companion_for(request.method.as_str(), request.uri.path())?;
        let choose = layer.context_by.as_ref();
        let Ok(context) = choose.map_or(Ok(None), |choose| choose(request)) else {
            return Some(companion.respond(request, None));
        };
        Some(cookie.respond_in(context, companion, request, layer.clock.clone()))
    }
}

impl<S, T, W> Layer<S> for CompanionLayer<T, W> {
    type Service = Layered<Layered<S, SessionLayer<T, W>>, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Layered {
            inner: self.0.layer(inner),
            layer: self.clone(),
        }
    }
}

clone_by_fields!(CompanionLayer < T, W > { 0 });

impl<T, W> fmt::Debug for CompanionLayer<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CompanionLayer").field(&self.0).finish()
    }
}
