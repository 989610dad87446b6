//! hyper without a framework: `load_from` before the handler, `save_to` after it.
//!
//! No guard is around the routes: docs/frameworks.md says what a form needs.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example hyper`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::{convert::Infallible, error::Error, time::Duration};

use hardtack::{Clock, Session, SessionCookie, SessionError, web::Failure};
use hardtack_frameworks as site;
use http_body_util::{BodyExt, Limited};
use hyper::{
    Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::sleep;

async fn serve(
    cookie: &SessionCookie,
    request: Request<Incoming>,
) -> Result<Response<String>, Infallible> {
    let session = cookie.load_from(request.headers(), Clock::system());
    let answer = respond(&session, request).await;
    let (status, text) = answer.unwrap_or_else(site::answer_to);
    let mut response = Response::new(text);
    *response.status_mut() = status;
    // Also adds `Vary`, `Cache-Control` and `Retry-After`. Drops the changes of a response that tells an error.
    let saved = cookie.save_to(&session, status, response.headers_mut());
    if let Err(error) = saved {
        let failure = Failure::Save(error);
        (*response.status_mut(), *response.body_mut()) = site::answer_to(failure);
    }
    Ok(response)
}

async fn respond(
    session: &Session,
    request: Request<Incoming>,
) -> Result<(StatusCode, String), SessionError> {
    let text = match (request.method().as_str(), request.uri().path()) {
        ("POST", "/sign-in") => {
            // A body has no limit of its own.
            let form = Limited::new(request.into_body(), 16 * 1024);
            let Ok(form) = form.collect().await else {
                return Ok((StatusCode::PAYLOAD_TOO_LARGE, "too long".to_owned()));
            };
            let form = form.to_bytes();
            let name = form.strip_prefix(b"name=").unwrap_or_default();
            site::sign_in(session, &String::from_utf8_lossy(name))
        }
        ("POST", "/count") => site::count(session),
        ("POST", "/sign-out") => site::sign_out(session),
        _ => site::home(session),
    };
    Ok((StatusCode::OK, text?))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cookie = site::cookie()?;
    let listener = tokio::net::TcpListener::from_std(site::listener()?)?;
    loop {
        // Fails while there are too many connections.
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_secs(1)).await;
            continue;
        };
        let cookie = cookie.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| serve(&cookie, request));
            http1::Builder::new()
                .timer(TokioTimer::new()) // a head may take 30 seconds
                .serve_connection(TokioIo::new(stream), service)
                .await
        });
    }
}
