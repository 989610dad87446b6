//! The options of a layer, in every order, and the contexts of a request.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hardtack::{
    Context, Session, SessionCookie, SessionLayer,
    carrier::TokenChange,
    csrf::CsrfGuard,
    session::{Map, Payload},
};
use http::{HeaderMap, Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use super::common::{
    Login, at, block_on, builder, cookie, header_builder, pair_of, sealed, set_cookies,
};

fn of(value: &str) -> Context {
    Context::new([("of", value)]).unwrap()
}

/// The fields of the response to a request with these cookies, whose handler does this to its session.
fn visit<T: Payload, W: Clone + Send + Sync + 'static>(
    layer: &SessionLayer<T, W>,
    cookies: &str,
    work: impl Fn(&W),
) -> HeaderMap {
    let request = Request::get("/")
        .header("cookie", cookies)
        .header("host", "a.example");
    let handler = service_fn(|request: Request<()>| {
        work(request.extensions().get::<W>().unwrap());
        async { Ok::<_, Infallible>(Response::new(())) }
    });
    let Ok(response) = block_on(layer.layer(handler).oneshot(request.body(()).unwrap()));
    response.headers().clone()
}

/// Where a session has a context, of those that may give it one.
const PLACES: [[bool; 3]; 8] = [
    [false, false, false],
    [true, false, false],
    [false, true, false],
    [true, true, false],
    [false, false, true],
    [true, false, true],
    [false, true, true],
    [true, true, true],
];

#[test]
fn the_context_of_a_request_counts_before_the_carriers_and_that_before_the_builders() {
    for [in_builder, in_carrier, in_request] in PLACES {
        let counts = [
            (in_request, "request"),
            (in_carrier, "carrier"),
            (in_builder, "builder"),
        ];
        let counts = counts.into_iter().find(|(is_set, _)| *is_set);
        let (builder, header) = (builder(), header_builder("x-session"));
        let (builder, header) = if in_builder {
            (
                builder.context("of", "builder"),
                header.context("of", "builder"),
            )
        } else {
            (builder, header)
        };
        let (mut site, mut header) = (builder.build().unwrap(), header.build().unwrap());
        if in_carrier {
            (site, header) = (
                site.in_context(of("carrier")),
                header.in_context(of("carrier")),
            );
        }
        let bound = |layer: SessionLayer| {
            if in_request {
                layer.clock(at(0)).context_by(|_| Some(of("request")))
            } else {
                layer.clock(at(0))
            }
        };
        let fill = |session: &Session| session.insert("user", 42).unwrap();
        let fields = visit(&bound(SessionLayer::new(site)), "", fill);
        let pair = pair_of(set_cookies(&fields)[0]);
        let fields = visit(&bound(SessionLayer::in_header(header)), "", fill);
        let token = fields["session-token"].to_str().unwrap();
        for context in ["request", "carrier", "builder", ""] {
            let (cookie, header) = (cookie(), header_builder("x-session").build().unwrap());
            let opens = match context {
                "" => [cookie.load([pair], at(0)), header.load([token], at(0))],
                _ => [
                    cookie.in_context(of(context)).load([pair], at(0)),
                    header.in_context(of(context)).load([token], at(0)),
                ],
            };
            let is_theirs = counts.map_or("", |(_, place)| place) == context;
            assert_eq!(
                opens.map(|session| !session.is_new()),
                [is_theirs; 2],
                "{counts:?} {context}"
            );
        }
    }
}

/// What a request reads is bound in the same way as what it writes.
#[test]
fn a_session_of_a_carriers_context_does_not_open_in_that_of_a_request() {
    let tenant = cookie().in_context(of("carrier"));
    let pair = sealed(&tenant, at(0), |session| {
        session.insert("user", 42).unwrap()
    });
    let layer = SessionLayer::new(tenant).clock(at(0));
    visit(&layer, &pair, |session: &Session| {
        assert!(!session.is_new())
    });
    let layer = layer.context_by(|_| Some(of("request")));
    visit(&layer, &pair, |session: &Session| assert!(session.is_new()));
    let layer = layer.context_by(|_| Some(of("carrier")));
    visit(&layer, &pair, |session: &Session| {
        assert!(!session.is_new())
    });
}

#[derive(Clone)]
struct Admin(Session);

/// All orders of three options.
const ORDERS: [[u8; 3]; 6] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
];

fn set<W>(layer: SessionLayer<Map, W>, option: &u8) -> SessionLayer<Map, W> {
    match option {
        0 => layer.clock(at(5)),
        1 => layer.eager(true),
        _ => layer.context_by_host(),
    }
}

#[test]
fn a_layer_keeps_each_option_whatever_is_set_after_it() {
    let verified = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&verified);
    let site: SessionCookie = builder()
        .on_outcome(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        })
        .build()
        .unwrap();
    for order in ORDERS {
        for place in 0..=order.len() {
            let (before, after) = order.split_at(place);
            let layer = before.iter().fold(SessionLayer::new(site.clone()), set);
            let layer = after.iter().fold(layer.map_session(Admin), set).clone();
            let fields = visit(&layer, "", |admin: &Admin| {
                admin.0.insert("user", 42).unwrap()
            });
            let pair = pair_of(set_cookies(&fields)[0]);
            let host = Context::new([("host", "a.example")]).unwrap();
            let session = cookie().in_context(host).load([pair], at(5));
            assert_eq!(session.created_at(), Some(at(5)), "{order:?} {place}");
            verified.store(0, Ordering::Relaxed);
            visit(&layer, pair, |_: &Admin| {});
            assert_eq!(verified.load(Ordering::Relaxed), 1, "{order:?} {place}");
        }
    }
}

#[test]
fn a_guard_keeps_each_option_whatever_is_set_after_it() {
    fn set<T>(guard: CsrfGuard<T>, option: &u8) -> CsrfGuard<T> {
        match option {
            0 => guard.trust_origin("https://app.example").unwrap(),
            1 => guard
                .trust_form_post("https://login.example", "/back")
                .unwrap(),
            _ => guard.tokens_in_forms(),
        }
    }
    let shown = |guard| format!("{:?}", ORDERS[0].iter().fold(guard, set));
    let expected = shown(CsrfGuard::new());
    for order in ORDERS {
        for place in 0..=order.len() {
            let (before, after) = order.split_at(place);
            let guard = before.iter().fold(CsrfGuard::new(), set);
            let guard = after.iter().fold(guard.typed::<Login>(), set);
            assert_eq!(format!("{guard:?}"), expected, "{order:?} {place}");
        }
    }
}

#[test]
fn a_token_alone_has_the_carriers_context_before_the_builders() {
    let tokens = super::common::token_builder("mobile").context("of", "builder");
    let tokens = tokens.build().unwrap().in_context(of("carrier"));
    let session = tokens.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
        panic!("nothing is written")
    };
    let plain = super::common::token_builder("mobile").build().unwrap();
    for (context, is_theirs) in [("carrier", true), ("builder", false)] {
        let session = plain.in_context(of(context)).load(Some(&token), at(0));
        assert_eq!(!session.is_new(), is_theirs, "{context}");
    }
}
