//! Sealing and opening in place, with hedged nonces.

use zeroize::Zeroizing;

#[cfg(feature = "aws-lc")]
pub(crate) use super::aws_lc::aead;
#[cfg(not(feature = "aws-lc"))]
pub(crate) use super::rust_crypto::aead;
use super::{
    sha256::Mac,
    suite::{Aead, NONCE_LEN, Suite, TAG_LEN, Tag},
};

/// Key of one suite, ready to seal and open.
pub(crate) enum Cipher {
    Encrypting {
        aead: Box<dyn Aead>,
        /// HMAC under `K_nonce`, which hedges nonces against a generator that repeats itself (SPEC.md § 6.2).
        nonce: Mac,
    },
    Signing(Mac),
}

impl Cipher {
    /// Prepares a cipher. `derive` makes the key for a word of SPEC.md § 3.1.2.
    pub(crate) fn new(suite: Suite, derive: impl Fn(&str) -> Zeroizing<[u8; 32]>) -> Cipher {
        let key = derive("key");
        match aead(suite, &key) {
            Some(aead) => Cipher::Encrypting {
                aead,
                nonce: Mac::new(&derive("nonce")),
            },
            None => Cipher::Signing(Mac::new(&key)),
        }
    }

    /// Seals in place, and returns the tag (SPEC.md § 4.4):
    ///
    /// - Encrypting: `text` is `room for N || body` and becomes `N || ciphertext`, with
    ///   `N = HMAC(K_nonce, random || aad || body)[0..24]` (§ 6.2) and `ciphertext || tag = AEAD(K, N, aad, body)`.
    /// - Signing: `text` is `body` and does not change, with `tag = HMAC(K, aad || body)[0..16]`.
    pub(crate) fn seal(&self, aad: &[u8], random: &[u8; RANDOM_LEN], text: &mut [u8]) -> Tag {
        match self {
            Cipher::Signing(mac) => mac.compute(&[aad, text]),
            Cipher::Encrypting { aead, nonce } => {
                let (room, body) = text.split_at_mut(NONCE_LEN);
                // The nonce depends on the body, so two bodies have different nonces even if `random` repeats.
                let nonce = nonce.compute(&[random, aad, body]);
                room.copy_from_slice(&nonce);
                aead.encrypt(&nonce, aad, body)
            }
        }
    }

    /// Verifies the tag of `sealed`, which is `N || ciphertext || tag`, or `body || tag` (SPEC.md § 4.4), and decrypts
    /// in place.
    pub(crate) fn open(&self, aad: &[u8], sealed: &mut [u8]) -> Option<()> {
        #[cfg(test)]
        TAGS_CHECKED.set(TAGS_CHECKED.get() + 1);
        let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>()?;
        match self {
            Cipher::Signing(mac) => mac.verify(&[aad, text], tag).then_some(()),
            Cipher::Encrypting { aead, .. } => {
                let (nonce, body) = text.split_first_chunk_mut::<NONCE_LEN>()?;
                aead.decrypt(nonce, aad, body, tag)
            }
        }
    }
}

/// Bytes of R, the random part of a nonce (SPEC.md § 6.1).
pub(crate) const RANDOM_LEN: usize = 24;

#[cfg(test)]
thread_local! {
    /// Tags that this thread has checked.
    pub(crate) static TAGS_CHECKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
