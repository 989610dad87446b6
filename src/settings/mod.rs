//! What comes from outside the program: settings files, environment variables, key files.

mod entries;
mod error;
mod ini;
mod keys;
mod read;
mod table;
mod value;
mod variables;

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Deserializer};

pub use error::SettingsError;

use self::{
    entries::{Entry, Names},
    error::Problem,
    read::Given,
    value::Value,
};
use crate::{
    carrier::{AnyRing, DEFAULT_ABSOLUTE, SessionCookie, SessionCookieBuilder},
    crypto::suite::Mode,
    keys::{EncryptionKey, RingSource},
    state::Payload,
};

/// A [`SessionCookie`]'s settings, read from a file or from the environment.
///
/// It is read by serde, from any format that describes itself: TOML, JSON, YAML, or what crates make of
/// environment variables. The names are those of [`SessionCookieBuilder`]'s methods, and what is left out
/// has the default of that. `docs/settings.md` lists them.
///
/// A span of time is a text like `30m` or `12h`, or a number of seconds. Every number and flag may be a
/// text. The keys are in `keys` (their text), or `keys_env` names an environment variable that has them,
/// or `keys_file` a file, or `keys_from` several of both.
///
/// Reading never fails for what settings say, because a format's own error may quote the lines around the
/// mistake, and keys may stand there. All that is wrong is told at once by [`check`](Self::check),
/// [`into_builder`](Self::into_builder) and [`build`](Self::build), which give no cookie then.
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
/// // Nothing is weakened by accident, and no mistake passes.
/// let settings: SessionSettings = serde_json::from_str(r#"{"secure": false, "idel_timeout": "15m"}"#)?;
/// let error = settings.check().unwrap_err();
/// assert!(error.settings().eq(["secure", "idel_timeout"]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// `Debug` shows no key, and what `keys` held is overwritten when the settings are dropped. The text that
/// they were read from is not.
#[derive(Clone, Default)]
#[must_use = "no cookie is built before `build`"]
pub struct SessionSettings {
    names: Names,
    /// By the names in the table.
    entries: BTreeMap<&'static str, Entry>,
    problems: Vec<Problem>,
}

impl SessionSettings {
    /// Whether each setting is understood by itself. What does not go together, and the keys, are looked
    /// at by [`build`](Self::build).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    ///
    /// let settings: SessionSettings = serde_json::from_str(r#"{"httponly": "no"}"#)?;
    /// let sentence = settings.check().unwrap_err().to_string();
    /// assert!(sentence.starts_with("`httponly` cannot be false"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], with a sentence for each setting that is refused.
    pub fn check(&self) -> Result<(), SettingsError> {
        let mut problems = self.problems.clone();
        if self.is_on("secure") && self.is_on("danger_allow_http") {
            let reason = "is the opposite of `danger_allow_http`, leave out one of them";
            problems.push(self.problem(&self.shown("secure"), reason));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems.into())
        }
    }

    /// Reads the keys and hands over to a builder, for what only a program can say: a type
    /// ([`typed`](SessionCookieBuilder::typed)), hooks.
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
    /// [`SettingsError`], if a setting is refused, or the keys are missing or no keys.
    pub fn into_builder(self) -> Result<SessionCookieBuilder, SettingsError> {
        self.check()?;
        let ring = self.ring()?;
        Ok(self.apply(SessionCookieBuilder::new(ring)))
    }

    /// Takes out of the settings where the keys are, for a program that reads them itself, such as with
    /// `WatchedKeyRing` (feature `watch`). What is left goes to [`apply_to`](Self::apply_to).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::{KeyRing, SessionCookie, SessionSettings, SharedKeyRing};
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let file = format!(r#"{{"keys": "{}"}}"#, *key);
    /// let mut settings: SessionSettings = serde_json::from_str(&file)?;
    /// let keys = SharedKeyRing::new(KeyRing::from_sources(settings.take_key_sources()?)?);
    /// let cookie = settings.apply_to(SessionCookie::encrypted(keys.clone()))?.build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], if a setting is refused, or there are no keys. They are not read yet.
    pub fn take_key_sources(&mut self) -> Result<Vec<RingSource>, SettingsError> {
        self.check()?;
        let keys = self.keys().map(|(_, sources)| sources.to_vec());
        let keys = keys.ok_or_else(|| self.no_keys())?;
        self.entries
            .retain(|_, entry| !matches!(entry.given, Given::Keys(_)));
        Ok(keys)
    }

    /// Puts the settings into a builder that has keys already, such as a
    /// [`SharedKeyRing`](crate::SharedKeyRing) that the program replaces while it runs. What the settings
    /// do not say stays as the builder has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, SessionSettings, SharedKeyRing};
    ///
    /// let keys = SharedKeyRing::new(EncryptionKey::generate()?);
    /// let settings: SessionSettings = serde_json::from_str(r#"{"path": "/app"}"#)?;
    /// let cookie = settings.apply_to(SessionCookie::encrypted(keys.clone()))?.build()?;
    /// assert_eq!(cookie.name().as_str(), "__Secure-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], if a setting is refused, if there are keys in the settings, too, or if the
    /// builder has keys of the other mode.
    pub fn apply_to<T: Payload>(
        self,
        builder: SessionCookieBuilder<T>,
    ) -> Result<SessionCookieBuilder<T>, SettingsError> {
        self.check()?;
        if let Some((shown, _)) = self.keys() {
            return Err(self.problem(shown, KEYS_OF_THE_PROGRAM).into());
        }
        if self.mode().is_some_and(|mode| mode != builder.mode()) {
            return Err(self.problem(&self.shown("mode"), OTHER_MODE).into());
        }
        Ok(self.apply(builder))
    }

    /// The longest that a session lives: `absolute_timeout`, or `remember_up_to` where that is longer. A key
    /// has to be accepted for so long after the next one began to seal. For tools that change key rings.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::SessionSettings;
    /// use std::time::Duration;
    ///
    /// let settings: SessionSettings = serde_json::from_str(r#"{"remember_up_to": "30d"}"#)?;
    /// assert_eq!(settings.longest_lifetime()?, Duration::from_secs(30 * 86_400));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], if a setting is refused.
    pub fn longest_lifetime(&self) -> Result<Duration, SettingsError> {
        self.check()?;
        let absolute = self.span("absolute_timeout").unwrap_or(DEFAULT_ABSOLUTE);
        Ok(self
            .span("remember_up_to")
            .unwrap_or_default()
            .max(absolute))
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
    /// assert!(sentence.starts_with("`keys_env`: environment variable NO_SUCH_KEYS is not set"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], if a setting is refused, if settings do not go together, or if the keys are
    /// missing or no keys.
    pub fn build(self) -> Result<SessionCookie, SettingsError> {
        // A setting that is not understood may be why the others do not go together.
        self.check()?;
        let (builder, bad_ring) = match self.ring() {
            Ok(ring) => (SessionCookieBuilder::new(ring), None),
            Err(problem) => match any_builder() {
                Some(builder) => (builder, Some(problem)),
                None => return Err(problem.into()),
            },
        };
        let builder = self.apply(builder);
        let mistakes = builder.mistakes();
        let mistakes = mistakes.iter().map(|error| self.mistake(error));
        let problems: Vec<_> = mistakes.chain(bad_ring).collect();
        if problems.is_empty() {
            builder.build().map_err(|error| self.mistake(&error).into())
        } else {
            Err(problems.into())
        }
    }

    fn ring(&self) -> Result<AnyRing, Problem> {
        let (shown, sources) = self.keys().ok_or_else(|| self.no_keys())?;
        let ring = keys::ring(sources, self.mode().unwrap_or(Mode::Encrypted));
        ring.map_err(|error| Problem::of(shown, error))
    }

    fn apply<T: Payload>(&self, builder: SessionCookieBuilder<T>) -> SessionCookieBuilder<T> {
        // The table has the methods of one type of builder. The settings in it are the same for all.
        let entries = self.entries.values();
        let builder = entries.fold(builder.typed(), |builder, entry| {
            entry.setting.kind.apply(&entry.given, builder)
        });
        builder.typed()
    }

    fn checked(self) -> Result<SessionSettings, SettingsError> {
        self.check().map(|()| self)
    }
}

impl<'de> Deserialize<'de> for SessionSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(SessionSettings::from_value)
    }
}

impl fmt::Debug for SessionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.entries.iter();
        let given: BTreeMap<_, _> = entries.map(|(name, entry)| (name, &entry.given)).collect();
        f.debug_struct("SessionSettings")
            .field("given", &given)
            .field("problems", &self.problems)
            .finish()
    }
}

/// A builder whose keys stand for those of the settings, for its checks. `None`: no key can be made.
fn any_builder() -> Option<SessionCookieBuilder> {
    let key = EncryptionKey::generate().ok()?;
    Some(SessionCookie::encrypted(key))
}

const KEYS_OF_THE_PROGRAM: &str = "is given, and the program brings keys of its own; leave it out";
const OTHER_MODE: &str =
    "is not that of the program's keys, leave it out or give keys of that kind";
