//! hardtack's layer for axum, a dictionary.

use std::error::Error;

use axum::{Router, routing::get};
use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
use hardtack_peers::{CSRF, LANGUAGE, USER};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let app = Router::new()
        .route("/", get(sign_in))
        .layer(SessionLayer::new(cookie));
    Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
}

async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
    session.insert("user", USER)?;
    session.insert("csrf", CSRF)?;
    session.insert("language", LANGUAGE)?;
    Ok("signed in")
}
