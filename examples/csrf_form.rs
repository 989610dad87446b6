//! A form with a hidden token, so that no other site can send it in a visitor's name.
//!
//! `cargo run --example csrf_form`, then open <http://127.0.0.1:3000/>. With curl:
//!
//! ```text
//! curl -c jar http://127.0.0.1:3000/                                            # shows the token
//! curl -b jar -d 'to=Bob&amount=5&csrf_token=TOKEN' http://127.0.0.1:3000/transfer  # done
//! curl -b jar -d 'to=Bob&amount=5' http://127.0.0.1:3000/transfer                   # 403
//! curl -b jar -d 'to=Bob&amount=5&csrf_token=TOKEN' \
//!     -H 'Origin: https://elsewhere.example' http://127.0.0.1:3000/transfer         # 403
//! ```

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Router,
    response::Html,
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use serde::Deserialize;
use tokio::net::TcpListener;

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let cookie = SessionCookie::encrypted(keys).build()?;
    Ok(Router::new()
        .route("/", get(form))
        .route("/transfer", post(transfer))
        // The guard reads the session, so it is added before the session's layer, which then runs first.
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie)))
}

async fn form(session: Session) -> Result<Html<String>, SessionError> {
    let token = session.csrf_token()?;
    let balance = balance(&session)?;
    Ok(Html(format!(
        r#"<p>You have {balance}.</p>
<form method="post" action="/transfer">
<input type="hidden" name="csrf_token" value="{token}">
<input name="to" placeholder="To"> <input name="amount" type="number" value="5">
<button>Transfer</button>
</form>"#
    )))
}

#[derive(Deserialize)]
struct Transfer {
    to: String,
    amount: u32,
}

/// `GuardedForm` checks the token. It is the last argument because it reads the body.
async fn transfer(
    session: Session,
    GuardedForm(transfer): GuardedForm<Transfer>,
) -> Result<String, SessionError> {
    let Transfer { to, amount } = transfer;
    let left = balance(&session)?.saturating_sub(amount);
    session.insert("balance", left)?;
    Ok(format!("{amount} sent to {to}, {left} left\n"))
}

fn balance(session: &Session) -> Result<u32, SessionError> {
    Ok(session.get("balance")?.unwrap_or(100))
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
