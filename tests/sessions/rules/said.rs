//! Responses that set the session's cookie already, before the session is saved: by a service inside the layer, by a
//! response that is passed on, by the handler. `tests/vectors/writes.json` has every case.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body, extract::Request, response::Response, routing::any};
use hardtack::{Session, SessionCookie, SessionError, SessionLayer};
use http::{HeaderMap, header::COOKIE};
use tower::ServiceExt;

use super::{
    Work,
    common::{Answer, at, block_on, builder, cookie, pair_of, set_cookies, signed_in},
    look,
};

/// The session after a response: the user, and the entry `outer`.
fn after(cookie: &SessionCookie, answer: &Answer, now: u64) -> (Option<u32>, Option<u32>) {
    let fields = set_cookies(&answer.headers);
    let [field] = &fields[..] else {
        panic!("one field, not {fields:?}")
    };
    let session = cookie.load([pair_of(field)], at(now));
    (session.get("user").unwrap(), session.get("outer").unwrap())
}

const OUT: Work = |session| session.invalidate().map(drop);
const IN: Work = |session| {
    session.sign_in()?;
    session.insert("user", 7)
};
const SET: Work = |session| session.insert("outer", 1);
/// An application whose handlers ask an inner one, which has a layer of its own over the same cookie, and answer with what
/// it says.
fn nested(cookie: &SessionCookie, now: u64) -> Router {
    let layer = || SessionLayer::new(cookie.clone()).clock(at(now));
    let inner = Router::new()
        .route("/out", any(|session: Session| async move { OUT(&session) }))
        .route("/in", any(|session: Session| async move { IN(&session) }))
        .route(
            "/look",
            any(|session: Session| async move { look(&session) }),
        )
        .layer(layer());
    let ask = |work: Work| {
        let inner = inner.clone();
        any(move |session: Session, request: Request| async move {
            let mut asked = Request::new(Body::empty());
            let path = request.uri().query().unwrap();
            *asked.uri_mut() = path.parse().unwrap();
            *asked.headers_mut() = request.headers().clone();
            let answer: Response = inner.oneshot(asked).await.unwrap();
            work(&session)?;
            Ok::<_, SessionError>(answer)
        })
    };
    Router::new()
        .route("/read", ask(look))
        .route("/set", ask(SET))
        .route("/out", ask(OUT))
        .layer(layer())
}

#[test]
fn a_router_inside_with_a_layer_of_its_own_signs_out_and_in() {
    let cookie = cookie();
    for now in [1, 600] {
        let visit = |path: &str| {
            let request = Request::get(path).header(COOKIE, signed_in(&cookie));
            let request = request.body(Body::empty()).unwrap();
            let response = block_on(nested(&cookie, now).oneshot(request)).unwrap();
            let headers: HeaderMap = response.headers().clone();
            assert_eq!(headers.get_all("vary").iter().count(), 1, "{path}");
            Answer {
                status: response.status(),
                headers,
            }
        };
        for (path, expected) in [
            ("/read?/out", (None, None)),
            ("/read?/in", (Some(7), None)),
            ("/set?/out", (None, None)),
            ("/set?/in", (Some(7), None)),
            ("/set?/look", (Some(42), Some(1))),
            ("/out?/in", (None, None)),
            ("/out?/look", (None, None)),
        ] {
            assert_eq!(after(&cookie, &visit(path), now), expected, "{path}");
        }
    }
}

#[test]
fn revoked_if_is_asked_about_the_session_of_a_request_alone() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let cookie = builder().revoked_if(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        false
    });
    let cookie = cookie.build().unwrap();
    for path in ["/read?/in", "/read?/look"] {
        let request = Request::get(path).header(COOKIE, signed_in(&cookie));
        let request = request.body(Body::empty()).unwrap();
        block_on(nested(&cookie, 600).oneshot(request)).unwrap();
        // By each of the two layers.
        assert_eq!(asked.swap(0, Ordering::Relaxed), 2, "{path}");
    }
}
