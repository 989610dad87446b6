//! Settings from outside the program: files of any format, environment variables, and translated options of other
//! systems.
//!
//! [`SessionSettings`] reads them, and a [`ConfigError`] names the refused settings.

mod build;
mod names;
pub(crate) mod sources;
mod value;

pub use self::sources::line_at;
use self::{
    names::{Target, find, is_source_of_keys, unknown},
    sources::{Entry, SUBJECT, SessionSettings},
    value::{Table, Value},
};
pub use crate::base::duration::{parse_duration, show_duration};
use crate::{
    base::{
        config_error::{ConfigError, Sentence},
        mistakes,
    },
    carrier::{InCookie, Options},
    keys::looks_like_a_key,
};

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

    fn try_take(&mut self, name: &str, shown: &str, value: Value) -> Result<(), Sentence> {
        if value.is_empty() {
            return Err(mistakes::EMPTY.into());
        }
        if name != "keys" && value.holds_a_key() {
            return Err(mistakes::HOLDS_A_KEY.into());
        }
        let (name, apply) = *find(name).ok_or_else(|| unknown(name))?;
        if self.entries.contains_key(name) {
            return Err(mistakes::GIVEN_TWICE.into());
        }
        let debug = apply(
            &value,
            &mut Target::new(&mut Options::default(), Some(&mut InCookie::default())),
        )?;
        if is_source_of_keys(name) && self.source_of_keys().is_some() {
            return Err(mistakes::OTHER_KEYS.into());
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

    /// Refuses a setting. `reason` follows its name: ``"is empty, …"``.
    fn refuse(&mut self, shown: &str, reason: impl Into<Sentence>) {
        let problem = self.problem(shown, reason);
        self.problems.push(problem);
    }

    fn problem(&self, shown: &str, reason: impl Into<Sentence>) -> ConfigError {
        let setting = if looks_like_a_key(shown) {
            "(a key)".to_owned()
        } else {
            shown.escape_debug().to_string()
        };
        let reason = reason.into().spelled(|name| self.shown(name));
        let sentence = format!("`{setting}` {reason}");
        ConfigError::with_sentence(setting, sentence).with_subject(SUBJECT)
    }

    /// Rewrites a mistake that the builder or its key ring found, in the names of the source.
    fn mistake(&self, error: &ConfigError) -> ConfigError {
        let named = error.with_names(|name| self.shown(name));
        if !error.settings().eq(["keys"]) {
            return named.with_subject(SUBJECT);
        }
        // The message does not name the setting of the keys, and calls keys only by their ids.
        let source = self.source_of_keys();
        let shown = source.map_or_else(|| self.shown("keys"), |entry| entry.shown.clone());
        let sentence = format!("`{shown}`: {named}");
        ConfigError::with_sentence(shown, sentence).with_subject(SUBJECT)
    }

    /// Returns the name of a setting as its source writes it. A name that only the builder has is unchanged.
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
