//! A site with `/metrics` for Prometheus and `/health` for the fleet.
//!
//! ```text
//! hardtack ring add session.keys
//! SESSION_KEYS_FILE=session.keys cargo run --manifest-path examples/metrics/Cargo.toml
//! curl http://127.0.0.1:3000/            # visit 1
//! curl http://127.0.0.1:3000/metrics
//! curl http://127.0.0.1:3000/health
//! ```
//!
//! docs/dashboard.json shows the metrics in Grafana, and Prometheus loads docs/alerts.yml.

use std::{
    env,
    error::Error,
    net::Ipv4Addr,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, SET_COOKIE},
    },
    response::IntoResponse,
    routing::{get, post},
};
use hardtack::{
    Session, SessionCookie, SessionError, SessionLayer,
    csrf::CsrfGuard,
    keys::{RingSource, WatchedKeyRing},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // The recorder comes first. Sizes get buckets; by default each instance would compute quantiles, which nobody can add.
    let sizes = Matcher::Suffix("_bytes".to_owned());
    let prometheus = PrometheusBuilder::new()
        .set_buckets_for_metric(
            sizes,
            &[
                256.0, 512.0, 1024.0, 2048.0, 2500.0, 3072.0, 4096.0, 12288.0,
            ],
        )?
        .install_recorder()?;
    let recorder = prometheus.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            // Otherwise sizes would stay in memory until somebody asks for `/metrics`.
            recorder.run_upkeep();
        }
    });

    let file = env::var("SESSION_KEYS_FILE").map_err(|_| "set SESSION_KEYS_FILE")?;
    let watched = WatchedKeyRing::from_sources([RingSource::file(file)])?;
    let cookie = SessionCookie::encrypted(watched.keys()).build()?;
    watched.interval(Duration::from_millis(500)).spawn()?;

    let keys = cookie.clone();
    let app = Router::new()
        .route("/", get(home))
        .route("/note", post(note))
        .route("/sign-out", post(sign_out))
        .route("/probe", get(probe))
        // Not for visitors: give it a port of its own, or let the proxy refuse it.
        .route("/metrics", get(async move || prometheus.render()))
        .route(
            "/health",
            get(async move || keys.keys_in_use(SystemTime::now())),
        )
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie));

    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// For probe_cookies.sh: fields of two kilobytes, which some proxies drop, and two `Set-Cookie`, of which
/// some proxies pass on one. The tokens are below the 2,500 bytes of the alert about sessions that grow.
async fn probe(headers: HeaderMap, session: Session) -> Result<impl IntoResponse, SessionError> {
    session.insert("filling", "x".repeat(1_700))?;
    let visits = count(&session)?;
    let last = format!("probe={}", visits - 1);
    let has_last = |cookies: &str| cookies.split("; ").any(|cookie| cookie == last);
    let came = headers.get_all(COOKIE).iter();
    let is_lost = visits > 1 && !came.flat_map(HeaderValue::to_str).any(has_last);
    let lost = if is_lost {
        ", the other cookie is lost"
    } else {
        ""
    };
    let other = format!("probe={visits}; Path=/; Secure; HttpOnly");
    Ok(([(SET_COOKIE, other)], format!("visit {visits}{lost}\n")))
}

async fn home(session: Session) -> Result<String, SessionError> {
    Ok(format!("visit {}\n", count(&session)?))
}

fn count(session: &Session) -> Result<u32, SessionError> {
    let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
    session.insert("visits", visits)?;
    Ok(visits)
}

/// A note that is too long for a session is an error, which is counted.
async fn note(session: Session, note: String) -> Result<&'static str, SessionError> {
    session.insert("note", note)?;
    Ok("noted\n")
}

async fn sign_out(session: Session) -> Result<&'static str, SessionError> {
    session.invalidate()?;
    Ok("signed out\n")
}
