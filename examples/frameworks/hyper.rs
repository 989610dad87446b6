//! hyper without a framework: `load_from` before the handler, `save_to` after it.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example hyper`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::{convert::Infallible, error::Error};

use hardtack::{Clock, Session, SessionCookie, SessionError};
use hardtack_frameworks as site;
use http_body_util::BodyExt;
use hyper::{
    Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;

async fn serve(
    cookie: &SessionCookie,
    request: Request<Incoming>,
) -> Result<Response<String>, Infallible> {
    let session = cookie.load_from(request.headers(), Clock::system());
    let (status, text) = match respond(&session, request).await {
        Ok(text) => (StatusCode::OK, text),
        // The sentence is for the log, not for the visitor.
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR.to_owned()),
    };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    // Also adds `Vary` and `Cache-Control`. Drops the changes of a response with a 5xx status.
    let saved = cookie.save_to(&session, status, response.headers_mut());
    if saved.is_err() {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        *response.body_mut() = SERVER_ERROR.to_owned();
    }
    Ok(response)
}

const SERVER_ERROR: &str = "server error";

async fn respond(session: &Session, request: Request<Incoming>) -> Result<String, SessionError> {
    match (request.method().as_str(), request.uri().path()) {
        ("POST", "/sign-in") => {
            let form = request.into_body().collect().await;
            let form = form.map(|body| body.to_bytes()).unwrap_or_default();
            let name = form.strip_prefix(b"name=").unwrap_or_default();
            site::sign_in(session, &String::from_utf8_lossy(name))
        }
        ("POST", "/count") => site::count(session),
        ("POST", "/sign-out") => site::sign_out(session),
        _ => site::home(session),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cookie = site::cookie()?;
    let listener = tokio::net::TcpListener::from_std(site::listener()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let cookie = cookie.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| serve(&cookie, request));
            http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await
        });
    }
}
