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
//! With the variable `USERS`, a service is asked whether a session is still allowed (examples/deployments). The folder can be
//! copied: README.md says how.

mod console;
mod users;

use std::{sync::OnceLock, time::Duration};

use axum::{
    Form, Router,
    body::Body,
    extract::State,
    http::StatusCode,
    response::Result as Answer,
    routing::{get, post},
};
use hardtack::{
    Clock, ConfigError, Session, SessionError, SessionLayer, SessionSettings, csrf::CsrfGuard,
};
use serde::Deserialize;
use tower_service::Service;
use worker::{
    Context, Env, Error, HttpRequest, Result, event,
    js_sys::{Array, Object},
    wasm_bindgen::JsCast,
};

use users::Users;

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
    let builder = settings.and_then(SessionSettings::into_builder);
    let users = Users::of(env)?;
    let cookie = users
        .asked_about(builder.map_err(refused)?)
        .map_err(refused)?;
    let health = cookie.clone();
    Ok(Router::new()
        .route(
            "/health",
            get(async move || health.keys_in_use(Clock::system().now())),
        )
        .route("/", get(show))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(cookie))
        .with_state(users))
}

fn refused(error: ConfigError) -> Error {
    Error::RustError(error.to_string())
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

/// An application asks for a password.
#[worker::send]
async fn sign_in(
    State(users): State<Users>,
    session: Session,
    Form(form): Form<SignIn>,
) -> Answer<String> {
    let epoch = users.epoch_of(&form.name).await;
    let epoch = epoch.map_err(|_| (StatusCode::SERVICE_UNAVAILABLE, "try again later"))?;
    let epoch = epoch.ok_or((StatusCode::UNAUTHORIZED, "there is no such user"))?;
    session.sign_in()?;
    session.insert("user", form.name)?;
    session.insert("epoch", epoch)?;
    if form.remember.is_some() {
        session.remember_for(MONTH)?;
    }
    Ok(show(session).await?)
}

const MONTH: Duration = Duration::from_secs(30 * 86_400);

#[derive(Deserialize)]
struct SignIn {
    name: String,
    remember: Option<String>,
}

async fn count(session: Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    show(session).await
}

async fn sign_out(session: Session) -> Result<String, SessionError> {
    session.invalidate()?;
    show(session).await
}
