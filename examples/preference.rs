//! A preference that stays for a year, and outlives sign-outs and rotations of the key of sessions.
//!
//! `cargo run --example preference`, and then
//!
//! ```text
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/dark
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/sign-out
//! curl -c jar -b jar http://127.0.0.1:3000/                  # dark: true
//! ```

use axum::{
    Router,
    routing::{get, post},
};
use hardtack::{
    ConfigError, KeyRing, Session, SessionCookie, SessionData, SessionError, SessionLayer,
    csrf::CsrfGuard,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Outlives sign-outs.
#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)] // feature `derive`
#[session(label = "look", schema = 1)]
struct Look {
    is_dark: bool,
}

/// Preferences have a ring of their own: in that of the sessions, each rotation would end them after half an hour.
fn app(keys: KeyRing, keys_of_looks: KeyRing) -> Result<Router, ConfigError> {
    let looks = SessionCookie::encrypted(keys_of_looks)
        .typed::<Look>()
        .name("__Host-look")
        .persistent(true)
        .absolute_timeout(Duration::from_secs(365 * 86_400))
        .idle_timeout(None)
        .build()?;
    let sessions = SessionCookie::encrypted(keys).build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/dark", post(dark))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(looks))
        .layer(SessionLayer::new(sessions)))
}

async fn home(look: Session<Look>) -> String {
    look.read(|look| format!("dark: {}\n", look.is_dark))
}

async fn dark(look: Session<Look>) -> Result<(), SessionError> {
    look.update(|look| look.is_dark = true)
}

async fn sign_out(session: Session) -> Result<(), SessionError> {
    session.invalidate().map(drop)
}

fn ring(variable: &str) -> Result<KeyRing, Box<dyn std::error::Error>> {
    match std::env::var_os(variable) {
        Some(_) => Ok(KeyRing::from_env(variable)?),
        None => Ok(hardtack::EncryptionKey::generate()?.into()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = app(ring("SESSION_KEYS")?, ring("LOOK_KEYS")?)?;
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
