//! A message from one request to the next: a posted form is answered with a redirect, and the page after it
//! shows the result once.
//!
//! `cargo run --example flash`, then open <http://127.0.0.1:3000/>, send the form, and load the page again.
//! Or with curl, which follows the redirect (`-L`) and keeps the cookie (`-b`, `-c`):
//!
//! ```text
//! curl -L -b jar -c jar -d note=milk http://127.0.0.1:3000/notes    # Noted.
//! curl -b jar -c jar http://127.0.0.1:3000/                         # the message is gone
//! ```

use std::{env, error::Error, net::Ipv4Addr};

use axum::{
    Form, Router,
    response::{Html, Redirect},
    routing::{get, post},
};
use hardtack::{
    ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
    csrf::CsrfGuard,
};
use serde::Deserialize;
use tokio::net::TcpListener;

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let cookie = SessionCookie::encrypted(keys).build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/notes", post(note))
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie)))
}

#[derive(Deserialize)]
struct Note {
    note: String,
}

async fn note(session: Session, Form(form): Form<Note>) -> Result<Redirect, SessionError> {
    if form.note.is_empty() {
        session.flash("error", "There is nothing to note.")?;
    } else {
        // An application would store the note here.
        session.flash("", "Noted.")?;
    }
    // 303 makes the browser fetch the page with GET, so reloading it does not post the form again.
    Ok(Redirect::to("/"))
}

async fn home(session: Session) -> Result<Html<String>, SessionError> {
    let mut page = String::new();
    // One queue for each place on the page. A text that comes from a visitor would have to be escaped.
    for message in session.take_flashes("error")? {
        page += &format!("<p role=\"alert\">{message}</p>\n");
    }
    for message in session.take_flashes("")? {
        page += &format!("<p>{message}</p>\n");
    }
    page +=
        "<form method=\"post\" action=\"/notes\"><input name=\"note\"><button>Note</button></form>";
    Ok(Html(page))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys)?).await?;
    Ok(())
}
