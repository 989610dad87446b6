//! "Sign out everywhere": each user has a number, the epoch, which their sessions hold too. Increasing it
//! ends all sessions of that user, because a session of an earlier epoch no longer counts as signed in.
//!
//! `cargo run --example epoch`, then sign in twice, once with each file:
//!
//! ```text
//! curl -c laptop -d name=ada http://127.0.0.1:3000/sign-in
//! curl -c phone  -d name=ada http://127.0.0.1:3000/sign-in
//! curl -b laptop -c laptop -X POST http://127.0.0.1:3000/sign-out-everywhere
//! curl -b phone -i http://127.0.0.1:3000/                           # 401
//! ```

use std::{
    collections::HashMap,
    env,
    error::Error,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Form, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SessionError,
    SessionLayer, csrf::CsrfGuard,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// The content of a session: the user, and the user's epoch at the sign-in.
#[derive(Clone, Default, Serialize, Deserialize, SessionData)]
#[session(label = "login", schema = 1)]
struct Login {
    user: Option<String>,
    epoch: u32,
}

fn app(keys: KeyRing<EncryptionKey>) -> Result<Router, ConfigError> {
    let users = Users::default();
    let epochs = users.clone();
    let cookie = SessionCookie::encrypted(keys)
        .typed::<Login>()
        // A session of an earlier epoch is refused here, for every handler. Where the epochs are in a database, keep a
        // copy of those that changed within the absolute timeout.
        .revoked_if(move |session| match session.value() {
            Some(Login {
                user: Some(user),
                epoch,
            }) => epoch != epochs.epoch(&user),
            _ => false,
        })
        .build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/sign-out-everywhere", post(sign_out_everywhere))
        .with_state(users)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie)))
}

async fn home(session: Session<Login>) -> Response {
    match session.read(|login| login.user.clone()) {
        Some(user) => format!("Hello {user}\n").into_response(),
        None => (StatusCode::UNAUTHORIZED, "sign in first\n").into_response(),
    }
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

/// Asks for no password, to keep the example short.
async fn sign_in(
    session: Session<Login>,
    State(users): State<Users>,
    Form(SignIn { name }): Form<SignIn>,
) -> Result<Redirect, SessionError> {
    session.sign_in()?;
    session.replace(Login {
        epoch: users.epoch(&name),
        user: Some(name),
    })?;
    Ok(Redirect::to("/"))
}

async fn sign_out_everywhere(
    session: Session<Login>,
    State(users): State<Users>,
) -> Result<&'static str, SessionError> {
    if let Some(user) = session.read(|login| login.user.clone()) {
        users.begin_epoch(user);
    }
    session.invalidate()?;
    Ok("signed out everywhere\n")
}

/// The epoch of each user. An application keeps it in a column of its users table.
#[derive(Clone, Default)]
struct Users(Arc<Mutex<HashMap<String, u32>>>);

impl Users {
    fn epoch(&self, user: &str) -> u32 {
        self.epochs().get(user).copied().unwrap_or_default()
    }

    fn begin_epoch(&self, user: String) {
        *self.epochs().entry(user).or_default() += 1;
    }

    fn epochs(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys)?).await?;
    Ok(())
}
