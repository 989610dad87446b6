//! actix-web: [`SessionLayer`] is its middleware, and [`Session`] an argument of handlers. Feature `actix`.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example actix`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::error::Error;

use actix_web::{App, HttpServer, rt, web};
use hardtack::{Session, SessionError, SessionLayer, csrf::CsrfGuard};
use hardtack_frameworks as site;
use serde::Deserialize;

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

async fn home(session: Session) -> Result<String, SessionError> {
    site::home(&session)
}

async fn sign_in(session: Session, form: web::Form<SignIn>) -> Result<String, SessionError> {
    site::sign_in(&session, &form.name)
}

async fn count(session: Session) -> Result<String, SessionError> {
    site::count(&session)
}

async fn sign_out(session: Session) -> Result<String, SessionError> {
    site::sign_out(&session)
}

fn main() -> Result<(), Box<dyn Error>> {
    // Built once, so that every worker has the same keys.
    let layer = SessionLayer::new(site::cookie()?);
    let server = HttpServer::new(move || {
        App::new()
            .route("/", web::get().to(home))
            .route("/sign-in", web::post().to(sign_in))
            .route("/count", web::post().to(count))
            .route("/sign-out", web::post().to(sign_out))
            // The middleware added last runs first, and the guard needs its session.
            .wrap(CsrfGuard::new().origin_check_only())
            .wrap(layer.clone())
    });
    let server = server.listen(site::listener()?)?;
    Ok(rt::System::new().block_on(server.run())?)
}
