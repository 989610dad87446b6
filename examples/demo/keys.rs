//! The key ring of the session cookie, of either kind.

use std::{
    env,
    sync::{Mutex, MutexGuard},
    time::SystemTime,
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    keys::{Key, KeyError, KeyId, Mode, RingError, SharedKeyRing},
};
use zeroize::Zeroizing;

use crate::{Refused, lock};

/// A ring whose keys fit the mode, and which can be replaced.
pub(crate) struct Keys {
    ring: Ring,
    /// The ring in use, as text.
    text: Mutex<Secret>,
    /// The ids that were shown, in that order, at most [`MOST_SEEN`]. The pages give each a colour.
    seen: Mutex<Vec<String>>,
}

enum Ring {
    Encrypting(SharedKeyRing<EncryptionKey>),
    Signing(SharedKeyRing<SigningKey>),
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
        let ring = match mode {
            Mode::UnencryptedButSigned => ring(&text).map(Ring::Signing),
            _ => ring(&text).map(Ring::Encrypting),
        };
        Ok(Keys {
            ring: ring.map_err(|error| format!("--keys or {VARIABLE}: {error}"))?,
            text: Mutex::new(text),
            seen: Mutex::default(),
        })
    }

    pub(crate) fn session_cookie(&self) -> SessionCookieBuilder {
        match &self.ring {
            Ring::Encrypting(ring) => SessionCookie::encrypted(ring.clone()),
            Ring::Signing(ring) => SessionCookie::unencrypted_but_signed(ring.clone()),
        }
    }

    pub(crate) fn session_header(&self, name: &str) -> SessionHeaderBuilder {
        match &self.ring {
            Ring::Encrypting(ring) => SessionHeader::encrypted(name, ring.clone()),
            Ring::Signing(ring) => SessionHeader::unencrypted_but_signed(name, ring.clone()),
        }
    }

    /// Replaces the ring by the one in `text`. After an error the old one is still in use.
    pub(crate) fn replace(&self, text: &str) -> Result<(), RingError> {
        self.set(text, lock(&self.text))
    }

    /// Replaces it for the holder of the earlier text, so that no other change comes in between.
    fn set(&self, text: &str, mut earlier: MutexGuard<'_, Secret>) -> Result<(), RingError> {
        match &self.ring {
            Ring::Encrypting(ring) => ring.replace(text.parse::<KeyRing<_>>()?),
            Ring::Signing(ring) => ring.replace(text.parse::<KeyRing<_>>()?),
        }
        *earlier = text.to_owned().into();
        Ok(())
    }

    /// Seals with a fresh key from now on. The keys that opened before still do.
    pub(crate) fn rotate(&self) -> Result<(), Refused> {
        let fresh = match &self.ring {
            Ring::Encrypting(_) => fresh(Mode::Encrypted)?,
            Ring::Signing(_) => fresh(Mode::UnencryptedButSigned)?,
        };
        let earlier = lock(&self.text);
        let lines = Secret::new(earlier.replace(',', "\n"));
        let text = Secret::new([&*fresh, "\n", &lines].concat());
        Ok(self.set(&text, earlier)?)
    }

    /// Drops every key but `sealing`.
    pub(crate) fn retire_all_but(&self, sealing: KeyId, now: SystemTime) -> Result<(), RingError> {
        let earlier = lock(&self.text);
        let text = earlier.clone();
        let seals = |entry: &&str| match &self.ring {
            Ring::Encrypting(_) => sealing_key::<EncryptionKey>(entry, now) == Some(sealing),
            Ring::Signing(_) => sealing_key::<SigningKey>(entry, now) == Some(sealing),
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

fn ring<K: Key>(text: &str) -> Result<SharedKeyRing<K>, RingError> {
    Ok(text.parse::<KeyRing<K>>()?.into())
}

/// Returns the key of one entry of a ring's text.
fn sealing_key<K: Key>(entry: &str, now: SystemTime) -> Option<KeyId> {
    let ring: KeyRing<K> = entry.parse().ok()?;
    Some(ring.sealing_key(now))
}

const VARIABLE: &str = "SESSION_KEYS";
const MOST_SEEN: usize = 1_000;
