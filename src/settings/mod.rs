//! What comes from outside the program: settings files, environment variables, key files.

mod apply;
mod error;
mod fields;
mod ini;
mod keys;
mod value;
mod variables;

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer};

pub use error::SettingsError;

use self::{error::Problem, keys::Keys, value::Value};
use crate::{
    carrier::{
        AnyRing, CarrierOptions, CookieOptions, DEFAULT_ABSOLUTE, Formerly, SessionBuilder,
        SessionCookie, SessionCookieBuilder, Size,
    },
    cookie::SameSite,
    crypto::suite::Mode,
    keys::{EncryptionKey, RingSource},
    state::{Padding, Payload, RefreshAfter},
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
#[derive(Clone, Debug, Default)]
#[must_use = "no cookie is built before `build`"]
pub struct SessionSettings {
    mode: Option<Mode>,
    keys: Option<Keys>,
    name: Option<String>,
    path: Option<String>,
    domain: Option<String>,
    same_site: Option<SameSite>,
    secure: Option<bool>,
    http_only: Option<bool>,
    partitioned: Option<bool>,
    danger_allow_http: Option<bool>,
    idle_timeout: Option<Option<Duration>>,
    absolute_timeout: Option<Duration>,
    remember_up_to: Option<Duration>,
    refresh_after: Option<RefreshAfter>,
    clock_skew: Option<Duration>,
    not_before: Option<SystemTime>,
    size: Option<Size>,
    padding: Option<Padding>,
    application: Option<String>,
    context: Option<Vec<(String, String)>>,
    formerly: Option<Vec<Formerly>>,
    save_on_server_error: Option<bool>,
    danger_allow_shared_caching: Option<bool>,
    danger_retire_early: Option<bool>,
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
        if self.secure == Some(true) && self.danger_allow_http == Some(true) {
            let reason = "says the opposite of `danger_allow_http`, leave out one of them";
            problems.push(Problem::new("secure", reason));
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
    /// # let _ = cookie;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], if a setting is refused, or the keys are missing or no keys.
    pub fn into_builder(self) -> Result<SessionCookieBuilder, SettingsError> {
        self.check()?;
        let ring = self.ring()?;
        Ok(self.apply(SessionCookieBuilder::new(ring, CookieOptions::default()))?)
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
    /// # let _ = cookie;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SettingsError`], if a setting is refused, or there are no keys. They are not read yet.
    pub fn take_key_sources(&mut self) -> Result<Vec<RingSource>, SettingsError> {
        self.check()?;
        Ok(self.keys.take().ok_or_else(no_keys)?.sources)
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
    /// builder has keys of the other mode. For a header or a bare token also if a setting is one that only a
    /// cookie has.
    pub fn apply_to<C: CarrierOptions, T: Payload>(
        self,
        builder: SessionBuilder<C, T>,
    ) -> Result<SessionBuilder<C, T>, SettingsError> {
        self.check()?;
        if let Some(keys) = &self.keys {
            return Err(Problem::new(&keys.setting, KEYS_OF_THE_PROGRAM).into());
        }
        if self.mode.is_some_and(|mode| mode != builder.mode()) {
            return Err(Problem::new("mode", OTHER_MODE).into());
        }
        Ok(self.apply(builder)?)
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
        let absolute = self.absolute_timeout.unwrap_or(DEFAULT_ABSOLUTE);
        Ok(self.remember_up_to.unwrap_or_default().max(absolute))
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
        // What is not understood may be why the rest does not go together.
        self.check()?;
        let (builder, bad_ring) = match self.ring() {
            Ok(ring) => (
                SessionCookieBuilder::new(ring, CookieOptions::default()),
                None,
            ),
            // The rest is told with it. A key stands for those of the settings, if there can be one.
            Err(problem) => match EncryptionKey::generate() {
                Ok(key) => (SessionCookie::encrypted(key), Some(problem)),
                Err(_) => return Err(problem.into()),
            },
        };
        let builder = self.apply(builder)?;
        let mistakes = builder.mistakes().into_iter().map(Problem::from);
        let problems: Vec<_> = mistakes.chain(bad_ring).collect();
        if problems.is_empty() {
            Ok(builder.build()?)
        } else {
            Err(problems.into())
        }
    }

    fn ring(&self) -> Result<AnyRing, Problem> {
        let keys = self.keys.as_ref().ok_or_else(no_keys)?;
        keys.ring(self.mode.unwrap_or(Mode::Encrypted))
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

fn no_keys() -> Problem {
    Problem::of("keys", NO_KEYS)
}

const NO_KEYS: &str = "there are no keys, give `keys_env` with the name of an environment variable, \
    `keys_file` with a path, `keys_from` with several of these, or `keys` with the keys themselves";
const KEYS_OF_THE_PROGRAM: &str = "is given, and the program brings keys of its own; leave it out";
const OTHER_MODE: &str =
    "is not that of the program's keys, leave it out or give keys of that kind";
