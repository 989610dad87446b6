//! The settings by name: what each is read as.

use super::{
    SessionSettings,
    error::Problem,
    keys::{self, Keys},
    value::{Refusal, Value},
};
use crate::{
    carrier::{Formerly, Size},
    cookie::SameSite,
    crypto::suite::Mode,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

impl SessionSettings {
    /// Takes all entries of a table.
    pub(super) fn from_value(value: Value) -> SessionSettings {
        let mut settings = SessionSettings::default();
        let Value::Table(entries) = value else {
            let problem = Problem::general("the settings are no table of names and values");
            settings.problems.push(problem);
            return settings;
        };
        for (name, value) in entries {
            let name = name.text().unwrap_or_else(|_| "(no text)".to_owned());
            settings.take(&name, &name, value);
        }
        settings
    }

    /// Takes the setting `name`, which is called `shown` where it comes from.
    pub(super) fn take(&mut self, name: &str, shown: &str, value: Value) {
        if let Err(refusal) = self.set(name, shown, value) {
            self.refuse(shown, refusal);
        }
    }

    pub(super) fn refuse(&mut self, shown: &str, refusal: Refusal) {
        self.problems.push(Problem::new(shown, refusal));
    }

    fn set(&mut self, name: &str, shown: &str, value: Value) -> Result<(), Refusal> {
        if value.is_empty() {
            return Err("is empty, give it a value or leave it out");
        }
        if name != "keys" && value.holds_a_key() {
            return Err("holds a key, which belongs into `keys` alone");
        }
        match name {
            "mode" => put(&mut self.mode, value.choice(&MODES, NO_MODE)),
            "name" => put(&mut self.name, value.text()),
            "path" => put(&mut self.path, value.text()),
            "domain" => put(&mut self.domain, value.text()),
            "same_site" => put(&mut self.same_site, value.choice(&SAME_SITES, NO_SAME_SITE)),
            "partitioned" => put(&mut self.partitioned, value.flag()),
            "danger_allow_http" => put(&mut self.danger_allow_http, value.flag()),
            "idle_timeout" => put(&mut self.idle_timeout, value.span_or_off()),
            "absolute_timeout" => put(&mut self.absolute_timeout, value.span()),
            "remember_up_to" => put(&mut self.remember_up_to, value.span()),
            "refresh_after" => put(&mut self.refresh_after, refresh_after(value)),
            "clock_skew" => put(&mut self.clock_skew, value.span()),
            "not_before" => put(&mut self.not_before, value.moment()),
            "size" => put(&mut self.size, value.choice(&SIZES, NO_SIZE)),
            "padding" => put(&mut self.padding, value.choice(&PADDINGS, NO_PADDING)),
            "application" => put(&mut self.application, value.text()),
            "context" => put(&mut self.context, context(value)),
            "formerly" => put(&mut self.formerly, formerly(value)),
            "save_on_server_error" => put(&mut self.save_on_server_error, value.flag()),
            "danger_allow_shared_caching" => {
                put(&mut self.danger_allow_shared_caching, value.flag())
            }
            "danger_retire_early" => put(&mut self.danger_retire_early, value.flag()),
            "keys" => self.set_keys(shown, Ok(vec![RingSource::text(value.text()?)])),
            "keys_env" => self.set_keys(shown, Ok(vec![keys::variable(value.text()?)?])),
            "keys_file" => self.set_keys(shown, Ok(vec![RingSource::file(value.text()?)])),
            "keys_from" => self.set_keys(shown, keys_from(value)),
            "secure" => must_be_true(&mut self.secure, value, NOT_SECURE),
            "httponly" | "http_only" => must_be_true(&mut self.http_only, value, NOT_HTTP_ONLY),
            _ => Err(UNKNOWN),
        }
    }

    fn set_keys(
        &mut self,
        shown: &str,
        sources: Result<Vec<RingSource>, Refusal>,
    ) -> Result<(), Refusal> {
        if self.keys.is_some() {
            return Err(OTHER_KEYS);
        }
        self.keys = Some(Keys {
            setting: shown.to_owned(),
            sources: sources?,
        });
        Ok(())
    }
}

fn put<T>(slot: &mut Option<T>, value: Result<T, Refusal>) -> Result<(), Refusal> {
    if slot.is_some() {
        return Err("is given twice, or under two names; keep one");
    }
    *slot = Some(value?);
    Ok(())
}

/// What is so in any case may be said, and nothing else.
fn must_be_true(slot: &mut Option<bool>, value: Value, if_false: Refusal) -> Result<(), Refusal> {
    let flag = value.flag()?;
    if !flag {
        return Err(if_false);
    }
    put(slot, Ok(flag))
}

fn refresh_after(value: Value) -> Result<RefreshAfter, Refusal> {
    if let Value::Text(text) = &value {
        match &*text.trim().to_ascii_lowercase() {
            "never" => return Ok(RefreshAfter::Never),
            "on-change" => return Ok(RefreshAfter::OnChange),
            "always" => return Ok(RefreshAfter::Always),
            _ => {}
        }
    }
    value
        .span()
        .map(RefreshAfter::Span)
        .map_err(|_| NO_REFRESH_AFTER)
}

/// A table, whose order no format promises, is sorted by its labels. A list keeps its order.
fn context(value: Value) -> Result<Vec<(String, String)>, Refusal> {
    let texts = |(label, value): (Value, Value)| {
        let pair = label.text().and_then(|label| Ok((label, value.text()?)));
        pair.map_err(|_| NO_CONTEXT)
    };
    match value {
        Value::Table(entries) => {
            let mut pairs: Vec<_> = entries.into_iter().map(texts).collect::<Result<_, _>>()?;
            pairs.sort();
            let is_twice = |pair: &[(String, String)]| pair[0].0 == pair[1].0;
            if pairs.windows(2).any(is_twice) {
                return Err("has a label twice, leave one out or give a list of pairs");
            }
            Ok(pairs)
        }
        Value::List(pairs) => pairs
            .into_iter()
            .map(|pair| match pair {
                Value::List(pair) => {
                    let [label, value] = pair.try_into().map_err(|_| NO_CONTEXT)?;
                    texts((label, value))
                }
                _ => Err(NO_CONTEXT),
            })
            .collect(),
        Value::Text(text) => text
            .split(',')
            .map(|pair| pair_of(pair).ok_or(NO_CONTEXT))
            .collect(),
        _ => Err(NO_CONTEXT),
    }
}

fn formerly(value: Value) -> Result<Vec<Formerly>, Refusal> {
    match value {
        Value::List(entries) => entries.into_iter().map(former).collect(),
        Value::Table(_) => Ok(vec![former(value)?]),
        Value::Text(text) => text
            .split(',')
            .map(|entry| {
                let pairs = entry.split_whitespace().map(pair_of);
                let pairs: Vec<_> = pairs.collect::<Option<_>>().ok_or(NO_FORMERLY)?;
                let values = pairs.into_iter();
                let entries = values.map(|(key, value)| (Value::Text(key), Value::Text(value)));
                former(Value::Table(entries.collect()))
            })
            .collect(),
        _ => Err(NO_FORMERLY),
    }
}

fn former(entry: Value) -> Result<Formerly, Refusal> {
    let Value::Table(entries) = entry else {
        return Err(NO_FORMERLY);
    };
    if entries.is_empty() {
        return Err(NO_FORMERLY);
    }
    let add = |former: Formerly, (key, value): (Value, Value)| {
        let key = key.text().map_err(|_| NO_FORMERLY)?;
        Ok(match &*key {
            "path" => former.path(value.text()?),
            "domain" if value.is_empty() => former.no_domain(),
            "domain" => former.domain(value.text()?),
            "partitioned" => former.partitioned(value.flag()?),
            _ => return Err(NO_FORMERLY),
        })
    };
    entries.into_iter().try_fold(Formerly::new(), add)
}

/// Where the parts of a ring are. Their order counts, so each is a table of its own.
fn keys_from(value: Value) -> Result<Vec<RingSource>, Refusal> {
    let sources: Vec<_> = match value {
        Value::List(entries) => entries.into_iter().map(source).collect(),
        Value::Text(text) => text
            .split(',')
            .map(|entry| {
                let (kind, place) = pair_of(entry).ok_or(NO_SOURCES)?;
                source(Value::Table(vec![(Value::Text(kind), Value::Text(place))]))
            })
            .collect(),
        entry => source(entry).map(|source| vec![source]),
    }?;
    if sources.is_empty() {
        return Err(NO_SOURCES);
    }
    Ok(sources)
}

fn source(entry: Value) -> Result<RingSource, Refusal> {
    let Value::Table(entries) = entry else {
        return Err(NO_SOURCES);
    };
    let [(kind, place)] = <[_; 1]>::try_from(entries).map_err(|_| NO_SOURCES)?;
    if place.is_empty() {
        return Err(NO_SOURCES);
    }
    match &*kind.text()? {
        "env" => keys::variable(place.text()?),
        "file" => Ok(RingSource::file(place.text()?)),
        _ => Err(NO_SOURCES),
    }
}

/// `label=value`
fn pair_of(text: &str) -> Option<(String, String)> {
    let (label, value) = text.split_once('=')?;
    Some((label.trim().to_owned(), value.trim().to_owned()))
}

const MODES: [(&str, Mode); 2] = [
    ("encrypted", Mode::Encrypted),
    ("unencrypted-but-signed", Mode::UnencryptedButSigned),
];
const SAME_SITES: [(&str, SameSite); 4] = [
    ("strict", SameSite::Strict),
    ("lax", SameSite::Lax),
    ("none", SameSite::None),
    ("omit", SameSite::Omit),
];
const SIZES: [(&str, Size); 5] = [
    ("anywhere", Size::Anywhere),
    ("browser", Size::Browser),
    ("split:2", Size::Split(2)),
    ("split:3", Size::Split(3)),
    ("split:4", Size::Split(4)),
];
const PADDINGS: [(&str, Padding); 2] = [("none", Padding::None), ("padme", Padding::Padme)];

const NO_MODE: Refusal = "is neither `encrypted` nor `unencrypted-but-signed`, give one of them";
const NO_SAME_SITE: Refusal = "is none of `strict`, `lax`, `none` and `omit`, give one of them";
const NO_SIZE: Refusal =
    "is none of `anywhere`, `browser`, `split:2`, `split:3` and `split:4`, give one of them";
const NO_PADDING: Refusal = "is neither `none` nor `padme`, give one of them";
const NO_REFRESH_AFTER: Refusal = "is none of `never`, `on-change` and `always`, nor a span of time like `5m`, in lower case, or in whole seconds";
const NO_CONTEXT: Refusal = "has no labels with values, give a table of texts, a list of pairs of texts, or `label=value, label=value`";
const NO_FORMERLY: Refusal = "has no earlier attributes, give a list of tables with `path`, `domain` (empty for none) or `partitioned`, or `path=/app domain=example.com, path=/shop`";
const OTHER_KEYS: Refusal =
    "is not the only one, give `keys`, `keys_env`, `keys_file` or `keys_from`, and only once";
const NO_SOURCES: Refusal = "names no keys, give a list of tables, each with `env` or `file`, or `env=OLD_KEYS, file=/run/secrets/keys`";
const NOT_SECURE: Refusal = "cannot be false, since anybody on the way could take the session; leave it out, or write `danger_allow_http = true` where there is no HTTPS";
const NOT_HTTP_ONLY: Refusal = "cannot be false, since every script in the page could take the session; leave it out, and let the server tell scripts what they need";
pub(super) const UNKNOWN: Refusal = "is no setting; there are `mode`, `name`, `path`, `domain`, \
    `same_site`, `partitioned`, `danger_allow_http`, `idle_timeout`, `absolute_timeout`, \
    `remember_up_to`, `refresh_after`, `clock_skew`, `not_before`, `size`, `padding`, `application`, \
    `context`, `formerly`, `save_on_server_error`, `danger_allow_shared_caching`, `danger_retire_early`, `keys`, \
    `keys_env`, `keys_file` and `keys_from`";
