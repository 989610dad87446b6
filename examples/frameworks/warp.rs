//! warp: filters are a tower service, so the layer goes around them, and a filter takes the session out of the
//! request's extensions.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example warp`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::{error::Error, time::Duration};

use hardtack::{Session, SessionError, SessionLayer, csrf::CsrfGuard};
use hardtack_frameworks as site;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use serde::Deserialize;
use tokio::time::sleep;
use tower_layer::Layer;
use warp::{
    Filter,
    http::StatusCode,
    reply::{WithStatus, with_status},
};

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

fn reply(text: Result<String, SessionError>) -> WithStatus<String> {
    match text {
        Ok(text) => with_status(text, StatusCode::OK),
        // The status drops the changes.
        Err(error) => {
            let (status, text) = site::answer_to(error);
            with_status(text, status)
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let session = warp::ext::get::<Session>;
    let home = warp::get()
        .and(warp::path::end())
        .and(session())
        .map(|session: Session| reply(site::home(&session)));
    let sign_in = warp::path!("sign-in")
        .and(session())
        // A form has no limit of its own.
        .and(warp::body::content_length_limit(16 * 1024))
        .and(warp::body::form())
        .map(|session: Session, form: SignIn| reply(site::sign_in(&session, &form.name)));
    let count = warp::path!("count")
        .and(session())
        .map(|session: Session| reply(site::count(&session)));
    let sign_out = warp::path!("sign-out")
        .and(session())
        .map(|session: Session| reply(site::sign_out(&session)));
    let filters = home.or(warp::post().and(sign_in.or(count).or(sign_out)));

    let guard = CsrfGuard::new().origin_check_only(); // refuses forms from other sites
    let app = SessionLayer::new(site::cookie()?).layer(guard.layer(warp::service(filters)));
    let listener = tokio::net::TcpListener::from_std(site::listener()?)?;
    loop {
        // Fails while there are too many connections.
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_secs(1)).await;
            continue;
        };
        let app = TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            http1::Builder::new()
                .timer(TokioTimer::new()) // a head may take 30 seconds
                .serve_connection(TokioIo::new(stream), app)
                .await
        });
    }
}
