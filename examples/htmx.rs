//! htmx, versions 2 and 4: the place of the token, a sign-in, the effect of a 403, and the back button.
//!
//! `cargo run --example htmx`, then open <http://127.0.0.1:3000/>. The page loads htmx 4 from unpkg.com.

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Router,
    middleware::map_response,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard,
    web::Failure,
};
use tokio::net::TcpListener;

/// Loads the page again, which then has the token of the session as it is now.
const REFRESH: (&str, &str) = ("hx-refresh", "true");

fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/count", post(count))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(CsrfGuard::new())
        .layer(SessionLayer::new(cookie))
        .layer(map_response(page_of_failure))
}

/// Has the token twice: version 2 passes `hx-headers` on to the elements inside, version 4 needs `:inherited` for that.
/// For the back button, version 2 would keep the page over a sign-out without `hx-history="false"`, and version 4, which
/// asks for it again, finds the body by `<html>`.
async fn home(session: Session) -> Result<Html<String>, SessionError> {
    let token = session.csrf_token()?;
    let user: Option<String> = session.get("user")?;
    let (action, user) = match user {
        // A name may be markup.
        Some(user) => ("sign-out", user.replace('&', "&amp;").replace('<', "&lt;")),
        None => ("sign-in", "nobody".to_owned()),
    };
    Ok(Html(format!(
        r#"<!doctype html>
<html>
<script src="https://unpkg.com/htmx.org@4.0.1/dist/htmx.min.js" crossorigin
integrity="sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"></script>
<body hx-history="false" hx-headers='{{"x-csrf-token": "{token}"}}' hx-headers:inherited='{{"x-csrf-token": "{token}"}}'>
<p id="user">{user}</p>
<a href="/" hx-boost="true">this page</a>
<button hx-post="/{action}">{action}</button>
<button hx-post="/count" hx-target="find span">count <span>0</span></button>"#
    )))
}

async fn count(session: Session) -> Result<String, SessionError> {
    let count = session.get::<u32>("count")?.unwrap_or(0) + 1;
    session.insert("count", count)?;
    Ok(count.to_string())
}

/// The token of the page belongs to the session before.
async fn sign_in(session: Session) -> Result<impl IntoResponse, SessionError> {
    session.sign_in()?; // after the password was checked
    session.insert("user", "ada")?;
    Ok([REFRESH])
}

async fn sign_out(session: Session) -> Result<impl IntoResponse, SessionError> {
    session.invalidate()?;
    Ok([REFRESH])
}

/// Somebody signed in or out in another tab. Version 2 shows nothing of a 403, version 4 puts it into the target.
async fn page_of_failure(response: Response) -> Response {
    Failure::with_page(response, |failure| match failure {
        Failure::Csrf(_) => ([REFRESH], "Please load the page again.").into_response(),
        _ => "Sorry, that is our fault.".into_response(),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(cookie)).await?;
    Ok(())
}
