//! Signing in with axum-login, and messages of axum-messages, on sessions of hardtack.
//!
//! `cargo run --manifest-path examples/axum_login/Cargo.toml`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in    # ada 0
//! curl -c jar -b jar http://127.0.0.1:3000/messages               # Welcome, ada!
//! curl -c jar -b jar http://127.0.0.1:3000/messages               # shown once
//! curl -c jar -b jar http://127.0.0.1:3000/account                # the account of ada
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count          # ada 1
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/sign-out       # nobody 0
//! curl -c jar -b jar -i http://127.0.0.1:3000/account             # 401 Unauthorized
//! ```

mod tower_sessions;

use std::{convert::Infallible, env, error::Error, net::Ipv4Addr};

use axum::{
    Form, Router,
    http::StatusCode,
    middleware::from_fn,
    routing::{get, post},
};
use axum_login::{AuthManager, AuthUser, AuthnBackend, login_required};
use axum_messages::{Messages, MessagesManagerLayer};
use hardtack::{ConfigError, EncryptionKey, KeyRing, SessionCookie, SessionLayer, csrf::CsrfGuard};
use serde::Deserialize;
use tower_layer::layer_fn;
use tower_sessions_core::Session;

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let cookie = SessionCookie::encrypted(keys).build()?;
    Ok(Router::new()
        .route("/account", get(account))
        .route_layer(login_required!(Users))
        .route("/", get(home))
        .route("/messages", get(messages))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        // From the inside out: each layer needs the one below it.
        .layer(MessagesManagerLayer)
        .layer(layer_fn(|service| {
            AuthManager::new(service, Users, "axum-login.data")
        }))
        .layer(from_fn(tower_sessions::provide))
        .layer(CsrfGuard::new().origin_check_only()) // refuses forms from other sites
        .layer(SessionLayer::new(cookie)))
}

type AuthSession = axum_login::AuthSession<Users>;
type Reply = Result<String, StatusCode>;

async fn home(auth: AuthSession, session: Session) -> Reply {
    let count: u32 = session.get("count").await.map_err(failed)?.unwrap_or(0);
    let name = auth.user.map_or("nobody".to_owned(), |user| user.name);
    Ok(format!("{name} {count}"))
}

async fn account(auth: AuthSession) -> Reply {
    let user = auth.user.ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(format!("the account of {}", user.name))
}

async fn messages(messages: Messages) -> String {
    let texts: Vec<_> = messages.map(|message| message.message).collect();
    texts.join("\n")
}

async fn sign_in(
    mut auth: AuthSession,
    session: Session,
    messages: Messages,
    Form(form): Form<SignIn>,
) -> Reply {
    let user = auth.authenticate(form).await.map_err(failed)?;
    let user = user.ok_or(StatusCode::UNAUTHORIZED)?;
    // Cycles the id, which renews the session.
    auth.login(&user).await.map_err(failed)?;
    messages.success(format!("Welcome, {}!", user.name));
    home(auth, session).await
}

async fn count(auth: AuthSession, session: Session) -> Reply {
    let count: u32 = session.get("count").await.map_err(failed)?.unwrap_or(0);
    session.insert("count", count + 1).await.map_err(failed)?;
    home(auth, session).await
}

async fn sign_out(mut auth: AuthSession, session: Session) -> Reply {
    // Flushes the session, which ends it.
    auth.logout().await.map_err(failed)?;
    home(auth, session).await
}

fn failed(error: impl Error) -> StatusCode {
    eprintln!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

/// The users. An application looks them up in its database.
#[derive(Clone)]
struct Users;

#[derive(Clone, Debug)]
struct User {
    name: String,
    /// When it changes, axum-login ends the sessions that began with the one before.
    password_hash: Vec<u8>,
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

impl AuthUser for User {
    type Id = String;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.password_hash
    }
}

impl AuthnBackend for Users {
    type User = User;
    type Credentials = SignIn;
    type Error = Infallible;

    /// Lets everyone in. An application checks a password.
    async fn authenticate(&self, form: SignIn) -> Result<Option<User>, Infallible> {
        self.get_user(&form.name).await
    }

    async fn get_user(&self, name: &String) -> Result<Option<User>, Infallible> {
        Ok(Some(User {
            name: name.clone(),
            password_hash: b"of the password".to_vec(),
        }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // In production the keys come from the environment; a key made here ends all sessions at a restart.
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(keys)?).await?)
}
