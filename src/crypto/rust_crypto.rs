//! Primitives of RustCrypto. `aws_lc.rs` has the same ones under the same names.

#[cfg(any(feature = "xaes", feature = "xchacha20"))]
use aead::{
    AeadInOut, KeyInit,
    array::Array,
    consts::{U16, U24},
};
#[cfg(feature = "device-bound")]
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

use super::suite::{Aead, Suite};
#[cfg(any(feature = "xaes", feature = "xchacha20"))]
use super::suite::{Nonce, Tag};

/// Returns the constructor of the suite's cipher.
pub(crate) fn aead(suite: Suite) -> fn(&[u8; 32]) -> Box<dyn Aead> {
    match suite {
        #[cfg(feature = "xaes")]
        Suite::Xaes256Gcm => |key| Box::new(Cipher(xaes_256_gcm::Xaes256Gcm::new(key.into()))),
        #[cfg(feature = "xchacha20")]
        Suite::XChaCha20Poly1305 => {
            |key| Box::new(Cipher(chacha20poly1305::XChaCha20Poly1305::new(key.into())))
        }
        _ => unreachable!("no key is of a suite that was left out"),
    }
}

/// A key of the cipher `A`, overwritten on drop.
#[cfg(any(feature = "xaes", feature = "xchacha20"))]
struct Cipher<A>(A);

#[cfg(any(feature = "xaes", feature = "xchacha20"))]
impl<A> Aead for Cipher<A>
where
    A: AeadInOut<NonceSize = U24, TagSize = U16> + Send + Sync,
{
    fn encrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Tag {
        let tag = self
            .0
            .encrypt_inout_detached(nonce.into(), aad, body.into());
        let Array(tag) = tag.expect("a body is shorter than 64 GiB");
        tag
    }

    fn decrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &Tag) -> Option<()> {
        let (nonce, tag) = (nonce.into(), tag.into());
        let opened = self.0.decrypt_inout_detached(nonce, aad, body.into(), tag);
        opened.ok()
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
