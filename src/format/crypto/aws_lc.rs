//! Primitives of AWS-LC, by `aws-lc-rs`. `rust_crypto.rs` has the same primitives under the same names.
//!
//! `aws-lc-rs` offers neither XAES-256-GCM nor XChaCha20-Poly1305, only their inner ciphers. The key of the inner cipher
//! is derived here for each message, from the suite's key and the first part of the nonce.

use aws_lc_rs::{
    aead::{self, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, UnboundKey},
    cipher::{AES_256, EncryptingKey, UnboundCipherKey},
};
use chacha20::{R20, hchacha};
use zeroize::{Zeroizing, zeroize_bytes};

use super::suite::{Aead, Nonce, Suite, Tag};
#[cfg(test)]
pub(crate) use tests::aes_256_gcm;

/// Returns the suite's cipher with its key, or `None` if the suite encrypts nothing.
pub(crate) fn aead(suite: Suite, key: &[u8; 32]) -> Option<Box<dyn Aead>> {
    match suite {
        Suite::Xaes256Gcm => Some(Box::new(Cipher(xaes_256_gcm(key)))),
        Suite::XChaCha20Poly1305 => Some(Box::new(Cipher(xchacha20_poly1305(key)))),
        Suite::HmacSha256 => None,
    }
}

/// Key of a suite. For each nonce, which has one message only, it derives an inner key and a nonce of 12 bytes.
struct Cipher<D>(D);

impl<D: Fn(&Nonce) -> (LessSafeKey, aead::Nonce) + Send + Sync> Aead for Cipher<D> {
    fn encrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Tag {
        let (key, nonce) = self.0(nonce);
        let tag = key
            .seal_in_place_separate_tag(nonce, Aad::from(aad), body)
            .expect("a body is shorter than 64 GiB");
        tag.as_ref().try_into().expect("a tag has 16 bytes")
    }

    fn decrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &Tag) -> Option<()> {
        let (key, nonce) = self.0(nonce);
        let opened = key.open_in_place_separate_tag(nonce, Aad::from(aad), tag, body);
        opened.ok().map(drop)
    }
}

/// Derives by CMAC-AES-256 of messages of one block: the key of a message is `CMAC(K, M1) || CMAC(K, M2)` with
/// `Mi = 0x00 || i || "X" || 0x00 || N[0..12]`, and its nonce `N[12..24]`.
fn xaes_256_gcm(key: &[u8; 32]) -> impl Fn(&Nonce) -> (LessSafeKey, aead::Nonce) + use<> {
    let aes = UnboundCipherKey::new(&AES_256, key).expect(KEY);
    let aes = EncryptingKey::ecb(aes).expect(KEY);
    let mut l = Zeroizing::new([0; 16]);
    aes.encrypt(&mut *l).expect(BLOCKS);
    // L times x in GF(2^128) (NIST SP 800-38B, section 6.1).
    let l = Zeroizing::new(u128::from_be_bytes(*l));
    let k1 = Zeroizing::new((*l << 1) ^ ((*l >> 127) * 0b1000_0111));
    move |nonce| {
        let (first, second) = nonce.split_at(12);
        let mut key = [0; 32];
        let (blocks, _) = key.as_chunks_mut::<16>();
        for (block, i) in blocks.iter_mut().zip(1..) {
            block[..4].copy_from_slice(&[0, i, b'X', 0]);
            block[4..].copy_from_slice(first);
            *block = (u128::from_be_bytes(*block) ^ *k1).to_be_bytes();
        }
        aes.encrypt(&mut key).expect(BLOCKS);
        let nonce = aead::Nonce::try_assume_unique_for_key(second).expect("12 of 24 bytes");
        (used_once(&AES_256_GCM, &mut key), nonce)
    }
}

/// Derives by HChaCha20: the key of a message is `HChaCha20(K, N[0..16])`, and its nonce `0x00000000 || N[16..24]`.
fn xchacha20_poly1305(key: &[u8; 32]) -> impl Fn(&Nonce) -> (LessSafeKey, aead::Nonce) + use<> {
    let secret = Zeroizing::new(*key);
    move |nonce| {
        let (first, second) = nonce.split_first_chunk::<16>().expect("24 bytes");
        let mut key = hchacha::<R20>((&*secret).into(), first.into());
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(second);
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        (used_once(&CHACHA20_POLY1305, &mut key.0), nonce)
    }
}

/// Prepares `key`, and overwrites it. AWS-LC overwrites the prepared key when it is dropped.
fn used_once(algorithm: &'static Algorithm, key: &mut [u8; 32]) -> LessSafeKey {
    let prepared = UnboundKey::new(algorithm, key);
    zeroize_bytes(key);
    LessSafeKey::new(prepared.expect(KEY))
}

const KEY: &str = "a key has 32 bytes";
const BLOCKS: &str = "these are whole blocks";

#[cfg(test)]
mod tests {
    use super::{
        super::{random, rust_crypto},
        *,
    };

    /// Returns only the inner cipher of XAES-256-GCM, for which vectors are published. Its nonce is the last 12 bytes.
    pub(crate) fn aes_256_gcm(key: &[u8; 32]) -> Box<dyn Aead> {
        let secret = *key;
        Box::new(Cipher(move |nonce: &Nonce| {
            let nonce = nonce.last_chunk().expect("12 of 24 bytes");
            let nonce = aead::Nonce::assume_unique_for_key(*nonce);
            (used_once(&AES_256_GCM, &mut secret.clone()), nonce)
        }))
    }

    /// Seals bodies of many lengths with one backend and opens them with the other, both ways.
    fn check_both_ways(suite: Suite) {
        for len in (0..=300).chain([4096, 24_000]) {
            let [key, nonce] = [0; 2].map(|_| random::from_system::<32>().unwrap());
            let nonce = nonce.first_chunk().unwrap();
            let [ours, theirs] = [aead, rust_crypto::aead].map(|aead| aead(suite, &key).unwrap());
            let body: Vec<u8> = (0..len).map(|i| (i * 7) as u8).collect();
            let aad = &body[..len / 2];

            let (mut one, mut other) = (body.clone(), body.clone());
            let tag = ours.encrypt(nonce, aad, &mut one);
            assert_eq!(theirs.encrypt(nonce, aad, &mut other), tag, "{len}");
            assert_eq!(one, other, "{len}");
            ours.decrypt(nonce, aad, &mut other, &tag).unwrap();
            theirs.decrypt(nonce, aad, &mut one, &tag).unwrap();
            assert_eq!((&one, &other), (&body, &body), "{len}");

            let wrong = [tag[0] ^ 1; 16];
            for opened in [
                ours.decrypt(nonce, aad, &mut one, &wrong),
                theirs.decrypt(nonce, aad, &mut other, &wrong),
            ] {
                assert!(opened.is_none(), "{len}");
            }
        }
    }

    #[test]
    fn what_one_backend_seals_by_xaes_the_other_opens() {
        check_both_ways(Suite::Xaes256Gcm);
    }

    #[test]
    fn what_one_backend_seals_by_xchacha20_the_other_opens() {
        check_both_ways(Suite::XChaCha20Poly1305);
    }
}
