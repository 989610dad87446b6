//! Settings of the keys: where they are, and whether the cookie follows them.

use std::time::Duration;

use super::{
    SessionSettings,
    choice::Choice,
    error::{Problem, SettingsError},
};
use crate::{
    carrier::{SessionCookie, SessionCookieBuilder},
    crypto::suite::Mode,
    keys::{KeyRing, RingSource, SharedKeyRing},
};

impl SessionSettings {
    /// Removes the settings of the keys and returns their sources, for a program that reads the keys itself, for
    /// example with its own `WatchedKeyRing`. The other settings go to [`apply_to`](Self::apply_to).
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
    /// Returns a [`SettingsError`] if a setting is refused, or if no setting names keys. The keys are not read.
    pub fn take_key_sources(&mut self) -> Result<Vec<RingSource>, SettingsError> {
        self.check()?;
        let sources = self.key_sources()?;
        self.entries
            .retain(|_, entry| !entry.choice.is_about_keys());
        Ok(sources)
    }

    /// Returns the mode, if it was given.
    pub(super) fn mode(&self) -> Option<Mode> {
        self.entries.values().find_map(|entry| match entry.choice {
            Choice::Mode(mode) => Some(mode),
            _ => None,
        })
    }

    pub(super) fn builder(&self) -> Result<SessionCookieBuilder, Problem> {
        let (mode, ring) = (self.mode().unwrap_or(Mode::Encrypted), self.ring()?);
        let is_checked = ring.check_mode(mode);
        is_checked.map_err(|error| self.mistake_in_keys(error.to_string()))?;
        Ok(match mode {
            Mode::Encrypted => SessionCookie::encrypted(ring),
            Mode::UnencryptedButSigned => SessionCookie::unencrypted_but_signed(ring),
        })
    }

    fn ring(&self) -> Result<SharedKeyRing, Problem> {
        let sources = self.key_sources()?;
        if let Some(Choice::WatchKeys(interval)) = self.choice(WATCH_KEYS) {
            return self.watched_ring(sources, *interval);
        }
        let ring = KeyRing::from_sources(sources);
        let ring = ring.map_err(|error| self.mistake_in_keys(error.to_string()))?;
        Ok(SharedKeyRing::from(ring))
    }

    #[cfg(all(
        feature = "watch",
        any(
            feature = "wasm_js",
            not(all(target_family = "wasm", target_os = "unknown"))
        )
    ))]
    fn watched_ring(
        &self,
        sources: Vec<RingSource>,
        interval: Duration,
    ) -> Result<SharedKeyRing, Problem> {
        let watched = crate::keys::WatchedKeyRing::from_sources(sources);
        let watched = watched.map_err(|error| self.mistake_in_keys(error.to_string()))?;
        let ring = watched.keys();
        let spawned = watched.interval(interval).spawn();
        spawned.map_err(|error| {
            self.problem(&self.shown(WATCH_KEYS), format!("needs a thread: {error}"))
        })?;
        Ok(ring)
    }

    #[cfg(not(all(
        feature = "watch",
        any(
            feature = "wasm_js",
            not(all(target_family = "wasm", target_os = "unknown"))
        )
    )))]
    fn watched_ring(&self, _: Vec<RingSource>, _: Duration) -> Result<SharedKeyRing, Problem> {
        let reason = "needs threads, and feature `watch` of the crate hardtack; enable it, or leave this out";
        Err(self.problem(&self.shown(WATCH_KEYS), reason))
    }

    fn key_sources(&self) -> Result<Vec<RingSource>, Problem> {
        let sources = self.keys().map(|(_, sources)| sources.clone());
        sources.ok_or_else(|| self.mistake_in_keys(NO_KEYS))
    }
}

const WATCH_KEYS: &str = "watch_keys";
const NO_KEYS: &str = "there are no keys; give {keys_env} with the name of an environment variable, \
    {keys_file} with a path, {keys_from} with several of these, or {keys} with the keys themselves";
