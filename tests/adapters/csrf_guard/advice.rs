//! The advice that the guard's events give, followed: then the request passes, and one that should not is still refused.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Form,
    middleware::{Next, from_fn},
    response::Response,
    routing::any,
};
use hardtack::{SessionCookie, SessionLayer, csrf::CsrfGuard};
use http::{Request, request};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::limit::RequestBodyLimitLayer;

use super::{
    common::{at, block_on, builder, cookie, told::told_by},
    visitor_of,
};

/// Handlers that check nothing themselves.
fn routes() -> Router {
    Router::new()
        .route("/form", any(async |_: Form<Vec<(String, String)>>| "done"))
        .route("/script", any(async |_: Bytes| "done"))
}

fn layer(cookie: SessionCookie) -> SessionLayer {
    SessionLayer::new(cookie).clock(at(1))
}

fn guarded(guard: CsrfGuard) -> Router {
    routes().layer(guard).layer(layer(cookie()))
}

fn in_forms() -> CsrfGuard {
    CsrfGuard::new().tokens_in_forms()
}

fn post(path: &str, pair: &str, fields: &[(&str, &str)]) -> request::Builder {
    let request = Request::post(path).header("cookie", pair);
    fields.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    })
}

fn sent(path: &str, pair: &str, fields: &[(&str, &str)], body: &str) -> Request<Body> {
    let request = post(path, pair, fields).body(Body::from(body.to_owned()));
    request.unwrap()
}

/// Returns the status, and what was told.
fn ask(app: Router, request: Request<Body>) -> (u16, String) {
    let mut status = 0;
    let told = told_by(|| {
        let response = block_on(app.oneshot(request)).unwrap();
        status = response.status().as_u16();
    });
    (status, told.iter().map(|told| &*told.fields).collect())
}

/// Asserts that a request is refused with this advice, passes when it was followed, and that another one is refused
/// after that, too.
#[track_caller]
fn check(
    advice: &str,
    before: (Router, Request<Body>),
    after: impl IntoIterator<Item = (Router, Request<Body>)>,
    still: impl IntoIterator<Item = (Router, Request<Body>)>,
) {
    let (status, told) = ask(before.0, before.1);
    assert!(matches!(status, 403 | 413), "{status}");
    assert!(told.contains(advice), "{advice}: {told}");
    for (app, request) in after {
        let (status, told) = ask(app, request);
        assert_eq!(status, 200, "{advice}: {told}");
    }
    for (app, request) in still {
        let (status, told) = ask(app, request);
        assert!(matches!(status, 403 | 413), "{advice}: {status} {told}");
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_script_sends_its_token_in_the_header() {
    let (pair, token) = visitor_of(&cookie());
    let with = |token: &str, more: &[(&str, &str)]| {
        let fields = [&[JSON, ("x-csrf-token", token)], more].concat();
        (guarded(in_forms()), sent("/script", &pair, &fields, "{}"))
    };
    // A beacon has this destination, too.
    let by_fetch = [
        JSON,
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
    ];
    check(
        "let the script send its token in the header `x-csrf-token`",
        (guarded(in_forms()), sent("/script", &pair, &by_fetch, "{}")),
        [with(&token, &[])],
        [
            with("junk", &[]),
            with(&token, &[("sec-fetch-site", "cross-site")]),
        ],
    );
}

#[test]
fn a_compressed_form_has_its_token_in_the_header() {
    let (pair, token) = visitor_of(&cookie());
    let with = |header: &[(&str, &str)]| {
        let fields = [&[FORM, ("content-encoding", "gzip")], header].concat();
        (
            guarded(in_forms()),
            sent("/script", &pair, &fields, "zipped"),
        )
    };
    check(
        "let the client send its token in the header `x-csrf-token`",
        with(&[]),
        [with(&[("x-csrf-token", &token)])],
        [with(&[("x-csrf-token", "junk")])],
    );
}

/// As docs/guides.md says of an API key.
#[test]
fn a_request_with_a_header_that_no_form_can_send_passes_without_its_origin() {
    async fn trusting(mut request: Request<Body>, next: Next) -> Response<Body> {
        if request.headers().contains_key("x-api-key") {
            for name in ["origin", "sec-fetch-site"] {
                request.headers_mut().remove(name);
            }
        }
        next.run(request).await
    }
    let app = || {
        let guarded = routes().layer(CsrfGuard::new().origin_check_only());
        guarded.layer(from_fn(trusting)).layer(layer(cookie()))
    };
    let elsewhere = [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    for (fields, status) in [(&[("x-api-key", "k")][..], 200), (&[], 403)] {
        let fields = [&elsewhere, fields].concat();
        assert_eq!(ask(app(), sent("/script", "", &fields, "")).0, status);
    }
}

/// In one builder, the guard gets the body of the layer outside, which is none of axum's.
#[test]
fn beside_a_layer_that_changes_the_body_the_guard_has_a_layer_of_its_own() {
    let (pair, token) = visitor_of(&cookie());
    let send = |app: Router| {
        let body = format!("csrf_token={token}");
        ask(app, sent("/form", &pair, &[FORM], &body))
    };
    let limit = || RequestBodyLimitLayer::new(2_000);
    let builder = ServiceBuilder::new().layer(limit()).layer(layer(cookie()));
    let (status, told) = send(routes().layer(builder.layer(in_forms())));
    assert_eq!(status, 500);
    assert!(told.contains("by a `.layer(…)` of its own"), "{told}");
    let (status, told) = send(guarded(in_forms()).layer(limit()));
    assert_eq!(status, 200, "{told}");
}

#[test]
fn a_guard_for_scripts_takes_forms_and_every_form_gets_a_field() {
    let (pair, token) = visitor_of(&cookie());
    let form = |guard: CsrfGuard, body: &str| (guarded(guard), sent("/form", &pair, &[FORM], body));
    let right = &*format!("a=b&csrf_token={token}");
    for (advice, before) in [
        (
            "for a form add `tokens_in_forms` to the guard, and to the form a hidden field",
            form(CsrfGuard::new(), "a=b"),
        ),
        (
            "for a form add `tokens_in_forms` to the guard",
            form(CsrfGuard::new(), right),
        ),
        (
            "give the form a hidden field `csrf_token`",
            form(in_forms(), "a=b"),
        ),
        (
            "the request has no session, so no token can match: give the form a hidden field `csrf_token`",
            (guarded(in_forms()), sent("/form", "", &[FORM], "a=b")),
        ),
    ] {
        let still = ["a=b", "csrf_token=junk&a=b", ""].map(|body| form(in_forms(), body));
        check(advice, before, [form(in_forms(), right)], still);
    }
}

/// A session has tokens, and a script has no form to give a field.
#[test]
fn a_wrong_token_is_blamed_on_a_missing_session_only_in_a_form_without_one() {
    let (pair, _) = visitor_of(&cookie());
    let wrong = ("x-csrf-token", "junk");
    let without_cookie = Request::post("/form").header(FORM.0, FORM.1);
    let without_cookie = without_cookie.body(Body::from("csrf_token=junk")).unwrap();
    for (request, is_told) in [
        (without_cookie, true),
        (sent("/form", &pair, &[FORM], "csrf_token=junk"), false),
        (sent("/script", "", &[JSON, wrong], "{}"), false),
    ] {
        let (status, told) = ask(guarded(in_forms()), request);
        assert_eq!(status, 403);
        assert_eq!(
            told.contains("the request has no session"),
            is_told,
            "{told}"
        );
    }
}

#[test]
fn a_form_that_is_too_long_has_its_token_first_or_in_the_header_or_a_higher_limit() {
    let (pair, token) = visitor_of(&cookie());
    let guard = |limit| in_forms().form_limit(limit);
    let ask = |limit, body: &str, header: &[(&str, &str)]| {
        let fields = [&[FORM], header].concat();
        (guarded(guard(limit)), sent("/form", &pair, &fields, body))
    };
    let much = "x".repeat(1_000);
    let last = &*format!("a={much}&csrf_token={token}");
    let first = &*format!("csrf_token={token}&a={much}");
    for advice in [
        "move the field with the token to the beginning of the form",
        "send the token in the header `x-csrf-token`",
        "raise `form_limit` of the guard",
    ] {
        check(
            advice,
            ask(500, last, &[]),
            [
                ask(500, first, &[]),
                ask(500, last, &[("x-csrf-token", &token)]),
                ask(2_000, last, &[]),
            ],
            [
                ask(500, &format!("a={much}"), &[]),
                ask(2_000, &format!("a={much}"), &[]),
                ask(500, last, &[("x-csrf-token", "junk")]),
            ],
        );
    }
}

/// Nobody can give these requests a token.
#[test]
fn reports_and_beacons_have_a_route_of_their_own() {
    let (pair, token) = visitor_of(&cookie());
    let report = [
        ("content-type", "application/csp-report"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", "report"),
    ];
    let beacon = [
        ("content-type", "text/plain;charset=UTF-8"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", "empty"),
    ];
    let by_fetch = [
        JSON,
        ("x-csrf-token", &*token),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
    ];
    let merged = |guard: CsrfGuard| {
        let report = Router::new().route("/report", any(async |_: Bytes| "noted"));
        guarded(guard).merge(report)
    };
    for guard in [CsrfGuard::new(), in_forms()] {
        for fields in [&report, &beacon] {
            let ask = |path: &str| (merged(guard.clone()), sent(path, &pair, fields, "{}"));
            check(
                "add their route after the guard and the session layer, with `merge`",
                ask("/script"),
                [ask("/report")],
                [ask("/script"), ask("/form")],
            );
        }
        check(
            "or send a beacon by `fetch` with `keepalive` and the header `x-csrf-token`",
            (
                guarded(guard.clone()),
                sent("/script", &pair, &beacon, "{}"),
            ),
            [(guarded(guard), sent("/script", &pair, &by_fetch, "{}"))],
            [],
        );
    }
}

#[test]
fn an_own_page_that_is_refused_names_its_origin_or_is_trusted() {
    let (pair, token) = visitor_of(&cookie());
    let from = |guard: CsrfGuard, origin, host| {
        let fields = [
            ("origin", origin),
            ("host", host),
            ("x-csrf-token", &*token),
        ];
        (guarded(guard), sent("/script", &pair, &fields, ""))
    };
    let own = "https://shop.example";
    check(
        "let its `Referrer-Policy` tell the origin to the own site, as `same-origin` does",
        from(CsrfGuard::new(), "null", "shop.example"),
        [from(CsrfGuard::new(), own, "shop.example")],
        [from(CsrfGuard::new(), "null", "shop.example")],
    );
    let trusting = || CsrfGuard::new().trust_origin(own).unwrap();
    check(
        "give it to the guard's `trust_origin`",
        from(CsrfGuard::new(), own, "backend"),
        [from(trusting(), own, "backend")],
        ["https://evil.example", "http://shop.example", "null"]
            .map(|origin| from(trusting(), origin, "backend")),
    );
}

#[test]
fn a_site_without_tls_gets_it_or_says_that_it_has_none() {
    let plain = builder()
        .name("session")
        .danger_allow_http(true)
        .build()
        .unwrap();
    let (pair, token) = visitor_of(&plain);
    let (secure_pair, secure_token) = visitor_of(&cookie());
    let from = |origin, pair: &str, token: &str| {
        let fields = [
            ("origin", origin),
            ("host", "intranet"),
            ("x-csrf-token", token),
        ];
        sent("/script", pair, &fields, "")
    };
    let trusting = || CsrfGuard::new().trust_origin("http://intranet").unwrap();
    let allowing = |guard: CsrfGuard| routes().layer(guard).layer(layer(plain.clone()));
    check(
        "let the proxy or the CDN redirect http to https",
        (
            guarded(CsrfGuard::new()),
            from("http://intranet", &secure_pair, &secure_token),
        ),
        [
            (
                guarded(CsrfGuard::new()),
                from("https://intranet", &secure_pair, &secure_token),
            ),
            (allowing(trusting()), from("http://intranet", &pair, &token)),
        ],
        [
            (
                allowing(trusting()),
                from("http://evil.example", &pair, &token),
            ),
            (allowing(trusting()), from("http://intranet", &pair, "junk")),
        ],
    );
    // The browser has dropped the cookie.
    check(
        "no cookie came, because without TLS a browser keeps no `Secure` cookie; serve the site by https",
        (guarded(trusting()), {
            let fields = [
                ("origin", "http://intranet"),
                ("host", "intranet"),
                ("x-csrf-token", &*token),
            ];
            let request = fields
                .iter()
                .fold(Request::post("/script"), |request, (name, value)| {
                    request.header(*name, *value)
                });
            request.body(Body::empty()).unwrap()
        }),
        [(
            guarded(trusting()),
            from("https://intranet", &secure_pair, &secure_token),
        )],
        [],
    );
}

#[test]
fn of_two_guards_each_gets_its_own_field() {
    let admins = builder().name("__Host-admin").build().unwrap();
    let ((pair, token), (admin_pair, admin)) = (visitor_of(&cookie()), visitor_of(&admins));
    let both = format!("{pair}; {admin_pair}");
    let nested = |outer: CsrfGuard| {
        let inner = routes().layer(in_forms()).layer(layer(admins.clone()));
        let whole = Router::new().nest_service(
            "/admin",
            inner.layer(tower::util::MapRequestLayer::new(
                |mut request: Request<Body>| {
                    request.extensions_mut().remove::<hardtack::Session>();
                    request
                },
            )),
        );
        whole.layer(outer).layer(layer(cookie()))
    };
    let form = |outer, body: &str| (nested(outer), sent("/admin/form", &both, &[FORM], body));
    let named = || in_forms().form_field("outer_token");
    check(
        "name another `form_field` for it and send both tokens",
        form(in_forms(), &format!("csrf_token={token}")),
        [
            form(named(), &format!("outer_token={token}&csrf_token={admin}")),
            form(
                CsrfGuard::new().origin_check_only(),
                &format!("csrf_token={admin}"),
            ),
        ],
        [
            form(named(), &format!("csrf_token={admin}")),
            form(named(), &format!("outer_token={token}")),
            form(named(), &format!("outer_token={token}&csrf_token={token}")),
            form(
                CsrfGuard::new().origin_check_only(),
                &format!("csrf_token={token}"),
            ),
        ],
    );
}

#[test]
fn a_refusal_inside_a_nested_router_is_told_with_the_whole_path() {
    let (pair, _) = visitor_of(&cookie());
    let api = |guard: CsrfGuard| {
        let routes = routes().layer(guard);
        Router::new()
            .nest("/shop", Router::new().nest("/api", routes))
            .layer(layer(cookie()))
    };
    for (app, fields, body) in [
        (api(CsrfGuard::new()), JSON, "{}"),
        (api(in_forms()), FORM, "csrf_token=junk"),
        (api(in_forms()), FORM, "a=b"),
    ] {
        let (status, told) = ask(app, sent("/shop/api/form?a=b", &pair, &[fields], body));
        assert_eq!(status, 403);
        assert!(told.contains(r#"path="/shop/api/form" "#), "{told}");
    }
    let without_sessions = Router::new().nest("/api", routes().layer(CsrfGuard::new()));
    let (status, told) = ask(without_sessions, sent("/api/form", "", &[FORM], ""));
    assert_eq!(status, 500);
    assert!(told.contains(r#"path="/api/form" "#), "{told}");
    let of_a_guarded_form = Router::new()
        .route("/form", any(async |_: hardtack::csrf::GuardedForm| "done"))
        .layer(in_forms());
    let app = Router::new()
        .nest("/api", of_a_guarded_form)
        .layer(layer(cookie()));
    let request = Request::get("/api/form").body(Body::empty()).unwrap();
    let (status, told) = ask(app, request);
    assert_eq!(status, 403);
    assert!(told.contains(r#"path="/api/form" "#), "{told}");
}
