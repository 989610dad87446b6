//! Forms that the guard checks, whatever its handler reads. The same table runs in JavaScript.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    routing::post,
};
use hardtack::csrf::CsrfGuard;
use http::{Request, Response};
use http_body::Frame;
use serde::Deserialize;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::{
    super::{
        common::{block_on, cookie},
        visitor_of,
    },
    in_forms, layer, sent_to,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    body: Vec<Piece>,
    limit: Option<usize>,
    field: Option<String>,
    header: Option<String>,
    /// Whether the visitor has a session.
    session: Option<bool>,
    answer: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Piece {
    Text(String),
    Length(usize),
}

/// A program whose handler returns the body that it got, and checks nothing.
type Ask = fn(CsrfGuard, Request<String>) -> Response<Bytes>;

const FRAMEWORKS: &[(&str, Ask)] = &[
    ("axum", |guard, request| {
        collected(in_axum(guard), request.map(Body::from))
    }),
    ("axum, in pieces", |guard, request| {
        let size = |body: &str| (body.len() >> 8).max(7);
        let in_pieces = |body: String| Body::new(Pieces::of(&body, size(&body), &Arc::default()));
        collected(in_axum(guard), request.map(in_pieces))
    }),
    ("tower", |guard, request| {
        let handler = service_fn(async |request: Request<Body>| {
            Ok::<_, Infallible>(Response::new(request.into_body()))
        });
        let service = layer().layer(guard.layer(handler));
        collected(service, request.map(Body::from))
    }),
    #[cfg(feature = "actix")]
    ("actix-web", |guard, request| {
        use actix_web::web;

        let configure = |app: &mut web::ServiceConfig| {
            let scope = web::scope("").route("/form", web::post().to(async |body: Bytes| body));
            app.app_data(web::PayloadConfig::new(10_000_000));
            app.service(scope.wrap(guard).wrap(layer()));
        };
        crate::adapters::drivers::through_actix(configure, request).map(Bytes::from)
    }),
];

fn in_axum(guard: CsrfGuard) -> Router {
    Router::new()
        .route("/form", post(async |body: Bytes| body))
        .layer(guard)
        .layer(layer())
}

fn collected<S>(service: S, request: Request<Body>) -> Response<Bytes>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let Ok(response) = block_on(service.oneshot(request));
    let (head, body) = response.into_parts();
    let body = block_on(to_bytes(body, 10_000_000)).unwrap();
    Response::from_parts(head, body)
}

/// A body that arrives in pieces of a few bytes, and counts those that were taken.
struct Pieces {
    pieces: VecDeque<Bytes>,
    taken: Arc<AtomicUsize>,
}

impl Pieces {
    fn of(body: &str, size: usize, taken: &Arc<AtomicUsize>) -> Pieces {
        let pieces = body.as_bytes().chunks(size).map(Bytes::copy_from_slice);
        Pieces {
            pieces: pieces.collect(),
            taken: Arc::clone(taken),
        }
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

fn answer_of(response: &Response<Bytes>) -> &'static str {
    let text = String::from_utf8_lossy(response.body()).to_lowercase();
    match response.status().as_u16() {
        200 => "passed",
        403 if text.contains("has no csrf token") => "no-token",
        403 if text.contains("load the page again") => "wrong-token",
        413 if text == "refused: the form is too long" => "too-large",
        _ => panic!("{} {text}", response.status()),
    }
}

#[test]
fn the_guard_checks_a_form_before_any_handler_and_hands_all_of_it_on() {
    let (pair, token) = visitor_of(&cookie());
    let (_, other) = visitor_of(&cookie());
    let table: Table = serde_json::from_str(include_str!("../forms.json")).unwrap();
    for case in &table.cases {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => text.replace("TOKEN", &token).replace("OTHER", &other),
            Piece::Length(length) => "x".repeat(*length),
        };
        let body: String = case.body.iter().map(text).collect();
        let pair = if case.session == Some(false) {
            ""
        } else {
            &pair
        };
        let header = case.header.as_deref();
        let header = header.map(|sent| if sent == "TOKEN" { &token } else { sent });
        let mut guard = in_forms();
        if let Some(limit) = case.limit {
            guard = guard.form_limit(limit);
        }
        if let Some(field) = &case.field {
            guard = guard.form_field(field);
        }
        for (framework, ask) in FRAMEWORKS {
            let request = sent_to("/form", pair, &case.kind, header);
            let response = ask(guard.clone(), request.body(body.clone()).unwrap());
            let found = answer_of(&response);
            assert_eq!(found, case.answer, "{}, {framework}", case.name);
            let is_handed_on = *response.body() == body;
            assert_eq!(
                is_handed_on,
                found == "passed",
                "{}, {framework}",
                case.name
            );
        }
    }
}

#[test]
fn no_byte_is_read_of_a_request_that_needs_none() {
    let (pair, token) = visitor_of(&cookie());
    let body = format!("csrf_token={token}&a={}", "x".repeat(10_000));
    let form = "application/x-www-form-urlencoded";
    let taken_by = |guard: CsrfGuard, request: http::request::Builder| {
        let taken = Arc::new(AtomicUsize::new(0));
        let handler = service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::new(Body::from("done")))
        });
        let service = layer().layer(guard.layer(handler));
        let request = request
            .body(Body::new(Pieces::of(&body, 7, &taken)))
            .unwrap();
        let status = collected(service, request).status();
        (status.as_u16(), taken.load(Ordering::Relaxed))
    };
    let sent = |kind, header| sent_to("/form", &pair, kind, header);
    let limited = in_forms().form_limit(700);
    for (guard, request, expected) in [
        (in_forms(), sent(form, Some(&*token)), (200, 0)),
        (in_forms(), sent(form, Some("junk")), (403, 0)),
        (in_forms(), sent("application/json", None), (403, 0)),
        (in_forms(), sent_to("/form", "", form, None), (403, 0)),
        (CsrfGuard::new(), sent(form, None), (403, 0)),
        (
            CsrfGuard::new().origin_check_only(),
            sent(form, None),
            (200, 0),
        ),
        (
            in_forms(),
            sent(form, None).header("sec-fetch-site", "cross-site"),
            (403, 0),
        ),
        (in_forms(), sent(form, None).method("GET"), (200, 0)),
        // The handler reads the rest, if it wants to.
        (limited, sent(form, None), (200, 101)),
    ] {
        assert_eq!(taken_by(guard, request), expected);
    }
}

/// Of two guards, the inner one reads what the outer one has read.
#[test]
fn a_form_that_breaks_off_does_not_look_like_a_whole_one() {
    struct Broken(Option<Bytes>);
    impl http_body::Body for Broken {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            let broken = || std::io::Error::other("broken off");
            let piece = self.0.take().map(Frame::data);
            Poll::Ready(Some(piece.ok_or_else(broken)))
        }
    }
    let (pair, token) = visitor_of(&cookie());
    let form = "application/x-www-form-urlencoded";
    for (start, status) in [
        (format!("csrf_token={token}&a=b"), 400),
        (format!("a=b&csrf_token={token}"), 413),
    ] {
        let request = sent_to("/form", &pair, form, None);
        let request = request.body(Body::new(Broken(Some(start.into())))).unwrap();
        let app = Router::new()
            .route("/form", post(async |body: Bytes| body))
            .layer(in_forms())
            .layer(in_forms())
            .layer(layer());
        let response = collected(app, request);
        assert_eq!(response.status(), status);
    }
}

#[test]
fn a_body_that_cannot_be_read_is_an_error_with_its_remedy() {
    let (pair, token) = visitor_of(&cookie());
    let handler = || {
        service_fn(async |_: Request<String>| {
            Ok::<_, Infallible>(Response::new(String::from("done")))
        })
    };
    let ask = |guard: CsrfGuard, kind, header| {
        let service = layer().layer(guard.layer(handler()));
        let request = sent_to("/form", &pair, kind, header);
        let Ok(response) = block_on(service.oneshot(request.body(String::new()).unwrap()));
        let (head, body) = response.into_parts();
        let words = super::super::words(body, head.extensions.get());
        (head.status.as_u16(), words)
    };
    let form = "application/x-www-form-urlencoded";
    let (status, words) = ask(in_forms(), form, None);
    assert_eq!(status, 500);
    assert!(
        words.contains("its body is a `alloc::string::String`"),
        "{words}"
    );
    assert!(words.contains("`Session::verify_csrf`"), "{words}");
    // What needs no body is answered as ever, and so it is after following the advice.
    assert_eq!(ask(in_forms(), form, Some(&token)).0, 200);
    assert_eq!(ask(in_forms(), form, Some("junk")).0, 403);
    assert_eq!(ask(in_forms(), "application/json", Some(&token)).0, 200);
    assert_eq!(ask(CsrfGuard::new().origin_check_only(), form, None).0, 200);
}

#[test]
fn the_service_that_was_ready_is_the_one_that_gets_the_form() {
    struct Ready(bool);
    impl Clone for Ready {
        fn clone(&self) -> Ready {
            Ready(false)
        }
    }
    impl Service<Request<Body>> for Ready {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.0 = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            assert!(self.0, "called before it was ready");
            std::future::ready(Ok(Response::new(Body::empty())))
        }
    }
    let (pair, token) = visitor_of(&cookie());
    let mut service = layer().layer(in_forms().layer(Ready(false)));
    for _ in 0..2 {
        let request = sent_to("/form", &pair, "application/x-www-form-urlencoded", None);
        let request = request
            .body(Body::from(format!("csrf_token={token}")))
            .unwrap();
        let Ok(response) = block_on(async { service.ready().await?.call(request).await });
        assert_eq!(response.status(), 200);
    }
}
