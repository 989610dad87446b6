//! axum, for comparison: a layer, and the session as an argument of handlers.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example axum`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::error::Error;

use axum::{
    Form, Router,
    routing::{get, post},
};
use hardtack::{Session, SessionError, SessionLayer, csrf::CsrfGuard};
use hardtack_frameworks as site;
use serde::Deserialize;

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

type Reply = Result<String, SessionError>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route(
            "/",
            get(async |session: Session| -> Reply { site::home(&session) }),
        )
        .route("/sign-in", post(sign_in))
        .route(
            "/count",
            post(async |session: Session| -> Reply { site::count(&session) }),
        )
        .route(
            "/sign-out",
            post(async |session: Session| -> Reply { site::sign_out(&session) }),
        )
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(site::cookie()?));
    let listener = tokio::net::TcpListener::from_std(site::listener()?)?;
    Ok(axum::serve(listener, app).await?)
}

async fn sign_in(session: Session, Form(form): Form<SignIn>) -> Reply {
    site::sign_in(&session, &form.name)
}
