//! The counter site, for a fleet that shares its sessions with js/examples/node.js.

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Form, Router,
    routing::{get, post},
};
use hardtack::{KeyRing, Session, SessionCookie, SessionError, SessionLayer};
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

type Reply = Result<String, SessionError>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = KeyRing::from_env("SESSION_KEYS")?;
    let cookie = SessionCookie::encrypted(keys).build()?;
    let app = Router::new()
        .route("/", get(home))
        .route("/sign-in", post(sign_in))
        .route("/count", post(count))
        .route("/sign-out", post(sign_out))
        .layer(SessionLayer::new(cookie));
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

async fn home(session: Session) -> Reply {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    Ok(format!("{} {count}", user.as_deref().unwrap_or("nobody")))
}

async fn sign_in(session: Session, Form(form): Form<SignIn>) -> Reply {
    session.renew()?;
    session.insert("user", form.name)?;
    home(session).await
}

async fn count(session: Session) -> Reply {
    session.update("count", |count: &mut u32| *count += 1)?;
    home(session).await
}

async fn sign_out(session: Session) -> Reply {
    session.invalidate()?;
    home(session).await
}
