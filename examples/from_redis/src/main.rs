//! The days of a move from actix-session and Redis: a visitor who signed in before it stays signed in, and an old session
//! ends when it has been brought over. docs/moving.md has the whole move.
//!
//! With a Redis on port 6379, first the program of before, then the one of the move, with the same file of cookies:
//!
//! ```text
//! cargo run --manifest-path examples/from_redis/Cargo.toml -- before 3000
//! curl -c cookies -d name=ada http://127.0.0.1:3000/sign-in
//! cargo run --manifest-path examples/from_redis/Cargo.toml -- move 3000
//! curl -b cookies -c cookies http://127.0.0.1:3000/          # user …ada, and redis-cli dbsize is 0
//! ```

mod before;
mod bring_over;
mod login;

use std::{env, error::Error, net::TcpListener};

use actix_session::storage::RedisSessionStore;
use actix_web::{
    App, HttpResponse, HttpServer,
    cookie::Key,
    middleware::from_fn,
    web::{self, Data},
};
use hardtack::{EncryptionKey, KeyRing, Session, SessionError, SessionLayer, csrf::CsrfGuard};

use crate::{
    bring_over::bring_over,
    login::{Login, Users},
};

async fn home(session: Session<Login>) -> HttpResponse {
    match session.read(|login| login.user_id) {
        Some(user_id) => HttpResponse::Ok().body(format!("user {user_id}\n")),
        None => HttpResponse::Unauthorized().body("sign in first\n"),
    }
}

/// A page that fails, whoever asks.
async fn broken() -> HttpResponse {
    HttpResponse::InternalServerError().finish()
}

async fn sign_out(session: Session<Login>) -> Result<&'static str, SessionError> {
    session.invalidate()?;
    Ok("signed out\n")
}

async fn serve(
    listener: TcpListener,
    store: RedisSessionStore,
    old_key: Key,
) -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let users = Data::new(Users);
    let layer = SessionLayer::new(login::cookie(keys, users.clone())?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(users.clone())
            .route("/", web::get().to(home))
            .route("/broken", web::get().to(broken))
            .route("/sign-out", web::post().to(sign_out))
            .wrap(CsrfGuard::new().typed::<Login>().origin_check_only())
            .wrap(from_fn(bring_over)) // the middleware added last runs first, and this one needs both sessions
            .wrap(layer.clone())
            .wrap(before::sessions(&store, &old_key))
    });
    server.workers(1).listen(listener)?.run().await?;
    Ok(())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let program = env::args().nth(1).unwrap_or_default();
    let port = env::args().nth(2).map_or(Ok(3000), |port| port.parse())?;
    let redis = env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    let store = RedisSessionStore::new(redis).await?;
    // Stands for the secret of the old program.
    let old_key = Key::from(&[7; 64]);
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening on http://{}", listener.local_addr()?);
    match &*program {
        "before" => before::serve(listener, store, old_key).await,
        "move" => serve(listener, store, old_key).await,
        _ => Err("say `before` or `move`".into()),
    }
}
