//! Every setting, in one row each.

use std::{any::Any, fmt::Debug, sync::Arc};

use strsim::levenshtein;

use super::{
    compound,
    value::{Refusal, Value, either},
};
use crate::{
    carrier::{SessionCookieBuilder, Size},
    cookie::SameSite,
    crypto::suite::Mode,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

/// A setting. Its row in docs/settings.md has the same name.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) of: Of,
    pub(super) read: fn(Value) -> Result<Given, Refusal>,
}

/// The sessions that have a setting.
pub(super) enum Of {
    All,
    /// All, about their keys.
    Keys,
    /// Those that are saved with a response: in cookies and in headers.
    Responses,
    Cookies,
}

/// The value of a setting, and the call of the builder's method with it.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) value: Arc<dyn AnyValue>,
    pub(super) call: Arc<dyn Fn(Builder) -> Builder + Send + Sync>,
}

pub(super) trait AnyValue: Any + Debug + Send + Sync {}
impl<V: Any + Debug + Send + Sync> AnyValue for V {}

pub(super) type Builder = SessionCookieBuilder;

#[rustfmt::skip] // One row a setting.
pub(super) const SETTINGS: &[Setting] = {
    use Of::*;
    &[
        row("mode", All, |v| call(v.choice(&[
            ("encrypted", Mode::Encrypted),
            ("unencrypted-but-signed", Mode::UnencryptedButSigned),
        ]), |b, _| b)),
        row("keys", Keys, |v| call(v.text().map(|text| vec![RingSource::text(text)]), |b, _| b)),
        row("keys_env", Keys, |v| call(compound::source("env", v), |b, _| b)),
        row("keys_file", Keys, |v| call(compound::source("file", v), |b, _| b)),
        row("keys_from", Keys, |v| call(compound::sources(v), |b, _| b)),
        row("watch_keys", Keys, |v| call(v.span(), |b, _| b)),
        row("name", Cookies, |v| call(v.text(), Builder::name)),
        row("path", Cookies, |v| call(v.text(), Builder::path)),
        row("domain", Cookies, |v| call(v.text(), Builder::domain)),
        row("same_site", Cookies, |v| call(v.choice(&[
            ("strict", SameSite::Strict),
            ("lax", SameSite::Lax),
            ("none", SameSite::None),
            ("omit", SameSite::Omit),
        ]), Builder::same_site)),
        row("partitioned", Cookies, |v| call(v.flag(), |b, on| if on { b.partitioned() } else { b })),
        row("idle_timeout", All, |v| call(v.choice_or_span(&[("off", None), ("false", None)], Some), Builder::idle_timeout)),
        row("absolute_timeout", All, |v| call(v.span(), Builder::absolute_timeout)),
        row("remember_up_to", All, |v| call(v.span(), Builder::remember_up_to)),
        row("refresh_after", All, |v| call(v.choice_or_span(&[
            ("never", RefreshAfter::Never),
            ("on-change", RefreshAfter::OnChange),
            ("always", RefreshAfter::Always),
        ], RefreshAfter::Span), Builder::refresh_after)),
        row("clock_skew", All, |v| call(v.span(), Builder::clock_skew)),
        row("not_before", All, |v| call(v.moment(), Builder::not_before)),
        row("size", Cookies, |v| call(v.choice(&[
            ("anywhere", Size::Anywhere),
            ("browser", Size::Browser),
            ("split:2", Size::Split(2)),
            ("split:3", Size::Split(3)),
            ("split:4", Size::Split(4)),
        ]), Builder::size)),
        row("padding", All, |v| call(v.choice(&[("none", Padding::None), ("padme", Padding::Padme)]), Builder::padding)),
        row("application", All, |v| call(v.text(), Builder::application)),
        row("context", All, |v| call(compound::context(v), |builder, pairs| {
            pairs.into_iter().fold(builder, |builder, (label, value)| builder.context(label, value))
        })),
        row("formerly", Cookies, |v| call(compound::formerly(v), |builder, all| {
            all.into_iter().fold(builder, Builder::formerly)
        })),
        row("save_on_server_error", Responses, |v| call(v.flag(), |b, on| if on { b.save_on_server_error() } else { b })),
        row("danger_allow_http", Cookies, |v| call(v.flag(), |b, on| if on { b.danger_allow_http() } else { b })),
        row("danger_allow_shared_caching", Responses,
            |v| call(v.flag(), |b, on| if on { b.danger_allow_shared_caching() } else { b })),
        row("danger_retire_early", All, |v| call(v.flag(), |b, on| if on { b.danger_retire_early() } else { b })),
        row("secure", Cookies, |v| call(v.only_true(NOT_SECURE), |b, _| b)),
        row("httponly", Cookies, |v| call(v.only_true(NOT_HTTP_ONLY), |b, _| b)),
        row("http_only", Cookies, |v| call(v.only_true(NOT_HTTP_ONLY), |b, _| b)),
    ]
};

const fn row(name: &'static str, of: Of, read: fn(Value) -> Result<Given, Refusal>) -> Setting {
    Setting { name, of, read }
}

fn call<V: Clone + AnyValue>(
    value: Result<V, Refusal>,
    method: fn(Builder, V) -> Builder,
) -> Result<Given, Refusal> {
    let value = Arc::new(value?);
    Ok(Given {
        value: value.clone(),
        call: Arc::new(move |builder| method(builder, V::clone(&value))),
    })
}

/// The setting of this name, or the rest of the sentence that refuses it.
pub(super) fn find(name: &str) -> Result<&'static Setting, Refusal> {
    let found = SETTINGS.iter().find(|setting| setting.name == name);
    found.ok_or_else(|| match &*suggestions(name) {
        [] => "is not a setting; docs/settings.md has all of them".into(),
        near => {
            let near = either(near.iter().copied());
            format!("is not a setting; did you mean {near}?").into()
        }
    })
}

/// Returns the setting whose name is misspelled, or else those that share the most words with `name`.
fn suggestions(name: &str) -> Vec<&'static str> {
    let plain = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let names = SETTINGS.iter().map(|setting| setting.name);
    let nearest = names.clone().map(|name| (levenshtein(&plain, name), name));
    if let Some((distance, near)) = nearest.min()
        && distance <= 1 + near.len() / 6
    {
        return vec![near];
    }
    let words: Vec<_> = plain.split('_').collect();
    let shared = |name: &str| name.split('_').filter(|word| words.contains(word)).count();
    let most = names.clone().map(shared).max().unwrap_or_default();
    names
        .filter(|name| most > 0 && shared(name) == most)
        .collect()
}

const NOT_SECURE: &str = "cannot be false, because anyone on the network could take the session; \
    leave it out, or set `danger_allow_http` where there is no HTTPS";
const NOT_HTTP_ONLY: &str = "cannot be false, because every script in the page could take the session; \
    leave it out, and let the server tell scripts what they need";

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
        let key = crate::EncryptionKey::generate().unwrap();
        let builder = crate::SessionCookie::encrypted(key);
        for [name, _, default] in rows() {
            let name = name.split('`').nth(1).unwrap();
            let value = default.trim_matches('`');
            let is_value = default == format!("`{value}`") && !value.contains('`');
            // The builder knows whether its default of 30 minutes was given.
            if !is_value || name == "idle_timeout" {
                continue;
            }
            let given = (find(name).unwrap().read)(Value::Text(value.to_owned())).unwrap();
            let applied = (given.call)(builder.clone());
            assert_eq!(format!("{applied:?}"), format!("{builder:?}"), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_no_setting_suggests_those_that_may_be_meant() {
        for (name, near) in [
            ("idel_timeout", &["idle_timeout"][..]),
            ("Name", &["name"]),
            ("same-site", &["same_site"]),
            ("samesite", &["same_site"]),
            ("http_onyl", &["http_only"]),
            ("keys_fiel", &["keys_file"]),
            ("remember", &["remember_up_to"]),
            ("remember-me", &["remember_up_to"]),
            ("timeout", &["idle_timeout", "absolute_timeout"]),
            ("session.name", &["name"]),
            ("allow_http", &["danger_allow_http"]),
            ("no_such", &[]),
            ("", &[]),
        ] {
            assert_eq!(suggestions(name), near, "{name}");
        }
    }
}
