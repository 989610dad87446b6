//! Making keys.

use clap::ValueEnum;
use hardtack::{
    EncryptionKey, SigningKey,
    keys::{KeyError, KeyId, Suite},
};
use zeroize::Zeroizing;

use crate::answer::Failure;

/// The suite of a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuiteName {
    /// XAES-256-GCM, encrypts: the recommended one
    Xaes,
    /// XChaCha20-Poly1305, encrypts: for machines without AES instructions
    Xcha,
    /// HMAC-SHA-256, signs only
    Sign,
}

/// A new key.
pub(crate) struct NewKey {
    pub(crate) id: KeyId,
    pub(crate) text: Zeroizing<String>,
}

impl SuiteName {
    /// The suite of an existing key.
    pub(crate) fn like(suite: Suite) -> SuiteName {
        match suite {
            Suite::XChaCha20Poly1305 => SuiteName::Xcha,
            Suite::HmacSha256 => SuiteName::Sign,
            _ => SuiteName::Xaes,
        }
    }

    pub(crate) fn encrypts(self) -> bool {
        self != SuiteName::Sign
    }
}

impl NewKey {
    pub(crate) fn make(suite: SuiteName) -> Result<NewKey, Failure> {
        NewKey::try_make(suite).map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Failure::File(format!("{error}{}", cause.unwrap_or_default()))
        })
    }

    fn try_make(suite: SuiteName) -> Result<NewKey, KeyError> {
        let (id, text) = match suite {
            SuiteName::Xaes | SuiteName::Xcha => {
                let key = if suite == SuiteName::Xaes {
                    EncryptionKey::generate()?
                } else {
                    EncryptionKey::generate_xchacha20()?
                };
                (key.id(), key.expose_secret())
            }
            SuiteName::Sign => {
                let key = SigningKey::generate()?;
                (key.id(), key.expose_secret())
            }
        };
        Ok(NewKey { id, text })
    }
}
