//! Keys and their text form (SPEC.md § 3.1, § 3.3).

mod error;
mod info;
pub(crate) mod looks;
mod redact;
mod text;

use std::str::FromStr;

pub use error::KeyError;
pub(crate) use error::NEW_KEY;
pub use info::{KeyId, KeyInfo, KeyRole, RingEvent};
pub use redact::redact;
pub(crate) use redact::{looks_like_a_key, quoted_unless_key};
pub(crate) use text::RawKey;
use zeroize::Zeroizing;

use crate::format::crypto::suite::{Mode, Suite};

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
    /// # Examples
    ///
    /// ```
    /// use hardtack::EncryptionKey;
    ///
    /// let text = EncryptionKey::generate()?.expose_secret(); // keep it where you keep other secrets
    /// assert!(text.starts_with("hardtack_key_v1_xaes_"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system's random generator fails, or gives fewer than 8 distinct bytes.
    pub fn generate() -> Result<EncryptionKey, KeyError> {
        Ok(EncryptionKey(RawKey::generate(Suite::Xaes256Gcm)?))
    }

    /// Generates a key for XChaCha20-Poly1305, for targets without AES instructions, such as WebAssembly.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::EncryptionKey;
    ///
    /// let text = EncryptionKey::generate_xchacha20()?.expose_secret();
    /// assert!(text.starts_with("hardtack_key_v1_xcha_"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
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
    /// # Examples
    ///
    /// ```
    /// use hardtack::SigningKey;
    ///
    /// let text = SigningKey::generate()?.expose_secret();
    /// assert!(text.starts_with("hardtack_key_v1_sign_"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system's random generator fails, or gives fewer than 8 distinct bytes.
    pub fn generate() -> Result<SigningKey, KeyError> {
        Ok(SigningKey(RawKey::generate(Suite::HmacSha256)?))
    }
}

/// What both kinds of keys have: methods and parsing.
macro_rules! kind_of_key {
    ($name:ident, $mode:expr) => {
        impl $name {
            /// Returns the public id of this key, which is the same for every purpose.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("let key = hardtack::", stringify!($name), "::generate()?;")]
            /// println!("made key {}", key.id());
            /// assert_eq!(key.id().to_string().len(), 8);
            /// # Ok::<_, Box<dyn std::error::Error>>(())
            /// ```
            #[must_use]
            pub fn id(&self) -> KeyId {
                self.0.id
            }

            /// Returns the key as a string of 69 characters (SPEC.md § 3.3), from which it can be parsed. The string is
            /// a secret, and is overwritten when it is dropped.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("# use hardtack::", stringify!($name), ";")]
            #[doc = concat!("let key = ", stringify!($name), "::generate()?;")]
            /// let text = key.expose_secret();
            /// assert_eq!(text.len(), 69);
            /// assert!(!format!("{key:?}").contains(&text[21..]));
            /// # Ok::<_, Box<dyn std::error::Error>>(())
            /// ```
            #[must_use]
            pub fn expose_secret(&self) -> Zeroizing<String> {
                self.0.to_text()
            }
        }

        /// Parses the text form of a key. Surrounding ASCII white space is ignored.
        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                RawKey::parse(text, Some($mode)).map($name)
            }
        }
    };
}

kind_of_key!(EncryptionKey, Mode::Encrypted);
kind_of_key!(SigningKey, Mode::UnencryptedButSigned);
