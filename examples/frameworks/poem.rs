//! poem: a middleware of one function, and the session as [`Data`] of the request.
//!
//! No guard is around the routes: docs/frameworks.md says what a form needs.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example poem`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::error::Error;

use hardtack::{Clock, Session, SessionCookie, SessionError, web::Failure};
use hardtack_frameworks as site;
use poem::{
    Endpoint, EndpointExt, Request, Response, Route, Server, get, handler,
    listener::TcpAcceptor,
    middleware::SizeLimit,
    post,
    web::{Data, Form},
};
use serde::Deserialize;

/// The integration. Errors of handlers become responses first, so that their status drops the changes. No error is left
/// for a `catch_error` outside, so that goes before `around`.
async fn with_session<E: Endpoint>(
    cookie: SessionCookie,
    next: std::sync::Arc<E>,
    mut request: Request,
) -> poem::Result<Response> {
    let session = cookie.load_from(request.headers(), Clock::system());
    request.extensions_mut().insert(session.clone());
    let mut response = next.get_response(request).await;
    let status = response.status();
    cookie
        .save_to(&session, status, response.headers_mut())
        .map_err(|error| failed(Failure::Save(error)))?;
    Ok(response)
}

type Reply = poem::Result<String>;

fn reply(text: Result<String, SessionError>) -> Reply {
    text.map_err(failed)
}

fn failed(error: impl Into<Failure>) -> poem::Error {
    let (status, text) = site::answer_to(error);
    poem::Error::from_string(text, status)
}

#[handler]
fn home(Data(session): Data<&Session>) -> Reply {
    reply(site::home(session))
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
}

#[handler]
fn sign_in(Data(session): Data<&Session>, Form(form): Form<SignIn>) -> Reply {
    reply(site::sign_in(session, &form.name))
}

#[handler]
fn count(Data(session): Data<&Session>) -> Reply {
    reply(site::count(session))
}

#[handler]
fn sign_out(Data(session): Data<&Session>) -> Reply {
    reply(site::sign_out(session))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cookie = site::cookie()?;
    let app = Route::new()
        .at("/", get(home))
        // A `Form` has no limit of its own.
        .at("/sign-in", post(sign_in).with(SizeLimit::new(16 * 1024)))
        .at("/count", post(count))
        .at("/sign-out", post(sign_out))
        .around(move |next, request| with_session(cookie.clone(), next, request));
    let acceptor = TcpAcceptor::from_std(site::listener()?)?;
    Ok(Server::new_with_acceptor(acceptor).run(app).await?)
}
