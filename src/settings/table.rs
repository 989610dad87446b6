//! Every setting, in one row each.

use std::time::{Duration, SystemTime};

use super::{
    keys,
    value::{Refusal, Value, list},
};
use crate::{
    carrier::{FormerAttributes, SessionCookieBuilder, Size},
    cookie::SameSite,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

/// A setting. The readers, their errors and the table of docs/settings.md follow from these rows.
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// Another spelling, in every source.
    also: &'static [&'static str],
    /// The names in the ini files of Beaker, Pylons and Pyramid.
    pub(super) in_ini: &'static [&'static str],
    pub(super) kind: Kind,
    pub(super) of: Of,
    /// The columns of docs/settings.md: the value, the default.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the page is compared in a test")
    )]
    on_page: [&'static str; 2],
}

/// The sessions that have a setting.
pub(super) enum Of {
    All,
    /// Those that are saved with a response: in cookies and in headers.
    Responses,
    Cookies,
}

/// The form of a setting's value, and the method of the builder that takes it.
pub(super) enum Kind {
    Mode,
    Keys(fn(Value) -> Result<Vec<RingSource>, Refusal>),
    Text(Method<String>),
    Flag(fn(Builder) -> Builder),
    Span(Method<Duration>),
    SpanOrOff(Method<Option<Duration>>),
    Moment(Method<SystemTime>),
    SameSite(Method<SameSite>),
    RefreshAfter(Method<RefreshAfter>),
    Size(Method<Size>),
    Padding(Method<Padding>),
    Pairs(fn(Builder, String, String) -> Builder),
    FormerAttributes(Method<FormerAttributes>),
    /// Accepts only `true`, which changes nothing. The text refuses `false`.
    AlwaysTrue(&'static str),
}

pub(super) type Builder = SessionCookieBuilder;
type Method<V> = fn(Builder, V) -> Builder;

#[rustfmt::skip] // One row a setting.
pub(super) const SETTINGS: &[Setting] = {
    use Kind::*;
    &[
        row("mode", Mode, "`encrypted` or `unencrypted-but-signed`", "`encrypted`"),
        row("keys", Keys(keys::from_text),
            "the keys themselves: one, or a ring with line ends or commas between them", ""),
        row("keys_env", Keys(keys::from_variable),
            "the name of an environment variable that holds the keys", ""),
        row("keys_file", Keys(keys::from_file), "the path of a file that holds the keys", ""),
        row("keys_from", Keys(keys::from_several),
            "the sources of a ring: a list of tables, each with `env` or `file`", ""),
        row("name", Text(Builder::name), "the cookie's name",
            "`__Host-session`; with a domain or another path `__Secure-session`; with `danger_allow_http` `session`")
            .in_ini(&["key", "cookie_name"]).of(Of::Cookies),
        row("path", Text(Builder::path), "a path", "`/`").in_ini(&["cookie_path"]).of(Of::Cookies),
        row("domain", Text(Builder::domain), "a domain, without a leading dot", "none: this host alone")
            .in_ini(&["cookie_domain"]).of(Of::Cookies),
        row("same_site", SameSite(Builder::same_site), "`strict`, `lax`, `none` or `omit`", "`lax`")
            .in_ini(&["samesite"]).of(Of::Cookies),
        row("partitioned", Flag(Builder::partitioned), "a flag", "`false`").of(Of::Cookies),
        row("idle_timeout", SpanOrOff(Builder::idle_timeout),
            "a span of at most the absolute timeout, or `off`", "`30m`")
            .in_ini(&["timeout"]),
        row("absolute_timeout", Span(Builder::absolute_timeout), "a span", "`12h`"),
        row("remember_up_to", Span(Builder::remember_up_to), "a span", "no session is remembered"),
        row("refresh_after", RefreshAfter(Builder::refresh_after),
            "`never`, `on-change`, `always`, or a span of at most half the idle timeout",
            "a quarter of the idle timeout; without one `on-change`")
            .in_ini(&["reissue_time", "save_accessed_time"]),
        row("clock_skew", Span(Builder::clock_skew), "a span of at most 300 seconds", "`60s`"),
        row("not_before", Moment(Builder::not_before),
            "a moment like `2026-12-15T00:00:00Z`, in quotes", "none"),
        row("size", Size(Builder::size),
            "`anywhere` (3,072 bytes), `browser` (4,096 bytes), or `split:2`, `split:3`, `split:4` \
             (as many cookies of 4,096 bytes)", "`anywhere`").of(Of::Cookies),
        row("padding", Padding(Builder::padding), "`none` or `padme`", "`none`"),
        row("application", Text(Builder::application), "a text of 1 to 255 bytes", "none"),
        row("context", Pairs(Builder::context), "a table of texts, or a list of pairs of texts", "none"),
        row("formerly", FormerAttributes(Builder::formerly),
            "a list of tables with `path`, `domain` (empty for none) and `partitioned`", "none").of(Of::Cookies),
        row("save_on_server_error", Flag(Builder::save_on_server_error), "a flag", "`false`")
            .in_ini(&["set_on_exception", "cookie_on_exception"]).of(Of::Responses),
        row("danger_allow_http", Flag(Builder::danger_allow_http), "a flag", "`false`").of(Of::Cookies),
        row("danger_allow_shared_caching", Flag(Builder::danger_allow_shared_caching), "a flag", "`false`").of(Of::Responses),
        row("danger_retire_early", Flag(Builder::danger_retire_early), "a flag", "`false`"),
        row("secure", AlwaysTrue(NOT_SECURE), "only `true`", "`true`").of(Of::Cookies),
        row("httponly", AlwaysTrue(NOT_HTTP_ONLY), "only `true`", "`true`").also(&["http_only"]).of(Of::Cookies),
    ]
};

const fn row(
    name: &'static str,
    kind: Kind,
    value: &'static str,
    default: &'static str,
) -> Setting {
    Setting {
        name,
        also: &[],
        in_ini: &[],
        kind,
        of: Of::All,
        on_page: [value, default],
    }
}

impl Setting {
    const fn also(mut self, names: &'static [&'static str]) -> Setting {
        self.also = names;
        self
    }

    const fn of(mut self, of: Of) -> Setting {
        self.of = of;
        self
    }

    const fn in_ini(mut self, names: &'static [&'static str]) -> Setting {
        self.in_ini = names;
        self
    }

    pub(super) fn find(name: &str) -> Option<&'static Setting> {
        SETTINGS
            .iter()
            .find(|setting| setting.name == name || setting.also.contains(&name))
    }
}

/// The rest of the sentence that refuses `name`.
pub(super) fn unknown(name: &str) -> Refusal {
    if let Some(near) = nearest(name) {
        return format!("is not a setting; did you mean `{near}`?").into();
    }
    let is_choice = |setting: &&Setting| !matches!(setting.kind, Kind::AlwaysTrue(_));
    let names = SETTINGS.iter().filter(is_choice);
    let names = list(names.map(|setting| setting.name), "and");
    format!("is not a setting; there are {names}").into()
}

/// The setting with the nearest name.
fn nearest(name: &str) -> Option<&'static str> {
    let plain = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let names = SETTINGS
        .iter()
        .flat_map(|setting| setting.also.iter().chain([&setting.name]));
    let distances = names.map(|name| (distance(&plain, name), *name));
    let (distance, near) = distances.min()?;
    (distance <= 1 + near.len() / 6).then_some(near)
}

/// The number of characters to insert, remove or replace (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.chars().count()]
}

const NOT_SECURE: &str = "cannot be false, because anyone on the network could take the session; \
    leave it out, or set `danger_allow_http` where there is no HTTPS";
const NOT_HTTP_ONLY: &str = "cannot be false, because every script in the page could take the session; \
    leave it out, and let the server tell scripts what they need";

#[cfg(test)]
mod tests {
    use super::*;

    fn page_table() -> String {
        let mut table = "| Name | Value | Default |\n|---|---|---|\n".to_owned();
        for setting in SETTINGS {
            let also: Vec<_> = setting
                .also
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            let also = match &*also.join(", ") {
                "" => String::new(),
                also => format!(" (or {also})"),
            };
            let (name, [value, default]) = (setting.name, setting.on_page);
            table += &format!("| `{name}`{also} | {value} | {default} |\n").replace("|  |", "| |");
        }
        table
    }

    #[test]
    fn the_reference_page_has_this_table() {
        let page = include_str!("../../docs/settings.md");
        let table = page_table();
        assert!(
            page.contains(&table),
            "docs/settings.md needs this table:\n\n{table}"
        );
    }

    #[test]
    fn a_default_that_is_written_out_changes_nothing() {
        let builder = crate::settings::any_builder().unwrap();
        for setting in SETTINGS {
            let [_, default] = setting.on_page;
            let value = default.trim_matches('`');
            let is_value = default == format!("`{value}`") && !value.contains('`');
            // The builder knows whether its default of 30 minutes was given.
            if !is_value || setting.name == "idle_timeout" {
                continue;
            }
            let given = setting.kind.read(Value::Text(value.to_owned())).unwrap();
            let applied = setting.kind.apply(&given, builder.clone());
            assert_eq!(
                format!("{applied:?}"),
                format!("{builder:?}"),
                "{}",
                setting.name
            );
        }
    }

    #[test]
    fn a_misspelled_name_has_a_nearest_setting() {
        for (name, near) in [
            ("idel_timeout", Some("idle_timeout")),
            ("Name", Some("name")),
            ("same-site", Some("same_site")),
            ("samesite", Some("same_site")),
            ("http_onyl", Some("http_only")),
            ("keys_fiel", Some("keys_file")),
            ("remember", None),
            ("timeout", None),
            ("no_such", None),
            ("", None),
        ] {
            assert_eq!(nearest(name), near, "{name}");
        }
    }
}
