//! Names of settings, and the error for an unknown one.

use strsim::levenshtein;

use super::{
    effects::Setting,
    table::{ELSEWHERE, OF_THE_BUILDER, SETTINGS},
    value::either,
};
use crate::base::Sentence;

pub(super) fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|(known, _)| *known == name)
}

pub(super) fn is_source_of_keys(name: &str) -> bool {
    name.starts_with("keys")
}

/// Returns `true` if the setting `later` of a later source replaces `name`, although it has another name.
pub(super) fn displaces(later: &str, name: &str) -> bool {
    match later {
        "secure" => name == "danger_allow_http",
        "danger_allow_http" => name == "secure",
        // Neither can be watched.
        "keys" | "keys_env" => is_about_keys(name),
        _ => is_source_of_keys(later) && is_source_of_keys(name),
    }
}

/// Returns `true` for settings that a program with its own keys cannot have.
pub(super) fn is_about_keys(name: &str) -> bool {
    is_source_of_keys(name) || name == "watch_keys"
}

/// Returns the error for a name that no setting has, with suggestions.
pub(super) fn unknown(name: &str) -> Sentence {
    if OF_THE_BUILDER.contains(&plain(name).as_str()) {
        return "is not a setting: call this method on the builder, which `into_builder()` returns"
            .into();
    }
    match &*suggestions(name) {
        [] => "is not a setting; docs/settings.md has all of them".into(),
        near => {
            let near = either(near.iter().map(|name| format!("{{{name}}}")));
            Sentence::of(&format!("is not a setting; did you mean {near}?"))
        }
    }
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '.'], "_")
}

/// Returns the settings that other libraries call so, the setting whose name is misspelled, or else the settings that
/// share the most words with `name`.
fn suggestions(name: &str) -> Vec<&'static str> {
    let plain = plain(name);
    let has = |words: &str| format!("_{plain}_").contains(&format!("_{words}_"));
    let is_so = |words: &&&str| has(words) || has(&words.replace('_', ""));
    // Of words with the same length, the first of the list counts, as in JavaScript: `max_by_key` takes the last.
    let meant = ELSEWHERE.iter().rev().filter_map(|(words, meant)| {
        let lengths = words.iter().filter(is_so).map(|words| words.len());
        Some((lengths.max()?, meant))
    });
    if let Some((_, meant)) = meant.max_by_key(|(length, _)| *length) {
        return meant.to_vec();
    }
    let names = SETTINGS.iter().map(|(name, _)| *name);
    let length = plain.chars().count();
    let near = names.clone().filter_map(|name| {
        // Two letters that were swapped are a distance of 2. Names of four letters have a neighbour at 2: `name` and `mode`.
        let furthest = 1 + name.len() / 6;
        // The distance is at least the difference in length, and takes long to compute.
        let is_alike = name.len().abs_diff(length) <= furthest;
        let distance = is_alike.then(|| levenshtein(&plain, name))?;
        (distance <= furthest).then_some((distance, name))
    });
    if let Some((_, near)) = near.min() {
        return vec![near];
    }
    let words: Vec<_> = plain.split('_').collect();
    let shared = |name: &str| name.split('_').filter(|word| words.contains(word)).count();
    let most = names.clone().map(shared).max().unwrap_or_default();
    names
        .filter(|name| most > 0 && shared(name) == most)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SessionSettings,
        carrier::{InCookie, Options},
        keys::Mode,
    };

    const PAGE: &str = include_str!("../../docs/settings.md");

    /// Returns the name and the default of each row of the reference page.
    fn rows() -> impl Iterator<Item = [&'static str; 2]> {
        let (_, table) = PAGE
            .split_once("| Name | What it does | Value | Default |\n|---|---|---|---|\n")
            .unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        rows.map(|row| {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            [cells[1], cells[4]]
        })
    }

    #[test]
    fn a_default_that_is_written_out_changes_nothing() {
        for [name, default] in rows() {
            let name = name.split('`').nth(1).unwrap();
            let value = default.trim_matches('`');
            let is_value = default == format!("`{value}`") && !value.contains('`');
            // The options know whether its default of 30 minutes was given.
            if !is_value || name == "idle_timeout" {
                continue;
            }
            let defaults = format!("{:?}", (Options::default(), InCookie::default()));
            let mut settings = SessionSettings::default();
            settings.take(name, name, value.to_owned().into());
            let (keys, options, cookie) = settings.applied();
            assert!(settings.check().is_ok());
            assert_eq!(keys.mode(), Mode::Encrypted);
            assert_eq!(format!("{:?}", (options, cookie)), defaults, "{name}");
        }
    }

    #[test]
    fn a_method_that_is_no_setting_is_called_so() {
        for name in [
            "companion",
            "migrate-from",
            "on_outcome",
            "revalidate_after",
            "REVOKED_IF",
            "type_label",
            "typed",
            "unvalidated_up_to",
        ] {
            let sentence = unknown(name).spelled(str::to_owned);
            assert!(
                sentence.contains("call this method on the builder"),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_word_of_another_library_suggests_what_it_is_called_here() {
        for (words, meant) in ELSEWHERE {
            for word in *words {
                let joined = word.replace('_', "");
                for name in [*word, &*joined, &*format!("cookie_{word}")] {
                    assert_eq!(suggestions(name), *meant, "{name}");
                }
                assert!(find(word).is_none(), "{word}");
            }
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
            ("cookie_samesite", &["same_site"]),
            ("SECRET_FILE", &["keys_file"]),
            (
                "timeout",
                &[
                    "idle_timeout",
                    "absolute_timeout",
                    "remembered_idle_timeout",
                ],
            ),
            ("session.name", &["name"]),
            ("SECRET", &["keys"]),
            ("secret_key_base", &["keys"]),
            ("cookie-password", &["keys"]),
            ("secrets", &["keys"]),
            ("max_age", &["idle_timeout", "absolute_timeout"]),
            ("cookie_maxage", &["idle_timeout", "absolute_timeout"]),
            ("rolling", &["refresh_after"]),
            ("ttl", &["idle_timeout", "absolute_timeout"]),
            ("expires", &["idle_timeout", "absolute_timeout"]),
            ("allow_http", &["danger_allow_http"]),
            ("no_such", &[]),
            ("", &[]),
        ] {
            assert_eq!(suggestions(name), near, "{name}");
        }
    }
}
