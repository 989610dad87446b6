//! Server functions of Leptos. A function extracts the session as a handler of axum does; the layer and the guard are
//! around the router.
//!
//! ```text
//! cargo run --manifest-path examples/integrations/Cargo.toml --example server_functions
//! curl -c jar -b jar -d by=2 http://127.0.0.1:3000/api/count    # 2, then 4
//! ```

use std::{env, net::Ipv4Addr};

use axum::{Router, response::IntoResponse, routing::post};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard,
};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, extract, handle_server_fns};
use tokio::net::TcpListener;

/// The browser gets the sentence of an error, and a response of 500 keeps no change.
#[server(endpoint = "count")]
async fn count(by: u32) -> Result<u32, ServerFnError> {
    let session: Session = extract().await?;
    let count = session.get::<u32>("count")?.unwrap_or(0);
    // The visitor chooses the number: a sum too large would be a panic.
    let count = count.saturating_add(by);
    session.insert("count", count)?;
    Ok(count)
}

/// A session that is full is a 413, with a sentence for the visitor.
#[server(endpoint = "note")]
async fn note(text: String) -> Result<(), ServerFnError> {
    let session: Session = extract().await?;
    session.insert("note", text).map_err(refused)
}

/// Logs the error, and takes the status with which a handler of axum answers it.
fn refused(error: SessionError) -> ServerFnError {
    let response = error.into_response();
    expect_context::<ResponseOptions>().set_status(response.status());
    ServerFnError::new("This cannot be kept.")
}

/// A page that streams has sent its head, and with it the cookie, before it ends: components read the session, and
/// functions change it. A component changes it only through a `Resource::new_blocking`, or with `SsrMode::Async`. Browsers name the origin of each call, so that a guard needs no token.
fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/api/{*function}", post(handle_server_fns))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie)).await?)
}
