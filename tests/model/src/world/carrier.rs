//! A site's carrier of sessions, called as an application without a framework does, or by a layer.

use std::{
    convert::Infallible,
    future::ready,
    pin::pin,
    task::{Context as TaskContext, Poll, Waker},
    time::SystemTime,
};

use hardtack::{
    Clock, Context, Session, SessionCookie, SessionHeader, SessionLayer, SessionToken,
    carrier::TokenChange, packages::TokenContent, session::Reason,
};
use http::{HeaderMap, HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use super::application::{Content, Entries};
use crate::case::{Tenant, Wiring};

pub enum Carrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
    Token(SessionToken<T>),
}

/// A request, of which a carrier without header fields gets the token alone.
pub struct Arrival {
    pub fields: HeaderMap,
    pub token: Option<String>,
    pub tenant: Tenant,
    pub clock: Clock,
}

impl<T: Content> Carrier<T> {
    /// Has `handle` answer a request. Returns the response, with what its session became.
    pub fn visit(
        &self,
        wiring: Wiring,
        arrival: Arrival,
        handle: impl FnOnce(Session<T>) -> Response<()>,
    ) -> Response<()> {
        match self {
            Carrier::Cookie(cookie) if wiring.has_layer => {
                let layer = SessionLayer::new(cookie.clone());
                through(layer, wiring.is_eager, arrival, handle)
            }
            Carrier::Header(header) if wiring.has_layer => {
                let layer = SessionLayer::in_header(header.clone());
                through(layer, wiring.is_eager, arrival, handle)
            }
            carrier => carrier.of(arrival.tenant).visit_directly(arrival, handle),
        }
    }

    fn visit_directly(
        &self,
        arrival: Arrival,
        handle: impl FnOnce(Session<T>) -> Response<()>,
    ) -> Response<()> {
        let Arrival { fields, clock, .. } = arrival;
        let session = match self {
            Carrier::Cookie(cookie) => cookie.load_from(&fields, clock),
            Carrier::Header(header) => header.load_from(&fields, clock),
            Carrier::Token(token) => token.load(arrival.token, clock),
        };
        let mut response = handle(session.clone());
        let (status, answer) = (response.status(), response.headers_mut());
        let saved = match self {
            Carrier::Cookie(cookie) => cookie.save_to(&session, status, answer),
            Carrier::Header(header) => header.save_to(&session, status, answer),
            Carrier::Token(token) => token.save(&session).map(|change| match change {
                TokenChange::Keep => {}
                TokenChange::Store(token) => drop(answer.insert(RESPONSE_FIELD, value(&token))),
                TokenChange::Drop => drop(answer.insert(RESPONSE_FIELD, value(""))),
                _ => panic!("there are three"),
            }),
        };
        saved.expect("the clock and random bytes are good");
        response
    }

    /// Returns the carrier in the context of a tenant.
    fn of(&self, tenant: Tenant) -> Carrier<T> {
        match (self, context_of(tenant)) {
            (Carrier::Cookie(cookie), None) => Carrier::Cookie(cookie.clone()),
            (Carrier::Header(header), None) => Carrier::Header(header.clone()),
            (Carrier::Token(token), None) => Carrier::Token(token.clone()),
            (Carrier::Cookie(cookie), Some(context)) => Carrier::Cookie(cookie.in_context(context)),
            (Carrier::Header(header), Some(context)) => Carrier::Header(header.in_context(context)),
            (Carrier::Token(token), Some(context)) => Carrier::Token(token.in_context(context)),
        }
    }

    pub fn inspect(
        &self,
        token: &str,
        tenant: Tenant,
        now: SystemTime,
    ) -> Result<TokenContent, Reason> {
        match self.of(tenant) {
            Carrier::Cookie(cookie) => cookie.inspect(token, now),
            Carrier::Header(header) => header.inspect(token, now),
            Carrier::Token(carrier) => carrier.inspect(token, now),
        }
    }

    /// Opens a bare token without a session. Returns `None` for other carriers, and for dictionaries.
    pub fn open(
        &self,
        token: &str,
        tenant: Tenant,
        now: SystemTime,
    ) -> Option<Result<Entries, Reason>> {
        match self.of(tenant) {
            Carrier::Token(carrier) => T::open(&carrier, token, now),
            Carrier::Cookie(_) | Carrier::Header(_) => None,
        }
    }

    pub fn raise_not_before(&self, time: SystemTime) {
        match self {
            Carrier::Cookie(cookie) => cookie.raise_not_before(time),
            Carrier::Header(header) => header.raise_not_before(time),
            Carrier::Token(token) => token.raise_not_before(time),
        }
    }
}

/// Sends a request through a layer, which takes the tenant from the request's host.
fn through<T: Content>(
    layer: SessionLayer<T>,
    is_eager: bool,
    arrival: Arrival,
    handle: impl FnOnce(Session<T>) -> Response<()>,
) -> Response<()> {
    let mut layer = layer.clock(arrival.clock);
    if is_eager {
        layer = layer.eager(true);
    }
    if arrival.tenant != Tenant::Own {
        layer = layer.context_by_host();
    }
    let mut request = Request::new(());
    *request.headers_mut() = arrival.fields;
    if let Some(host) = host_of(arrival.tenant) {
        let host = format!("{}:443", host.to_ascii_uppercase());
        request.headers_mut().insert("host", value(&host));
    }
    let mut handle = Some(handle);
    let handler = service_fn(|request: Request<()>| {
        // `from_extensions` would ask the application, as only a step of the case does.
        let session = request.extensions().get::<Session<T>>().cloned();
        drop(request);
        let handle = handle.take().expect("it is called once");
        ready(Ok::<_, Infallible>(handle(
            session.expect("a layer is there"),
        )))
    });
    let Ok(answer) = block_on(layer.layer(handler).oneshot(request));
    answer
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing has to be waited for"),
    }
}

fn context_of(tenant: Tenant) -> Option<Context> {
    let host = host_of(tenant)?;
    Some(Context::new([("host", host)]).expect("it is short"))
}

fn host_of(tenant: Tenant) -> Option<&'static str> {
    match tenant {
        Tenant::A => Some("a.example"),
        Tenant::B => Some("b.example"),
        Tenant::Own | Tenant::Unknown => None,
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("it is text")
}

pub const RESPONSE_FIELD: &str = "session-token";
