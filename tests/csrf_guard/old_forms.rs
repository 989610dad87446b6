//! Forms that were open for longer than their session.

use std::time::SystemTime;

use axum::{Router, body::to_bytes, routing::get};
use hardtack::{
    Session, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use http::{Request, Response};
use tower::ServiceExt;

use super::common::{at, block_on, cookie, set_cookies};

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
    block_on(async {
        let (head, body) = router
            .oneshot(request.map(axum::body::Body::from))
            .await
            .unwrap()
            .into_parts();
        let body = to_bytes(body, 10_000).await.unwrap();
        Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
    })
}

#[cfg(feature = "actix")]
fn through_actix(request: Request<String>, now: SystemTime) -> Response<String> {
    use super::common::actix::{request_of, response_of};
    use actix_web::{App, test, web};

    let login = web::resource("/login")
        .route(web::get().to(login_page))
        .route(web::post().to(login));
    let app = App::new()
        .service(login)
        .wrap(CsrfGuard::new().tokens_in_forms())
        .wrap(SessionLayer::new(cookie()).clock(now));
    block_on(async {
        let app = test::init_service(app).await;
        let request = request_of(request).to_request();
        response_of(test::call_service(&app, request).await).await
    })
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
        // The address of this page is that of the form.
        assert!(
            refused
                .body()
                .contains(r#"<a href="">Load the page again</a>"#)
        );
        let (pair, token) = load(app, 31);
        assert_eq!(submit(app, &pair, &token, 31).body(), "welcome");
    }
}

#[test]
fn what_no_visitor_can_mend_is_said_in_words_for_the_developer() {
    for &app in APPS {
        let refused = submit(app, "", "", 0);
        assert_eq!(
            refused.headers()["content-type"],
            "text/plain; charset=utf-8"
        );
        assert!(refused.body().contains("has no CSRF token"));
    }
}
