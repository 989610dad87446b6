//! Settings as they were given, each in its row.

use std::{collections::BTreeMap, fmt};

use super::{
    error::{Problem, SettingsError, refuse_any, unknown},
    known::{Apply, KeySettings, Sessions, find, is_source_of_keys},
    value::{Refusal, Table, Value},
};
use crate::carrier::{InCookie, Options};

/// Settings of a [`SessionCookie`](crate::SessionCookie), read from a file or from the environment.
///
/// Implements [`Deserialize`](serde::Deserialize), for any self-describing format: TOML, JSON, YAML, or the maps that
/// other crates make from environment variables. Settings have the names of the methods of
/// [`SessionCookieBuilder`](crate::carrier::SessionCookieBuilder), and a setting that is left out has the builder's
/// default. `docs/settings.md` lists them.
///
/// A duration is a text like `30m` or `12h`, or a number of seconds. Every number and flag may be a
/// text. The keys are in `keys` (as text), in the environment variable named by `keys_env`, in the file named by
/// `keys_file`, or in several of these, listed by `keys_from`; with `watch_keys` (feature `watch`) the cookie follows
/// them while the program runs.
///
/// Deserializing accepts any value, because a format's own error may quote the lines around a mistake, and those may
/// contain keys. [`check`](Self::check), [`into_builder`](Self::into_builder) and [`build`](Self::build) report all
/// mistakes at once.
///
/// # Examples
///
/// ```
/// # use hardtack::EncryptionKey;
/// use hardtack::SessionSettings;
///
/// # let key = EncryptionKey::generate()?.expose_secret();
/// let file = format!(r#"{{
///     "name": "__Host-login",
///     "idle_timeout": "15m",
///     "absolute_timeout": "8h",
///     "keys": "{}"
/// }}"#, *key);
/// let settings: SessionSettings = serde_json::from_str(&file)?;
/// assert_eq!(settings.build()?.name().as_str(), "__Host-login");
///
/// // A setting that weakens security, and one that is misspelled.
/// let settings: SessionSettings = serde_json::from_str(r#"{"secure": false, "idel_timeout": "15m"}"#)?;
/// let error = settings.check().unwrap_err();
/// assert!(error.settings().eq(["secure", "idel_timeout"]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// `Debug` shows no key. Of a name, a path, a domain and an application it shows the length, and of a context and former
/// attributes how many there are. The text in `keys` is overwritten when the settings are dropped. The file or text from
/// which they were read is not overwritten.
#[derive(Clone, Default)]
#[must_use = "no cookie is built before `build`"]
pub struct SessionSettings {
    /// Text before each name of a setting in the source.
    pub(super) prefix: String,
    pub(super) is_in_capitals: bool,
    /// By the names in the table.
    pub(super) entries: BTreeMap<&'static str, Entry>,
    pub(super) problems: Vec<Problem>,
}

/// A setting that was given.
#[derive(Clone)]
pub(super) struct Entry {
    /// Name under which it was given.
    pub(super) shown: String,
    pub(super) value: Value,
    apply: Apply,
    /// Value as `Debug` shows it.
    debug: String,
}

impl SessionSettings {
    /// Replaces settings with those of a later layer. A source of keys in `later` takes the place of every source in
    /// these settings, so a file may have `keys_file`, and a variable that overrides it `keys`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    /// use std::time::Duration;
    ///
    /// let base: SessionSettings = serde_json::from_str(r#"{"absolute_timeout": "8h", "idle_timeout": "off"}"#)?;
    /// let here: SessionSettings = serde_json::from_str(r#"{"absolute_timeout": "1h"}"#)?;
    /// let settings = base.overridden_by(here);
    /// assert_eq!(settings.key_overlap()?, Duration::from_secs(3_660));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn overridden_by(mut self, later: SessionSettings) -> SessionSettings {
        if later.source_of_keys().is_some() {
            self.entries.retain(|name, _| !is_source_of_keys(name));
        }
        self.entries.extend(later.entries);
        self.problems.extend(later.problems);
        self
    }

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
        let (name, apply) = *find(name).ok_or_else(|| unknown(name))?;
        if self.entries.contains_key(name) {
            return Err("is given twice, or under two names; keep one".into());
        }
        let debug = apply(
            &value,
            &mut Sessions::new(&mut Options::default(), Some(&mut InCookie::new())),
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

    pub(super) fn source_of_keys(&self) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        let source = entries.find(|(name, _)| is_source_of_keys(name));
        source.map(|(_, entry)| entry)
    }

    /// Returns what a cookie with these settings has.
    pub(super) fn applied(&self) -> (KeySettings, Options, InCookie) {
        let (mut options, mut cookie) = (Options::default(), InCookie::new());
        let mut of_cookie = Sessions::new(&mut options, Some(&mut cookie));
        let applied = self.apply(&mut of_cookie);
        debug_assert!(applied.is_ok(), "each was when it was taken");
        (of_cookie.keys, options, cookie)
    }

    /// Changes sessions by each setting.
    pub(super) fn apply(&self, to: &mut Sessions) -> Result<(), SettingsError> {
        refuse_any(self.entries.values().filter_map(|entry| {
            let refusal = (entry.apply)(&entry.value, to).err()?;
            Some(self.problem(&entry.shown, refusal))
        }))
    }
}

impl fmt::Debug for SessionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionSettings")
            .field("given", &self.entries)
            .field("problems", &self.problems)
            .finish()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug)
    }
}

const OTHER_KEYS: &str =
    "is not the only source of keys; give one of {keys}, {keys_env}, {keys_file} and {keys_from}";
