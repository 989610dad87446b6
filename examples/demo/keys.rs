//! The key ring of the session cookie, of either kind.

use std::{env, time::SystemTime};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SigningKey,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder},
    keys::{Key, KeyError, Mode, RingError, SharedKeyRing},
};
use serde_json::{Value, json};

use crate::Refused;

/// A ring whose keys fit the mode, and which can be replaced.
pub(crate) enum Keys {
    Encrypting(SharedKeyRing<EncryptionKey>),
    Signing(SharedKeyRing<SigningKey>),
}

impl Keys {
    /// Reads the ring of `text`, or of the environment, or makes a fresh key.
    pub(crate) fn read(mode: Mode, text: Option<&str>) -> Result<Keys, Refused> {
        Ok(match mode {
            Mode::UnencryptedButSigned => Keys::Signing(ring(text, SigningKey::generate)?.into()),
            _ => Keys::Encrypting(ring(text, EncryptionKey::generate)?.into()),
        })
    }

    pub(crate) fn session_cookie(&self) -> SessionCookieBuilder {
        match self {
            Keys::Encrypting(ring) => SessionCookie::encrypted(ring.clone()),
            Keys::Signing(ring) => SessionCookie::unencrypted_but_signed(ring.clone()),
        }
    }

    pub(crate) fn session_header(&self, name: &str) -> SessionHeaderBuilder {
        match self {
            Keys::Encrypting(ring) => SessionHeader::encrypted(name, ring.clone()),
            Keys::Signing(ring) => SessionHeader::unencrypted_but_signed(name, ring.clone()),
        }
    }

    /// Replaces the ring by the one in `text`. After an error the old one is still in use.
    pub(crate) fn replace(&self, text: &str) -> Result<(), RingError> {
        match self {
            Keys::Encrypting(ring) => ring.replace(text.parse::<KeyRing<_>>()?),
            Keys::Signing(ring) => ring.replace(text.parse::<KeyRing<_>>()?),
        }
    }

    /// The public facts of the ring: the sealing key, the accepted keys and the fingerprint.
    pub(crate) fn describe(&self, now: SystemTime) -> Value {
        match self {
            Keys::Encrypting(ring) => describe(&ring.current(), now),
            Keys::Signing(ring) => describe(&ring.current(), now),
        }
    }
}

/// A ring of one fresh key, announced by its id.
pub(crate) fn fresh<K: Key>(
    what: &str,
    generate: fn() -> Result<K, KeyError>,
) -> Result<KeyRing<K>, Refused> {
    let ring = KeyRing::new(generate().map_err(Refused::from_error)?);
    let id = ring.sealing_key(SystemTime::now());
    eprintln!("fresh key {id} for the {what}; it ends with this program");
    Ok(ring)
}

fn ring<K: Key>(
    text: Option<&str>,
    generate: fn() -> Result<K, KeyError>,
) -> Result<KeyRing<K>, Refused> {
    match text {
        Some(text) => text.parse().map_err(Refused::from_error),
        None if env::var_os(VARIABLE).is_some() => {
            KeyRing::from_env(VARIABLE).map_err(Refused::from_error)
        }
        None => fresh("session cookie", generate),
    }
}

fn describe<K: Key>(ring: &KeyRing<K>, now: SystemTime) -> Value {
    let accepts = ring.accepted_keys(now);
    json!({
        "seals": ring.sealing_key(now).to_string(),
        "accepts": accepts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "fingerprint": ring.fingerprint().to_string(),
    })
}

const VARIABLE: &str = "SESSION_KEYS";
