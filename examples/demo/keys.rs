//! The key ring of the session cookie, of either kind.

use std::{
    env,
    error::Error,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    keys::{Key, KeyError, KeyId, Mode, RingError, SharedKeyRing},
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::Refused;

/// A ring whose keys fit the mode, and which can be replaced.
pub(crate) struct Keys {
    ring: Ring,
    /// The ring in use, as text.
    text: Mutex<Zeroizing<String>>,
    /// The keys that were seen, in that order. The pages give each a colour.
    seen: Mutex<Vec<KeyId>>,
}

enum Ring {
    Encrypting(SharedKeyRing<EncryptionKey>),
    Signing(SharedKeyRing<SigningKey>),
}

impl Keys {
    /// Reads the ring of `text`, or of the environment, or makes a fresh key.
    pub(crate) fn read(mode: Mode, text: Option<&str>) -> Result<Keys, Refused> {
        let (ring, text) = match mode {
            Mode::UnencryptedButSigned => {
                let (ring, text) = ring(text, || Ok(SigningKey::generate()?.expose_secret()))?;
                (Ring::Signing(ring.into()), text)
            }
            _ => {
                let (ring, text) = ring(text, || Ok(EncryptionKey::generate()?.expose_secret()))?;
                (Ring::Encrypting(ring.into()), text)
            }
        };
        Ok(Keys {
            ring,
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
        match &self.ring {
            Ring::Encrypting(ring) => ring.replace(text.parse::<KeyRing<_>>()?)?,
            Ring::Signing(ring) => ring.replace(text.parse::<KeyRing<_>>()?)?,
        }
        *lock(&self.text) = Zeroizing::new(text.to_owned());
        Ok(())
    }

    /// Seals with a fresh key from now on. The keys that opened before still do.
    pub(crate) fn rotate(&self) -> Result<(), Box<dyn Error>> {
        let fresh = match &self.ring {
            Ring::Encrypting(_) => EncryptionKey::generate()?.expose_secret(),
            Ring::Signing(_) => SigningKey::generate()?.expose_secret(),
        };
        let earlier = lock(&self.text).clone();
        let separator = if earlier.contains(',') { "," } else { "\n" };
        let text = Zeroizing::new([&fresh, separator, &earlier].concat());
        Ok(self.replace(&text)?)
    }

    /// Drops every key but the one that seals.
    pub(crate) fn retire(&self, now: SystemTime) -> Result<(), RingError> {
        let text = lock(&self.text).clone();
        let (sealing, _) = self.roles(now);
        let mut items = text.split([',', '\n']);
        match items.find(|item| self.id_of(item, now) == Some(sealing)) {
            Some(item) => self.replace(item),
            None => Ok(()),
        }
    }

    /// The key of one entry of the ring's text.
    fn id_of(&self, item: &str, now: SystemTime) -> Option<KeyId> {
        match self.ring {
            Ring::Encrypting(_) => sealing_key_of::<EncryptionKey>(item, now),
            Ring::Signing(_) => sealing_key_of::<SigningKey>(item, now),
        }
    }

    /// The key that seals, and those that open, this one included.
    pub(crate) fn roles(&self, now: SystemTime) -> (KeyId, Vec<KeyId>) {
        match &self.ring {
            Ring::Encrypting(ring) => roles(&ring.current(), now),
            Ring::Signing(ring) => roles(&ring.current(), now),
        }
    }

    /// The number of this key, in the order in which keys were seen.
    pub(crate) fn number_of(&self, key: KeyId) -> usize {
        let mut seen = lock(&self.seen);
        let known = seen.iter().position(|known| *known == key);
        known.unwrap_or_else(|| {
            seen.push(key);
            seen.len() - 1
        })
    }

    /// The public facts of the ring: the sealing key, the accepted keys and the fingerprint.
    pub(crate) fn describe(&self, now: SystemTime) -> Value {
        match &self.ring {
            Ring::Encrypting(ring) => describe(&ring.current(), now),
            Ring::Signing(ring) => describe(&ring.current(), now),
        }
    }
}

/// The text of one fresh key, announced by its id.
fn announced<K: Key>(what: &str, text: &str) -> Result<KeyRing<K>, Refused> {
    let ring: KeyRing<K> = text.parse().map_err(Refused::from_error)?;
    let id = ring.sealing_key(SystemTime::now());
    eprintln!("fresh key {id} for the {what}; it ends with this program");
    Ok(ring)
}

/// A ring of one fresh key that signs.
pub(crate) fn fresh_signing(what: &str) -> Result<KeyRing<SigningKey>, Refused> {
    let key = SigningKey::generate().map_err(Refused::from_error)?;
    announced(what, &key.expose_secret())
}

fn ring<K: Key>(
    text: Option<&str>,
    generate: fn() -> Result<Zeroizing<String>, KeyError>,
) -> Result<(KeyRing<K>, Zeroizing<String>), Refused> {
    if let Some(text) = text {
        let ring = text.parse().map_err(Refused::from_error)?;
        return Ok((ring, Zeroizing::new(text.to_owned())));
    }
    if env::var_os(VARIABLE).is_some() {
        let ring = KeyRing::from_env(VARIABLE).map_err(Refused::from_error)?;
        let text = env::var(VARIABLE).map_err(Refused::from_error)?;
        return Ok((ring, Zeroizing::new(text)));
    }
    let text = generate().map_err(Refused::from_error)?;
    Ok((announced("session cookie", &text)?, text))
}

fn roles<K: Key>(ring: &KeyRing<K>, now: SystemTime) -> (KeyId, Vec<KeyId>) {
    (ring.sealing_key(now), ring.accepted_keys(now))
}

fn sealing_key_of<K: Key>(item: &str, now: SystemTime) -> Option<KeyId> {
    let ring: KeyRing<K> = item.parse().ok()?;
    Some(ring.sealing_key(now))
}

fn describe<K: Key>(ring: &KeyRing<K>, now: SystemTime) -> Value {
    let accepts = ring.accepted_keys(now);
    json!({
        "seals": ring.sealing_key(now).to_string(),
        "accepts": accepts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "fingerprint": ring.fingerprint().to_string(),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No panic can leave the value half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const VARIABLE: &str = "SESSION_KEYS";
