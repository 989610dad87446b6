//! Requests that need a token, and the session it belongs to.

use std::convert::Infallible;

use axum::{
    Router,
    body::Body,
    routing::{any, post},
};
use hardtack::{SessionLayer, csrf::CsrfGuard, web::Failure};
use http::{Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    answer,
    common::{Login, at, block_on, builder_of, cookie, sealed, signed_in},
    drivers, guard, request, visitor_of,
};

#[test]
fn the_origin_alone_is_enough_where_that_was_chosen() {
    let guard = guard().origin_check_only();
    for (fields, status) in [
        (&[][..], 200),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("x-csrf-token", "junk")], 200),
        (&[("sec-fetch-site", "cross-site")], 403),
        (
            &[("origin", "https://evil.example"), ("host", "example.com")],
            403,
        ),
        (
            &[("origin", "https://example.com"), ("host", "example.com")],
            200,
        ),
    ] {
        for pair in ["", &signed_in(&cookie())] {
            let fields = [fields, &[("cookie", pair)]].concat();
            assert_eq!(
                answer(&guard, &cookie(), request("POST", &fields)).0,
                status,
                "{fields:?}"
            );
        }
    }
}

/// The fields of the response to a request through the guard.
fn fields_of(guard: &CsrfGuard, request: Request<()>) -> http::HeaderMap {
    let handler =
        service_fn(|_: Request<()>| async { Ok::<_, Infallible>(Response::new(String::new())) });
    let layer = SessionLayer::new(cookie()).clock(at(1));
    let Ok(response) = block_on(layer.layer(guard.layer(handler)).oneshot(request));
    response.headers().clone()
}

#[test]
fn a_session_is_read_only_where_a_token_is_asked_for() {
    let (pair, token) = visitor_of(&cookie());
    let fields = [("cookie", &*pair), ("x-csrf-token", &*token)];
    assert!(fields_of(&guard(), request("GET", &fields)).is_empty());
    assert!(fields_of(&guard().origin_check_only(), request("POST", &fields)).is_empty());
    let cross_site = [&fields[..], &[("sec-fetch-site", "cross-site")]].concat();
    let refused = fields_of(&guard(), request("POST", &cross_site));
    assert!(refused.keys().eq(["content-type"]), "{refused:?}");
    assert_eq!(
        fields_of(&guard(), request("POST", &fields))["vary"],
        "Cookie"
    );
}

#[test]
fn a_refused_request_renews_and_deletes_nothing() {
    let (pair, _) = visitor_of(&cookie());
    for pair in [&*pair, "__Host-session=junk"] {
        let handler = service_fn(|_: Request<()>| async {
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let layer = SessionLayer::new(cookie()).clock(at(1000));
        let request = request("POST", &[("cookie", pair), ("x-csrf-token", "junk")]);
        let Ok(response) = block_on(layer.layer(guard().layer(handler)).oneshot(request));
        assert_eq!(response.status(), 403);
        assert!(!response.headers().contains_key("set-cookie"));
    }
}

#[test]
fn without_a_session_layer_the_answer_says_how_to_add_one() {
    let ask = |request: Request<()>| {
        let request = request.map(|()| String::new());
        let app = Router::new().route("/", any(|| async move { "done" }));
        let answer = drivers::through_axum(app.layer(guard()), request.clone());
        #[cfg(feature = "actix")]
        {
            use actix_web::web;

            let scope = web::scope("").route("/", web::to(|| async move { "done" }));
            let through_actix = |app: &mut web::ServiceConfig| _ = app.service(scope.wrap(guard()));
            let of_actix = drivers::through_actix(through_actix, request);
            assert_eq!(
                (of_actix.status(), of_actix.body()),
                (answer.status(), answer.body())
            );
        }
        (answer.status(), answer.into_body())
    };
    let (status, body) = ask(request("POST", &[]));
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains("SessionLayer::new(cookie)"), "{body}");
    // A request that needs no token needs no layer.
    assert_eq!(ask(request("GET", &[])).0, 200);
    assert_eq!(
        ask(request("POST", &[("sec-fetch-site", "cross-site")])).0,
        403
    );
}

#[test]
fn layers_in_the_wrong_order_are_an_error_that_says_so() {
    let route = || Router::new().route("/", post(|| async move { "done" }));
    let ask = |router: Router| {
        let request = Request::post("/").body(Body::empty()).unwrap();
        block_on(router.oneshot(request)).unwrap().status()
    };
    let session = || SessionLayer::new(cookie()).clock(at(0));
    assert_eq!(ask(route().layer(session()).layer(guard())), 500);
    assert_eq!(ask(route().layer(guard()).layer(session())), 403);
}

#[test]
fn a_guard_of_a_type_keeps_what_was_set_before_the_type() {
    let guard = CsrfGuard::new()
        .origin_check_only()
        .trust_origin("https://app.example.com")
        .unwrap()
        .typed::<Login>();
    let app = Router::new()
        .route("/", post(|| async move { "done" }))
        .layer(guard)
        .layer(SessionLayer::new(builder_of::<Login>().build().unwrap()).clock(at(1)));
    for (origin, status) in [
        ("https://app.example.com", StatusCode::OK),
        ("https://evil.example", StatusCode::FORBIDDEN),
    ] {
        let request = Request::post("/").header("origin", origin);
        let request = request.body(Body::empty()).unwrap();
        let response = block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), status, "{origin}");
    }
}

#[test]
fn a_guard_shows_what_it_trusts() {
    let guard = CsrfGuard::new().trust_origin("https://app.example.com");
    let shown = format!("{:?}", guard.unwrap());
    assert!(shown.starts_with("CsrfGuard("), "{shown}");
    assert!(shown.contains("app.example.com"), "{shown}");
}

#[test]
fn typed_sessions_are_guarded_by_a_guard_of_their_type() {
    let cookie = builder_of::<Login>().build().unwrap();
    let mut token = String::new();
    let pair = sealed(&cookie, at(0), |session| {
        token = session.csrf_token().unwrap()
    });
    let ask = |guard: bool, token: &str| {
        let route = Router::new().route("/", post(|| async move { "done" }));
        let router = if guard {
            route.layer(CsrfGuard::new().typed::<Login>())
        } else {
            route.layer(CsrfGuard::new())
        };
        let router = router.layer(SessionLayer::new(cookie.clone()).clock(at(1)));
        let request = Request::post("/")
            .header("cookie", &pair)
            .header("x-csrf-token", token);
        block_on(router.oneshot(request.body(Body::empty()).unwrap()))
            .unwrap()
            .status()
    };
    assert_eq!(ask(true, &token), 200);
    assert_eq!(ask(true, "junk"), 403);
    // The guard finds no session of its type.
    assert_eq!(ask(false, &token), 500);
    let app = Router::new()
        .route("/", post(|| async move { "done" }))
        .layer(CsrfGuard::new())
        .layer(SessionLayer::new(cookie.clone()).clock(at(1)));
    let request = Request::post("/").body(Body::empty()).unwrap();
    let response = block_on(app.oneshot(request)).unwrap();
    let sentence = response.extensions().get::<Failure>().unwrap().to_string();
    let login = std::any::type_name::<Login>();
    assert_eq!(
        sentence,
        format!(
            "the CSRF guard looks for `Session`, and the session layer around it provides `Session<{login}>`; \
             write `CsrfGuard::new().typed::<{login}>()`"
        )
    );
}
