//! Loads, changes and saves sessions, one for each line of JSON on standard input.

use std::{
    error::Error,
    io::{BufRead, Write, stdin, stdout},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SigningKey, carrier::SessionCookieBuilder,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    mode: String,
    ring: String,
    application: Option<String>,
    context: Vec<(String, String)>,
    /// In Unix seconds.
    now: u64,
    /// The `Cookie` field.
    cookie: String,
    /// Entries to store.
    set: Map<String, Value>,
    /// Messages of the default queue.
    flash: Vec<String>,
    renew: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let answer = answer(&serde_json::from_str(&line?)?)?;
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: &Request) -> Result<Value, Box<dyn Error>> {
    let builder = match request.mode.as_str() {
        "signed" => {
            let ring: KeyRing<SigningKey> = request.ring.parse()?;
            SessionCookie::unencrypted_but_signed(ring)
        }
        _ => {
            let ring: KeyRing<EncryptionKey> = request.ring.parse()?;
            SessionCookie::encrypted(ring)
        }
    };
    let cookie = configured(builder, request).build()?;
    let now: SystemTime = UNIX_EPOCH + Duration::from_secs(request.now);
    let session = cookie.load([&request.cookie], now);
    let seen = describe(&session)?;
    for (key, value) in &request.set {
        session.insert(key, value)?;
    }
    for message in &request.flash {
        session.flash("", message)?;
    }
    if request.renew {
        session.renew()?;
    }
    let fields: Vec<String> = cookie.save(&session)?.into_iter().collect();
    Ok(json!({ "seen": seen, "fields": fields }))
}

fn configured(builder: SessionCookieBuilder, request: &Request) -> SessionCookieBuilder {
    let builder = match &request.application {
        Some(application) => builder.application(application),
        None => builder,
    };
    let pairs = request.context.iter();
    pairs.fold(builder, |builder, (label, value)| {
        builder.context(label, value)
    })
}

fn describe(session: &Session) -> Result<Value, Box<dyn Error>> {
    let mut data = Map::new();
    for key in session.keys() {
        let value = session.get(&key)?.unwrap_or_default();
        data.insert(key, value);
    }
    Ok(json!({
        "data": data,
        "flashes": session.flashes(""),
        "id": session.id().map(|id| id.to_string()),
        "is_new": session.is_new(),
    }))
}
