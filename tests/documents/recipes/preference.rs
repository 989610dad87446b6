//! A second cookie, for a preference that outlives sign-outs.

use axum::{
    Router,
    routing::{get, post},
};
use hardtack::{
    ConfigError, KeyRing, Session, SessionCookie, SessionData, SessionError, SessionLayer,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Outlives sign-outs.
#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
#[session(label = "look", schema = 1)]
struct Look {
    is_dark: bool,
}

fn app(keys: KeyRing) -> Result<Router, ConfigError> {
    let looks = SessionCookie::encrypted(keys.clone())
        .typed::<Look>()
        .name("__Host-look")
        .persistent(true)
        .absolute_timeout(Duration::from_secs(365 * 86_400))
        .idle_timeout(None)
        .build()?;
    let sessions = SessionCookie::encrypted(keys).build()?;
    Ok(Router::new()
        .route("/", get(home))
        .route("/dark", post(dark))
        .route("/sign-out", post(sign_out))
        .layer(SessionLayer::new(looks))
        .layer(SessionLayer::new(sessions)))
}

async fn home(look: Session<Look>) -> String {
    look.read(|look| format!("dark: {}", look.is_dark))
}

async fn dark(look: Session<Look>) -> Result<(), SessionError> {
    look.update(|look| look.is_dark = true)
}

async fn sign_out(session: Session) -> Result<(), SessionError> {
    session.invalidate().map(drop)
}

// Its test.

use axum::http::Request;

use super::send;
use crate::common::ring;

#[test]
fn a_preference_outlives_a_sign_out() {
    let app = app(ring()).unwrap();
    let set = |path: &str, cookie: &str| {
        let answer = send(&app, Request::post(path).header("cookie", cookie), "");
        let fields = answer.headers().get_all("set-cookie").into_iter();
        fields
            .map(|field| field.to_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let fields = set("/dark", "");
    assert_eq!(fields.len(), 1);
    assert!(fields[0].starts_with("__Host-look=") && fields[0].ends_with("; Max-Age=31536000"));
    let look = fields[0].split(';').next().unwrap();
    assert!(set("/sign-out", look).is_empty());
    let shown = send(&app, Request::get("/").header("cookie", look), "");
    assert_eq!(shown.into_body(), "dark: true");
}
