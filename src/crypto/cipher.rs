//! Sealing and opening in place, with hedged nonces.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{
    backend::{XChaCha20Poly1305, Xaes256Gcm},
    mac::{Mac, TAG_LEN},
    suite::Suite,
};

/// A key of one suite, ready to seal and open.
pub(crate) enum Cipher {
    Encrypting {
        aead: Aead,
        /// Under `K_nonce`. Hedges nonces against a generator that repeats itself (SPEC.md § 6.2).
        nonce: Mac,
    },
    Signing(Mac),
}

impl Cipher {
    /// Prepares a cipher. `derive` makes the key for a word of SPEC.md § 3.1.2.
    pub(crate) fn new(suite: Suite, derive: impl Fn(&str) -> Zeroizing<[u8; 32]>) -> Cipher {
        let key = derive("key");
        let aead = match suite {
            Suite::Xaes256Gcm => Aead::xaes_256_gcm(&key),
            Suite::XChaCha20Poly1305 => Aead::xchacha20_poly1305(&key),
            Suite::HmacSha256 => return Cipher::Signing(Mac::new(&key)),
        };
        let nonce = Mac::new(&derive("nonce"));
        Cipher::Encrypting { aead, nonce }
    }

    /// Seals in place, and returns the tag (SPEC.md § 4.4):
    ///
    /// - Encrypting: `text` is `room for N || body` and becomes `N || ciphertext`, with
    ///   `N = HMAC(K_nonce, random || aad || body)[0..24]` (§ 6.2) and `ciphertext || tag = AEAD(K, N, aad, body)`.
    /// - Signing: `text` is `body` and stays so, with `tag = HMAC(K, aad || body)[0..16]`.
    pub(crate) fn seal(
        &self,
        aad: &[u8],
        random: &[u8; RANDOM_LEN],
        text: &mut [u8],
    ) -> [u8; TAG_LEN] {
        match self {
            Cipher::Signing(mac) => mac.compute(&[aad, text]),
            Cipher::Encrypting { aead, nonce } => {
                let (room, body) = text.split_at_mut(NONCE_LEN);
                // The nonce depends on the body, so two bodies have two nonces even if `random` repeats.
                let nonce = nonce.compute(&[random, aad, body]);
                room.copy_from_slice(&nonce);
                aead.encrypt(&nonce, aad, body)
            }
        }
    }

    /// Verifies the tag, decrypts in place, and returns the range of the body in `sealed`, which is
    /// `N || ciphertext || tag`, or `body || tag` (SPEC.md § 4.4).
    pub(crate) fn open(&self, aad: &[u8], sealed: &mut [u8]) -> Option<Range<usize>> {
        let (text, tag) = sealed.split_last_chunk_mut::<TAG_LEN>()?;
        let end = text.len();
        match self {
            Cipher::Signing(mac) => mac.verify(&[aad, text], tag).then_some(0..end),
            Cipher::Encrypting { aead, .. } => {
                let (nonce, body) = text.split_first_chunk_mut::<NONCE_LEN>()?;
                aead.decrypt(nonce, aad, body, tag)?;
                Some(NONCE_LEN..end)
            }
        }
    }
}

/// An authenticated cipher with a nonce of 24 bytes and a tag of 16 (SPEC.md § 2).
pub(crate) enum Aead {
    Xaes256Gcm(Box<Xaes256Gcm>),
    XChaCha20Poly1305(XChaCha20Poly1305),
}

impl Aead {
    /// XAES-256-GCM (<https://c2sp.org/XAES-256-GCM>, SPEC.md § 2.4).
    pub(crate) fn xaes_256_gcm(key: &[u8; 32]) -> Aead {
        Aead::Xaes256Gcm(Box::new(Xaes256Gcm::new(key)))
    }

    /// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, SPEC.md § 2.5).
    pub(crate) fn xchacha20_poly1305(key: &[u8; 32]) -> Aead {
        Aead::XChaCha20Poly1305(XChaCha20Poly1305::new(key))
    }

    /// `ciphertext || tag = AEAD(K, nonce, aad, body)`: encrypts in place and returns the tag.
    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
    ) -> [u8; TAG_LEN] {
        match self {
            Aead::Xaes256Gcm(aead) => aead.encrypt(nonce, aad, body),
            Aead::XChaCha20Poly1305(aead) => aead.encrypt(nonce, aad, body),
        }
    }

    /// Decrypts in place if the tag is good. Otherwise the body stays encrypted, or becomes zeros.
    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        match self {
            Aead::Xaes256Gcm(aead) => aead.decrypt(nonce, aad, body, tag),
            Aead::XChaCha20Poly1305(aead) => aead.decrypt(nonce, aad, body, tag),
        }
    }
}

/// Bytes of R, the random part of a nonce (SPEC.md § 6.1).
pub(crate) const RANDOM_LEN: usize = 24;
/// Bytes of the nonce in every encrypting suite.
pub(crate) const NONCE_LEN: usize = 24;
