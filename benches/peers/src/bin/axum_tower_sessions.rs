//! tower-sessions, with its store for Redis.

use std::error::Error;

use axum::{Router, routing::get};
use hardtack_peers::{CSRF, LANGUAGE, USER};
use tower_sessions::{Session, SessionManagerLayer, session::Error as SessionError};
use tower_sessions_redis_store::{RedisStore, fred::prelude::*};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::from_url(&hardtack_peers::redis())?;
    let pool = Pool::new(config, None, None, None, 6)?;
    pool.connect();
    pool.wait_for_connect().await?;
    let layer = SessionManagerLayer::new(RedisStore::new(pool));
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
