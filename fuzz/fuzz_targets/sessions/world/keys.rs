//! The keys of a case, of both modes, and the shared ring of a site.

use std::{array, sync::LazyLock};

use hardtack::{
    EncryptionKey, KeyRing, SigningKey,
    keys::{KeyId, RingError, SharedKeyRing},
};

use super::ring::Ring;

#[derive(Clone)]
pub struct Keys {
    pub shared: SharedKeyRing,
    pub are_signing: bool,
}

impl Keys {
    pub fn new(ring: &Ring, is_signed: bool) -> Keys {
        Keys {
            shared: built(ring, is_signed).expect("it has one key").into(),
            are_signing: is_signed,
        }
    }

    pub fn replace(&self, ring: &Ring) -> Result<(), RingError> {
        self.shared.replace(built(ring, self.are_signing)?)
    }
}

fn built(ring: &Ring, is_signed: bool) -> Result<KeyRing, RingError> {
    match is_signed {
        false => ring.build(encryption_key),
        true => ring.build(signing_key),
    }
}

pub fn id_of(key: usize, is_signed: bool) -> KeyId {
    match is_signed {
        false => ENCRYPTION_KEYS[key].1,
        true => SIGNING_KEYS[key].1,
    }
}

fn encryption_key(key: usize) -> EncryptionKey {
    ENCRYPTION_KEYS[key].0.parse().expect("it is a key")
}

fn signing_key(key: usize) -> SigningKey {
    SIGNING_KEYS[key].0.parse().expect("it is a key")
}

/// Texts and ids.
type Texts = [(String, KeyId); MOST_KEYS];

/// Half of them are of the other suite.
static ENCRYPTION_KEYS: LazyLock<Texts> = LazyLock::new(|| {
    array::from_fn(|which| {
        let key = match which % 2 {
            0 => EncryptionKey::generate(),
            _ => EncryptionKey::generate_xchacha20(),
        };
        let key = key.expect("there are random bytes");
        (key.expose_secret().to_string(), key.id())
    })
});

static SIGNING_KEYS: LazyLock<Texts> = LazyLock::new(|| {
    array::from_fn(|_| {
        let key = SigningKey::generate().expect("there are random bytes");
        (key.expose_secret().to_string(), key.id())
    })
});

pub const MOST_KEYS: usize = 4;
