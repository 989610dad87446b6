//! Checks settings together, and makes a cookie or a builder of them.

use std::{any::Any, time::Duration};

use super::{
    effects::{KeySettings, Target},
    names::is_about_keys,
    sources::SessionSettings,
};
use crate::{
    base::{config_error::ConfigError, mistakes},
    carrier::{InCookie, Options, SessionBuilder, SessionCookie, SessionCookieBuilder},
    crypto::suite::Mode,
    keys::{KeyRing, RingSource, SharedKeyRing},
    state::Payload,
};

impl SessionSettings {
    /// Checks each setting by itself, and refuses two sources of keys, and `secure` if `danger_allow_http` is on.
    /// [`check_without_keys`](Self::check_without_keys) also checks other conflicts, and [`build`](Self::build) the keys.
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
    /// Returns a [`ConfigError`] with a message for each refused setting.
    pub fn check(&self) -> Result<(), ConfigError> {
        // Keys that the settings hold themselves are known without reading anything.
        self.check_with_keys(self.entries.contains_key("keys"))
    }

    /// Checks what [`build`](Self::build) checks without reading the keys, for a test of a settings file where the keys
    /// are not available. It does not check that keys are given and can be watched.
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
    /// Returns a [`ConfigError`] with a message for each refused setting and, once every setting is understood, for each
    /// conflict.
    pub fn check_without_keys(&self) -> Result<(), ConfigError> {
        // A setting that was not understood may cause other conflicts.
        match self.misread().next() {
            Some(_) => self.check(),
            None => ConfigError::join(self.mistakes(|_| true)),
        }
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
    /// let cookie = settings.into_builder()?.revoked_if(|session| session.info().id.is_none()).build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if a setting is unknown, not understood or excluded by another, or if the keys are
    /// missing, invalid or of another mode, or cannot be watched. The builder's `build` reports values out of range and
    /// other conflicts.
    pub fn into_builder(self) -> Result<SessionCookieBuilder, ConfigError> {
        let is_misread = self.misread().next().is_some();
        let in_keys = is_misread.then(|| self.mistake_in_keys()).flatten();
        ConfigError::join(self.misread().chain(in_keys))?;
        self.builder()
    }

    /// Applies the settings to a builder that already has keys, such as a [`SharedKeyRing`] that the program replaces
    /// while it runs. Each given setting replaces the builder's, even if it turns a flag off; a context and former
    /// attributes are added. The builder keeps its value for each setting that is left out.
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
    /// Returns a [`ConfigError`] if a setting is unknown, not understood or excluded by another, if the settings also
    /// have keys or `watch_keys`, or if their `mode` is not the builder's. For a header or a bare token, a setting that
    /// only cookies have is an error too. The builder's `build` reports values out of range and other conflicts.
    pub fn apply_to<C: 'static, T: Payload>(
        self,
        mut builder: SessionBuilder<C, T>,
    ) -> Result<SessionBuilder<C, T>, ConfigError> {
        ConfigError::join(self.misread())?;
        let of_keys = self.entries.iter().filter(|(name, _)| is_about_keys(name));
        ConfigError::join(
            of_keys.map(|(_, entry)| self.problem(&entry.shown, KEYS_OF_THE_PROGRAM)),
        )?;
        let (keys, ..) = self.applied();
        if keys.mode.is_some_and(|given| given != builder.mode) {
            return Err(self.problem(&self.shown("mode"), OTHER_MODE));
        }
        // A header and a bare token have no options of a cookie.
        let carrier: &mut dyn Any = &mut builder.carrier;
        let cookie = carrier.downcast_mut();
        self.apply(&mut Target::new(&mut builder.options, cookie))?;
        Ok(builder)
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
    /// Returns a [`ConfigError`] if a setting is refused, if settings conflict, or if the keys are missing, invalid or of
    /// another mode, or cannot be watched.
    pub fn build(self) -> Result<SessionCookie, ConfigError> {
        if self.misread().next().is_some() {
            self.check_with_keys(true)?;
        }
        let builder = self.builder();
        let mistakes = self.mistakes(|_| true).into_iter();
        ConfigError::join(mistakes.chain(builder.as_ref().err().cloned()))?;
        builder?.build().map_err(|error| self.mistake(&error))
    }

    /// Returns the mistakes in the options of these settings, without looking at the keys.
    fn mistakes(&self, is_meant: impl Fn(&ConfigError) -> bool) -> Vec<ConfigError> {
        let (_, options, cookie) = self.applied();
        let mistakes = cookie.mistakes().into_iter().chain(options.mistakes());
        let meant = mistakes.filter(is_meant);
        meant.map(|error| self.mistake(&error)).collect()
    }

    /// Returns the settings that were not understood, and `secure` if it contradicts `danger_allow_http`.
    pub(crate) fn misread(&self) -> impl Iterator<Item = ConfigError> {
        let http = self.entries.get("danger_allow_http");
        let is_http = http.is_some_and(|entry| entry.value.is_on());
        let is_both = is_http && self.entries.contains_key("secure");
        let both = is_both.then(|| self.problem(&self.shown("secure"), mistakes::OPPOSITE));
        self.problems.iter().cloned().chain(both)
    }

    /// Checks each setting by itself. If one is refused, also checks the keys, if `reads_keys`.
    fn check_with_keys(&self, reads_keys: bool) -> Result<(), ConfigError> {
        let alone = self.mistakes(ConfigError::is_about_one);
        let mut mistakes: Vec<_> = self.misread().chain(alone).collect();
        if reads_keys && !mistakes.is_empty() {
            mistakes.extend(self.mistake_in_keys());
        }
        ConfigError::join(mistakes)
    }

    /// Reads the keys, if all settings about them were understood. Returns the mistake in them, if there is one.
    fn mistake_in_keys(&self) -> Option<ConfigError> {
        let of_keys = ABOUT_KEYS.map(|name| self.shown(name));
        let is_of_keys = |name: &str| of_keys.iter().any(|of_keys| of_keys == name);
        let mut misread = self.problems.iter().flat_map(ConfigError::settings);
        if self.source_of_keys().is_none() || misread.any(is_of_keys) {
            return None;
        }
        let (mut keys, ..) = self.applied();
        keys.watch = None;
        Some(self.mistake(&keys.ring().err()?))
    }

    /// Removes the settings about keys, except `mode`, and returns the sources of the keys, for a program that reads them
    /// itself, for example with its own `WatchedKeyRing`. Pass the other settings to [`apply_to`](Self::apply_to).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::EncryptionKey;
    /// use hardtack::{KeyRing, SessionCookie, SessionSettings, keys::SharedKeyRing};
    ///
    /// # let key = EncryptionKey::generate()?.expose_secret();
    /// # let file = format!(r#"{{"keys": "{}"}}"#, *key);
    /// let mut settings: SessionSettings = serde_json::from_str(&file)?;
    /// let keys = SharedKeyRing::from(KeyRing::from_sources(settings.take_key_sources()?)?);
    /// let cookie = settings.apply_to(SessionCookie::encrypted(keys.clone()))?.build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if a setting is unknown, not understood or excluded by another, or if no setting names
    /// keys. In the second case, `watch_keys` is removed all the same. The keys are not read.
    pub fn take_key_sources(&mut self) -> Result<Vec<RingSource>, ConfigError> {
        ConfigError::join(self.misread())?;
        let (keys, ..) = self.applied();
        let sources = given(keys.sources).map_err(|error| self.mistake(&error));
        self.entries.retain(|name, _| !is_about_keys(name));
        sources
    }

    /// Returns the options of sessions with these settings.
    pub(crate) fn options(&self) -> Options {
        self.applied().1
    }

    /// Returns the keys and options of a cookie with these settings.
    pub(super) fn applied(&self) -> (KeySettings, Options, InCookie) {
        let (mut options, mut cookie) = (Options::default(), InCookie::default());
        let mut of_cookie = Target::new(&mut options, Some(&mut cookie));
        let applied = self.apply(&mut of_cookie);
        debug_assert!(applied.is_ok(), "each was when it was taken");
        (of_cookie.keys, options, cookie)
    }

    /// Applies each setting to the sessions' options.
    fn apply(&self, to: &mut Target) -> Result<(), ConfigError> {
        ConfigError::join(self.entries.values().filter_map(|entry| {
            let mistake = (entry.apply)(&entry.value, to).err()?;
            Some(self.problem(&entry.shown, mistake))
        }))
    }

    /// Reads the keys, and returns a builder with these settings.
    fn builder(&self) -> Result<SessionCookieBuilder, ConfigError> {
        let (keys, options, cookie) = self.applied();
        let mode = keys.mode();
        let ring = keys.ring().map_err(|error| self.mistake(&error))?;
        let mut builder = SessionBuilder::new(mode, ring, cookie);
        builder.options = options;
        Ok(builder)
    }
}

impl KeySettings {
    /// Reads the keys, and follows their files if that is set.
    fn ring(self) -> Result<SharedKeyRing, ConfigError> {
        let mode = self.mode();
        let sources = given(self.sources)?;
        let ring = match self.watch {
            Some(interval) => watched(sources, interval)?,
            None => KeyRing::from_sources(sources)?.into(),
        };
        ring.current().0.check_mode(mode)?;
        Ok(ring)
    }

    pub(super) fn mode(&self) -> Mode {
        self.mode.unwrap_or(Mode::Encrypted)
    }
}

fn given(sources: Vec<RingSource>) -> Result<Vec<RingSource>, ConfigError> {
    if sources.is_empty() {
        return Err(ConfigError::with_sentence("keys", mistakes::NO_KEYS));
    }
    Ok(sources)
}

fn watched(sources: Vec<RingSource>, interval: Duration) -> Result<SharedKeyRing, ConfigError> {
    if !sources.iter().any(|source| source.is_file) {
        return Err(ConfigError::new("watch_keys", mistakes::NOTHING_TO_WATCH));
    }
    let watched = crate::keys::WatchedKeyRing::from_sources(sources)?;
    let ring = watched.keys();
    let spawned = watched.interval(interval).spawn();
    spawned.map_err(|error| ConfigError::new("watch_keys", format!("needs a thread: {error}")))?;
    Ok(ring)
}

/// Settings without which nothing is known about the keys.
const ABOUT_KEYS: [&str; 5] = ["mode", "keys", "keys_env", "keys_file", "keys_from"];
const KEYS_OF_THE_PROGRAM: &str = "is given, but the program has its own keys; leave it out";
const OTHER_MODE: &str =
    "does not match the program's keys; leave it out or change the kind of keys";
