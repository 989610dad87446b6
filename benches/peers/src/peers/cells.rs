//! The cells of a peer: what is measured of it.

use std::{convert::Infallible, rc::Rc};

use futures_util::FutureExt;
use http::{
    HeaderValue, Request, Response,
    header::{CONTENT_TYPE, COOKIE},
};
use tower::Service;

use super::{
    fields::{among_others, garbage_like, header_value, pair_of, tampered, value_of},
    traits::{Answer, Call, Handler, Layer, Peer, Takes},
};
use crate::{
    measure::{Bench, Id, Operation, prepared, repeated},
    workloads::{Large, Medium, Size, Small, Workload},
};

/// Adds the cells of a library without a layer.
pub(super) fn add_peer<P: Peer>(
    bench: &mut Bench,
    library: &'static str,
    peer: impl FnOnce() -> P,
) {
    if !bench.wants(library) {
        return;
    }
    let peer = Rc::new(peer());
    add_size::<P, Small>(bench, library, &peer);
    add_size::<P, Medium>(bench, library, &peer);
    add_size::<P, Large>(bench, library, &peer);

    let good = first_pair::<P, Medium>(&peer);
    let mut add = |operation, peer: &Rc<P>, pair: &str, is_good| {
        add_open(bench, library, operation, peer, pair, is_good);
    };
    if let Some(rotated) = peer.rotated() {
        add(Operation::OldestOfEight, &Rc::new(rotated), &good, true);
    }
    if P::TAKES == Takes::Field {
        add(Operation::Beside, &peer, &among_others(&good), true);
    }
    add(Operation::Garbage, &peer, &garbage_like(&good), false);
    add(Operation::Tampered, &peer, &tampered(&good), false);
}

fn add_size<P: Peer, T: Workload>(bench: &mut Bench, library: &'static str, peer: &Rc<P>) {
    let id = |operation| Id {
        library,
        operation,
        size: T::SIZE,
    };
    let pair = first_pair::<P, T>(peer);
    let characters = Some(value_of(&pair).len());
    let request = || peer.request(taken::<P>(&pair));
    let holds = P::holds(&peer.open(&request()), &first_value::<T>());
    assert!(holds, "{library} does not open what it sealed");

    let (opens, arrived) = (Rc::clone(peer), request());
    let open = repeated(move || opens.open::<T>(&arrived));
    bench.add(id(Operation::Open), characters, open);
    if P::ENDS {
        let (reads, arrived) = (Rc::clone(peer), request());
        let read = repeated(move || {
            let opened = reads.open::<T>(&arrived);
            reads.end(&opened);
            opened
        });
        bench.add(id(Operation::Read), characters, read);
    }
    let (opens, arrived) = (Rc::clone(peer), request());
    let open = move || opens.open::<T>(&arrived);
    let writes = Rc::clone(peer);
    let write = prepared(open, move |opened| writes.write::<T>(opened));
    bench.add(id(Operation::Write), characters, write);
}

/// Adds the opening of an M. `is_good`: it is to open.
pub(super) fn add_open<P: Peer>(
    bench: &mut Bench,
    library: &'static str,
    operation: Operation,
    peer: &Rc<P>,
    pair: &str,
    is_good: bool,
) {
    let request = peer.request(taken::<P>(pair));
    let holds = P::holds(&peer.open(&request), &first_value::<Medium>());
    assert_eq!(holds, is_good, "{library}, {operation:?}");
    let id = Id {
        library,
        operation,
        size: Size::Medium,
    };
    let peer = Rc::clone(peer);
    bench.add(id, None, repeated(move || peer.open::<Medium>(&request)));
}

/// `name=value` of a session that was written for the first time.
pub(super) fn first_pair<P: Peer, T: Workload>(peer: &P) -> String {
    let written = peer.write(&mut peer.begin(T::sample()));
    pair_of(&P::field(&written)).to_owned()
}

/// Returns the value in `first_pair`, which writing has changed.
fn first_value<T: Workload>() -> T {
    let mut value = T::sample();
    value.change();
    value
}

fn taken<P: Peer>(pair: &str) -> &str {
    match P::TAKES {
        Takes::Field => pair,
        Takes::Token => value_of(pair),
    }
}

/// Adds the cells of a library with a layer.
pub(super) fn add_layer<L: Layer>(
    bench: &mut Bench,
    library: &'static str,
    layer: impl FnOnce() -> L,
) {
    if !bench.wants(library) {
        return;
    }
    let layer = layer();
    add_layer_size::<L, Small>(bench, library, &layer);
    add_layer_size::<L, Medium>(bench, library, &layer);
    add_layer_size::<L, Large>(bench, library, &layer);

    let good = begun::<L, Medium>(&layer);
    let id = |operation| Id {
        library,
        operation,
        size: Size::Medium,
    };
    let mut read = |operation, layer: &L, field: &str, is_good| {
        let answer = layer.service::<Medium>(Handler::Check, field)();
        assert_eq!(answer.is_ok(), is_good, "{}", id(operation));
        let call = layer.service::<Medium>(Handler::Read, field);
        bench.add(id(operation), None, repeated(call));
    };
    if let Some(rotated) = layer.rotated() {
        read(Operation::OldestOfEight, &rotated, &good, true);
    }
    read(Operation::Beside, &layer, &among_others(&good), true);
    read(Operation::Garbage, &layer, &garbage_like(&good), false);
    read(Operation::Tampered, &layer, &tampered(&good), false);
    for (operation, handler) in [
        (Operation::Untouched, Handler::Untouched),
        (Operation::Empty, Handler::Alone),
    ] {
        let call = layer.service::<Medium>(handler, &good);
        bench.add(id(operation), None, repeated(call));
    }
}

fn add_layer_size<L: Layer, T: Workload>(bench: &mut Bench, library: &'static str, layer: &L) {
    let pair = begun::<L, T>(layer);
    let characters = Some(value_of(&pair).len());
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
        assert_eq!(is_written, handler == Handler::Write, "{id}");
        bench.add(id, characters, repeated(call));
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
pub(super) fn called<S, A, B>(mut service: S, field: &str) -> Call<Response<B>>
where
    S: Service<Request<A>, Response = Response<B>, Error = Infallible> + 'static,
    A: Default,
{
    let field = header_value(field);
    Box::new(move || {
        let mut request = Request::new(A::default());
        request.headers_mut().insert(COOKIE, field.clone());
        let response = service.call(request).now_or_never();
        let Ok(response) = response.expect("nothing waits");
        response
    })
}

pub(super) const PAGE_TYPE: &str = "text/html; charset=utf-8";
