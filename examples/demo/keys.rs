//! The key ring of the session cookie.

use std::{
    env,
    sync::{Mutex, MutexGuard},
    time::SystemTime,
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    keys::{KeyError, KeyId, Mode, SharedKeyRing},
};
use zeroize::Zeroizing;

use crate::{Refused, lock};

/// A ring whose keys fit the mode, and which can be replaced.
pub(crate) struct Keys {
    mode: Mode,
    ring: SharedKeyRing,
    /// The ring in use, as text.
    text: Mutex<Secret>,
    /// The ids that were shown, in that order, at most [`MOST_SEEN`]. The pages give each a colour.
    seen: Mutex<Vec<String>>,
}

type Secret = Zeroizing<String>;

impl Keys {
    /// Reads the ring of `text`, or of the environment, or makes a fresh key.
    pub(crate) fn read(mode: Mode, text: Option<&str>) -> Result<Keys, Refused> {
        let text = match (text, env::var_os(VARIABLE)) {
            (Some(text), _) => text.to_owned().into(),
            (None, Some(text)) => text.to_string_lossy().into_owned().into(),
            (None, None) => fresh(mode)?,
        };
        let ring = text.parse::<KeyRing>();
        let ring = ring.map_err(|error| format!("--keys or {VARIABLE}: {error}"))?;
        Ok(Keys {
            mode,
            ring: ring.into(),
            text: Mutex::new(text),
            seen: Mutex::default(),
        })
    }

    pub(crate) fn session_cookie(&self) -> SessionCookieBuilder {
        match self.mode {
            Mode::UnencryptedButSigned => SessionCookie::unencrypted_but_signed(self.ring.clone()),
            _ => SessionCookie::encrypted(self.ring.clone()),
        }
    }

    pub(crate) fn session_header(&self, name: &str) -> SessionHeaderBuilder {
        match self.mode {
            Mode::UnencryptedButSigned => {
                SessionHeader::unencrypted_but_signed(self.ring.clone(), name)
            }
            _ => SessionHeader::encrypted(self.ring.clone(), name),
        }
    }

    /// Replaces the ring by the one in `text`. After an error the old one is still in use.
    pub(crate) fn replace(&self, text: &str) -> Result<(), KeyError> {
        self.set(text, lock(&self.text))
    }

    /// Replaces the ring for the holder of the earlier text, so that no other change comes in between.
    fn set(&self, text: &str, mut earlier: MutexGuard<'_, Secret>) -> Result<(), KeyError> {
        self.ring.replace(text.parse::<KeyRing>()?)?;
        *earlier = text.to_owned().into();
        Ok(())
    }

    /// Adds a fresh key, which seals from now on unless another key has a `seal_from` that has come. The keys that opened
    /// before still do.
    pub(crate) fn rotate(&self) -> Result<(), Refused> {
        let fresh = fresh(self.mode)?;
        let earlier = lock(&self.text);
        let lines = Secret::new(earlier.replace(',', "\n"));
        let text = Secret::new([&*fresh, "\n", &lines].concat());
        Ok(self.set(&text, earlier)?)
    }

    /// Drops every key but `sealing`.
    pub(crate) fn retire_all_but(&self, sealing: KeyId, now: SystemTime) -> Result<(), KeyError> {
        let earlier = lock(&self.text);
        let text = earlier.clone();
        let seals = |entry: &&str| {
            let ring = entry.parse::<KeyRing>();
            ring.is_ok_and(|ring| ring.sealing_key(now) == sealing)
        };
        let entry = text.split([',', '\n']).find(seals);
        entry.map_or(Ok(()), |entry| self.set(entry, earlier))
    }

    /// Returns the number of this key id, in the order in which ids were shown.
    pub(crate) fn number_of(&self, id: &str) -> usize {
        let mut seen = lock(&self.seen);
        let known = seen.iter().position(|known| known == id);
        known.unwrap_or_else(|| {
            // A cookie names any id that its sender likes.
            if seen.len() == MOST_SEEN {
                seen.clear();
            }
            seen.push(id.to_owned());
            seen.len() - 1
        })
    }
}

/// Makes a key, and says its id.
fn fresh(mode: Mode) -> Result<Secret, KeyError> {
    let (id, text) = match mode {
        Mode::UnencryptedButSigned => {
            let key = SigningKey::generate()?;
            (key.id(), key.expose_secret())
        }
        _ => {
            let key = EncryptionKey::generate()?;
            (key.id(), key.expose_secret())
        }
    };
    eprintln!("fresh key {id} for the session cookie; it ends with this program");
    Ok(text)
}

const VARIABLE: &str = "SESSION_KEYS";
const MOST_SEEN: usize = 1_000;
