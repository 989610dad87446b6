//! A session without cookies, for a mobile application or another program: the client receives a token in
//! the response header `session-token`, keeps it, and sends it back in `Authorization`.
//!
//! `cargo run --example header_session`, and then
//!
//! ```text
//! curl -i --json '{"name": "ada"}' http://127.0.0.1:3000/sign-in     # has the header session-token
//! curl -i -H 'Authorization: Bearer TOKEN' http://127.0.0.1:3000/me
//! curl -i -H 'Authorization: Bearer TOKEN' -X POST http://127.0.0.1:3000/sign-out
//! ```
//!
//! The client follows `session-token` in each response: no header keeps the token, a value replaces it, and
//! an empty value deletes it.

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionError, SessionHeader, SessionLayer,
};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let header = SessionHeader::encrypted(keys, "authorization").build()?;
    // No other site can make a browser send a token in this header, so there is no need for a CSRF guard.
    Ok(Router::new()
        .route("/sign-in", post(sign_in))
        .route("/me", get(me))
        .route("/sign-out", post(sign_out))
        .layer(SessionLayer::in_header(header)))
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// Asks for no password, to keep the example short.
async fn sign_in(
    session: Session,
    Json(SignIn { name }): Json<SignIn>,
) -> Result<StatusCode, SessionError> {
    session.sign_in()?;
    session.insert("user", name)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(session: Session) -> Result<Response, SessionError> {
    let Some(user) = session.get::<String>("user")? else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
    session.insert("visits", visits)?;
    Ok(Json(json!({"user": user, "visits": visits})).into_response())
}

async fn sign_out(session: Session) -> Result<StatusCode, SessionError> {
    // A copy of the token stays valid until its own deadline; docs/ending-sessions.md has remedies.
    session.invalidate()?;
    Ok(StatusCode::NO_CONTENT)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys)?).await?;
    Ok(())
}
