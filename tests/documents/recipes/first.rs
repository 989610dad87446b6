use axum::{
    Router,
    response::{Html, Redirect},
    routing::{get, post},
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = EncryptionKey::generate()?; // a restart signs everyone out; in production: KeyRing::from_env("SESSION_KEYS")?
    let cookie = SessionCookie::encrypted(key).build()?; // timeouts: docs/settings.md
    let app = Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(cookie)); // added last, runs first
    Ok(axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3001").await?, app).await?)
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    let (path, button) = match session.get::<u64>("user")? {
        Some(user) => ("/sign-out", format!("Sign out user {user}")),
        None => ("/sign-in", "Sign in".to_owned()),
    };
    Ok(Html(format!(
        r#"<form method="post" action="{path}"><button>{button}</button></form>"#
    )))
}

async fn sign_in(session: Session) -> Result<Redirect, SessionError> {
    session.sign_in()?; // after you have checked the password: begins a new, empty session
    session.insert("user", 42)?;
    Ok(Redirect::to("/"))
}

async fn sign_out(session: Session) -> Result<Redirect, SessionError> {
    session.invalidate()?;
    Ok(Redirect::to("/"))
}

// What follows is not in the document.

use http::Request;

use super::{field, send};
use crate::common::cookie as cookie_of_tests;

#[test]
fn a_visitor_signs_in_and_out_and_another_site_can_do_neither() {
    let app = Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie_of_tests()));
    let page = |cookie: &str| {
        let page = send(&app, Request::get("/").header("cookie", cookie), "");
        page.into_body()
    };
    assert!(page("").contains("Sign in<"));

    let answer = send(&app, Request::post("/sign-in"), "");
    assert_eq!(answer.headers()["location"], "/");
    let session = field(&answer).unwrap();
    assert!(page(&session).contains("Sign out user 42<"));

    let out = Request::post("/sign-out").header("cookie", &session);
    assert_eq!(
        field(&send(&app, out, "")).as_deref(),
        Some("__Host-session=")
    );

    for path in ["/sign-in", "/sign-out"] {
        let foreign = Request::post(path).header("cookie", &session);
        let foreign = foreign.header("sec-fetch-site", "cross-site");
        assert_eq!(send(&app, foreign, "").status(), 403);
    }
}
