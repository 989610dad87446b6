//! Forms that a trusted site posts, such as the last step of a sign-in there.
//!
//! Forms that were open for longer than their session.

use std::time::SystemTime;

use axum::{
    Router,
    body::Body,
    routing::{get, post},
};
use hardtack::{
    Session, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use http::{Request, Response, StatusCode};
use tower::ServiceExt;

use super::{
    common::{at, block_on, cookie, set_cookies},
    drivers,
};

fn app(guard: CsrfGuard) -> Router {
    Router::new()
        .route("/signed-in", post(|| async move { "signed in" }))
        .route("/guarded", post(|_: GuardedForm| async move { "done" }))
        .fallback(|| async move { "done" })
        .layer(guard)
        .layer(SessionLayer::new(cookie()).clock(at(0)))
}

fn trusting(path: &str) -> CsrfGuard {
    let guard = CsrfGuard::new().tokens_in_forms();
    guard.trust_form_post(LOGIN, path).unwrap()
}

const LOGIN: &str = "https://login.example";
const FORM: &str = "application/x-www-form-urlencoded";

/// The status of a request that a browser sends for a page of another site.
fn ask(guard: CsrfGuard, method: &str, path: &str, origin: &str, kind: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(path);
    let request = request
        .header("host", "example.com")
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", kind);
    let request = request.body(Body::from("csrf_token=junk")).unwrap();
    let response = block_on(app(guard).oneshot(request));
    response.unwrap().status()
}

#[test]
fn a_form_of_a_trusted_origin_passes_to_the_named_path_and_to_no_other() {
    for (method, path, origin, kind, passes) in [
        ("POST", "/signed-in", LOGIN, FORM, true),
        ("POST", "/signed-in?step=2", LOGIN, FORM, true),
        (
            "POST",
            "/signed-in",
            "https://LOGIN.example:443",
            FORM,
            true,
        ),
        ("POST", "/signed-in/", LOGIN, FORM, false),
        ("POST", "/signed-in/more", LOGIN, FORM, false),
        ("POST", "//signed-in", LOGIN, FORM, false),
        ("POST", "/Signed-In", LOGIN, FORM, false),
        ("POST", "/transfer", LOGIN, FORM, false),
        ("POST", "/", LOGIN, FORM, false),
        ("PUT", "/signed-in", LOGIN, FORM, false),
        ("POST", "/signed-in", LOGIN, "application/json", false),
        ("POST", "/signed-in", LOGIN, "text/plain", false),
        ("POST", "/signed-in", "http://login.example", FORM, false),
        (
            "POST",
            "/signed-in",
            "https://login.example:444",
            FORM,
            false,
        ),
        ("POST", "/signed-in", "https://evil.example", FORM, false),
        ("POST", "/signed-in", "null", FORM, false),
    ] {
        let status = ask(trusting("/signed-in"), method, path, origin, kind);
        let expected = if passes { 200 } else { 403 };
        assert_eq!(status, expected, "{method} {path} {origin} {kind}");
    }
    assert_eq!(
        ask(CsrfGuard::new(), "POST", "/signed-in", LOGIN, FORM),
        403
    );
}

/// As for what reads the form.
#[test]
fn the_first_of_several_content_types_counts() {
    let (json, junk) = ("application/json", "x");
    for (kinds, status) in [
        (&[FORM, json][..], 200),
        (&[json, FORM], 403),
        (&[junk, FORM, FORM], 403),
        (&[FORM, FORM], 200),
        // One field of two types has none.
        (
            &["application/json, application/x-www-form-urlencoded"],
            403,
        ),
        (
            &["application/x-www-form-urlencoded, application/json"],
            403,
        ),
        (&["application/x-www-form-urlencoded-json"], 403),
        (&[], 403),
    ] {
        let request = Request::post("/signed-in").header("origin", LOGIN);
        let request = kinds.iter().fold(request, |request, kind| {
            request.header("content-type", *kind)
        });
        let request = request.body(Body::from("csrf_token=junk")).unwrap();
        let response = block_on(app(trusting("/signed-in")).oneshot(request)).unwrap();
        assert_eq!(response.status(), status, "{kinds:?}");
    }
}

#[test]
fn each_of_several_origins_is_trusted_for_its_own_path() {
    let sites = [LOGIN, "https://bank.example", "https://pay.example:8443"];
    let paths = ["/signed-in", "/done", "/paid"];
    let trusting = sites.into_iter().zip(paths);
    let guard = trusting.fold(CsrfGuard::new(), |guard, (origin, path)| {
        guard.trust_form_post(origin, path).unwrap()
    });
    for (i, path) in paths.into_iter().enumerate() {
        for (j, origin) in sites.into_iter().enumerate() {
            let status = ask(guard.clone(), "POST", path, origin, FORM);
            let expected = if i == j { 200 } else { 403 };
            assert_eq!(status, expected, "{origin} {path}");
        }
    }
}

#[test]
fn a_form_that_needs_a_token_needs_it_at_a_trusted_path_too() {
    assert_eq!(
        ask(trusting("/guarded"), "POST", "/guarded", LOGIN, FORM),
        403
    );
}

#[test]
fn a_guard_in_a_nested_router_compares_the_path_without_the_prefix() {
    let guarded = |path| {
        Router::new()
            .route("/signed-in", post(|| async move { "signed in" }))
            .layer(trusting(path))
            .layer(SessionLayer::new(cookie()).clock(at(0)))
    };
    let outside = Router::new()
        .nest(
            "/auth",
            Router::new().route("/signed-in", post(|| async move { "signed in" })),
        )
        .layer(trusting("/auth/signed-in"))
        .layer(SessionLayer::new(cookie()).clock(at(0)));
    for (router, status) in [
        (outside, 200),
        (Router::new().nest("/auth", guarded("/signed-in")), 200),
        (
            Router::new().nest_service("/auth", guarded("/signed-in")),
            200,
        ),
        (Router::new().nest("/auth", guarded("/auth/signed-in")), 403),
    ] {
        let request = Request::post("/auth/signed-in")
            .header("origin", LOGIN)
            .header("content-type", FORM);
        let request = request.body(Body::empty()).unwrap();
        assert_eq!(block_on(router.oneshot(request)).unwrap().status(), status);
    }
}

#[test]
fn a_callback_is_trusted_of_an_origin_only() {
    let error = CsrfGuard::new().trust_form_post("https://login.example/", "/signed-in");
    assert_eq!(
        error.unwrap_err().settings().next(),
        Some("trust_form_post")
    );
}

async fn login_page(session: Session) -> Result<String, SessionError> {
    session.csrf_token()
}

async fn login(_: GuardedForm) -> &'static str {
    "welcome"
}

fn through_axum(request: Request<String>, now: SystemTime) -> Response<String> {
    let router = Router::new()
        .route("/login", get(login_page).post(login))
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie()).clock(now));
    drivers::through_axum(router, request)
}

#[cfg(feature = "actix")]
fn through_actix(request: Request<String>, now: SystemTime) -> Response<String> {
    use actix_web::web;

    let login = web::resource("/login")
        .route(web::get().to(login_page))
        .route(web::post().to(login));
    let scope = web::scope("")
        .service(login)
        .wrap(CsrfGuard::new().tokens_in_forms())
        .wrap(SessionLayer::new(cookie()).clock(now));
    drivers::through_actix(|app| _ = app.service(scope), request)
}

type App = fn(Request<String>, SystemTime) -> Response<String>;

const APPS: &[App] = &[
    through_axum,
    #[cfg(feature = "actix")]
    through_actix,
];

fn submit(app: App, pair: &str, token: &str, minute: u64) -> Response<String> {
    let request = Request::post("/login")
        .header("cookie", pair)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("csrf_token={token}"));
    app(request.unwrap(), at(60 * minute))
}

#[test]
fn a_login_form_that_was_open_for_31_minutes_is_answered_with_a_link_that_leads_on() {
    let load = |app: App, minute: u64| {
        let page = app(
            Request::get("/login").body(String::new()).unwrap(),
            at(60 * minute),
        );
        let pair = set_cookies(page.headers())[0]
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        (pair, page.into_body())
    };
    for &app in APPS {
        let (pair, token) = load(app, 0);
        assert_eq!(submit(app, &pair, &token, 29).body(), "welcome");
        let refused = submit(app, &pair, &token, 31);
        assert_eq!(refused.status(), 403);
        assert_eq!(
            refused.headers()["content-type"],
            "text/html; charset=utf-8"
        );
        // The address of this page is that of the form. A screen reader leads to the landmark.
        let end = "<p><a href=\"\">Load the page again</a></p>\n</main>\n";
        assert!(refused.body().contains("<main>\n<h1>") && refused.body().ends_with(end));
        let (pair, token) = load(app, 31);
        assert_eq!(submit(app, &pair, &token, 31).body(), "welcome");
    }
}

#[test]
fn what_no_visitor_can_mend_is_said_in_words_for_the_developer() {
    for &app in APPS {
        let (pair, _) = super::visitor_of(&cookie());
        let refused = submit(app, &pair, "", 0);
        assert_eq!(
            refused.headers()["content-type"],
            "text/plain; charset=utf-8"
        );
        assert!(refused.body().contains("has no CSRF token"));
        // Without a session no form is read, and the log has the words.
        assert!(
            submit(app, "", "", 0)
                .body()
                .contains("Load the page again")
        );
    }
}
