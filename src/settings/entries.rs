//! The settings that were given, by name.

use std::time::Duration;

use super::{
    SessionSettings,
    error::Problem,
    read::Given,
    table::{Kind, Setting, unknown},
    value::{Refusal, Value},
};
use crate::{carrier::ConfigError, crypto::suite::Mode, keys::RingSource};

/// A setting and its value.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) setting: &'static Setting,
    /// The name under which it was given.
    pub(super) shown: String,
    pub(super) given: Given,
}

/// The spelling of names in the source of the settings.
#[derive(Clone, Default)]
pub(super) enum Names {
    #[default]
    Plain,
    /// In capitals, after this prefix.
    Variables(String),
    /// After this prefix.
    Ini(String),
}

impl SessionSettings {
    /// Takes all entries of a table.
    pub(super) fn from_value(value: Value) -> SessionSettings {
        let mut settings = SessionSettings::default();
        let Value::Table(entries) = value else {
            let problem = Problem::general("the settings are not a table of names and values");
            settings.problems.push(problem);
            return settings;
        };
        for (name, value) in entries {
            let name = name.text().unwrap_or_else(|_| "(no text)".to_owned());
            settings.take(&name, &name, value);
        }
        settings
    }

    /// Takes the setting `name`, which its source calls `shown`.
    pub(super) fn take(&mut self, name: &str, shown: &str, value: Value) {
        match self.read(name, value) {
            Ok((setting, given)) => {
                let shown = shown.to_owned();
                let entry = Entry {
                    setting,
                    shown,
                    given,
                };
                self.entries.insert(setting.name, entry);
            }
            Err(refusal) => self.refuse(shown, &refusal),
        }
    }

    fn read(&self, name: &str, value: Value) -> Result<(&'static Setting, Given), Refusal> {
        if value.is_empty() {
            return Err("is empty; give it a value or leave it out".into());
        }
        if name != "keys" && value.holds_a_key() {
            return Err("holds a key, which belongs in `keys` alone".into());
        }
        let setting = Setting::find(name).ok_or_else(|| unknown(name))?;
        if matches!(setting.kind, Kind::Keys(_)) && self.keys().is_some() {
            return Err(OTHER_KEYS.into());
        }
        if self.entries.contains_key(setting.name) {
            return Err("is given twice, or under two names; keep one".into());
        }
        Ok((setting, setting.kind.read(value)?))
    }

    /// `reason` goes on after the name.
    pub(super) fn refuse(&mut self, shown: &str, reason: &str) {
        let problem = self.problem(shown, reason);
        self.problems.push(problem);
    }

    pub(super) fn problem(&self, shown: &str, reason: &str) -> Problem {
        Problem::new(shown, &self.in_words_of_source(reason))
    }

    /// A mistake that the builder found.
    pub(super) fn mistake(&self, error: &ConfigError) -> Problem {
        let sentence = self.in_words_of_source(&error.to_string());
        match error.setting() {
            // The keys were given by `keys_env` or the like, and the sentence names them by their ids.
            Some("keys") => {
                let given = self.keys().map(|(shown, _)| shown.to_owned());
                Problem::of(&given.unwrap_or_else(|| self.shown("keys")), sentence)
            }
            Some(setting) => Problem::about(&self.shown(setting), sentence),
            None => Problem::general(sentence),
        }
    }

    /// The name of a setting, as its source writes it.
    pub(super) fn shown(&self, name: &str) -> String {
        if let Some(entry) = self.entries.get(name) {
            return entry.shown.clone();
        }
        match &self.names {
            Names::Plain => name.to_owned(),
            Names::Variables(prefix) => format!("{prefix}{}", name.to_ascii_uppercase()),
            Names::Ini(prefix) => format!("{prefix}{name}"),
        }
    }

    /// Replaces the names of settings in one of our sentences, which are between backticks, as
    /// [`shown`](Self::shown) has them.
    fn in_words_of_source(&self, sentence: &str) -> String {
        let words = sentence.split('`').map(|word| match Setting::find(word) {
            Some(setting) => self.shown(setting.name),
            None => word.to_owned(),
        });
        words.collect::<Vec<_>>().join("`")
    }

    pub(super) fn no_keys(&self) -> Problem {
        Problem::of(&self.shown("keys"), self.in_words_of_source(NO_KEYS))
    }

    pub(super) fn given(&self, name: &str) -> Option<&Given> {
        self.entries.get(name).map(|entry| &entry.given)
    }

    pub(super) fn mode(&self) -> Option<Mode> {
        match self.given("mode") {
            Some(Given::Mode(mode)) => Some(*mode),
            _ => None,
        }
    }

    pub(super) fn span(&self, name: &str) -> Option<Duration> {
        match self.given(name) {
            Some(Given::Span(span)) => Some(*span),
            _ => None,
        }
    }

    pub(super) fn is_on(&self, name: &str) -> bool {
        matches!(self.given(name), Some(Given::Flag(true)))
    }

    /// The sources of the keys, and the name of their setting.
    pub(super) fn keys(&self) -> Option<(&str, &[RingSource])> {
        self.entries.values().find_map(|entry| match &entry.given {
            Given::Keys(sources) => Some((&*entry.shown, &**sources)),
            _ => None,
        })
    }
}

const OTHER_KEYS: &str =
    "is not the only source of keys; give one of `keys`, `keys_env`, `keys_file` and `keys_from`";
const NO_KEYS: &str = "there are no keys; give `keys_env` with the name of an environment variable, \
    `keys_file` with a path, `keys_from` with several of these, or `keys` with the keys themselves";
