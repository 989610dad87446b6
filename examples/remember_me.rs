//! "Remember me": a session of thirty days for visitors who tick the box, and the password again before a
//! sensitive change.
//!
//! `cargo run --example remember_me`, then open <http://127.0.0.1:3000/> and sign in as `ada` with the
//! password `lovelace`. With curl, whose file `jar` shows when the cookie ends:
//!
//! ```text
//! curl -c jar -d 'name=ada&password=lovelace&remember=on' http://127.0.0.1:3000/sign-in
//! curl -b jar -c jar -d new=hopper http://127.0.0.1:3000/password      # changed; 403 five minutes later
//! curl -b jar -c jar -d password=lovelace http://127.0.0.1:3000/confirm
//! ```

use std::{env, error::Error, net::Ipv4Addr, time::Duration};

use axum::{
    Form, Router,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
    csrf::CsrfGuard,
};
use serde::Deserialize;
use tokio::net::TcpListener;

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    // Without `remember_up_to`, `remember_for` is an error.
    let cookie = SessionCookie::encrypted(keys).remember_up_to(MONTH);
    Ok(Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/confirm", post(confirm))
        .route("/password", post(change_password))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie.build()?)))
}

async fn home(session: Session) -> Result<Html<&'static str>, SessionError> {
    let is_signed_in = session.contains_key("user");
    Ok(Html(if is_signed_in { CHANGE } else { SIGN_IN }))
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
    /// Absent where the box is not ticked.
    remember: Option<String>,
}

async fn sign_in(session: Session, Form(form): Form<SignIn>) -> Result<Response, SessionError> {
    if !is_right(&form.name, &form.password) {
        return Ok((StatusCode::FORBIDDEN, Html(SIGN_IN)).into_response());
    }
    session.sign_in()?;
    session.insert("user", form.name)?;
    // An earlier sign-in in this browser may have been remembered; `sign_in` has ended that.
    if form.remember.is_some() {
        session.remember_for(MONTH)?;
    }
    Ok(Redirect::to("/").into_response())
}

#[derive(Deserialize)]
struct NewPassword {
    new: String,
}

async fn change_password(
    session: Session,
    Form(form): Form<NewPassword>,
) -> Result<Response, SessionError> {
    let Some(user) = session.get::<String>("user")? else {
        return Ok(Redirect::to("/").into_response());
    };
    // A remembered session may be a week old. The browser may be in other hands by now.
    if !session.is_recent(RECENT) {
        return Ok((StatusCode::FORBIDDEN, Html(CONFIRM)).into_response());
    }
    let length = form.new.len();
    Ok(format!("{user} has a new password of {length} bytes\n").into_response())
}

#[derive(Deserialize)]
struct Confirm {
    password: String,
}

async fn confirm(session: Session, Form(form): Form<Confirm>) -> Result<Response, SessionError> {
    let user = session.get::<String>("user")?.unwrap_or_default();
    if !is_right(&user, &form.password) {
        return Ok((StatusCode::FORBIDDEN, Html(CONFIRM)).into_response());
    }
    // The session is recent again. Its remembered deadline stays.
    session.renew()?;
    Ok(Redirect::to("/").into_response())
}

/// An application compares a hash of the password, made by argon2 for example.
fn is_right(name: &str, password: &str) -> bool {
    (name, password) == ("ada", "lovelace")
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

const MONTH: Duration = Duration::from_secs(30 * 86_400);
const RECENT: Duration = Duration::from_secs(5 * 60);

const SIGN_IN: &str = r#"<form method="post" action="/sign-in">
<input name="name" placeholder="Name"> <input name="password" type="password" placeholder="Password">
<label><input name="remember" type="checkbox"> Remember me</label> <button>Sign in</button>
</form>"#;
const CHANGE: &str = r#"<form method="post" action="/password">
<input name="new" type="password" placeholder="New password"> <button>Change</button>
</form>"#;
const CONFIRM: &str = r#"<form method="post" action="/confirm">
<input name="password" type="password" placeholder="Password again"> <button>Confirm</button>
</form>"#;
