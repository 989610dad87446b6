//! The settings that name the keys of a cookie.

use super::value::{Refusal, Value, pair_of};
use crate::{
    carrier::{SessionCookie, SessionCookieBuilder},
    crypto::suite::Mode,
    keys::{KeyRing, RingSource, RingSourceError},
};

pub(super) fn builder(
    sources: &[RingSource],
    mode: Mode,
) -> Result<SessionCookieBuilder, RingSourceError> {
    let sources = sources.iter().cloned();
    Ok(match mode {
        Mode::Encrypted => SessionCookie::encrypted(KeyRing::from_sources(sources)?),
        Mode::UnencryptedButSigned => {
            SessionCookie::unencrypted_but_signed(KeyRing::from_sources(sources)?)
        }
    })
}

pub(super) fn from_text(value: Value) -> Result<Vec<RingSource>, Refusal> {
    Ok(vec![RingSource::text(value.text()?)])
}

pub(super) fn from_variable(value: Value) -> Result<Vec<RingSource>, Refusal> {
    let name = value.text()?;
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.bytes().all(is_good) {
        return Err(
            "is not the name of an environment variable; give one like `SESSION_KEYS`".into(),
        );
    }
    Ok(vec![RingSource::env(name)])
}

pub(super) fn from_file(value: Value) -> Result<Vec<RingSource>, Refusal> {
    Ok(vec![RingSource::file(value.text()?)])
}

/// Their order counts, so each is a separate table.
pub(super) fn from_several(value: Value) -> Result<Vec<RingSource>, Refusal> {
    let entries = value.entries(|entry| Some(vec![pair_of(entry)?]));
    let sources = entries.ok_or(NO_SOURCES)?.into_iter().map(source);
    let sources: Vec<_> = sources.collect::<Result<_, _>>()?;
    if sources.is_empty() {
        return Err(NO_SOURCES.into());
    }
    Ok(sources.concat())
}

/// `{ env = "…" }` or `{ file = "…" }`.
fn source(entry: Value) -> Result<Vec<RingSource>, Refusal> {
    let Value::Table(entries) = entry else {
        return Err(NO_SOURCES.into());
    };
    let [(kind, place)] = <[_; 1]>::try_from(entries).map_err(|_| NO_SOURCES)?;
    if place.is_empty() {
        return Err(NO_SOURCES.into());
    }
    match &*kind.text()? {
        "env" => from_variable(place),
        "file" => from_file(place),
        _ => Err(NO_SOURCES.into()),
    }
}

const NO_SOURCES: &str = "must be a list of tables, each with `env` or `file`, or a text like \
    `env=OLD_KEYS, file=/run/secrets/keys`";
