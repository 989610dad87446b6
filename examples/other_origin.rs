//! An API for the scripts of a page of another origin: CORS, and a token that the script asks for.
//!
//! `cargo run --example other_origin -- 3000 http://127.0.0.1:8000`, the second being the origin of the page.

use axum::{
    Router,
    http::{HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
    routing::{get, post},
};
use hardtack::{Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard};
use std::error::Error;
use tower_http::cors::CorsLayer; // its feature `cors`

/// `page`: the origin of the page, such as `https://app.example.com`.
fn app(cookie: SessionCookie, page: &str) -> Result<Router, Box<dyn Error>> {
    let cors = CorsLayer::new()
        .allow_origin(page.parse::<HeaderValue>()?) // no `*` with credentials
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE, HeaderName::from_static("x-csrf-token")]);
    Ok(Router::new()
        .route("/csrf", get(async |session: Session| session.csrf_token()))
        .route("/count", post(count))
        .layer(CsrfGuard::new().trust_origin(page)?)
        .layer(SessionLayer::new(cookie))
        .layer(cors)) // added last: scripts can read refusals too
}

async fn count(session: Session) -> Result<String, SessionError> {
    session.update("count", |count: &mut u32| *count += 1)?;
    Ok(session.get::<u32>("count")?.unwrap_or(0).to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cookie = SessionCookie::encrypted(hardtack::EncryptionKey::generate()?).build()?;
    let [port, page] = [1, 2].map(|at| std::env::args().nth(at));
    let port = port.map_or(Ok(3000), |port| port.parse())?;
    let page = page.unwrap_or_else(|| "http://127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie, &page)?).await?)
}
