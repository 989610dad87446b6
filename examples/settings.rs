//! A cookie that is configured by a file or by the environment. A mistake ends the program with a sentence
//! for each setting.
//!
//! ```text
//! APP_SESSION_KEYS=hardtack_key_v1_… APP_SESSION_IDLE_TIMEOUT=15m cargo run --example settings 3000
//! cargo run --example settings 3000 site.toml
//! cargo run --example settings 3000 development.ini    # for Beaker or Pyramid, under `session.`
//! ```
//!
//! `site.toml` may have other tables beside this one:
//!
//! ```toml
//! [session]
//! name = "__Host-login"
//! idle_timeout = "15m"
//! keys_file = "/run/secrets/session_keys"
//! watch_keys = "10s"
//! ```

use std::{env, error::Error, fs, net::Ipv4Addr};

use axum::{Router, routing::get};
use hardtack::{Session, SessionCookie, SessionError, SessionLayer, SessionSettings};
use tokio::net::TcpListener;

fn settings(file: Option<&str>) -> Result<SessionSettings, Box<dyn Error>> {
    Ok(match file {
        None => SessionSettings::from_env_prefix("APP_SESSION_")?,
        Some(path) if path.ends_with(".ini") => {
            hardtack_migrate::settings_from_ini(&fs::read_to_string(path)?, "session.")?
        }
        Some(path) => SessionSettings::from_toml(&fs::read_to_string(path)?, "session")?,
    })
}

fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/", get(home))
        .layer(SessionLayer::new(cookie))
}

async fn home(session: Session) -> Result<String, SessionError> {
    let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
    session.insert("visits", visits)?;
    Ok(format!("visit {visits}\n"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let port = arguments.first().map_or(Ok(3000), |port| port.parse())?;
    let cookie = settings(arguments.get(1).map(String::as_str))?.build()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(cookie)).await?;
    Ok(())
}
