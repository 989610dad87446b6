//! Making keys.

use clap::{Args, ValueEnum};
use hardtack::{EncryptionKey, SigningKey, keys::KeyId, packages::Suite};
use zeroize::Zeroizing;

use crate::output::{self, CommandResult, Failure};

/// Print a new key, which is a secret
///
/// The key is printed to standard output and stored nowhere. For a key in a file, use `hardtack
/// ring add FILE`, which does not show it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Keygen {
    /// The suite of the key
    #[arg(long, value_enum, default_value_t = SuiteName::Xaes)]
    suite: SuiteName,
}

impl Keygen {
    pub(crate) fn run(self) -> CommandResult {
        output::print_secret(&NewKey::make(self.suite)?.text)?;
        Ok(true)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuiteName {
    /// XAES-256-GCM, encrypts: the recommended one
    Xaes,
    /// XChaCha20-Poly1305, encrypts: for machines without AES instructions
    Xcha,
    /// HMAC-SHA-256, signs only
    Sign,
}

pub(crate) struct NewKey {
    pub(crate) id: KeyId,
    pub(crate) text: Zeroizing<String>,
}

impl SuiteName {
    pub(crate) fn like(suite: Suite) -> SuiteName {
        match suite {
            Suite::XChaCha20Poly1305 => SuiteName::Xcha,
            Suite::HmacSha256 => SuiteName::Sign,
            _ => SuiteName::Xaes,
        }
    }
}

impl NewKey {
    pub(crate) fn make(suite: SuiteName) -> Result<NewKey, Failure> {
        let encrypting = |key: EncryptionKey| (key.id(), key.expose_secret());
        let made = match suite {
            SuiteName::Xaes => EncryptionKey::generate().map(encrypting),
            SuiteName::Xcha => EncryptionKey::generate_xchacha20().map(encrypting),
            SuiteName::Sign => SigningKey::generate().map(|key| (key.id(), key.expose_secret())),
        };
        let (id, text) = made.map_err(|error| {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Failure::File(format!("{error}{}", cause.unwrap_or_default()))
        })?;
        Ok(NewKey { id, text })
    }
}
