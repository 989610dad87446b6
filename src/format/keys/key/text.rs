//! Secret of a key and its text (SPEC.md § 3.1, § 3.3).

use std::fmt;

use ctutils::CtEq;
use zeroize::Zeroizing;

use super::{
    error::{KeyError, NOT_BASE64URL},
    info::{ANY_KEY_PREFIX, KEY_PREFIX, KeyId},
    looks,
};
use crate::format::{
    crypto::{
        base64url, random,
        sha256::{Prk, sha256},
        suite::{Mode, Suite},
    },
    keys::purpose::{LABEL, Purpose},
};

/// A secret with its suite, and the id derived from both.
pub(crate) struct RawKey {
    pub(crate) suite: Suite,
    pub(crate) id: KeyId,
    secret: Zeroizing<[u8; SECRET_LEN]>,
}

impl RawKey {
    /// Draws a secret, and another one if the tokens of the first would have `--` at their start (SPEC.md § 6.7).
    pub(super) fn generate(suite: Suite) -> Result<RawKey, KeyError> {
        let key = RawKey::draw(suite)?;
        let (mut head, KeyId([a, b, c, d])) = (String::new(), key.id);
        base64url::encode(&[suite.format(), a, b, c, d], &mut head);
        if head.contains("--") {
            return RawKey::draw(suite);
        }
        Ok(key)
    }

    fn draw(suite: Suite) -> Result<RawKey, KeyError> {
        let drawn = random::from_system().map_err(|error| KeyError {
            source: Some(std::sync::Arc::new(error)),
            ..KeyError::new("key could not be generated")
        });
        let secret = Zeroizing::new(drawn?);
        // The chance that a good generator gives fewer than 8 distinct bytes is 2^-122.7.
        RawKey::new(suite, secret)
    }

    fn new(suite: Suite, secret: Zeroizing<[u8; SECRET_LEN]>) -> Result<RawKey, KeyError> {
        let distinct = (0..=u8::MAX).filter(|byte| secret.contains(byte));
        if distinct.count() < FEWEST_DISTINCT_BYTES {
            return Err(KeyError::new(WEAK));
        }
        let id = KeyId([0; 4]);
        let mut key = RawKey { suite, id, secret };
        key.id = KeyId(*key.prk().expand(&Purpose::default().info("kid", suite)));
        Ok(key)
    }

    /// Parses a key. Refuses one that does not have the mode, if one is given.
    pub(crate) fn parse(text: &str, mode: Option<Mode>) -> Result<RawKey, KeyError> {
        let text = text.trim_ascii();
        RawKey::parse_trimmed(text, mode).map_err(|error| {
            looks::of_ring(text).map_or(error, |look| KeyError::new(format!("key {look}")))
        })
    }

    fn parse_trimmed(text: &str, mode: Option<Mode>) -> Result<RawKey, KeyError> {
        let rest = text.strip_prefix(KEY_PREFIX).ok_or_else(|| {
            let look = looks::of_key(text.split_ascii_whitespace().next().unwrap_or_default());
            KeyError::new(format!("key does not begin with `{KEY_PREFIX}`; it {look}"))
        })?;
        let unknown = || KeyError::new(UNKNOWN_SUITE);
        let (word, encoded) = rest.split_once('_').ok_or_else(unknown)?;
        let mut suites = Suite::ALL.into_iter();
        let suite = suites.find(|it| it.word() == word).ok_or_else(unknown)?;
        if encoded.len() != ENCODED_LEN {
            if encoded.contains(ANY_KEY_PREFIX) {
                return Err(KeyError::new(SEVERAL));
            }
            let found = encoded.len();
            return Err(KeyError::new(format!(
                "key has {found} characters after its suite, expected {ENCODED_LEN}"
            )));
        }
        let decoded = decode(encoded.as_bytes());
        let (secret, check) = decoded.ok_or_else(|| KeyError::new(NOT_BASE64URL))?;
        if check != checksum(suite, &secret) {
            return Err(KeyError::new(CHANGED));
        }
        let key = RawKey::new(suite, secret)?;
        if mode.is_some_and(|mode| mode != suite.mode()) {
            return Err(KeyError::wrong_kind(suite));
        }
        Ok(key)
    }

    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
        bytes[..SECRET_LEN].copy_from_slice(&*self.secret);
        let check = checksum(self.suite, &self.secret);
        bytes[SECRET_LEN..].copy_from_slice(&check);
        let mut text = Zeroizing::new(format!("{KEY_PREFIX}{}_", self.suite.word()));
        base64url::encode(&*bytes, &mut text);
        text
    }

    pub(crate) fn prk(&self) -> Prk {
        Prk::extract(LABEL, &*self.secret)
    }
}

/// Compares secrets in constant time.
impl PartialEq for RawKey {
    fn eq(&self, other: &RawKey) -> bool {
        self.suite == other.suite && bool::from(self.secret.ct_eq(&*other.secret))
    }
}

impl Eq for RawKey {}

/// Shows the id only.
impl fmt::Debug for RawKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.id, f)
    }
}

/// Returns `true` if [`ENCODED_LEN`] characters are the secret of a key, of any suite, and its checksum.
pub(super) fn is_checked_secret(encoded: &[u8]) -> bool {
    decode(encoded).is_some_and(|(secret, check)| {
        let mut suites = Suite::ALL.into_iter();
        suites.any(|suite| check == checksum(suite, &secret))
    })
}

/// Decodes the secret and the checksum of a key, which are [`ENCODED_LEN`] characters.
fn decode(encoded: &[u8]) -> Option<(Zeroizing<[u8; SECRET_LEN]>, [u8; CHECK_LEN])> {
    let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECK_LEN]);
    base64url::decode(encoded, &mut *bytes)?;
    let (secret, check) = bytes.split_first_chunk()?;
    Some((Zeroizing::new(*secret), *check.first_chunk()?))
}

fn checksum(suite: Suite, secret: &[u8; SECRET_LEN]) -> [u8; CHECK_LEN] {
    let hash = sha256(&[KEY_PREFIX.as_bytes(), suite.word().as_bytes(), b"_", secret]);
    std::array::from_fn(|i| hash[i])
}

/// Characters of secret and checksum in base64url.
pub(super) const ENCODED_LEN: usize = 48;
/// Bytes of a secret, and of its checksum (SPEC.md § 3.3).
const SECRET_LEN: usize = 32;
const CHECK_LEN: usize = 4;
/// Below this the secret is weak (SPEC.md § 14.2).
const FEWEST_DISTINCT_BYTES: usize = 8;
const UNKNOWN_SUITE: &str = "key is of an unknown suite, expected `xaes`, `xcha` or `sign`";
const SEVERAL: &str =
    "expected one key, found several; in a ring, separate them by lines or commas";
const CHANGED: &str = "key has a wrong checksum, so at least one character is wrong; copy it again";
const WEAK: &str = "key is not random; generate one with `hardtack keygen`";

#[cfg(test)]
mod tests {
    use crate::{EncryptionKey, KeyRing};

    const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";

    #[test]
    fn a_key_may_contain_what_begins_another() {
        let text = "hardtack_key_v1_xaes_hardtack_key_QwErTyUiOpAsDfGhJkLzXcVbNm0122SDzmU";
        let key: EncryptionKey = text.parse().unwrap();
        assert_eq!(*key.expose_secret(), text);
        assert!(text.parse::<KeyRing>().is_ok());
        for text in [format!("{text}{KEY}"), format!("{KEY} {KEY}")] {
            for error in [
                text.parse::<EncryptionKey>().unwrap_err(),
                text.parse::<KeyRing>().unwrap_err(),
            ] {
                assert!(error.to_string().contains("found several"), "{error}");
            }
        }
    }
}
