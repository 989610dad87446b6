//! actix-session, with its store for Redis.

use std::error::Error;

use actix_session::{Session, SessionInsertError, SessionMiddleware, storage::RedisSessionStore};
use actix_web::{App, HttpServer, cookie::Key, web};
use hardtack_peers::{CSRF, LANGUAGE, USER};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = Key::generate();
    let store = RedisSessionStore::new(hardtack_peers::redis()).await?;
    let server = HttpServer::new(move || {
        let layer = SessionMiddleware::new(store.clone(), key.clone());
        App::new().route("/", web::get().to(sign_in)).wrap(layer)
    });
    Ok(server.listen(hardtack_peers::listener()?)?.run().await?)
}

async fn sign_in(session: Session) -> Result<&'static str, SessionInsertError> {
    session.insert("user", USER)?;
    session.insert("csrf", CSRF)?;
    session.insert("language", LANGUAGE)?;
    Ok("signed in")
}
