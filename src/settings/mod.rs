//! Settings from outside the program: files of any format, environment variables, ini files of earlier systems.
//!
//! [`SessionSettings`] reads them, and a [`SettingsError`] names every refused setting.

mod build;
mod names;
pub(crate) mod sources;
mod value;

use std::fmt;

use self::{
    names::{Target, find, is_source_of_keys, unknown},
    sources::{Entry, SessionSettings},
    value::{Refusal, Table, Value},
};
pub use crate::base::duration::{parse_duration, show_duration};
use crate::{
    base::{
        config_error::{ConfigError, Sentence},
        debug_by_display,
    },
    carrier::{InCookie, Options},
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
        // A program has other settings too.
        f.write_str("session settings: ")?;
        if let [one] = &self.0[..] {
            return f.write_str(&one.1);
        }
        write!(f, "{} are refused:", self.0.len())?;
        let mut all = self.0.iter();
        all.try_for_each(|problem| write!(f, "\n  {}", problem.1))
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
struct Problem(Option<String>, String);

/// `Ok` without problems.
fn refuse_any(problems: impl IntoIterator<Item = Problem>) -> Result<(), SettingsError> {
    let problems: Vec<_> = problems.into_iter().collect();
    let is_fine = problems.is_empty();
    is_fine.then_some(()).ok_or(SettingsError(problems))
}

/// Takes and refuses settings, and names them.
impl SessionSettings {
    /// Takes each setting of a table.
    fn take_all(&mut self, table: Table) {
        for (name, value) in table {
            let shown = format!("{}{name}", self.prefix);
            self.take(&name, &shown, value);
        }
    }

    /// Takes the setting `name`, which its source calls `shown`.
    fn take(&mut self, name: &str, shown: &str, value: Value) {
        if let Err(refusal) = self.try_take(name, shown, value) {
            self.refuse(shown, refusal);
        }
    }

    fn try_take(&mut self, name: &str, shown: &str, value: Value) -> Result<(), Refusal> {
        if value.is_empty() {
            return Err("is empty; give it a value or leave it out".into());
        }
        if name != "keys" && value.holds_a_key() {
            return Err("holds a key, which belongs in {keys} alone".into());
        }
        let (name, apply) = *find(name).ok_or_else(|| unknown(name))?;
        if self.entries.contains_key(name) {
            return Err("is given twice, or under two names; keep one".into());
        }
        let debug = apply(
            &value,
            &mut Target::new(&mut Options::default(), Some(&mut InCookie::default())),
        )?;
        if is_source_of_keys(name) && self.source_of_keys().is_some() {
            return Err(OTHER_KEYS.into());
        }
        let entry = Entry {
            shown: shown.to_owned(),
            value,
            apply,
            debug,
        };
        self.entries.insert(name, entry);
        Ok(())
    }

    /// `reason` follows the name: ``"is empty, …"``.
    fn refuse(&mut self, shown: &str, reason: impl Into<Sentence>) {
        let problem = self.problem(shown, reason);
        self.problems.push(problem);
    }

    fn problem(&self, shown: &str, reason: impl Into<Sentence>) -> Problem {
        let setting = match looks_like_a_key(shown) {
            true => "(a key)".to_owned(),
            false => shown.escape_debug().to_string(),
        };
        let reason = reason.into().naming(|name| self.shown(name));
        let sentence = format!("`{setting}` {reason}");
        Problem(Some(setting), sentence)
    }

    /// Returns a mistake that the builder found, or the ring of its keys.
    fn mistake(&self, error: &ConfigError) -> Problem {
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
    fn shown(&self, name: &str) -> String {
        let prefix = &self.prefix;
        match self.entries.get(name) {
            Some(entry) => entry.shown.clone(),
            None if find(name).is_none() => name.to_owned(),
            None if self.is_in_capitals => format!("{prefix}{}", name.to_ascii_uppercase()),
            None => format!("{prefix}{name}"),
        }
    }
}

const OTHER_KEYS: &str =
    "is not the only source of keys; give one of {keys}, {keys_env}, {keys_file} and {keys_from}";
