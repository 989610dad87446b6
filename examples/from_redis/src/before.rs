//! The program before the move.

use std::{error::Error, net::TcpListener};

use actix_session::{Session, SessionInsertError, SessionMiddleware, storage::RedisSessionStore};
use actix_web::{
    App, HttpServer,
    cookie::Key,
    web::{self, Form},
};
use serde::Deserialize;

use crate::login::{ADA, BOB};

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// Asks for no password, to keep the example short.
async fn sign_in(
    session: Session,
    Form(SignIn { name }): Form<SignIn>,
) -> Result<&'static str, SessionInsertError> {
    session.renew();
    session.insert("user_id", if name == "ada" { ADA } else { BOB })?;
    Ok("signed in\n")
}

/// The middleware, for as long as there are sessions in the store.
pub(crate) fn sessions(
    store: &RedisSessionStore,
    key: &Key,
) -> SessionMiddleware<RedisSessionStore> {
    let sessions = SessionMiddleware::builder(store.clone(), key.clone());
    sessions.cookie_secure(false).build()
}

pub(crate) async fn serve(
    listener: TcpListener,
    store: RedisSessionStore,
    key: Key,
) -> Result<(), Box<dyn Error>> {
    let server = HttpServer::new(move || {
        App::new()
            .route("/sign-in", web::post().to(sign_in))
            .wrap(sessions(&store, &key))
    });
    server.workers(1).listen(listener)?.run().await?;
    Ok(())
}
