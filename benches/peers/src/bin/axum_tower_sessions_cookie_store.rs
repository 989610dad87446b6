//! tower-sessions-cookie-store, private.

use std::error::Error;

use axum::{Router, routing::get};
use hardtack_peers::{CSRF, LANGUAGE, USER};
use tower_sessions_cookie_store::{CookieSessionManagerLayer, Key, Session};
use tower_sessions_core::session::Error as SessionError;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let layer = CookieSessionManagerLayer::private(Key::generate());
    let app = Router::new().route("/", get(sign_in)).layer(layer);
    Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
}

async fn sign_in(session: Session) -> Result<&'static str, String> {
    store(&session).await.map_err(|error| error.to_string())?;
    Ok("signed in")
}

async fn store(session: &Session) -> Result<(), SessionError> {
    session.insert("user", USER).await?;
    session.insert("csrf", CSRF).await?;
    session.insert("language", LANGUAGE).await
}
