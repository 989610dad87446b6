//! Settings from outside the program: files of any format, environment variables, ini files of earlier systems.
//!
//! [`SessionSettings`] reads them, and a [`SettingsError`] names every refused setting.

mod choice;
mod compound;
mod entries;
mod error;
mod keys;
mod known;
mod layers;
#[cfg(feature = "toml")]
mod toml;
mod translated;
mod value;
mod variables;

use std::{collections::BTreeMap, time::Duration};

pub use error::SettingsError;

use self::{
    choice::{Choice, OfCookies},
    entries::Entry,
    error::{Problem, refuse_any},
};
pub use crate::base::span::{parse_span, show_span};
use crate::{
    carrier::{InCookie, Options, SessionBuilder, SessionCookie, SessionCookieBuilder},
    state::Payload,
};

/// Settings of a [`SessionCookie`], read from a file or from the environment.
///
/// Implements [`Deserialize`](serde::Deserialize), for any self-describing format: TOML, JSON, YAML, or the maps that
/// other crates make from environment variables. Settings have the names of [`SessionCookieBuilder`]'s methods, and a
/// setting that is left out has the builder's default. `docs/settings.md` lists them.
///
/// A span of time is a text like `30m` or `12h`, or a number of seconds. Every number and flag may be a
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
/// `Debug` shows no key, and of a name, a path, a domain, an application and a context the length. The text in `keys` is
/// overwritten when the settings are dropped. The file or text from which they were read is not overwritten.
#[derive(Clone, Default)]
#[must_use = "no cookie is built before `build`"]
pub struct SessionSettings {
    /// Text before each name of a setting in the source.
    prefix: String,
    is_in_capitals: bool,
    /// By the names in the table.
    entries: BTreeMap<&'static str, Entry>,
    problems: Vec<Problem>,
}

impl SessionSettings {
    /// Checks each setting by itself. Conflicts between settings, and the keys, are checked by
    /// [`build`](Self::build).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let settings: SessionSettings = serde_json::from_str(r#"{"httponly": "no"}"#)?;
    /// let sentence = settings.check().unwrap_err().to_string();
    /// assert!(sentence.starts_with("session settings: `httponly` cannot be false"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`], with a message for each refused setting.
    pub fn check(&self) -> Result<(), SettingsError> {
        let http = self.choice("danger_allow_http");
        let is_http = matches!(http, Some(Choice::OfCookies(OfCookies::AllowHttp(true))));
        let is_both = is_http && self.entries.contains_key("secure");
        let both = is_both.then(|| self.problem(&self.shown("secure"), OPPOSITE));
        refuse_any(self.problems.iter().cloned().chain(both))
    }

    /// Checks the settings by themselves and together, as [`build`](Self::build) does, without their keys. It is for a
    /// test of a settings file in a place without the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let settings: SessionSettings = serde_json::from_str(r#"{"keys_env": "SESSION_KEYS", "idle_timeout": "13h"}"#)?;
    /// assert!(settings.check().is_ok());
    /// let sentence = settings.check_without_keys().unwrap_err().to_string();
    /// assert!(sentence.starts_with("session settings: `idle_timeout` is longer than `absolute_timeout`"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`], with a message for each refused setting and each conflict.
    pub fn check_without_keys(&self) -> Result<(), SettingsError> {
        // A setting that is not understood may be the reason for other conflicts.
        self.check()?;
        refuse_any(self.mistakes())
    }

    /// Reads the keys and returns a builder with these settings, so that a program can add a type
    /// ([`typed`](SessionCookieBuilder::typed)) or hooks.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::SessionSettings;
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let file = format!(r#"{{"keys": "{}"}}"#, *key);
    /// let settings: SessionSettings = serde_json::from_str(&file)?;
    /// let cookie = settings.into_builder()?.revoked_if(|session| session.id.is_none()).build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if a setting is refused, or the keys are missing or invalid.
    pub fn into_builder(self) -> Result<SessionCookieBuilder, SettingsError> {
        self.check()?;
        self.apply(self.builder()?)
    }

    /// Applies the settings to a builder that already has keys, such as a [`SharedKeyRing`](crate::keys::SharedKeyRing)
    /// that the program replaces while it runs. A setting that is left out stays as it is in the builder, and one that is
    /// given replaces what the builder has, also where it turns a flag off. A context and former attributes are added.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, SessionSettings, keys::SharedKeyRing};
    ///
    /// let keys = SharedKeyRing::from(EncryptionKey::generate()?);
    /// let settings: SessionSettings = serde_json::from_str(r#"{"path": "/app"}"#)?;
    /// let cookie = settings.apply_to(SessionCookie::encrypted(keys.clone()))?.build()?;
    /// assert_eq!(cookie.name().as_str(), "__Secure-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if a setting is refused, if the settings name keys too, or if the builder has keys
    /// of another mode. For a header or a bare token, also returns an error if a setting is one that only cookies have.
    pub fn apply_to<C: 'static, T: Payload>(
        self,
        builder: SessionBuilder<C, T>,
    ) -> Result<SessionBuilder<C, T>, SettingsError> {
        self.check()?;
        let of_keys = self.entries.values();
        let of_keys = of_keys.filter(|entry| entry.choice.is_about_keys());
        refuse_any(of_keys.map(|entry| self.problem(&entry.shown, KEYS_OF_THE_PROGRAM)))?;
        let mode = builder.mode();
        if self.mode().is_some_and(|given| given != mode) {
            return Err(self.problem(&self.shown("mode"), OTHER_MODE).into());
        }
        self.apply(builder)
    }

    /// Returns the time for which a key has to open tokens after the next one begins to seal ([SPEC.md § 3.4.8]), for tools
    /// that change key rings. By default 31 minutes: the idle timeout and the clock skew. No setting says that sessions are
    /// bound to devices; such a cookie needs a key for the longest lifetime of a session.
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if a setting is refused.
    ///
    /// [SPEC.md § 3.4.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
    pub fn key_overlap(&self) -> Result<Duration, SettingsError> {
        self.check()?;
        let (options, _) = self.options();
        Ok(Duration::from_secs(options.key_need(false).overlap()))
    }

    /// Reads the keys and builds the cookie.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let settings: SessionSettings = serde_json::from_str(r#"{"keys_env": "NO_SUCH_KEYS"}"#)?;
    /// let sentence = settings.build().unwrap_err().to_string();
    /// assert!(sentence.starts_with("session settings: `keys_env`: environment variable NO_SUCH_KEYS is not set"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SettingsError`] if a setting is refused, if settings conflict, or if the keys are missing or
    /// invalid.
    pub fn build(self) -> Result<SessionCookie, SettingsError> {
        self.check()?;
        let builder = self.builder();
        let mistakes = self.mistakes().into_iter();
        refuse_any(mistakes.chain(builder.as_ref().err().cloned()))?;
        let cookie = self.apply(builder?)?.build();
        cookie.map_err(|error| self.mistake(&error).into())
    }

    /// Returns the mistakes in the options of these settings, whatever the keys are.
    fn mistakes(&self) -> Vec<Problem> {
        let (options, cookie) = self.options();
        let mistakes = cookie.mistakes(&options);
        mistakes.iter().map(|error| self.mistake(error)).collect()
    }

    /// Returns the options of a cookie with these settings.
    fn options(&self) -> (Options, InCookie) {
        let (mut options, mut cookie) = (Options::default(), InCookie::new());
        for entry in self.entries.values() {
            let applied = entry.choice.apply(&mut options, Some(&mut cookie));
            debug_assert!(applied.is_ok(), "a cookie has every setting");
        }
        (options, cookie)
    }

    fn choice(&self, name: &str) -> Option<&Choice> {
        self.entries.get(name).map(|entry| &entry.choice)
    }

    fn apply<C: 'static, T: Payload>(
        &self,
        mut builder: SessionBuilder<C, T>,
    ) -> Result<SessionBuilder<C, T>, SettingsError> {
        let (options, mut cookie) = builder.options();
        let apply = |entry: &Entry| {
            let refused = entry.choice.apply(options, cookie.as_deref_mut()).err()?;
            Some(self.problem(&entry.shown, refused))
        };
        refuse_any(self.entries.values().filter_map(apply))?;
        Ok(builder)
    }
}

const OPPOSITE: &str = "is the opposite of {danger_allow_http}; leave out one of them";
const KEYS_OF_THE_PROGRAM: &str = "is given, but the program has keys of its own; leave it out";
const OTHER_MODE: &str =
    "does not match the program's keys; leave it out or change the kind of keys";
