//! Every setting, in one row each: its name, and how its value changes the sessions.

use std::{fmt, time::Duration};

use self::Change::{All, Cookies, Keys};
use super::value::{Refusal, Table, Value};
use crate::{
    carrier::{FormerAttributes, InCookie, Options, Size},
    cookie::SameSite,
    crypto::suite::Mode,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

/// A setting. Its row in docs/settings.md has the same name.
pub(super) struct Setting {
    pub(super) name: &'static str,
    change: Change,
}

/// A function that reads a value and changes the sessions that have the setting.
enum Change {
    Keys(fn(&Value, &mut KeySettings) -> Result<Shown, Refusal>),
    /// Sessions in every carrier.
    All(fn(&Value, &mut Options) -> Result<Shown, Refusal>),
    Cookies(fn(&Value, &mut InCookie) -> Result<Shown, Refusal>),
}

/// Value of a setting as `Debug` shows it, without secrets.
pub(super) type Shown = String;

/// Settings about the keys, which a program may have of its own.
#[derive(Default)]
pub(super) struct KeySettings {
    pub(super) mode: Option<Mode>,
    pub(super) sources: Vec<RingSource>,
    pub(super) watch: Option<Duration>,
}

/// A cookie's settings as plain data.
pub(super) struct Applied {
    pub(super) keys: KeySettings,
    pub(super) options: Options,
    pub(super) cookie: InCookie,
}

impl Applied {
    /// A cookie with the defaults.
    pub(super) fn new() -> Applied {
        Applied {
            keys: KeySettings::default(),
            options: Options::default(),
            cookie: InCookie::new(),
        }
    }

    pub(super) fn apply(&mut self, setting: &Setting, value: &Value) -> Result<Shown, Refusal> {
        setting.apply(
            value,
            &mut self.keys,
            &mut self.options,
            Some(&mut self.cookie),
        )
    }
}

impl Setting {
    /// Reads a value and changes what it is about. The error is the rest of a sentence: the value is not one that this
    /// setting can have, or the carrier has no such setting.
    pub(super) fn apply(
        &self,
        value: &Value,
        keys: &mut KeySettings,
        options: &mut Options,
        cookie: Option<&mut InCookie>,
    ) -> Result<Shown, Refusal> {
        match self.change {
            Keys(change) => change(value, keys),
            All(change) => change(value, options),
            Cookies(change) => change(value, cookie.ok_or(OF_COOKIES)?),
        }
    }

    pub(super) fn is_source_of_keys(&self) -> bool {
        self.name.starts_with("keys")
    }

    /// Returns `true` for settings that a program with keys of its own cannot have.
    pub(super) fn is_about_keys(&self) -> bool {
        self.is_source_of_keys() || self.name == "watch_keys"
    }
}

#[rustfmt::skip] // One row a setting.
pub(super) const SETTINGS: &[Setting] = &[
    row("mode", Keys(|v, keys| set(&mut keys.mode, v.choice(&[
        ("encrypted", Mode::Encrypted),
        ("unencrypted-but-signed", Mode::UnencryptedButSigned),
    ])))),
    row("keys", Keys(|v, keys| set(&mut keys.sources, v.text().map(|text| vec![RingSource::text(text)])))),
    row("keys_env", Keys(|v, keys| set(&mut keys.sources, source("env", v).map(|source| vec![source])))),
    row("keys_file", Keys(|v, keys| set(&mut keys.sources, source("file", v).map(|source| vec![source])))),
    row("keys_from", Keys(|v, keys| set(&mut keys.sources, sources(v)))),
    row("watch_keys", Keys(|v, keys| set(&mut keys.watch, v.interval()))),
    row("name", Cookies(|v, cookie| set_text(&mut cookie.name, v.line()))),
    row("path", Cookies(|v, cookie| set_text(&mut cookie.attributes.path, v.line()))),
    row("domain", Cookies(|v, cookie| set_text(&mut cookie.attributes.domain, v.line()))),
    row("same_site", Cookies(|v, cookie| set(&mut cookie.attributes.same_site, v.choice(&[
        ("strict", SameSite::Strict),
        ("lax", SameSite::Lax),
        ("none", SameSite::None),
        ("omit", SameSite::Omit),
    ])))),
    row("partitioned", Cookies(|v, cookie| set(&mut cookie.attributes.partitioned, v.flag()))),
    row("persistent", Cookies(|v, cookie| set(&mut cookie.persistent, v.flag()))),
    row("idle_timeout", All(|v, options| set(&mut options.idle_timeout, v.choice_or_duration(
        &[("off", None), ("false", None)], Some,
    )))),
    row("absolute_timeout", All(|v, options| set(&mut options.absolute_timeout, v.duration()))),
    row("remember_up_to", All(|v, options| set(&mut options.remember_up_to, v.duration()))),
    row("remembered_idle_timeout", All(|v, options| set(&mut options.remembered_idle_timeout, v.duration()))),
    row("refresh_after", All(|v, options| set(&mut options.refresh_after, v.choice_or_duration(&[
        ("never", RefreshAfter::Never),
        ("on-change", RefreshAfter::OnChange),
        ("always", RefreshAfter::Always),
        ("every-request", RefreshAfter::EveryRequest),
    ], RefreshAfter::Interval)))),
    row("clock_skew", All(|v, options| set(&mut options.clock_skew, v.duration()))),
    row("not_before", All(|v, options| set(&mut options.not_before, v.time()))),
    row("size", Cookies(|v, cookie| set(&mut cookie.size, v.choice(&[
        ("anywhere", Size::Anywhere),
        ("browser", Size::Browser),
        ("split:2", Size::Split(2)),
        ("split:3", Size::Split(3)),
        ("split:4", Size::Split(4)),
    ])))),
    row("padding", All(|v, options| set(&mut options.padding, v.choice(&[
        ("none", Padding::None),
        ("padme", Padding::Padme),
    ])))),
    row("application", All(|v, options| set_text(&mut options.application, v.line()))),
    row("context", All(|v, options| add(&mut options.context, context(v)))),
    row("formerly", Cookies(|v, cookie| add(&mut cookie.former, formerly(v)))),
    row("save_on_server_error", All(|v, options| set(&mut options.save_on_server_error, v.flag()))),
    row("danger_allow_http", Cookies(|v, cookie| v.flag().map(|is_on| {
        cookie.attributes.secure = !is_on;
        is_on.to_string()
    }))),
    row("danger_allow_shared_caching", All(|v, options| set(&mut options.shared_caching, v.flag()))),
    row("danger_retire_early", All(|v, options| set(&mut options.retire_early, v.flag()))),
    row("secure", Cookies(|v, cookie| set(&mut cookie.attributes.secure, v.only_true(NOT_SECURE)))),
    row("httponly", Cookies(|v, _| v.only_true(NOT_HTTP_ONLY).map(|is_on| is_on.to_string()))),
    row("http_only", Cookies(|v, _| v.only_true(NOT_HTTP_ONLY).map(|is_on| is_on.to_string()))),
];

const fn row(name: &'static str, change: Change) -> Setting {
    Setting { name, change }
}

fn set<T, V: Into<T> + fmt::Debug>(
    place: &mut T,
    value: Result<V, Refusal>,
) -> Result<Shown, Refusal> {
    let value = value?;
    let shown = format!("{value:?}");
    *place = value.into();
    Ok(shown)
}

/// A mistake in a file may have put a password into a text, so only its length is shown.
fn set_text<T: From<String>>(
    place: &mut T,
    text: Result<String, Refusal>,
) -> Result<Shown, Refusal> {
    let text = text?;
    let shown = format!("{} bytes", text.len());
    *place = text.into();
    Ok(shown)
}

fn add<T>(list: &mut Vec<T>, values: Result<Vec<T>, Refusal>) -> Result<Shown, Refusal> {
    let values = values?;
    let shown = format!("a list of {}", values.len());
    list.extend(values);
    Ok(shown)
}

/// Returns the source of this kind: the name of a variable, or the path of a file.
fn source(kind: &str, place: &Value) -> Result<RingSource, Refusal> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let place = place.line()?;
    match kind {
        "env" if place.bytes().all(is_good) => Ok(RingSource::env(place)),
        "env" => Err(NO_VARIABLE.into()),
        "file" => Ok(RingSource::file(place)),
        _ => Err(NO_SOURCES.into()),
    }
}

/// Their order counts, so each is a separate table: `{ env = "…" }` or `{ file = "…" }`.
fn sources(value: &Value) -> Result<Vec<RingSource>, Refusal> {
    let tables = value.tables(|table| vec![table], NO_SOURCES)?;
    let sources = tables.iter().map(|table| match &table[..] {
        [(kind, place)] if !place.is_empty() => source(kind, place),
        _ => Err(NO_SOURCES.into()),
    });
    let sources: Vec<_> = sources.collect::<Result<_, Refusal>>()?;
    let given = (!sources.is_empty()).then_some(sources);
    given.ok_or(NO_SOURCES.into())
}

fn context(value: &Value) -> Result<Vec<(String, String)>, Refusal> {
    let pairs = value.tables(|table| vec![table], NO_PAIRS)?.concat();
    let strings = pairs.into_iter().map(|(label, value)| match value.text() {
        Ok(value) => Ok((label, value)),
        Err(_) => Err(NO_PAIRS.into()),
    });
    strings.collect()
}

fn formerly(value: &Value) -> Result<Vec<FormerAttributes>, Refusal> {
    let tables = value.tables(|table| table.split_whitespace().collect(), NO_FORMERLY)?;
    tables.iter().map(former).collect()
}

fn former(table: &Table) -> Result<FormerAttributes, Refusal> {
    if table.is_empty() {
        return Err(NO_FORMERLY.into());
    }
    let add = |former: FormerAttributes, (attribute, value): &(String, Value)| match &**attribute {
        "path" => Ok(former.path(value.line()?)),
        "domain" if value.is_empty() => Ok(former.no_domain()),
        "domain" => Ok(former.domain(value.line()?)),
        "partitioned" => Ok(former.partitioned(value.flag()?)),
        _ => Err(NO_FORMERLY.into()),
    };
    table.iter().try_fold(FormerAttributes::new(), add)
}

pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

const NOT_SECURE: &str = "cannot be false, because anyone on the network could take the session; \
    leave it out, or set {danger_allow_http} where there is no HTTPS";
const NOT_HTTP_ONLY: &str = "cannot be false, because every script in the page could take the session; \
    leave it out, and let the server tell scripts what they need";
const OF_COOKIES: &str =
    "is a setting of cookies, and these sessions travel without one; leave it out";
const NO_VARIABLE: &str =
    "is not the name of an environment variable; give one like `SESSION_KEYS`";
const NO_SOURCES: &str = "must be a list of tables, each with `env` or `file`, or a string like \
    `env=OLD_KEYS, file=/run/secrets/keys`";
const NO_PAIRS: &str = "must be a table of strings, a list of pairs of strings, or a string like \
    `label=value, label=value`";
const NO_FORMERLY: &str = "must be a list of tables like `{ path = \"/app\", domain = \"\", \
    partitioned = true }`, where an empty domain is none, or a string like \
    `path=/app domain=example.com, path=/shop`";

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/settings.md");

    /// Returns the cells of the reference page's rows: the name, the value, the default.
    fn rows() -> impl Iterator<Item = [&'static str; 3]> {
        let (_, table) = PAGE
            .split_once("| Name | Value | Default |\n|---|---|---|\n")
            .unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        rows.map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            [cells[1], cells[2], cells[3]]
        })
    }

    #[test]
    fn the_reference_page_has_a_row_for_each_setting() {
        let names = rows().flat_map(|[names, _, _]| names.split('`').skip(1).step_by(2));
        assert!(names.eq(SETTINGS.iter().map(|setting| setting.name)));
    }

    #[test]
    fn a_default_that_is_written_out_changes_nothing() {
        for [name, _, default] in rows() {
            let name = name.split('`').nth(1).unwrap();
            let value = default.trim_matches('`');
            let is_value = default == format!("`{value}`") && !value.contains('`');
            // The options know whether its default of 30 minutes was given.
            if !is_value || name == "idle_timeout" {
                continue;
            }
            let (setting, value) = (find(name).unwrap(), Value::from(value.to_owned()));
            let shown = |applied: &Applied| format!("{:?}", (&applied.options, &applied.cookie));
            let mut applied = Applied::new();
            assert!(applied.apply(setting, &value).is_ok());
            assert_eq!(shown(&applied), shown(&Applied::new()), "{name}");
        }
    }
}
