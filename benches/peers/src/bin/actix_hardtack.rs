//! hardtack's middleware for actix-web, a dictionary.

use std::error::Error;

use actix_web::{App, HttpServer, web};
use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
use hardtack_peers::{CSRF, LANGUAGE, USER};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let layer = SessionLayer::new(SessionCookie::encrypted(EncryptionKey::generate()?).build()?);
    let server = HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(sign_in))
            .wrap(layer.clone())
    });
    Ok(server.listen(hardtack_peers::listener()?)?.run().await?)
}

async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
    session.insert("user", USER)?;
    session.insert("csrf", CSRF)?;
    session.insert("language", LANGUAGE)?;
    Ok("signed in")
}
