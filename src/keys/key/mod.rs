//! Keys and their text form (SPEC.md § 3.1, § 3.3).

mod error;
mod info;
mod redact;
mod secret;

use std::str::FromStr;

pub use error::KeyError;
pub(crate) use error::NEW_KEY;
pub use info::{KeyId, KeyInfo, KeyRole, RingEvent};
pub(crate) use redact::looks_like_a_key;
pub use redact::redact;
pub(crate) use secret::RawKey;
use zeroize::Zeroizing;

use crate::crypto::suite::{Mode, Suite};

/// A key that encrypts sessions: a secret of 32 random bytes and its cipher.
///
/// `Debug` shows the key id only, `==` takes constant time. The secret is overwritten when the key is dropped.
///
/// It is not `Clone`. To use one key in several places make a [`KeyRing`](crate::KeyRing) of it, which is.
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
pub struct EncryptionKey(RawKey);

/// A key that signs sessions without encrypting them: a secret of 32 random bytes.
///
/// `Debug` shows the key id only, `==` takes constant time. The secret is overwritten when the key is dropped.
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
pub struct SigningKey(RawKey);

impl EncryptionKey {
    /// Generates a key for XAES-256-GCM, the recommended suite; without feature `xaes`, for XChaCha20-Poly1305.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::EncryptionKey;
    ///
    /// // Keep this text with the other secrets.
    /// println!("{}", *EncryptionKey::generate()?.expose_secret());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Random`] if the operating system's random generator fails, and [`KeyError::LeftOut`]
    /// without a feature for an encrypting suite.
    pub fn generate() -> Result<EncryptionKey, KeyError> {
        RawKey::generate(Suite::RECOMMENDED).map(EncryptionKey)
    }

    /// Generates a key for XChaCha20-Poly1305, for targets without AES instructions, such as WebAssembly.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::EncryptionKey;
    ///
    /// let key = EncryptionKey::generate_xchacha20()?;
    /// assert!(key.expose_secret().starts_with("hardtack_key_v1_xcha_"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Random`] if the operating system's random generator fails, and [`KeyError::LeftOut`]
    /// without feature `xchacha20`.
    pub fn generate_xchacha20() -> Result<EncryptionKey, KeyError> {
        RawKey::generate(Suite::XChaCha20Poly1305).map(EncryptionKey)
    }
}

impl SigningKey {
    /// Generates a key for HMAC-SHA-256.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Random`] if the operating system's random generator fails.
    pub fn generate() -> Result<SigningKey, KeyError> {
        RawKey::generate(Suite::HmacSha256).map(SigningKey)
    }
}

/// A kind of key: [`EncryptionKey`] or [`SigningKey`]. This trait is sealed.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, SigningKey, keys::{Key, RingError}};
///
/// fn ring_of<K: Key>(secret: &str) -> Result<KeyRing<K>, RingError> {
///     secret.parse()
/// }
///
/// let secret = SigningKey::generate()?.expose_secret();
/// assert!(ring_of::<SigningKey>(&secret).is_ok());
/// assert!(ring_of::<EncryptionKey>(&secret).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of key",
    label = "not a kind of key",
    note = "the kinds of key are `EncryptionKey` and `SigningKey`"
)]
pub trait Key: FromStr<Err = KeyError> + sealed::Key + 'static {}

pub(super) mod sealed {
    /// Keeps other crates from implementing [`Key`](super::Key).
    pub trait Key {
        const MODE: super::Mode;
        fn raw(&self) -> &super::RawKey;
    }
}

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

            /// Returns the key as text of 69 characters (SPEC.md § 3.3). Parsing the text gives the key again. The text
            /// is a secret, and is overwritten when it is dropped.
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

        impl Key for $name {}

        impl sealed::Key for $name {
            const MODE: Mode = $mode;

            fn raw(&self) -> &RawKey {
                &self.0
            }
        }

        /// Parses the text form of a key. Surrounding ASCII white space is ignored.
        impl FromStr for $name {
            type Err = KeyError;

            fn from_str(text: &str) -> Result<Self, KeyError> {
                let key = RawKey::parse(text)?;
                if key.suite.mode() == <$name as sealed::Key>::MODE {
                    Ok($name(key))
                } else {
                    Err(KeyError::WrongKind {
                        found: key.suite.word(),
                    })
                }
            }
        }
    };
}

kind_of_key!(EncryptionKey, Mode::Encrypted);
kind_of_key!(SigningKey, Mode::UnencryptedButSigned);
