//! AWS Lambda with axum: the router of any axum program, given to `lambda_http::run`.
//!
//! The function's environment has the settings: `SESSION_KEYS`, and any other of docs/settings.md with the prefix
//! `SESSION_`. Every instance needs the same keys, so none are made here.
//!
//! ```text
//! cargo lambda build --release --manifest-path examples/lambda/Cargo.toml --example axum
//! cargo lambda deploy axum
//! # then set SESSION_KEYS to the output of `hardtack keygen`, in the console or from a secret, not in a command line,
//! # which others on the machine can list. Keep it as you keep a password: the next deployment needs the same one.
//! ```

use axum::{
    Form, Router,
    routing::{get, post},
};
use hardtack::{Session, SessionError, SessionLayer, SessionSettings, csrf::CsrfGuard};
use hardtack_frameworks as site;
use serde::Deserialize;

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

type Reply = Result<String, SessionError>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::tracing::init_default_subscriber();
    // Keys are derived here, once for each instance, and not in requests.
    let cookie = SessionSettings::from_env_prefix("SESSION_")?.build()?;
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
        .layer(SessionLayer::new(cookie));
    lambda_http::run(app).await
}

async fn sign_in(session: Session, Form(form): Form<SignIn>) -> Reply {
    site::sign_in(&session, &form.name)
}
