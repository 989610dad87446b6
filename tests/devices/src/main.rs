//! A site whose sessions are bound to devices, for the tests in a browser beside it. It speaks plain HTTP; the tests put
//! TLS before it.

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Router,
    extract::Query,
    http::StatusCode,
    response::{Html, Redirect},
    routing::{get, post},
};
use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard,
    device::DeviceBound, web::DeviceLayer,
};
use serde::Deserialize;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys: KeyRing<EncryptionKey> = KeyRing::from_env("SESSION_KEYS")?;
    let cookie = SessionCookie::encrypted(keys)
        .device_bound(DeviceBound::at("/.session"))
        .build()?;
    let app = Router::new()
        .route("/", get(home))
        .route("/form", get(form))
        .route("/sign-in", post(sign_in))
        // The end of a sign-in at another site.
        .route("/callback", get(callback))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(DeviceLayer::new(SessionLayer::new(cookie)));
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// The user, the count and the binding.
async fn home(session: Session) -> Result<String, SessionError> {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    let user = user.as_deref().unwrap_or("nobody");
    Ok(format!("{user} {count} {:?}", session.binding()))
}

async fn form() -> Html<&'static str> {
    Html(
        r#"<form method="post" action="/sign-in"><input name="name" value="ada"><button>Sign in</button></form>"#,
    )
}

async fn sign_in(session: Session) -> Result<String, SessionError> {
    session.renew()?;
    session.insert("user", "ada")?;
    home(session).await
}

#[derive(Deserialize)]
struct Callback {
    to: String,
}

async fn callback(
    session: Session,
    Query(Callback { to }): Query<Callback>,
) -> Result<Redirect, (StatusCode, String)> {
    let failed = |error: SessionError| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    session.renew().map_err(failed)?;
    session.insert("user", "ada").map_err(failed)?;
    Ok(Redirect::to(&to))
}

async fn count(session: Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    home(session).await
}

async fn sign_out(session: Session) -> Result<String, SessionError> {
    session.invalidate()?;
    home(session).await
}
