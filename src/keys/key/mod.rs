//! Keys and their text form (SPEC.md § 3.1, § 3.3).

mod error;
mod info;
mod kind;
mod redact;
mod text;

pub use error::KeyError;
pub(in crate::keys) use error::NEW_KEY;
pub use info::{KeyId, KeyInfo, KeyRole, RingEvent};
pub use redact::redact;
pub(crate) use redact::{looks_like_a_key, quoted_unless_key};
pub(crate) use text::RawKey;

use crate::crypto::suite::Suite;

/// Key that encrypts sessions: a secret of 32 random bytes and its cipher.
///
/// `Debug` shows only the key id, and `==` compares secrets in constant time. The secret is overwritten when the key is
/// dropped.
///
/// The key is not `Clone`. To use it in several places, make a [`KeyRing`](crate::KeyRing) of it, which is `Clone`.
///
/// # Examples
///
/// ```
/// use hardtack::EncryptionKey;
///
/// let key = EncryptionKey::generate()?;
/// let text = key.expose_secret();
/// assert!(text.starts_with("hardtack_key_v1_xaes_"));
/// assert_eq!(text.parse::<EncryptionKey>()?, key);
/// # Ok::<_, hardtack::keys::KeyError>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct EncryptionKey(pub(crate) RawKey);

/// Key that signs sessions without encrypting them: a secret of 32 random bytes.
///
/// `Debug` shows only the key id, and `==` compares secrets in constant time. The secret is overwritten when the key is
/// dropped.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SigningKey};
///
/// let text = SigningKey::generate()?.expose_secret();
/// assert!(text.starts_with("hardtack_key_v1_sign_"));
/// assert!(text.parse::<EncryptionKey>().is_err());
/// # Ok::<_, hardtack::keys::KeyError>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct SigningKey(pub(crate) RawKey);

impl EncryptionKey {
    /// Generates a key for XAES-256-GCM, the recommended suite.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system's random generator fails, or gives fewer than 8 distinct bytes.
    pub fn generate() -> Result<EncryptionKey, KeyError> {
        Ok(EncryptionKey(RawKey::generate(Suite::Xaes256Gcm)?))
    }

    /// Generates a key for XChaCha20-Poly1305, for targets without AES instructions, such as WebAssembly.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system's random generator fails, or gives fewer than 8 distinct bytes.
    pub fn generate_xchacha20() -> Result<EncryptionKey, KeyError> {
        Ok(EncryptionKey(RawKey::generate(Suite::XChaCha20Poly1305)?))
    }
}

impl SigningKey {
    /// Generates a key for HMAC-SHA-256.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system's random generator fails, or gives fewer than 8 distinct bytes.
    pub fn generate() -> Result<SigningKey, KeyError> {
        Ok(SigningKey(RawKey::generate(Suite::HmacSha256)?))
    }
}
