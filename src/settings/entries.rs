//! Settings that were given, and their names in the source.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer};

use super::{
    SessionSettings,
    choice::Choice,
    error::Problem,
    known::find,
    value::{Refusal, Table, Value},
};
use crate::{
    base::config_error::{ConfigError, Sentence},
    keys::{RingSource, looks_like_a_key},
};

/// A setting that was given.
#[derive(Clone)]
pub(super) struct Entry {
    /// Name under which it was given.
    pub(super) shown: String,
    pub(super) choice: Choice,
}

impl Entry {
    pub(super) fn is_source_of_keys(&self) -> bool {
        matches!(self.choice, Choice::Keys(_))
    }
}

impl SessionSettings {
    /// Returns settings of a source that writes `prefix` before each name.
    pub(super) fn with_prefix(prefix: impl Into<String>) -> SessionSettings {
        SessionSettings {
            prefix: prefix.into(),
            ..SessionSettings::default()
        }
    }

    /// Takes each setting of a table.
    pub(super) fn take_all(&mut self, table: Table) {
        for (name, value) in table {
            let shown = format!("{}{name}", self.prefix);
            self.take(&name, &shown, value);
        }
    }

    /// Takes the setting `name`, which its source calls `shown`.
    pub(super) fn take(&mut self, name: &str, shown: &str, value: Value) {
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
        let setting = find(name)?;
        if self.entries.contains_key(setting.name) {
            return Err("is given twice, or under two names; keep one".into());
        }
        let entry = Entry {
            shown: shown.to_owned(),
            choice: (setting.read)(value)?,
        };
        if entry.is_source_of_keys() && self.keys().is_some() {
            return Err(OTHER_KEYS.into());
        }
        self.entries.insert(setting.name, entry);
        Ok(())
    }

    /// `reason` goes on after the name: ``"is empty, …"``.
    pub(super) fn refuse(&mut self, shown: &str, reason: impl Into<Sentence>) {
        let problem = self.problem(shown, reason);
        self.problems.push(problem);
    }

    pub(super) fn problem(&self, shown: &str, reason: impl Into<Sentence>) -> Problem {
        let setting = match looks_like_a_key(shown) {
            true => "(a key)".to_owned(),
            false => shown.escape_debug().to_string(),
        };
        Problem {
            sentence: format!("`{setting}` {}", self.naming(&reason.into())),
            setting: Some(setting),
        }
    }

    /// Returns a mistake that the builder found.
    pub(super) fn mistake(&self, error: &ConfigError) -> Problem {
        match error.setting() {
            Some("keys") => self.mistake_in_keys(error.to_string()),
            setting => Problem {
                setting: setting.map(|name| self.shown(name)),
                sentence: error.naming(|name| self.shown(name)),
            },
        }
    }

    /// `error` is a whole sentence, which names keys by their ids.
    pub(super) fn mistake_in_keys(&self, error: impl Into<Sentence>) -> Problem {
        let sentence = self.naming(&error.into());
        let given = self.keys().map(|(shown, _)| shown.to_owned());
        let shown = given.unwrap_or_else(|| self.shown("keys"));
        Problem {
            sentence: format!("`{shown}`: {sentence}"),
            setting: Some(shown),
        }
    }

    /// Returns the name of a setting as its source writes it. One that only the builder has keeps its name.
    pub(super) fn shown(&self, name: &str) -> String {
        let prefix = &self.prefix;
        match self.entries.get(name) {
            Some(entry) => entry.shown.clone(),
            None if find(name).is_err() => name.to_owned(),
            None if self.is_in_capitals => format!("{prefix}{}", name.to_ascii_uppercase()),
            None => format!("{prefix}{name}"),
        }
    }

    fn naming(&self, sentence: &Sentence) -> String {
        sentence.naming(|name| self.shown(name))
    }

    /// Returns the sources of the keys, and the name of their setting.
    pub(super) fn keys(&self) -> Option<(&str, &Vec<RingSource>)> {
        self.entries.values().find_map(|entry| match &entry.choice {
            Choice::Keys(sources) => Some((&*entry.shown, sources)),
            _ => None,
        })
    }
}

impl<'de> Deserialize<'de> for SessionSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut settings = SessionSettings::default();
        match Value::deserialize(deserializer)? {
            Value::Table(table) => settings.take_all(table),
            _ => settings.problems.push(Problem {
                setting: None,
                sentence: "the settings are not a table of names and values".to_owned(),
            }),
        }
        Ok(settings)
    }
}

impl fmt::Debug for SessionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.iter();
        let given = entries.map(|(name, entry)| (name, &entry.choice));
        f.debug_struct("SessionSettings")
            .field("given", &given.collect::<BTreeMap<_, _>>())
            .field("problems", &self.problems)
            .finish()
    }
}

const OTHER_KEYS: &str =
    "is not the only source of keys; give one of {keys}, {keys_env}, {keys_file} and {keys_from}";
