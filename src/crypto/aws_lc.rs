//! Primitives of AWS-LC, by `aws-lc-rs`. `rust_crypto.rs` has the same ones under the same names.
//!
//! AWS-LC has neither XAES-256-GCM nor XChaCha20-Poly1305, only the cipher inside of each. The key of that cipher is
//! derived here for each message, from the first part of its nonce.

#[cfg(feature = "xchacha20")]
use aws_lc_rs::aead::CHACHA20_POLY1305;
#[cfg(feature = "device-bound")]
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey},
    cipher::{AES_256, EncryptingKey, UnboundCipherKey},
};
#[cfg(feature = "xchacha20")]
use chacha20::{R20, hchacha};
use zeroize::Zeroizing;

use super::{cipher::NONCE_LEN, mac::TAG_LEN, scratch::wipe};

/// XAES-256-GCM (<https://c2sp.org/XAES-256-GCM>).
pub(crate) type Xaes256Gcm = Cipher<AesCmac>;

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).
#[cfg(feature = "xchacha20")]
pub(crate) type XChaCha20Poly1305 = Cipher<HChaCha20>;

/// A key that gives each message a key of its own, both overwritten on drop.
pub(crate) struct Cipher<D>(D);

impl<D: Derivation> Cipher<D> {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Cipher(D::new(key))
    }

    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
    ) -> [u8; TAG_LEN] {
        let (key, nonce) = self.0.for_message(nonce);
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), body);
        let tag = tag.expect("a body is shorter than 64 GiB");
        tag.as_ref().try_into().expect("a tag has 16 bytes")
    }

    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        let (key, nonce) = self.0.for_message(nonce);
        let opened = key.open_in_place_separate_tag(nonce, Aad::from(aad), tag, body);
        opened.ok().map(drop)
    }
}

pub(crate) trait Derivation {
    fn new(key: &[u8; 32]) -> Self;

    /// The key and the nonce of 12 bytes for the only message under `nonce`.
    fn for_message(&self, nonce: &[u8; NONCE_LEN]) -> (LessSafeKey, Nonce);
}

/// CMAC-AES-256, of messages of one block.
pub(crate) struct AesCmac {
    aes: EncryptingKey,
    k1: Zeroizing<u128>,
}

impl Derivation for AesCmac {
    fn new(key: &[u8; 32]) -> AesCmac {
        let aes = UnboundCipherKey::new(&AES_256, key).expect(KEY);
        let aes = EncryptingKey::ecb(aes).expect(KEY);
        let mut l = Zeroizing::new([0; 16]);
        aes.encrypt(&mut *l).expect(BLOCKS);
        // L times x in GF(2^128) (NIST SP 800-38B, section 6.1).
        let l = Zeroizing::new(u128::from_be_bytes(*l));
        let k1 = Zeroizing::new((*l << 1) ^ ((*l >> 127) * 0b1000_0111));
        AesCmac { aes, k1 }
    }

    /// `CMAC(K, M1) || CMAC(K, M2)` with `Mi = 0x00 || i || "X" || 0x00 || N[0..12]`, and `N[12..24]`.
    fn for_message(&self, nonce: &[u8; NONCE_LEN]) -> (LessSafeKey, Nonce) {
        let (first, second) = nonce.split_at(12);
        let mut key = [0; 32];
        let (blocks, _) = key.as_chunks_mut::<16>();
        for (block, i) in blocks.iter_mut().zip(1..) {
            block[..4].copy_from_slice(&[0, i, b'X', 0]);
            block[4..].copy_from_slice(first);
            *block = (u128::from_be_bytes(*block) ^ *self.k1).to_be_bytes();
        }
        self.aes.encrypt(&mut key).expect(BLOCKS);
        let nonce = Nonce::try_assume_unique_for_key(second);
        (
            used_once(&AES_256_GCM, &mut key),
            nonce.expect("12 of 24 bytes"),
        )
    }
}

#[cfg(feature = "xchacha20")]
pub(crate) struct HChaCha20(Zeroizing<[u8; 32]>);

#[cfg(feature = "xchacha20")]
impl Derivation for HChaCha20 {
    fn new(key: &[u8; 32]) -> HChaCha20 {
        HChaCha20(Zeroizing::new(*key))
    }

    /// `HChaCha20(K, N[0..16])` and `0x00000000 || N[16..24]`.
    fn for_message(&self, nonce: &[u8; NONCE_LEN]) -> (LessSafeKey, Nonce) {
        let (first, second) = nonce.split_first_chunk::<16>().expect("24 bytes");
        let mut key = hchacha::<R20>((&*self.0).into(), first.into());
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(second);
        let nonce = Nonce::assume_unique_for_key(nonce);
        (used_once(&CHACHA20_POLY1305, &mut key.0), nonce)
    }
}

/// Prepares `key`, and overwrites it. AWS-LC overwrites what it prepared when that is dropped.
fn used_once(algorithm: &'static Algorithm, key: &mut [u8; 32]) -> LessSafeKey {
    let prepared = UnboundKey::new(algorithm, key);
    wipe(key);
    LessSafeKey::new(prepared.expect(KEY))
}

/// A point of P-256, for ECDSA with SHA-256.
#[cfg(feature = "device-bound")]
#[derive(Clone)]
pub(crate) struct Es256(ParsedPublicKey);

#[cfg(feature = "device-bound")]
impl Es256 {
    /// Reads a point of SEC 1, section 2.3.3. `None`: it is not on the curve.
    pub(crate) fn new(point: &[u8]) -> Option<Es256> {
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        key.ok().map(Es256)
    }

    /// Verifies `r || s` over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

const KEY: &str = "a key has 32 bytes";
const BLOCKS: &str = "these are whole blocks";
