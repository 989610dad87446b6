//! A Cloudflare Worker: an axum router with sessions, and no storage.
//!
//! The Worker's variables and secrets have the settings: `SESSION_KEYS`, and any other of docs/settings.md with the prefix
//! `SESSION_`. Every instance needs the same keys, so none are made here.
//!
//! ```text
//! export SESSION_KEYS="$(cargo run -p hardtack-cli -- keygen --suite xcha)"
//! examples/worker/build    # also fetches workerd
//! examples/worker/node_modules/.bin/workerd serve --experimental examples/worker/config.capnp
//! curl -c jar -d name=ada http://127.0.0.1:8787/sign-in    # ada 0
//! curl -b jar -c jar -X POST http://127.0.0.1:8787/count   # ada 1
//! ```
//!
//! The folder can be copied: README.md says how.

mod console;

use std::sync::OnceLock;

use axum::{
    Form, Router,
    body::Body,
    routing::{get, post},
};
use hardtack::{Session, SessionError, SessionLayer, SessionSettings};
use serde::Deserialize;
use tower_service::Service;
use worker::{
    Context, Env, Error, HttpRequest, Result, event,
    js_sys::{Array, Object},
    wasm_bindgen::JsCast,
};

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
    console::listen();
    let settings = SessionSettings::from_variables("SESSION_", variables(env));
    let cookie = settings.and_then(SessionSettings::build);
    let cookie = cookie.map_err(|error| Error::RustError(error.to_string()))?;
    Ok(Router::new()
        .route("/", get(show))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .layer(SessionLayer::new(cookie)))
}

/// The variables and secrets of the Worker. Other bindings are no texts.
fn variables(env: &Env) -> impl Iterator<Item = (String, String)> {
    let entries = Object::entries(env.unchecked_ref()).into_iter();
    entries.filter_map(|entry| {
        let entry: Array = entry.unchecked_into();
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    })
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
