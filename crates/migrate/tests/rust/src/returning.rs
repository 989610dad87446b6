//! When actix-session and tower-sessions sign a visitor out who comes back.

use actix_session::{
    Session, SessionMiddleware,
    config::{PersistentSession, TtlExtensionPolicy},
    storage::CookieSessionStore,
};
use actix_web::{
    App, HttpResponse,
    cookie::{Key, time::Duration},
    rt::System,
    test, web,
};
use axum::{Extension, Router, body::Body, http::Request, routing::get};
use tower::ServiceExt;
use tower_sessions_cookie_store::{CookieSessionConfig, CookieSessionManagerLayer, Expiry};

use crate::visits::{PLANS, Page, Plan, TWO_WEEKS};

/// Follows every plan.
pub(crate) fn check() {
    for plan in PLANS {
        actix(&plan);
        tower_sessions(&plan);
    }
}

fn path(page: Page) -> &'static str {
    match page {
        Page::Changes => "/changes",
        Page::Reads => "/reads",
        Page::LeavesAlone => "/leaves-alone",
    }
}

fn actix(plan: &Plan) {
    let policy = if plan.is_every_request {
        TtlExtensionPolicy::OnEveryRequest
    } else {
        TtlExtensionPolicy::OnStateChanges
    };
    let lifecycle = PersistentSession::default()
        .session_ttl(Duration::seconds(TWO_WEEKS as i64))
        .session_ttl_extension_policy(policy);
    let sessions = SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&[7; 64]));
    let saw = |saw: bool| HttpResponse::Ok().body(saw.to_string());
    let app = App::new()
        .wrap(sessions.session_lifecycle(lifecycle).build())
        .route(
            "/changes",
            web::get().to(move |session: Session| async move {
                let count: Option<u64> = session.get("count")?;
                session.insert("count", count.unwrap_or(0) + 1)?;
                Ok::<_, actix_web::Error>(saw(count.is_some()))
            }),
        )
        .route(
            "/reads",
            web::get()
                .to(move |session: Session| async move { saw(session.contains_key("count")) }),
        )
        .route("/leaves-alone", web::get().to(HttpResponse::Ok));
    let system = System::new();
    let app = system.block_on(test::init_service(app));
    plan.follow(|_, cookie, page| {
        let mut request = test::TestRequest::get().uri(path(page));
        if let Some(cookie) = cookie {
            request = request.insert_header(("cookie", cookie));
        }
        let response = system.block_on(test::call_service(&app, request.to_request()));
        let field = response.headers().get("set-cookie");
        let field = field.map(|field| field.to_str().unwrap().to_owned());
        (system.block_on(test::read_body(response)) == "true", field)
    });
}

fn tower_sessions(plan: &Plan) {
    use tower_sessions_cookie_store::Session;

    let expiry = Expiry::OnInactivity(Duration::seconds(TWO_WEEKS as i64));
    let config = CookieSessionConfig::default()
        .with_expiry(expiry)
        .with_always_save(plan.is_every_request);
    let key = tower_sessions_cookie_store::Key::from(&[7; 64]);
    let app = Router::new()
        .route(
            "/changes",
            get(|Extension(session): Extension<Session>| async move {
                let count: Option<u64> = session.get("count").await.unwrap();
                session
                    .insert("count", count.unwrap_or(0) + 1)
                    .await
                    .unwrap();
                count.is_some().to_string()
            }),
        )
        .route(
            "/reads",
            get(|Extension(session): Extension<Session>| async move {
                let count: Option<u64> = session.get("count").await.unwrap();
                count.is_some().to_string()
            }),
        )
        .route("/leaves-alone", get(async || ()))
        .layer(CookieSessionManagerLayer::private(key).with_config(config));
    let system = System::new();
    plan.follow(|_, cookie, page| {
        let mut request = Request::get(path(page));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = system.block_on(app.clone().oneshot(request)).unwrap();
        let field = response.headers().get("set-cookie");
        let field = field.map(|field| field.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 100);
        (system.block_on(body).unwrap() == "true", field)
    });
}
