//! Effects of the settings that `table.rs` lists.

use std::{fmt, time::Duration};

use super::value::{Table, Value};
use crate::{
    base::{config_error::Sentence, mistakes},
    carrier::{FormerAttributes, InCookie, Options},
    crypto::suite::Mode,
    keys::RingSource,
};

/// Name of a setting, as in docs/settings.md, and the effect of its value.
pub(super) type Setting = (&'static str, Apply);

/// Reads a value and applies it to the target. Returns the value as `Debug` shows it, without secrets. If the setting
/// cannot have this value, or the carrier has no such setting, the error is the rest of a sentence.
pub(super) type Apply = fn(&Value, &mut Target) -> Result<String, Sentence>;

/// Target of settings: the keys, the options of every carrier, and a cookie's own options.
pub(super) struct Target<'a> {
    pub(super) keys: KeySettings,
    pub(super) options: &'a mut Options,
    pub(super) cookie: Option<&'a mut InCookie>,
}

/// Settings about the keys. A program may use its own keys instead.
#[derive(Default)]
pub(super) struct KeySettings {
    pub(super) mode: Option<Mode>,
    pub(super) sources: Vec<RingSource>,
    pub(super) watch: Option<Duration>,
}

impl<'a> Target<'a> {
    pub(super) fn new(options: &'a mut Options, cookie: Option<&'a mut InCookie>) -> Target<'a> {
        let keys = KeySettings::default();
        Target {
            keys,
            options,
            cookie,
        }
    }

    pub(super) fn cookie(&mut self) -> Result<&mut InCookie, Sentence> {
        self.cookie.as_deref_mut().ok_or(OF_COOKIES.into())
    }
}

pub(super) const KEYS: Apply =
    |v, to| Ok(set(&mut to.keys.sources, vec![RingSource::text(v.text()?)]));
pub(super) const KEYS_ENV: Apply = |v, to| Ok(set(&mut to.keys.sources, vec![source("env", v)?]));
pub(super) const KEYS_FILE: Apply = |v, to| Ok(set(&mut to.keys.sources, vec![source("file", v)?]));
pub(super) const KEYS_FROM: Apply = |v, to| Ok(set(&mut to.keys.sources, sources(v)?));
pub(super) const CONTEXT: Apply = |v, to| Ok(add(&mut to.options.context, context(v)?));
pub(super) const FORMERLY: Apply = |v, to| Ok(add(&mut to.cookie()?.former, formerly(v)?));
pub(super) const DANGER_ALLOW_HTTP: Apply = |v, to| {
    let is_on = v.flag()?;
    to.cookie()?.attributes.secure = !is_on;
    Ok(is_on.to_string())
};
pub(super) const SECURE: Apply = |v, to| {
    let secure = v.only_true(mistakes::NOT_SECURE)?;
    Ok(set(&mut to.cookie()?.attributes.secure, secure))
};
/// Accepts only `true`, because every cookie is `HttpOnly`.
pub(super) const HTTPONLY: Apply = |v, to| {
    to.cookie()?;
    Ok(v.only_true(mistakes::NOT_HTTP_ONLY)?.to_string())
};
pub(super) const HTTP_ONLY: Apply = HTTPONLY;

pub(super) fn set<T, V: Into<T> + fmt::Debug>(place: &mut T, value: V) -> String {
    let shown = format!("{value:?}");
    *place = value.into();
    shown
}

/// Sets a text, and shows only its length, because a mistake in a file may have put a password into it.
pub(super) fn set_text<T: From<String>>(place: &mut T, text: String) -> String {
    let shown = format!("{} bytes", text.len());
    *place = text.into();
    shown
}

pub(super) fn add<T>(list: &mut Vec<T>, values: Vec<T>) -> String {
    let shown = format!("a list of {}", values.len());
    list.extend(values);
    shown
}

/// Returns the source of a kind (`env`, `file`) at `place`, the name of a variable or the path of a file.
fn source(kind: &str, place: &Value) -> Result<RingSource, Sentence> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let place = place.line()?;
    match kind {
        "env" if place.bytes().all(is_good) => Ok(RingSource::env(place)),
        "env" => Err(mistakes::NO_VARIABLE.into()),
        "file" => Ok(RingSource::file(place)),
        _ => Err(mistakes::NO_SOURCES.into()),
    }
}

/// Reads a list of sources. Their order counts, so each is a separate table: `{ env = "…" }` or `{ file = "…" }`.
fn sources(value: &Value) -> Result<Vec<RingSource>, Sentence> {
    let tables = value.tables(|table| vec![table], mistakes::NO_SOURCES)?;
    if tables.is_empty() {
        return Err(mistakes::NO_SOURCES.into());
    }
    let sources = tables.iter().map(|table| match &table[..] {
        [(kind, place)] if !place.is_empty() => source(kind, place),
        _ => Err(mistakes::NO_SOURCES.into()),
    });
    sources.collect()
}

fn context(value: &Value) -> Result<Vec<(String, String)>, Sentence> {
    let pairs = value
        .tables(|table| vec![table], mistakes::NO_PAIRS)?
        .concat();
    let strings = pairs.into_iter().map(|(label, value)| match value.text() {
        Ok(value) => Ok((label, value)),
        Err(_) => Err(mistakes::NO_PAIRS.into()),
    });
    strings.collect()
}

fn formerly(value: &Value) -> Result<Vec<FormerAttributes>, Sentence> {
    let tables = value.tables(
        |table| table.split_whitespace().collect(),
        mistakes::NO_FORMERLY,
    )?;
    tables.iter().map(former).collect()
}

fn former(table: &Table) -> Result<FormerAttributes, Sentence> {
    if table.is_empty() {
        return Err(mistakes::NO_FORMERLY.into());
    }
    let add = |former: FormerAttributes, (attribute, value): &(String, Value)| match &**attribute {
        "path" => Ok(former.path(value.line()?)),
        "domain" if value.is_empty() => Ok(former.no_domain()),
        "domain" => Ok(former.domain(value.line()?)),
        "partitioned" => Ok(former.partitioned(value.flag()?)),
        _ => Err(mistakes::NO_FORMERLY.into()),
    };
    table.iter().try_fold(FormerAttributes::new(), add)
}

const OF_COOKIES: &str =
    "is a setting of cookies, and these sessions travel without one; leave it out";
