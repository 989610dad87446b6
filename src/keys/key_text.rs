//! The secret of a key, its id and its text (SPEC.md § 3).

use std::fmt;

use zeroize::Zeroizing;

use super::{
    no_key,
    purpose::{LABEL, Purpose},
};
use crate::{
    base::debug_by_display,
    crypto::{
        base64url,
        random::{self, RandomError},
        sha256::Prk,
        sha256::sha256,
        suite::Suite,
    },
};

/// A secret and its suite.
pub(crate) struct RawKey {
    pub(super) suite: Suite,
    pub(super) id: KeyId,
    pub(super) secret: Zeroizing<[u8; SECRET_LEN]>,
}

impl RawKey {
    pub(super) fn generate(suite: Suite) -> Result<RawKey, KeyError> {
        refuse_if_left_out(suite)?;
        loop {
            let secret = Zeroizing::new(random::from_system().map_err(KeyError::Random)?);
            // Our own parser refuses a secret with fewer than 8 distinct bytes. The chance of one is 2^-122.7.
            if let Ok(key) = RawKey::new(suite, secret) {
                return Ok(key);
            }
        }
    }

    fn new(suite: Suite, secret: Zeroizing<[u8; SECRET_LEN]>) -> Result<RawKey, KeyError> {
        let mut seen = [false; 256];
        for &byte in secret.iter() {
            seen[usize::from(byte)] = true;
        }
        if seen.iter().filter(|&&seen| seen).count() < FEWEST_DISTINCT_BYTES {
            return Err(KeyError::Weak);
        }
        let mut key = RawKey {
            suite,
            id: KeyId([0; 4]),
            secret,
        };
        key.id = KeyId(*key.prk().expand(&Purpose::default().info("kid", suite)));
        Ok(key)
    }

    pub(super) fn parse(text: &str) -> Result<RawKey, KeyError> {
        let text = text.trim_ascii();
        let rest = text
            .strip_prefix(KEY_PREFIX)
            .ok_or_else(|| KeyError::Prefix {
                advice: no_key::advice(text),
            })?;
        let (word, encoded) = rest.split_once('_').ok_or(KeyError::Type)?;
        let suite = Suite::ALL
            .into_iter()
            .find(|suite| suite.word() == word)
            .ok_or(KeyError::Type)?;
        refuse_if_left_out(suite)?;
        if encoded.contains(ANY_KEY_PREFIX) {
            return Err(KeyError::Several);
        }
        if encoded.len() != ENCODED_LEN {
            let found = encoded.len();
            return Err(KeyError::Length { found });
        }
        let mut decoded = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
        base64url::decode(encoded.as_bytes(), &mut *decoded).ok_or(KeyError::Encoding)?;
        let (secret, check) = decoded
            .split_first_chunk::<SECRET_LEN>()
            .ok_or(KeyError::Encoding)?;
        if check != checksum(suite, secret) {
            return Err(KeyError::Checksum);
        }
        RawKey::new(suite, Zeroizing::new(*secret))
    }

    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
        bytes[..SECRET_LEN].copy_from_slice(&*self.secret);
        bytes[SECRET_LEN..].copy_from_slice(&checksum(self.suite, &self.secret));
        let word = self.suite.word();
        let len = KEY_PREFIX.len() + word.len() + 1 + ENCODED_LEN;
        let mut text = Zeroizing::new(String::with_capacity(len));
        text.push_str(KEY_PREFIX);
        text.push_str(word);
        text.push('_');
        base64url::encode(&*bytes, &mut text);
        text
    }

    pub(super) fn prk(&self) -> Prk {
        Prk::extract(LABEL, &*self.secret)
    }
}

fn refuse_if_left_out(suite: Suite) -> Result<(), KeyError> {
    let feature = suite.missing_feature();
    feature.map_or(Ok(()), |feature| Err(KeyError::LeftOut { feature }))
}

/// Returns `true` if a part of `text` is a key, of any kind and version, whole or cut off; or the end of a key without
/// its prefix, which the checksum tells from other text.
pub(crate) fn looks_like_a_key(text: &str) -> bool {
    text.contains(ANY_KEY_PREFIX) || text.as_bytes().windows(ENCODED_LEN).any(is_encoded)
}

/// Returns `true` for the secret and the checksum of a key.
fn is_encoded(text: &[u8]) -> bool {
    let mut decoded = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
    base64url::decode(text, &mut *decoded).is_some()
        && decoded.split_first_chunk().is_some_and(|(secret, check)| {
            Suite::ALL
                .into_iter()
                .any(|suite| check == checksum(suite, secret))
        })
}

fn checksum(suite: Suite, secret: &[u8; SECRET_LEN]) -> [u8; CHECK_LEN] {
    let hash = sha256(&[KEY_PREFIX.as_bytes(), suite.word().as_bytes(), b"_", secret]);
    std::array::from_fn(|i| hash[i])
}

/// The public id of a key: 4 bytes derived from its secret, shown in hexadecimal.
///
/// Every token contains it, so that a key ring finds the key without trying others ([SPEC.md § 3.1]).
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing};
/// use std::time::SystemTime;
///
/// let key = EncryptionKey::generate()?;
/// let id = key.id();
/// assert_eq!(KeyRing::new(key).sealing_key(SystemTime::now()), id);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 3.1]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#31-secret-and-derivation
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// An error from parsing or generating a key.
#[non_exhaustive]
pub enum KeyError {
    /// The text does not begin with `hardtack_key_v1_`.
    Prefix {
        /// A sentence on what the text looks like, and what to do.
        advice: &'static str,
    },
    /// The text has another key after the first.
    Several,
    /// The type of the key is unknown to this version.
    Type,
    /// The suite of the key was left out of this program, with `default-features = false`.
    LeftOut {
        /// The feature of hardtack to enable.
        feature: &'static str,
    },
    /// The part after the type does not have 48 characters.
    Length {
        /// The length that was found, in bytes.
        found: usize,
    },
    /// The part after the type is not unpadded base64url.
    Encoding,
    /// The checksum is wrong: at least one character was changed.
    Checksum,
    /// The secret has fewer than 8 distinct byte values, so it was not made by a random generator.
    Weak,
    /// A signing key where an encryption key is needed, or the reverse.
    WrongKind {
        /// The type in the text.
        found: &'static str,
    },
    /// The operating system's random generator failed.
    Random(RandomError),
}

debug_by_display!(KeyError);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Prefix { advice } => {
                write!(f, "key does not begin with `{KEY_PREFIX}`; {advice}")
            }
            KeyError::Several => f.write_str(
                "expected one key, found several; in a key ring each has a line of its own, or commas separate all",
            ),
            KeyError::Type => {
                f.write_str("key is of an unknown suite, expected `xaes`, `xcha` or `sign`")
            }
            KeyError::LeftOut { feature } => write!(
                f,
                "key is of a suite that was left out; enable feature `{feature}` of hardtack"
            ),
            KeyError::Length { found } => write!(
                f,
                "key has {found} characters after its suite, expected {ENCODED_LEN}"
            ),
            KeyError::Encoding => f.write_str("key is not unpadded base64url"),
            KeyError::Checksum => f.write_str(
                "key has a wrong checksum, so at least one character is wrong; copy it again",
            ),
            KeyError::Weak => f.write_str("key is not random; generate one with `hardtack keygen`"),
            KeyError::WrongKind { found: "sign" } => f.write_str(
                "key is of suite `sign`, which does not encrypt, expected `xaes` or `xcha`",
            ),
            KeyError::WrongKind { found } => write!(
                f,
                "key is of suite `{found}`, which encrypts, expected `sign`"
            ),
            KeyError::Random(_) => f.write_str("key could not be generated"),
        }
    }
}

impl std::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            KeyError::Random(error) => Some(error),
            _ => None,
        }
    }
}

const KEY_PREFIX: &str = "hardtack_key_v1_";
/// The start of a key's text in every version of the format.
const ANY_KEY_PREFIX: &str = "hardtack_key_";
const SECRET_LEN: usize = 32;
const CHECK_LEN: usize = 4;
/// Characters of secret and checksum in base64url.
const ENCODED_LEN: usize = 48;
const FEWEST_DISTINCT_BYTES: usize = 8;
