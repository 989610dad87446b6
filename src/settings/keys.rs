//! Where the keys of a cookie come from.

use super::{error::Problem, value::Refusal};
use crate::{
    carrier::AnyRing,
    crypto::suite::Mode,
    keys::{EncryptionKey, Key, KeyRing, RingSource, SharedKeyRing, SigningKey},
};

/// The keys, and what their setting is called where it came from.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    pub(super) setting: String,
    pub(super) sources: Vec<RingSource>,
}

impl Keys {
    pub(super) fn ring(&self, mode: Mode) -> Result<AnyRing, Problem> {
        match mode {
            Mode::Encrypted => Ok(self.shared::<EncryptionKey>()?.into()),
            Mode::UnencryptedButSigned => Ok(self.shared::<SigningKey>()?.into()),
        }
    }

    fn shared<K: Key>(&self) -> Result<SharedKeyRing<K>, Problem> {
        let ring = KeyRing::from_sources(self.sources.iter().cloned())
            .map_err(|error| Problem::of(&self.setting, error))?;
        Ok(SharedKeyRing::new(ring))
    }
}

/// What a setting calls an environment variable.
pub(super) fn variable(name: String) -> Result<RingSource, Refusal> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.bytes().all(is_good) {
        return Err("is no name of an environment variable, give one like `SESSION_KEYS`");
    }
    Ok(RingSource::env(name))
}
