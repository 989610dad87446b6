//! Primitives of RustCrypto. `aws_lc.rs` has the same ones under the same names.

#[cfg(any(feature = "xaes", feature = "xchacha20"))]
use aead::{
    AeadInOut, KeyInit,
    array::Array,
    consts::{U16, U24, U32},
};
#[cfg(feature = "device-bound")]
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

#[cfg(any(feature = "xaes", feature = "xchacha20"))]
use super::{cipher::NONCE_LEN, mac::TAG_LEN};

/// XAES-256-GCM (<https://c2sp.org/XAES-256-GCM>).
#[cfg(feature = "xaes")]
pub(crate) type Xaes256Gcm = Cipher<xaes_256_gcm::Xaes256Gcm>;

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).
#[cfg(feature = "xchacha20")]
pub(crate) type XChaCha20Poly1305 = Cipher<chacha20poly1305::XChaCha20Poly1305>;

/// A key of the cipher `A`, overwritten on drop.
#[cfg(any(feature = "xaes", feature = "xchacha20"))]
pub(crate) struct Cipher<A>(A);

#[cfg(any(feature = "xaes", feature = "xchacha20"))]
impl<A: KeyInit<KeySize = U32> + AeadInOut<NonceSize = U24, TagSize = U16>> Cipher<A> {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Cipher(A::new(key.into()))
    }

    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
    ) -> [u8; TAG_LEN] {
        let tag = self
            .0
            .encrypt_inout_detached(nonce.into(), aad, body.into());
        let Array(tag) = tag.expect("a body is shorter than 64 GiB");
        tag
    }

    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        let cipher = &self.0;
        cipher
            .decrypt_inout_detached(nonce.into(), aad, body.into(), tag.into())
            .ok()
    }
}

/// A point of P-256, for ECDSA with SHA-256.
#[cfg(feature = "device-bound")]
#[derive(Clone)]
pub(crate) struct Es256(VerifyingKey);

#[cfg(feature = "device-bound")]
impl Es256 {
    /// Reads a point of SEC 1, section 2.3.3. `None`: it is not on the curve.
    pub(crate) fn new(point: &[u8]) -> Option<Es256> {
        VerifyingKey::from_sec1_bytes(point).ok().map(Es256)
    }

    /// Verifies `r || s` over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}
