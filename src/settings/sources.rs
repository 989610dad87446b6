//! [`SessionSettings`] and its sources: serde, a TOML file, environment variables, and options of another system. A
//! later layer of settings overrides an earlier one.

use std::{collections::BTreeMap, env, ffi::OsString, fmt};

use serde::{Deserialize, Deserializer};

use super::{
    effects::{Apply, Target},
    names::{displaces, find, is_source_of_keys, unknown},
    value::{Table, Value},
};
use crate::{
    base::{ConfigError, Sentence, mistakes},
    carrier::{InCookie, Options},
    keys::looks_like_a_key,
};

/// Settings of a [`SessionCookie`](crate::SessionCookie), read from a file or the environment.
///
/// It implements [`Deserialize`] for any self-describing format: TOML, JSON, YAML, or the maps that other crates make
/// from environment variables. Settings are named like the methods of
/// [`SessionCookieBuilder`](crate::carrier::SessionCookieBuilder), except `mode`, those about keys, `secure`,
/// `httponly` and `http_only`. A setting that is left out has the builder's default. `docs/settings.md` lists them.
///
/// A duration is a string like `30m` or `12h`, or a number of seconds. Every number and flag may be a string. The keys
/// come from one of these settings: `keys` has their text, `keys_env` names an environment variable, `keys_file` names
/// a file, and `keys_from` lists several variables and files. With `watch_keys`, the cookie follows
/// the files while the program runs.
///
/// Deserializing does not refuse settings, because a format's own error may quote the lines around a mistake, which may
/// contain keys. [`check`](Self::check) and [`build`](Self::build) report the refused settings together.
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
/// `Debug` shows no key. It shows only the length of a name, a path, a domain and an application, and the number of
/// context pairs and former attributes. The text in `keys` is overwritten when the settings are dropped, but not the
/// file or string that they were read from, or copies that the format's parser made.
#[derive(Clone, Default)]
#[must_use = "no cookie is built before `build`"]
pub struct SessionSettings {
    /// Text before each name of a setting in the source.
    prefix: String,
    is_in_capitals: bool,
    /// Settings by their names in the table.
    pub(super) entries: BTreeMap<&'static str, Entry>,
    pub(super) problems: Vec<ConfigError>,
}

/// A setting that was given.
#[derive(Clone)]
pub(super) struct Entry {
    /// Name under which it was given.
    pub(super) shown: String,
    pub(super) value: Value,
    pub(super) apply: Apply,
    /// Value as `Debug` shows it.
    debug: String,
}

impl SessionSettings {
    /// Overrides these settings with `later`. A source of keys in `later` replaces every source in these settings, so
    /// `keys` from a variable overrides `keys_file` from a file, and its `watch_keys`. `secure` and `danger_allow_http`
    /// replace each other. A setting that these settings already refused stays refused.
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
        let is_displaced = |name: &str| later.entries.keys().any(|by| displaces(by, name));
        self.entries.retain(|name, _| !is_displaced(name));
        self.entries.extend(later.entries);
        self.problems.extend(later.problems);
        self
    }

    /// Reads the settings from one table of a TOML file. The other tables belong to the program.
    ///
    /// If `text` is not TOML, the error has the line and the parser's reason. It does not quote the file, as the parser's
    /// own error does, because the file may contain keys.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::SessionSettings;
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// let file = format!(r#"
    ///     port = 3000
    ///
    ///     [session]
    ///     name = "__Host-login"
    ///     keys = "{}"
    /// "#, *key);
    /// let cookie = SessionSettings::from_toml(&file, "session")?.build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    ///
    /// let error = SessionSettings::from_toml("[session]\nidel_timeout = 900", "session").unwrap_err();
    /// assert!(error.settings().eq(["session.idel_timeout"]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if `text` is not TOML, if it has no table of this name, or if a setting is refused.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str, table: &str) -> Result<SessionSettings, ConfigError> {
        let mut settings = SessionSettings::with_prefix(format!("{table}."));
        let mut tables = toml::from_str::<std::collections::HashMap<String, Value>>(text)
            .map_err(|error| not_toml(text, &error))?;
        match tables.remove(table) {
            Some(Value::Table(entries)) => settings.take_all(entries),
            _ => settings.add_mistake(table, NO_TABLE),
        }
        settings.check().map(|()| settings)
    }

    /// Reads the environment variables whose names begin with `prefix`. With the prefix `APP_SESSION_`,
    /// `APP_SESSION_IDLE_TIMEOUT` is `idle_timeout`, and `APP_SESSION_KEYS` has the keys.
    ///
    /// A variable with the prefix that is not a setting is refused, so choose a prefix that nothing else uses.
    /// `SESSION_MANAGER`, which X11 desktops set, is ignored, and so are names that Kubernetes gives to addresses of
    /// services: those that end with `SERVICE_HOST` or have the word `PORT` after the prefix.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// // APP_SESSION_NAME, APP_SESSION_IDLE_TIMEOUT, APP_SESSION_KEYS, …
    /// let settings = SessionSettings::from_env_prefix("APP_SESSION_")?;
    /// # let _ = settings;
    /// # Ok::<_, hardtack::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], which names every refused variable.
    pub fn from_env_prefix(prefix: &str) -> Result<SessionSettings, ConfigError> {
        SessionSettings::from_variables(prefix, env::vars_os())
    }

    /// Reads settings like [`from_env_prefix`](Self::from_env_prefix), but from the names and values of `variables`.
    /// The variables that `keys_env` and `keys_from` name are still read from the process.
    ///
    /// The context is written `label=value, label=value`, and `formerly` as
    /// `path=/app domain=example.com, path=/shop`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::SessionSettings;
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// let variables = [
    ///     ("APP_SESSION_NAME", "__Host-login"),
    ///     ("APP_SESSION_IDLE_TIMEOUT", "15m"),
    ///     ("APP_SESSION_CONTEXT", "stage=live, tenant=acme"),
    ///     ("APP_SESSION_KEYS", &**key),
    ///     ("PATH", "/bin"),
    /// ];
    /// let cookie = SessionSettings::from_variables("APP_SESSION_", variables)?.build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], which names every refused variable.
    pub fn from_variables(
        prefix: &str,
        variables: impl IntoIterator<Item = (impl Into<OsString>, impl Into<OsString>)>,
    ) -> Result<SessionSettings, ConfigError> {
        let mut settings = SessionSettings::with_prefix(prefix);
        settings.is_in_capitals = true;
        for (variable, value) in variables {
            let given = variable.into();
            let variable = given.to_string_lossy();
            let name = variable.strip_prefix(prefix);
            let is_wanted =
                |name: &&str| variable != X11_SESSION_MANAGER && !is_of_kubernetes(name);
            let Some(name) = name.filter(is_wanted) else {
                continue;
            };
            let name = name.to_ascii_lowercase();
            match value.into().into_string() {
                Ok(text) => settings.take(&name, &variable, text.into()),
                Err(_) => settings.add_mistake(&variable, mistakes::NOT_UTF8),
            }
        }
        settings.check().map(|()| settings)
    }

    /// Reads the options of another system, each translated to a setting and its value, or refused with the reason.
    ///
    /// `prefix` precedes each option's name in errors. `docs/settings.md` lists the names and values of settings; give
    /// each value as text. A reason is the rest of a sentence that begins with the option's name, and it puts names of
    /// settings in braces. Errors call each setting by its option. A setting that came from no option is called by
    /// `prefix` and its own name.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let options = [
    ///     ("CookieName", Ok(("name", "wiki"))),
    ///     ("Lifetime", Ok(("absolute_timeout", "8 hours"))),
    ///     ("Persistent", Err("has no counterpart; leave it out, and write {remember_up_to}")),
    /// ];
    /// let error = SessionSettings::from_translated("Session.", options).unwrap_err();
    /// assert!(error.settings().eq(["Session.Persistent"]));
    /// assert!(error.to_string().ends_with("and write `Session.remember_up_to`"));
    ///
    /// let settings = SessionSettings::from_translated("Session.", options.into_iter().take(2))?;
    /// # let _ = settings;
    /// # Ok::<_, hardtack::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if an option is refused, if a setting is unknown, given twice, excluded by another or
    /// cannot have its value, or if durations conflict.
    pub fn from_translated<'a>(
        prefix: &str,
        options: impl IntoIterator<Item = (&'a str, Result<(&'a str, &'a str), &'a str>)>,
    ) -> Result<SessionSettings, ConfigError> {
        let mut settings = SessionSettings::with_prefix(prefix);
        for (option, translated) in options {
            let shown = format!("{prefix}{option}");
            match translated {
                Ok((name, value)) => settings.take(name, &shown, value.to_owned().into()),
                Err(reason) => settings.add_mistake(&shown, Sentence::of(reason)),
            }
        }
        let (_, options, _) = settings.applied();
        let lifetimes = options.lifetime_mistakes().into_iter();
        let conflicts = lifetimes.filter(|error| !error.is_about_one());
        let conflicts: Vec<_> = conflicts.map(|error| settings.mistake(&error)).collect();
        settings.problems.extend(conflicts);
        settings.check().map(|()| settings)
    }
}

/// Takes and refuses settings, and names them.
impl SessionSettings {
    /// Returns settings of a source that writes `prefix` before each name.
    fn with_prefix(prefix: impl Into<String>) -> SessionSettings {
        SessionSettings {
            prefix: prefix.into(),
            ..SessionSettings::default()
        }
    }

    pub(super) fn source_of_keys(&self) -> Option<&Entry> {
        let mut entries = self.entries.iter();
        let source = entries.find(|(name, _)| is_source_of_keys(name));
        source.map(|(_, entry)| entry)
    }

    /// Takes each setting of a table.
    fn take_all(&mut self, table: Table) {
        for (name, value) in table {
            let shown = format!("{}{name}", self.prefix);
            self.take(&name, &shown, value);
        }
    }

    /// Takes the setting `name`, which its source calls `shown`.
    pub(super) fn take(&mut self, name: &str, shown: &str, value: Value) {
        if let Err(mistake) = self.try_take(name, shown, value) {
            self.add_mistake(shown, mistake);
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
        if name != "keys" && value.is_quoted() {
            return Err(mistakes::QUOTED.into());
        }
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

    /// Adds a mistake of a setting. `reason` follows its name: ``"is empty, …"``.
    fn add_mistake(&mut self, shown: &str, reason: impl Into<Sentence>) {
        let problem = self.problem(shown, reason);
        self.problems.push(problem);
    }

    pub(super) fn problem(&self, shown: &str, reason: impl Into<Sentence>) -> ConfigError {
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
    pub(super) fn mistake(&self, error: &ConfigError) -> ConfigError {
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

impl<'de> Deserialize<'de> for SessionSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut settings = SessionSettings::default();
        match Value::deserialize(deserializer)? {
            Value::Table(table) => settings.take_all(table),
            _ => settings
                .problems
                .push(ConfigError::without_setting(mistakes::NOT_A_TABLE).with_subject(SUBJECT)),
        }
        Ok(settings)
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

/// Returns `true` if Kubernetes gives a container the address of a service in a variable with this name after the
/// prefix. No setting is about a port.
fn is_of_kubernetes(name: &str) -> bool {
    name.ends_with("SERVICE_HOST") || name.split('_').any(|word| word == "PORT")
}

/// Returns the number of the line with the byte at `place`, for errors that quote no line, because it may hold a key.
#[must_use]
pub fn line_at(text: &str, place: usize) -> usize {
    let before = text.bytes().take(place);
    1 + before.filter(|byte| *byte == b'\n').count()
}

/// Returns the message without the lines that the parser's error quotes.
#[cfg(feature = "toml")]
fn not_toml(text: &str, error: &toml::de::Error) -> ConfigError {
    let line = line_at(text, error.span().map_or(0, |span| span.start));
    let sentence = format!("line {line} is not TOML: {}", error.message());
    ConfigError::without_setting(sentence).with_subject(SUBJECT)
}

#[cfg(feature = "toml")]
const NO_TABLE: &str = "is not a table at the top level of the file; add a line with this name in brackets above the settings, or read a \
     nested table into a field of your own type, as a `SessionSettings`";
/// First words of a message, because a program has other settings too.
const SUBJECT: &str = "session settings: ";
/// Variable that X11 session managers set for the programs that they start.
const X11_SESSION_MANAGER: &str = "SESSION_MANAGER";
