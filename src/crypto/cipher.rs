//! Sealing and opening in place, with hedged nonces.

use std::ops::Range;

use chacha20poly1305::XChaCha20Poly1305;
use xaes_256_gcm::{
    Xaes256Gcm,
    aead::{AeadInOut, KeyInit},
};
use zeroize::Zeroizing;

use super::{
    NONCE_LEN,
    mac::{Mac, TAG_LEN},
    suite::{HEAD_LEN, Suite},
};

/// A key of one suite, ready to seal and open.
pub(crate) enum Cipher {
    Encrypting {
        aead: Aead,
        /// Hedges nonces against a generator that repeats itself (SPEC.md § 6.2).
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

    /// Seals in place. `blob` is `head || room for the nonce || body` and becomes
    /// `head || nonce || ciphertext || tag`, or `head || body || tag`.
    pub(crate) fn seal(&self, aad: &[u8], random: &[u8; RANDOM_LEN], blob: &mut Vec<u8>) {
        let tag = match self {
            Cipher::Signing(mac) => mac.compute(&[aad, &blob[HEAD_LEN..]]),
            Cipher::Encrypting { aead, nonce } => {
                let (head_and_nonce, body) = blob.split_at_mut(HEAD_LEN + NONCE_LEN);
                // The nonce depends on the body, so two bodies have two nonces even if `random` repeats.
                let nonce = nonce.compute(&[random, aad, body]);
                head_and_nonce[HEAD_LEN..].copy_from_slice(&nonce);
                aead.encrypt(&nonce, aad, body)
            }
        };
        blob.extend_from_slice(&tag);
    }

    /// Verifies the tag, decrypts in place, and returns the range of the body in `blob`.
    pub(crate) fn open(&self, aad: &[u8], blob: &mut [u8]) -> Option<Range<usize>> {
        let body_end = blob.len().checked_sub(TAG_LEN)?;
        let (sealed, tag) = blob.split_at_mut(body_end);
        let tag: &[u8; TAG_LEN] = (&*tag).try_into().ok()?;
        match self {
            Cipher::Signing(mac) => {
                let body = sealed.get(HEAD_LEN..)?;
                let is_good = mac.verify(&[aad, body], tag);
                is_good.then_some(HEAD_LEN..body_end)
            }
            Cipher::Encrypting { aead, .. } => {
                let body_start = HEAD_LEN + NONCE_LEN;
                let (head_and_nonce, body) = sealed.split_at_mut_checked(body_start)?;
                let nonce = head_and_nonce[HEAD_LEN..].try_into().ok()?;
                aead.decrypt(nonce, aad, body, tag)?;
                Some(body_start..body_end)
            }
        }
    }
}

/// An authenticated cipher with a nonce of 24 bytes and a tag of 16.
pub(crate) enum Aead {
    Xaes256Gcm(Box<Xaes256Gcm>),
    XChaCha20Poly1305(XChaCha20Poly1305),
}

impl Aead {
    pub(crate) fn xaes_256_gcm(key: &[u8; 32]) -> Aead {
        Aead::Xaes256Gcm(Box::new(Xaes256Gcm::new(key.into())))
    }

    pub(crate) fn xchacha20_poly1305(key: &[u8; 32]) -> Aead {
        Aead::XChaCha20Poly1305(XChaCha20Poly1305::new(key.into()))
    }

    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
    ) -> [u8; TAG_LEN] {
        let (nonce, body) = (nonce.into(), body.into());
        let tag = match self {
            Aead::Xaes256Gcm(aead) => aead.encrypt_inout_detached(nonce, aad, body),
            Aead::XChaCha20Poly1305(aead) => aead.encrypt_inout_detached(nonce, aad, body),
        };
        tag.expect("a body is shorter than 64 GiB").into()
    }

    /// Decrypts in place if the tag is good, and leaves the body alone otherwise.
    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        let (nonce, body, tag) = (nonce.into(), body.into(), tag.into());
        let opened = match self {
            Aead::Xaes256Gcm(aead) => aead.decrypt_inout_detached(nonce, aad, body, tag),
            Aead::XChaCha20Poly1305(aead) => aead.decrypt_inout_detached(nonce, aad, body, tag),
        };
        opened.ok()
    }
}

/// Bytes of R, the random part of a nonce (SPEC.md § 6.1).
pub(crate) const RANDOM_LEN: usize = 24;
