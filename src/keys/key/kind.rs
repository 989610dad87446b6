//! `Key`, the trait of both kinds of keys, and what the two have in common.

use std::str::FromStr;

use zeroize::Zeroizing;

use super::{EncryptionKey, KeyError, KeyId, SigningKey, error::KeyProblem, secret::RawKey};
use crate::crypto::suite::Mode;

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

mod sealed {
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
                    let found = key.suite.word();
                    Err(KeyProblem::WrongKind { found }.into())
                }
            }
        }
    };
}

kind_of_key!(EncryptionKey, Mode::Encrypted);
kind_of_key!(SigningKey, Mode::UnencryptedButSigned);
