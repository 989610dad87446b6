//! A Cloudflare Worker: an axum router with sessions, and no storage.
//!
//! ```text
//! export SESSION_KEYS="$(cargo run -p hardtack-cli -- keygen --suite xcha)"
//! examples/worker/build    # also fetches workerd
//! examples/worker/node_modules/.bin/workerd serve --experimental examples/worker/config.capnp
//! curl -c jar -d name=ada http://127.0.0.1:8787/sign-in    # ada 0
//! curl -b jar -c jar -X POST http://127.0.0.1:8787/count   # ada 1
//! ```

use std::sync::OnceLock;

use axum::{
    Form, Router,
    body::Body,
    routing::{get, post},
};
use hardtack::{KeyRing, Session, SessionCookie, SessionError, SessionLayer};
use serde::Deserialize;
use tower_service::Service;
use worker::{Context, Env, Error, HttpRequest, Result, event};

#[event(fetch)]
async fn fetch(
    request: HttpRequest,
    env: Env,
    _context: Context,
) -> Result<axum::http::Response<Body>> {
    let mut app = match APP.get() {
        Some(app) => app.clone(),
        None => {
            let app = app(&env)?;
            APP.get_or_init(|| app).clone()
        }
    };
    Ok(app.call(request).await?)
}

/// Built once for each instance of the Worker, because keys are derived where the cookie is built.
static APP: OnceLock<Router> = OnceLock::new();

fn app(env: &Env) -> Result<Router> {
    // A key made here would differ between instances, so a Worker without the secret does not start.
    let keys: KeyRing = env
        .secret("SESSION_KEYS")?
        .to_string()
        .parse()
        .map_err(sentence)?;
    let cookie = SessionCookie::encrypted(keys).build().map_err(sentence)?;
    Ok(Router::new()
        .route("/", get(show))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .layer(SessionLayer::new(cookie)))
}

fn sentence(error: impl std::error::Error) -> Error {
    Error::RustError(error.to_string())
}

async fn show(session: Session) -> Result<String, SessionError> {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    Ok(format!("{} {count}", user.as_deref().unwrap_or("nobody")))
}

async fn sign_in(session: Session, Form(form): Form<SignIn>) -> Result<String, SessionError> {
    session.sign_in()?;
    session.insert("user", form.name)?;
    show(session).await
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

async fn count(session: Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    show(session).await
}

async fn sign_out(session: Session) -> Result<String, SessionError> {
    session.invalidate()?;
    show(session).await
}
