//! "Sign out everywhere": each user has a number, the epoch, which their sessions hold too. Increasing it
//! ends all sessions of that user, because a session of an earlier epoch no longer counts as signed in.
//!
//! The epochs are in a table of users, which is asked once per interval for each visitor, and not in every request.
//!
//! `cargo run --example epoch -- 3000 5`, with an interval of 5 seconds in place of a minute, then sign in twice, once with each
//! file:
//!
//! ```text
//! curl -c laptop -d name=ada http://127.0.0.1:3000/sign-in
//! curl -c phone  -d name=ada http://127.0.0.1:3000/sign-in
//! curl -b laptop -c laptop -X POST http://127.0.0.1:3000/sign-out-everywhere
//! curl -b phone -i http://127.0.0.1:3000/                           # 401, five seconds after the sign-in
//! ```

use std::{
    collections::HashMap,
    env,
    error::Error,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
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
    SessionLayer, csrf::CsrfGuard, session::Validity,
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

fn app(keys: KeyRing, interval: Duration) -> Result<Router, ConfigError> {
    let users = Users::default();
    let table = users.clone();
    let cookie = SessionCookie::encrypted(keys)
        .typed::<Login>()
        // A session of an earlier epoch is refused here, for every handler. While the table does not answer, its visitors
        // get 503, and keep their cookies.
        .revalidate_after(interval, move |session| {
            let (table, login) = (table.clone(), session.value());
            async move {
                let Some(Login {
                    user: Some(user),
                    epoch,
                }) = login
                else {
                    return Ok::<_, io::Error>(Validity::Valid);
                };
                Ok(Validity::valid_if(table.epoch(&user).await? == epoch))
            }
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
) -> Result<Response, SessionError> {
    let Ok(epoch) = users.epoch(&name).await else {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    session.sign_in()?;
    session.replace(Login {
        user: Some(name),
        epoch,
    })?;
    Ok(Redirect::to("/").into_response())
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

/// The epoch of each user. It stands for a column in the application's table of users, in a database.
#[derive(Clone, Default)]
struct Users(Arc<Mutex<HashMap<String, u32>>>);

impl Users {
    async fn epoch(&self, user: &str) -> io::Result<u32> {
        Ok(self.epochs().get(user).copied().unwrap_or_default())
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
    let interval = env::args()
        .nth(2)
        .map_or(Ok(60), |interval| interval.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys, Duration::from_secs(interval))?).await?;
    Ok(())
}
