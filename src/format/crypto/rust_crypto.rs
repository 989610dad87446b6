//! Primitives of RustCrypto. `aws_lc.rs` has the same primitives under the same names.

use aead::{
    AeadInOut, KeyInit,
    array::Array,
    consts::{U16, U24},
};
use chacha20poly1305::XChaCha20Poly1305;
use xaes_256_gcm::Xaes256Gcm;

use super::suite::{Aead, Nonce, Suite, Tag};

/// Returns the suite's cipher with its key, or `None` if the suite encrypts nothing.
pub(crate) fn aead(suite: Suite, key: &[u8; 32]) -> Option<Box<dyn Aead>> {
    match suite {
        Suite::Xaes256Gcm => Some(Box::new(Xaes256Gcm::new(key.into()))),
        Suite::XChaCha20Poly1305 => Some(Box::new(XChaCha20Poly1305::new(key.into()))),
        Suite::HmacSha256 => None,
    }
}

/// A cipher overwrites its key when it is dropped.
impl<A: AeadInOut<NonceSize = U24, TagSize = U16> + Send + Sync> Aead for A {
    fn encrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Tag {
        let tag = self.encrypt_inout_detached(nonce.into(), aad, body.into());
        let Array(tag) = tag.expect("a body is shorter than 64 GiB");
        tag
    }

    fn decrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &Tag) -> Option<()> {
        let opened = self.decrypt_inout_detached(nonce.into(), aad, body.into(), tag.into());
        opened.ok()
    }
}
