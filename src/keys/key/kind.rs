//! What both kinds of keys have: methods, parsing, and conversions to a ring.

use std::str::FromStr;

use zeroize::Zeroizing;

use super::{EncryptionKey, KeyError, KeyId, SigningKey, text::RawKey};
use crate::{
    crypto::suite::Mode,
    keys::ring::{KeyRing, RingKey},
};

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

        /// Makes a key without `seal_from` and `accept_until`.
        impl From<$name> for RingKey {
            fn from(key: $name) -> Self {
                RingKey::of(&key.0)
            }
        }

        /// A ring of one key.
        impl From<$name> for KeyRing {
            fn from(key: $name) -> Self {
                KeyRing::of_one(key.into())
            }
        }
    };
}

kind_of_key!(EncryptionKey, Mode::Encrypted);
kind_of_key!(SigningKey, Mode::UnencryptedButSigned);
