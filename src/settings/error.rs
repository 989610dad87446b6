//! Mistakes in settings, told with the names of their source.

use std::fmt;

use strsim::levenshtein;

use super::{
    SessionSettings,
    known::{SETTINGS, find},
    value::either,
};
use crate::{
    base::{
        config_error::{ConfigError, Sentence},
        debug_by_display,
    },
    keys::looks_like_a_key,
};

/// Mistakes in settings: a sentence for each, which names the setting and the way to correct it.
///
/// It shows no keys. Of other values, it shows only the place of the keys (the name of a variable, the path of a file),
/// a length, a duration or a character.
///
/// # Examples
///
/// ```
/// use hardtack::SessionSettings;
///
/// let variables = [("APP_SESSION_SECURE", "false"), ("APP_SESSION_IDLE_TIMEOUT", "soon")];
/// let error = SessionSettings::from_variables("APP_SESSION_", variables).unwrap_err();
/// assert_eq!(
///     error.settings().collect::<Vec<_>>(),
///     ["APP_SESSION_SECURE", "APP_SESSION_IDLE_TIMEOUT"]
/// );
/// assert!(error.to_string().contains("set `APP_SESSION_DANGER_ALLOW_HTTP`"));
/// ```
#[derive(Clone)]
pub struct SettingsError(Vec<Problem>);

impl SettingsError {
    /// Returns the refused settings, by their names in the source. A conflict of several settings, such as a name
    /// and a path, is not among them.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let variables = [("APP_SESSION_NAME", ""), ("APP_SESSION_COLOUR", "red")];
    /// let error = SessionSettings::from_variables("APP_SESSION_", variables).unwrap_err();
    /// assert!(error.settings().eq(["APP_SESSION_NAME", "APP_SESSION_COLOUR"]));
    /// ```
    pub fn settings(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|problem| problem.0.as_deref())
    }
}

debug_by_display!(SettingsError);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<_> = self.0.iter().map(|problem| &*problem.1).collect();
        // A program has other settings too.
        match &sentences[..] {
            [one] => write!(f, "session settings: {one}"),
            all => {
                let (count, all) = (all.len(), all.join("\n  "));
                write!(f, "session settings: {count} are refused:\n  {all}")
            }
        }
    }
}

// No `source`: the sentences contain those of their causes, and no cause has a source.
impl std::error::Error for SettingsError {}

impl From<ConfigError> for SettingsError {
    fn from(error: ConfigError) -> Self {
        SessionSettings::default().mistake(&error).into()
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        SettingsError(vec![problem])
    }
}

/// A mistake: the setting, and a sentence that names it.
#[derive(Clone, Debug)]
pub(super) struct Problem(pub(super) Option<String>, pub(super) String);

/// `Ok` without problems.
pub(super) fn refuse_any(problems: impl IntoIterator<Item = Problem>) -> Result<(), SettingsError> {
    let problems: Vec<_> = problems.into_iter().collect();
    let is_fine = problems.is_empty();
    is_fine.then_some(()).ok_or(SettingsError(problems))
}

impl SessionSettings {
    /// `reason` follows the name: ``"is empty, …"``.
    pub(super) fn refuse(&mut self, shown: &str, reason: impl Into<Sentence>) {
        let problem = self.problem(shown, reason);
        self.problems.push(problem);
    }

    pub(super) fn problem(&self, shown: &str, reason: impl Into<Sentence>) -> Problem {
        let setting = match looks_like_a_key(shown) {
            true => "(a key)".to_owned(),
            false => shown.escape_debug().to_string(),
        };
        let reason = reason.into().naming(|name| self.shown(name));
        let sentence = format!("`{setting}` {reason}");
        Problem(Some(setting), sentence)
    }

    /// Returns a mistake that the builder found, or the ring of its keys.
    pub(super) fn mistake(&self, error: &ConfigError) -> Problem {
        let sentence = error.naming(|name| self.shown(name));
        match (error.setting(), self.source_of_keys()) {
            // It names keys by their ids alone.
            (Some("keys"), source) => {
                let shown = source.map_or_else(|| self.shown("keys"), |entry| entry.shown.clone());
                let sentence = format!("`{shown}`: {sentence}");
                Problem(Some(shown), sentence)
            }
            (setting, _) => Problem(setting.map(|name| self.shown(name)), sentence),
        }
    }

    /// Returns the name of a setting as its source writes it. One that only the builder has keeps its name.
    pub(super) fn shown(&self, name: &str) -> String {
        let prefix = &self.prefix;
        match self.entries.get(name) {
            Some(entry) => entry.shown.clone(),
            None if find(name).is_none() => name.to_owned(),
            None if self.is_in_capitals => format!("{prefix}{}", name.to_ascii_uppercase()),
            None => format!("{prefix}{name}"),
        }
    }
}

/// Refuses a name that no setting has, and suggests those that may be meant.
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

/// Methods of the builder whose arguments no text can be.
const OF_THE_BUILDER: [&str; 6] = [
    "migrate_from",
    "on_outcome",
    "revalidate_after",
    "revoked_if",
    "typed",
    "unvalidated_up_to",
];

/// Returns the setting whose name is misspelled, or else those that share the most words with `name`.
fn suggestions(name: &str) -> Vec<&'static str> {
    let plain = plain(name);
    let names = SETTINGS.iter().map(|(name, _)| *name);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_is_no_setting_is_called_so() {
        for name in ["revalidate_after", "REVOKED_IF", "migrate-from"] {
            let told = unknown(name).naming(str::to_owned);
            assert!(told.contains("call this method on the builder"), "{told}");
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
