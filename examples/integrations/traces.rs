//! A hash of the session's id as an attribute of the span of each request: it joins the traces of one visitor, and a log
//! that has it shows no id.
//!
//! `cargo run --manifest-path examples/integrations/Cargo.toml --example traces`, then open <http://127.0.0.1:3000/>.

use std::{error::Error, net::Ipv4Addr};

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
    routing::get,
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SessionLayer, session::SessionId,
};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tracing::{Instrument, field::Empty, info, info_span};

async fn traced(request: Request, next: Next) -> Response {
    // As the layer put it there: `Session::from_extensions` may ask whether it is still valid, also for a stylesheet.
    let session = request.extensions().get::<Session>().cloned();
    let span = info_span!("request", path = request.uri().path(), session = Empty);
    let response = next.run(request).instrument(span.clone()).await;
    // If no handler has read the session, neither does this: the response may stay one for all visitors.
    let id = session
        .filter(Session::is_touched)
        .and_then(|session| session.id());
    if let Some(id) = id {
        span.record("session", hash_of(id));
    }
    span.in_scope(|| info!(status = response.status().as_u16(), "answered"));
    response
}

fn hash_of(id: SessionId) -> String {
    let hash = Sha256::digest(id.as_bytes());
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn home(session: Session) -> Result<&'static str, SessionError> {
    session.ensure_id()?;
    Ok("hello\n")
}

pub(crate) fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/style.css", get(async || "p { }"))
        .layer(from_fn(traced))
        .layer(SessionLayer::new(cookie))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init(); // or the layer of `tracing-opentelemetry`
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie)).await?)
}
