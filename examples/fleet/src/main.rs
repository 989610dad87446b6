//! One instance of a fleet: sessions in cookies, and in Redis only what must reach every copy of a cookie.
//!
//! The keys are in a file of a mounted secret, which is followed while the program runs. [README.md](../README.md)
//! has the commands that start two instances behind haproxy, and `tests/fleet` runs them under load.

mod revocations;
mod site;

use std::{
    env,
    error::Error,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{Router, extract::State, http::StatusCode, routing::get};
use hardtack::{
    SessionCookie,
    carrier::KeysInUse,
    keys::{PollOutcome, RingSource, WatchedKeyRing},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    time::sleep,
};

use revocations::Revocations;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // No fresh key here: two instances with a key each would sign out each other's visitors.
    let file = env::var("SESSION_KEYS_FILE").map_err(|_| "set SESSION_KEYS_FILE")?;
    let watched = WatchedKeyRing::from_sources([RingSource::file(file)])?
        .interval(Duration::from_millis(500))
        .on_poll(|outcome| match outcome {
            PollOutcome::Refused(error) => eprintln!("the earlier keys stay in use: {error}"),
            PollOutcome::Replaced { dropped, .. } if !dropped.is_empty() => {
                eprintln!("sessions under these keys have ended: {dropped:?}");
            }
            _ => {}
        });
    let cookie = SessionCookie::encrypted(watched.keys())
        .absolute_timeout(revocations::ABSOLUTE_TIMEOUT)
        .build()?;
    watched.spawn()?;

    let redis = env::var("REDIS_URL").unwrap_or("redis://127.0.0.1:6379".to_owned());
    let instance = Instance {
        cookie: cookie.clone(),
        is_leaving: Arc::default(),
    };
    let app = site::app(cookie, Revocations::at(&redis)?).merge(health(instance.clone()));

    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(instance.leaves())
        .await?;
    Ok(())
}

#[derive(Clone)]
struct Instance {
    cookie: SessionCookie,
    is_leaving: Arc<AtomicBool>,
}

/// The health check is outside the session's layer. It shows the keys in use, so that a rotation can wait until every
/// instance has them. None of this is secret.
fn health(instance: Instance) -> Router {
    Router::new()
        .route("/health", get(show_health))
        .with_state(instance)
}

async fn show_health(State(instance): State<Instance>) -> (StatusCode, KeysInUse) {
    let keys = instance.cookie.keys_in_use(SystemTime::now());
    let status = if instance.is_leaving.load(Ordering::Relaxed) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    (status, keys)
}

impl Instance {
    /// Ends a while after SIGTERM. Until then the instance still serves, but its health check fails, so that the proxy
    /// stops sending requests before the port closes.
    async fn leaves(self) {
        let mut terminate = signal(SignalKind::terminate()).expect("the runtime handles signals");
        terminate.recv().await;
        self.is_leaving.store(true, Ordering::Relaxed);
        sleep(LEAVING).await;
    }
}

/// Several times as long as two health checks of `haproxy.cfg`.
const LEAVING: Duration = Duration::from_secs(1);
