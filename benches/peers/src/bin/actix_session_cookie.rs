//! actix-session, with the session in its cookie.

use actix_session::{Session, SessionInsertError, SessionMiddleware, storage::CookieSessionStore};
use actix_web::{App, HttpServer, cookie::Key, web};
use hardtack_peers::{CSRF, LANGUAGE, USER};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let key = Key::generate();
    let server = HttpServer::new(move || {
        let layer = SessionMiddleware::new(CookieSessionStore::default(), key.clone());
        App::new().route("/", web::get().to(sign_in)).wrap(layer)
    });
    server.listen(hardtack_peers::listener()?)?.run().await
}

async fn sign_in(session: Session) -> Result<&'static str, SessionInsertError> {
    session.insert("user", USER)?;
    session.insert("csrf", CSRF)?;
    session.insert("language", LANGUAGE)?;
    Ok("signed in")
}
