//! The key ring of the session cookie, of either kind.

use std::{
    env,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    keys::{Key, KeyError, KeyId, Mode, RingError, SharedKeyRing},
};
use zeroize::Zeroizing;

use crate::Refused;

/// A ring whose keys fit the mode, and which can be replaced.
pub(crate) struct Keys {
    ring: Ring,
    /// The ring in use, as text.
    text: Mutex<Secret>,
    /// The keys that were seen, in that order. The pages give each a colour.
    seen: Mutex<Vec<KeyId>>,
}

enum Ring {
    Encrypting(SharedKeyRing<EncryptionKey>),
    Signing(SharedKeyRing<SigningKey>),
}

type Secret = Zeroizing<String>;

impl Keys {
    /// Reads the ring of `text`, or of the environment, or makes a fresh key.
    pub(crate) fn read(mode: Mode, text: Option<&str>) -> Result<Keys, Refused> {
        let (ring, text) = match mode {
            Mode::UnencryptedButSigned => {
                let (ring, text) = read(text, || Ok(SigningKey::generate()?.expose_secret()))?;
                (Ring::Signing(ring.into()), text)
            }
            _ => {
                let (ring, text) = read(text, || Ok(EncryptionKey::generate()?.expose_secret()))?;
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
    pub(crate) fn rotate(&self) -> Result<(), Refused> {
        let fresh = match &self.ring {
            Ring::Encrypting(_) => EncryptionKey::generate()?.expose_secret(),
            Ring::Signing(_) => SigningKey::generate()?.expose_secret(),
        };
        let earlier = lock(&self.text).clone();
        let separator = if earlier.contains(',') { "," } else { "\n" };
        let text = Zeroizing::new([&fresh, separator, &earlier].concat());
        Ok(self.replace(&text)?)
    }

    /// Drops every key but `sealing`.
    pub(crate) fn retire_all_but(&self, sealing: KeyId, now: SystemTime) -> Result<(), RingError> {
        let text = lock(&self.text).clone();
        let is_sealing = |item: &&str| match self.ring {
            Ring::Encrypting(_) => sealing_key::<EncryptionKey>(item, now) == Some(sealing),
            Ring::Signing(_) => sealing_key::<SigningKey>(item, now) == Some(sealing),
        };
        let item = text.split([',', '\n']).find(is_sealing);
        item.map_or(Ok(()), |item| self.replace(item))
    }

    /// Returns the number of this key, in the order in which keys were seen.
    pub(crate) fn number_of(&self, key: KeyId) -> usize {
        let mut seen = lock(&self.seen);
        let known = seen.iter().position(|known| *known == key);
        known.unwrap_or_else(|| {
            seen.push(key);
            seen.len() - 1
        })
    }
}

/// Makes a ring of one fresh key that signs.
pub(crate) fn fresh_signing(purpose: &str) -> Result<KeyRing<SigningKey>, Refused> {
    let ring = KeyRing::new(SigningKey::generate()?);
    announce(purpose, &ring);
    Ok(ring)
}

fn announce<K: Key>(purpose: &str, ring: &KeyRing<K>) {
    let id = ring.sealing_key(SystemTime::now());
    eprintln!("fresh key {id} for the {purpose}; it ends with this program");
}

fn read<K: Key>(
    text: Option<&str>,
    generate: fn() -> Result<Secret, KeyError>,
) -> Result<(KeyRing<K>, Secret), Refused> {
    if let Some(text) = text {
        return Ok((text.parse()?, Zeroizing::new(text.to_owned())));
    }
    if env::var_os(VARIABLE).is_some() {
        return Ok((KeyRing::from_env(VARIABLE)?, env::var(VARIABLE)?.into()));
    }
    let text = generate()?;
    let ring = text.parse()?;
    announce("session cookie", &ring);
    Ok((ring, text))
}

/// Returns the key of one entry of a ring's text.
fn sealing_key<K: Key>(entry: &str, now: SystemTime) -> Option<KeyId> {
    let ring: KeyRing<K> = entry.parse().ok()?;
    Some(ring.sealing_key(now))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No panic can leave the value half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const VARIABLE: &str = "SESSION_KEYS";
