//! A program for WASI that runs once for each request and keeps nothing: the Common Gateway Interface (RFC 3875),
//! without a framework.
//!
//! No guard is around the routes: docs/frameworks.md says what a form needs.
//!
//! ```text
//! .ci/cross build --manifest-path examples/wasi/Cargo.toml --release --target wasm32-wasip1
//! python3 -m venv target/python && target/python/bin/pip install wasmtime==50.0.1
//! export SESSION_KEYS="$(cargo run -p hardtack-cli -- keygen)"
//! target/python/bin/python examples/wasi/serve.py target/wasm/wasm32-wasip1/release/hardtack-wasi.wasm 3000
//! curl -c jar -d name=ada http://127.0.0.1:3000/sign-in    # ada 0
//! curl -b jar -c jar -X POST http://127.0.0.1:3000/count   # ada 1
//! ```

use std::{env, error::Error, io};

use hardtack::{Clock, KeyRing, Session, SessionCookie, SessionError};
use http::{HeaderMap, StatusCode, header::COOKIE};

fn main() -> Result<(), Box<dyn Error>> {
    // A key made here would be another one in each request, so without the variable no request is answered.
    let keys = KeyRing::from_env("SESSION_KEYS")?;
    let cookie = SessionCookie::encrypted(keys).build()?;

    let mut request = HeaderMap::new();
    if let Ok(field) = env::var("HTTP_COOKIE") {
        request.insert(COOKIE, field.parse()?);
    }
    let session = cookie.load_from(&request, Clock::system());
    let (status, text) = respond(&session)?;

    let mut response = HeaderMap::new();
    cookie.save_to(&session, status, &mut response)?;
    println!("Status: {status}\nContent-Type: text/plain");
    for (name, value) in &response {
        println!("{name}: {}", value.to_str()?);
    }
    print!("\n{text}");
    Ok(())
}

fn respond(session: &Session) -> Result<(StatusCode, String), Box<dyn Error>> {
    let (method, path) = (env::var("REQUEST_METHOD")?, env::var("PATH_INFO")?);
    match (&*method, &*path) {
        ("GET", "/") => {}
        ("POST", "/sign-in") => sign_in(session)?,
        ("POST", "/count") => session.update("count", |count: &mut u32| *count += 1)?,
        ("POST", "/sign-out") => _ = session.invalidate()?,
        _ => return Ok((StatusCode::NOT_FOUND, String::new())),
    }
    Ok((StatusCode::OK, show(session)?))
}

fn sign_in(session: &Session) -> Result<(), Box<dyn Error>> {
    let body = io::read_to_string(io::stdin())?;
    let mut fields = form_urlencoded::parse(body.as_bytes());
    let (_, name) = fields.find(|(field, _)| field == "name").ok_or("no name")?;
    session.sign_in()?;
    session.insert("user", name)?;
    Ok(())
}

fn show(session: &Session) -> Result<String, SessionError> {
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    Ok(format!("{} {count}", user.as_deref().unwrap_or("nobody")))
}
