//! A JWT in a cookie, signed with HS256 and not encrypted.

use std::{
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{Router, routing::get};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use hardtack_peers::{CSRF, LANGUAGE, USER};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde::Serialize;

#[derive(Serialize)]
struct Login {
    user: u64,
    csrf: &'static str,
    language: &'static str,
    exp: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let key = EncodingKey::from_secret(&[7; 32]);
    let app = Router::new().route("/", get(move |jar| async move { sign_in(jar, &key) }));
    Ok(axum::serve(hardtack_peers::tokio_listener()?, app).await?)
}

fn sign_in(jar: CookieJar, key: &EncodingKey) -> Result<(CookieJar, &'static str), String> {
    let end = SystemTime::now() + Duration::from_secs(12 * 3600);
    let exp = end
        .duration_since(UNIX_EPOCH)
        .map_err(|error| error.to_string())?
        .as_secs();
    let login = Login {
        user: USER,
        csrf: CSRF,
        language: LANGUAGE,
        exp,
    };
    let token = encode(&Header::default(), &login, key).map_err(|error| error.to_string())?;
    Ok((jar.add(Cookie::new("session", token)), "signed in"))
}
