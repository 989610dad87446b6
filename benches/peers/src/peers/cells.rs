//! The cells of a peer: what is measured of it, and what it is asked to do for that.

use std::{convert::Infallible, rc::Rc};

use futures_util::FutureExt;
use http::{
    HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, COOKIE},
};
use tower::Service;

use super::fields::{header_value, pair_of, set_cookie_of, value_of};
use crate::{
    measure::{Bench, Id, Operation, prepared, repeated},
    workloads::{Large, Login, Medium, Small, Workload},
};

/// A library that keeps a session of type `T` without a layer.
pub(super) trait Peer<T>: Sized + 'static {
    /// What arrives.
    type Request: 'static;
    /// A session after it was read.
    type Opened: 'static;
    /// A `Set-Cookie` field.
    type Written;

    fn new() -> Self;

    /// `pair` is a `Cookie` field.
    fn request(pair: &str) -> Self::Request;

    fn open(&self, request: &Self::Request) -> Self::Opened;

    /// A session that holds `value` and did not arrive.
    fn begin(&self, value: T) -> Self::Opened;

    fn holds(opened: &Self::Opened, expected: &T) -> bool;

    /// The end of a request that only read.
    fn end(&self, _opened: &Self::Opened) {}

    /// Changes the value, and writes it.
    fn write(&self, opened: &mut Self::Opened) -> Self::Written;

    fn field(written: &Self::Written) -> String;
}

/// A library that seals a value and gives it back: most of them.
pub(super) trait Values: Sized + 'static {
    fn new() -> Self;

    fn open<T: Workload>(&self, pair: &str) -> Option<T>;

    /// A whole `Set-Cookie` field.
    fn write<T: Workload>(&self, value: &T) -> String;
}

impl<T: Workload, P: Values> Peer<T> for P {
    type Request = String;
    type Opened = Option<T>;
    type Written = String;

    fn new() -> P {
        Values::new()
    }

    fn request(pair: &str) -> String {
        pair.to_owned()
    }

    fn open(&self, request: &String) -> Option<T> {
        Values::open(self, request)
    }

    fn begin(&self, value: T) -> Option<T> {
        Some(value)
    }

    fn holds(opened: &Option<T>, expected: &T) -> bool {
        opened.as_ref() == Some(expected)
    }

    fn write(&self, opened: &mut Option<T>) -> String {
        let value = opened.as_mut().expect("only good cookies are changed");
        value.change();
        Values::write(self, value)
    }

    fn field(written: &String) -> String {
        written.clone()
    }
}

/// Adds the cells of a library without a layer.
pub(super) fn add_peer<P>(bench: &mut Bench, library: &'static str)
where
    P: Peer<Small> + Peer<Medium> + Peer<Large> + Peer<Login>,
{
    add_size::<P, Small>(bench, library);
    add_size::<P, Medium>(bench, library);
    add_size::<P, Large>(bench, library);
    add_login::<P>(bench, library);
}

/// The login is written only: in a dictionary it has other entries than those that `open` looks for.
pub(super) fn add_login<P: Peer<Login>>(bench: &mut Bench, library: &'static str) {
    let pair = first_pair(&P::new());
    bench.add_characters(library, Login::SIZE, value_of(&pair));
}

/// `name=value` of a session that was written for the first time.
fn first_pair<P: Peer<T>, T: Workload>(peer: &P) -> String {
    let written = peer.write(&mut peer.begin(T::sample()));
    pair_of(&P::field(&written)).to_owned()
}

pub(super) fn add_size<P: Peer<T>, T: Workload>(bench: &mut Bench, library: &'static str) {
    let id = |operation| Id {
        library,
        operation,
        size: T::SIZE,
    };
    let peer = Rc::new(P::new());
    let pair = first_pair(&*peer);
    let request = || P::request(&pair);
    // Writing has changed it.
    let mut value = T::sample();
    value.change();
    let holds = P::holds(&peer.open(&request()), &value);
    assert!(holds, "{library} does not open what it sealed");
    bench.add_characters(library, T::SIZE, value_of(&pair));

    let (reads, arrived) = (Rc::clone(&peer), request());
    let read = move || {
        let opened = reads.open(&arrived);
        reads.end(&opened);
        opened
    };
    bench.add(id(Operation::Read), repeated(read));
    let (opens, arrived) = (Rc::clone(&peer), request());
    let open = move || opens.open(&arrived);
    let write = move |opened: &mut P::Opened| peer.write(opened);
    bench.add(id(Operation::Write), prepared(open, write));
}

/// A library that keeps sessions in a layer around a handler.
pub(super) trait Layer: Sized + 'static {
    type Response: Answer;

    fn new() -> Self;

    /// Calls a service with a request of this `Cookie` field, which is made again each time.
    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Self::Response>;
}

pub(super) type Call<R> = Box<dyn FnMut() -> R>;

/// What a handler does with its session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handler {
    /// It stands behind no session layer.
    Alone,
    Untouched,
    Read,
    /// Reads, and answers 200 if it is the value that `Begin` stored, otherwise 404.
    Check,
    /// Reads, changes and stores the value.
    Write,
    /// Stores a first value.
    Begin,
}

/// The answer to `Handler::Check`.
pub(super) fn status_of<T: Workload>(found: Option<&T>) -> StatusCode {
    if found == Some(&T::sample()) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

/// A response of any framework.
pub(super) trait Answer: 'static {
    fn is_ok(&self) -> bool;

    fn set_cookie(&self) -> Option<String>;
}

impl<B: 'static> Answer for Response<B> {
    fn is_ok(&self) -> bool {
        self.status() == StatusCode::OK
    }

    fn set_cookie(&self) -> Option<String> {
        set_cookie_of(self.headers())
    }
}

/// Adds the cells of a library with a layer.
pub(super) fn add_layer<L: Layer>(bench: &mut Bench, library: &'static str) {
    let layer = L::new();
    add_layer_size::<L, Small>(bench, library, &layer);
    add_layer_size::<L, Medium>(bench, library, &layer);
    add_layer_size::<L, Large>(bench, library, &layer);
    bench.add_characters(library, Login::SIZE, value_of(&begun::<L, Login>(&layer)));

    let good = begun::<L, Medium>(&layer);
    for (operation, handler) in [
        (Operation::Untouched, Handler::Untouched),
        (Operation::Empty, Handler::Alone),
    ] {
        let id = Id {
            library,
            operation,
            size: Medium::SIZE,
        };
        bench.add(id, repeated(layer.service::<Medium>(handler, &good)));
    }
}

fn add_layer_size<L: Layer, T: Workload>(bench: &mut Bench, library: &'static str, layer: &L) {
    let pair = begun::<L, T>(layer);
    let checked = layer.service::<T>(Handler::Check, &pair)();
    assert!(checked.is_ok(), "{library} does not open what it sealed");
    bench.add_characters(library, T::SIZE, value_of(&pair));
    for (operation, handler) in [
        (Operation::Read, Handler::Read),
        (Operation::Write, Handler::Write),
    ] {
        let id = Id {
            library,
            operation,
            size: T::SIZE,
        };
        let mut call = layer.service::<T>(handler, &pair);
        let is_written = call().set_cookie().is_some();
        assert_eq!(is_written, handler == Handler::Write, "{id:?}");
        bench.add(id, repeated(call));
    }
}

/// `name=value` of a session that a handler has begun.
fn begun<L: Layer, T: Workload>(layer: &L) -> String {
    let set_cookie = layer.service::<T>(Handler::Begin, "")().set_cookie();
    pair_of(&set_cookie.expect("a first value is written")).to_owned()
}

/// Returns the response of a service, with a content type, like any page.
pub(super) fn page() -> Response<()> {
    let mut response = Response::new(());
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(PAGE_TYPE));
    response
}

/// Calls a tower service with requests of this `Cookie` field. Nothing here waits, so no runtime is needed.
pub(super) fn called<S>(mut service: S, field: &str) -> Call<Response<()>>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + 'static,
{
    let field = header_value(field);
    Box::new(move || {
        let mut request = Request::new(());
        request.headers_mut().insert(COOKIE, field.clone());
        let response = service.call(request).now_or_never();
        let Ok(response) = response.expect("nothing waits");
        response
    })
}

pub(super) const PAGE_TYPE: &str = "text/html; charset=utf-8";
