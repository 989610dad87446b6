//! The devices at which a user is signed in: listed, and signed out one by one.
//!
//! A session without a store cannot list itself. Each sign-in adds a row with the session's id to a table in SQLite, and
//! a session whose row is gone is refused, in every handler and in every copy of its cookie: at once by the instance that
//! removed it, and by every other after an interval of a minute, in which each visitor is asked about once.
//!
//! `cargo run --manifest-path examples/sign_ins/Cargo.toml`, then with curl:
//!
//! ```text
//! curl -c laptop -A laptop -d name=ada http://127.0.0.1:3000/sign-in
//! curl -c phone  -A phone  -d name=ada http://127.0.0.1:3000/sign-in
//! curl -b laptop http://127.0.0.1:3000/                     # ada, the laptop (this one) and the phone, with their ids
//! curl -b laptop -d id=ID http://127.0.0.1:3000/end         # with the phone's id
//! curl -b phone http://127.0.0.1:3000/                      # sign in first
//! ```

mod table;

use std::{env, error::Error, net::Ipv4Addr, path::Path, time::Duration};

use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::USER_AGENT},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SessionError,
    SessionLayer,
    csrf::CsrfGuard,
    session::{SessionId, Validity},
};
use serde::{Deserialize, Serialize};
use table::SignIns;
use tokio::{net::TcpListener, task::spawn_blocking};

#[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
#[session(label = "login", schema = 1)]
struct Login {
    user: Option<String>,
}

fn app(keys: KeyRing, sign_ins: SignIns, interval: Duration) -> Result<Router, ConfigError> {
    let (table, ended) = (sign_ins.clone(), sign_ins.clone());
    let cookie = SessionCookie::encrypted(keys)
        .typed::<Login>()
        .absolute_timeout(ABSOLUTE_TIMEOUT)
        .revoked_if(move |session| session.info().id.is_some_and(|id| ended.has_just_ended(id)))
        .revalidate_after(interval, move |session| {
            let login: Option<Login> = session.value();
            let is_signed_in = login.is_some_and(|login| login.user.is_some());
            let (table, id) = (table.clone(), session.info().id.filter(|_| is_signed_in));
            async move {
                let Some(id) = id else {
                    return Ok(Validity::valid_if(!is_signed_in));
                };
                let has_row = spawn_blocking(move || table.has(id)).await??;
                Ok::<_, Box<dyn Error + Send + Sync>>(Validity::valid_if(has_row))
            }
        })
        .build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/end", post(end))
        .with_state(sign_ins)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie)))
}

async fn home(session: Session<Login>, State(sign_ins): State<SignIns>) -> Result<String, Failure> {
    let user = user(&session)?;
    let mut page = format!("{user}\n");
    for sign_in in sign_ins.of(&user)? {
        let this = if session.id() == Some(sign_in.id) {
            " (this one)"
        } else {
            ""
        };
        page += &format!("{} {}{this}\n", sign_in.id, sign_in.device);
    }
    Ok(page)
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// Asks for no password, to keep the example short.
async fn sign_in(
    session: Session<Login>,
    State(sign_ins): State<SignIns>,
    headers: HeaderMap,
    Form(Name { name }): Form<Name>,
) -> Result<Redirect, Failure> {
    let before = user(&session);
    if let (Ok(user), Some(id)) = (before, session.sign_in()?) {
        sign_ins.end(id, &user)?;
    }
    let agent = headers
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let device: String = agent
        .unwrap_or("unknown")
        .chars()
        .take(LONGEST_DEVICE)
        .collect();
    sign_ins.add(
        session.ensure_id()?,
        &name,
        &device,
        ABSOLUTE_TIMEOUT + CLOCKS_DIFFER,
    )?;
    session.replace(Login { user: Some(name) })?;
    Ok(Redirect::to("/"))
}

async fn sign_out(
    session: Session<Login>,
    State(sign_ins): State<SignIns>,
) -> Result<Redirect, Failure> {
    let before = user(&session);
    if let (Ok(user), Some(id)) = (before, session.invalidate()?) {
        sign_ins.end(id, &user)?;
    }
    Ok(Redirect::to("/"))
}

#[derive(Deserialize)]
struct Ended {
    id: String,
}

/// Signs another device out, or this one.
async fn end(
    session: Session<Login>,
    State(sign_ins): State<SignIns>,
    Form(Ended { id }): Form<Ended>,
) -> Result<Redirect, Failure> {
    let user = user(&session)?;
    if let Ok(id) = id.parse::<SessionId>() {
        sign_ins.end(id, &user)?;
    }
    Ok(Redirect::to("/"))
}

fn user(session: &Session<Login>) -> Result<String, Failure> {
    let user = session.read(|login| login.user.clone());
    user.ok_or_else(|| Failure::from((StatusCode::UNAUTHORIZED, "sign in first\n").into_response()))
}

/// The response to a request that failed.
struct Failure(Box<Response>);

impl From<Response> for Failure {
    fn from(response: Response) -> Failure {
        Failure(Box::new(response))
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Failure {
        Failure::from(error.into_response())
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Failure {
        eprintln!("the table of sign-ins: {error}");
        Failure::from(StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        *self.0
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let path = env::args().nth(2).unwrap_or_else(|| ":memory:".to_owned());
    let interval = env::args()
        .nth(3)
        .map_or(Ok(60), |interval| interval.parse())?;
    let interval = Duration::from_secs(interval);
    let sign_ins = SignIns::open(Path::new(&path), interval + CLOCKS_DIFFER)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys, sign_ins, interval)?).await?;
    Ok(())
}

const ABSOLUTE_TIMEOUT: Duration = Duration::from_secs(14 * 24 * 3600);
/// The default `clock_skew` of 60 seconds, in both directions.
const CLOCKS_DIFFER: Duration = Duration::from_secs(120);
/// In characters. The name of a browser is a user's input like any other.
const LONGEST_DEVICE: usize = 100;
