//! Values that are not one word: where the keys are, the context, earlier attributes.

use super::{
    choice::Text,
    value::{Refusal, Table, Value},
};
use crate::{carrier::FormerAttributes, keys::RingSource};

/// Returns the source of this kind: the name of a variable, or the path of a file.
pub(super) fn source(kind: &str, place: Value) -> Result<Vec<RingSource>, Refusal> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let place = place.line()?;
    Ok(vec![match kind {
        "env" if place.bytes().all(is_good) => RingSource::env(place),
        "env" => return Err(NO_VARIABLE.into()),
        "file" => RingSource::file(place),
        _ => return Err(NO_SOURCES.into()),
    }])
}

/// Their order counts, so each is a separate table: `{ env = "…" }` or `{ file = "…" }`.
pub(super) fn sources(value: Value) -> Result<Vec<RingSource>, Refusal> {
    let tables = value.tables(|table| vec![table], NO_SOURCES)?;
    let sources = tables
        .into_iter()
        .map(|table| match <[_; 1]>::try_from(table) {
            Ok([(kind, place)]) if !place.is_empty() => source(&kind, place),
            _ => Err(NO_SOURCES.into()),
        });
    let sources = sources.collect::<Result<Vec<_>, Refusal>>()?.concat();
    if sources.is_empty() {
        return Err(NO_SOURCES.into());
    }
    Ok(sources)
}

pub(super) fn context(value: Value) -> Result<Vec<(Text, Text)>, Refusal> {
    let pairs = value.tables(|table| vec![table], NO_PAIRS)?.concat();
    let texts = |(label, value): (String, Value)| match value.text() {
        Ok(value) => Ok((Text(label), Text(value))),
        Err(_) => Err(NO_PAIRS.into()),
    };
    pairs.into_iter().map(texts).collect()
}

pub(super) fn formerly(value: Value) -> Result<Vec<FormerAttributes>, Refusal> {
    let tables = value.tables(|table| table.split_whitespace().collect(), NO_FORMERLY)?;
    tables.into_iter().map(former).collect()
}

fn former(table: Table) -> Result<FormerAttributes, Refusal> {
    if table.is_empty() {
        return Err(NO_FORMERLY.into());
    }
    let add = |former: FormerAttributes, (attribute, value): (String, Value)| match &*attribute {
        "path" => Ok(former.path(value.line()?)),
        "domain" if value.is_empty() => Ok(former.no_domain()),
        "domain" => Ok(former.domain(value.line()?)),
        "partitioned" => Ok(former.partitioned(value.flag()?)),
        _ => Err(NO_FORMERLY.into()),
    };
    table.into_iter().try_fold(FormerAttributes::new(), add)
}

const NO_VARIABLE: &str =
    "is not the name of an environment variable; give one like `SESSION_KEYS`";
const NO_SOURCES: &str = "must be a list of tables, each with `env` or `file`, or a text like \
    `env=OLD_KEYS, file=/run/secrets/keys`";
const NO_PAIRS: &str = "must be a table of texts, a list of pairs of texts, or a text like \
    `label=value, label=value`";
const NO_FORMERLY: &str = "must be a list of tables like `{ path = \"/app\", domain = \"\", \
    partitioned = true }`, where an empty domain is none, or a text like \
    `path=/app domain=example.com, path=/shop`";
