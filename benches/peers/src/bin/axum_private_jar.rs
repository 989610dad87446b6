//! axum-extra's private jar, with JSON in its cookie.

use std::error::Error;

use axum::{Router, extract::FromRef, routing::get};
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar};
use hardtack_peers::{CSRF, LANGUAGE, USER};
use serde::Serialize;

#[derive(Clone, FromRef)]
struct State {
    key: Key,
}

#[derive(Serialize)]
struct Login {
    user: u64,
    csrf: &'static str,
    language: &'static str,
}

const LOGIN: Login = Login {
    user: USER,
    csrf: CSRF,
    language: LANGUAGE,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let state = State {
        key: Key::generate(),
    };
    let app = Router::new().route("/", get(sign_in)).with_state(state);
    Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
}

async fn sign_in(jar: PrivateCookieJar) -> Result<(PrivateCookieJar, &'static str), String> {
    let login = serde_json::to_string(&LOGIN).map_err(|error| error.to_string())?;
    Ok((jar.add(Cookie::new("session", login)), "signed in"))
}
