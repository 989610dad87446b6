//! Keys from HashiCorp Vault or OpenBao (version 2 of its key-value engine), asked again every minute: a rotation writes a
//! new version of the secret. The client of another secret manager takes the same place.
//!
//! ```text
//! vault kv put secret/shop session_keys="$(hardtack keygen)"
//! cargo run --manifest-path examples/integrations/Cargo.toml --example vault    # with VAULT_ADDR and VAULT_TOKEN
//! ```

use std::{env, error::Error, net::Ipv4Addr, time::Duration};

use axum::{Router, routing::get};
use hardtack::{
    Session, SessionCookie, SessionError, SessionLayer,
    keys::{RingSource, WatchedKeyRing},
};
use serde_json::Value;
use tokio::net::TcpListener;

/// Blocks, on the thread that watches the ring. An error shows the address, and neither the token nor the keys.
pub(crate) fn keys(vault: &str, token: String) -> RingSource {
    let address = format!("{vault}/v1/secret/data/shop");
    RingSource::from_fn("vault", move || {
        let request = ureq::get(&address).header("x-vault-token", &token);
        // A vault that never answers would keep the keys of now for ever.
        let request = request.config().timeout_global(Some(PATIENCE)).build();
        let secret: Value = request.call()?.body_mut().read_json()?;
        let keys = secret["data"]["data"]["session_keys"].as_str();
        Ok(keys.ok_or("the secret has no `session_keys`")?.to_owned())
    })
}

/// At start-up a vault that does not answer is an error. Later the keys stay as they were, and the log has the reason.
pub(crate) fn cookie(
    keys: RingSource,
    interval: Duration,
) -> Result<SessionCookie, Box<dyn Error>> {
    let watched = WatchedKeyRing::from_sources([keys])?.interval(interval);
    let cookie = SessionCookie::encrypted(watched.keys()).build()?;
    watched.spawn()?;
    Ok(cookie)
}

const PATIENCE: Duration = Duration::from_secs(5);

async fn home(session: Session) -> Result<String, SessionError> {
    let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
    session.insert("visits", visits)?;
    Ok(format!("visit {visits}\n"))
}

pub(crate) fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/", get(home))
        .layer(SessionLayer::new(cookie))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = keys(&env::var("VAULT_ADDR")?, env::var("VAULT_TOKEN")?);
    let cookie = cookie(keys, Duration::from_secs(60))?;
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie)).await?)
}
