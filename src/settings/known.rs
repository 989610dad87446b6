//! Every setting, in one row each.

use strsim::levenshtein;

use super::{
    choice::{Choice, OfAll, OfCookies, OfResponses, Text},
    compound,
    value::{Refusal, Value, either},
};
use crate::{
    base::config_error::Sentence,
    carrier::Size,
    cookie::SameSite,
    crypto::suite::Mode,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

/// A setting. Its row in docs/settings.md has the same name.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) read: fn(Value) -> Result<Choice, Refusal>,
}

#[rustfmt::skip] // One row a setting.
pub(super) const SETTINGS: &[Setting] = {
    use Choice::{Keys, OfAll as All, OfCookies as Cookies, OfResponses as Responses, WatchKeys};
    &[
        row("mode", |v| Ok(Choice::Mode(v.choice(&[
            ("encrypted", Mode::Encrypted),
            ("unencrypted-but-signed", Mode::UnencryptedButSigned),
        ])?))),
        row("keys", |v| Ok(Keys(vec![RingSource::text(v.text()?)]))),
        row("keys_env", |v| Ok(Keys(compound::source("env", v)?))),
        row("keys_file", |v| Ok(Keys(compound::source("file", v)?))),
        row("keys_from", |v| Ok(Keys(compound::sources(v)?))),
        row("watch_keys", |v| Ok(WatchKeys(v.span()?))),
        row("name", |v| Ok(Cookies(OfCookies::Name(Text(v.line()?))))),
        row("path", |v| Ok(Cookies(OfCookies::Path(Text(v.line()?))))),
        row("domain", |v| Ok(Cookies(OfCookies::Domain(Text(v.line()?))))),
        row("same_site", |v| Ok(Cookies(OfCookies::SameSite(v.choice(&[
            ("strict", SameSite::Strict),
            ("lax", SameSite::Lax),
            ("none", SameSite::None),
            ("omit", SameSite::Omit),
        ])?)))),
        row("partitioned", |v| Ok(Cookies(OfCookies::Partitioned(v.flag()?)))),
        row("persistent", |v| Ok(Cookies(OfCookies::Persistent(v.flag()?)))),
        row("idle_timeout", |v| Ok(All(OfAll::IdleTimeout(
            v.choice_or_span(&[("off", None), ("false", None)], Some)?,
        )))),
        row("absolute_timeout", |v| Ok(All(OfAll::AbsoluteTimeout(v.span()?)))),
        row("remember_up_to", |v| Ok(All(OfAll::RememberUpTo(v.span()?)))),
        row("remembered_idle_timeout", |v| Ok(All(OfAll::RememberedIdleTimeout(v.span()?)))),
        row("refresh_after", |v| Ok(All(OfAll::RefreshAfter(v.choice_or_span(&[
            ("never", RefreshAfter::Never),
            ("on-change", RefreshAfter::OnChange),
            ("always", RefreshAfter::Always),
            ("every-request", RefreshAfter::EveryRequest),
        ], RefreshAfter::Span)?)))),
        row("clock_skew", |v| Ok(All(OfAll::ClockSkew(v.span()?)))),
        row("not_before", |v| Ok(All(OfAll::NotBefore(v.moment()?)))),
        row("size", |v| Ok(Cookies(OfCookies::Size(v.choice(&[
            ("anywhere", Size::Anywhere),
            ("browser", Size::Browser),
            ("split:2", Size::Split(2)),
            ("split:3", Size::Split(3)),
            ("split:4", Size::Split(4)),
        ])?)))),
        row("padding", |v| Ok(All(OfAll::Padding(
            v.choice(&[("none", Padding::None), ("padme", Padding::Padme)])?,
        )))),
        row("application", |v| Ok(All(OfAll::Application(Text(v.line()?))))),
        row("context", |v| Ok(All(OfAll::Context(compound::context(v)?)))),
        row("formerly", |v| Ok(Cookies(OfCookies::Formerly(compound::formerly(v)?)))),
        row("save_on_server_error", |v| Ok(Responses(OfResponses::SaveOnServerError(v.flag()?)))),
        row("danger_allow_http", |v| Ok(Cookies(OfCookies::AllowHttp(v.flag()?)))),
        row("danger_allow_shared_caching", |v| Ok(Responses(OfResponses::AllowSharedCaching(v.flag()?)))),
        row("danger_retire_early", |v| Ok(All(OfAll::RetireEarly(v.flag()?)))),
        row("secure", |v| v.only_true(NOT_SECURE).map(|()| Cookies(OfCookies::AllowHttp(false)))),
        row("httponly", |v| v.only_true(NOT_HTTP_ONLY).map(|()| Cookies(OfCookies::Always))),
        row("http_only", |v| v.only_true(NOT_HTTP_ONLY).map(|()| Cookies(OfCookies::Always))),
    ]
};

const fn row(name: &'static str, read: fn(Value) -> Result<Choice, Refusal>) -> Setting {
    Setting { name, read }
}

/// Finds the setting of this name. The error is the rest of the sentence that refuses it.
pub(super) fn find(name: &str) -> Result<&'static Setting, Refusal> {
    let found = SETTINGS.iter().find(|setting| setting.name == name);
    found.ok_or_else(|| match &*suggestions(name) {
        [] => "is not a setting; docs/settings.md has all of them".into(),
        near => {
            let near = either(near.iter().map(|name| format!("{{{name}}}")));
            Sentence::of(&format!("is not a setting; did you mean {near}?"))
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
    leave it out, or set {danger_allow_http} where there is no HTTPS";
const NOT_HTTP_ONLY: &str = "cannot be false, because every script in the page could take the session; \
    leave it out, and let the server tell scripts what they need";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carrier::{InCookie, Options};

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
            let choice = (find(name).unwrap().read)(Value::Text(value.to_owned())).unwrap();
            let of_defaults = || (Options::default(), InCookie::new());
            let (mut options, mut cookie) = of_defaults();
            choice.apply(&mut options, Some(&mut cookie)).unwrap();
            let applied = format!("{:?}", (options, cookie));
            assert_eq!(applied, format!("{:?}", of_defaults()), "{name}");
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
            (
                "timeout",
                &[
                    "idle_timeout",
                    "absolute_timeout",
                    "remembered_idle_timeout",
                ],
            ),
            ("session.name", &["name"]),
            ("allow_http", &["danger_allow_http"]),
            ("no_such", &[]),
            ("", &[]),
        ] {
            assert_eq!(suggestions(name), near, "{name}");
        }
    }
}
