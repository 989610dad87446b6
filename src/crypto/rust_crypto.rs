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
        Suite::Xaes256Gcm => Some(Box::new(Cipher(Xaes256Gcm::new(key.into())))),
        Suite::XChaCha20Poly1305 => Some(Box::new(Cipher(XChaCha20Poly1305::new(key.into())))),
        Suite::HmacSha256 => None,
    }
}

/// Key of the cipher `A`, overwritten on drop.
struct Cipher<A>(A);

impl<A> Aead for Cipher<A>
where
    A: AeadInOut<NonceSize = U24, TagSize = U16> + Send + Sync,
{
    fn encrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Tag {
        let (Cipher(cipher), nonce) = (self, nonce.into());
        let tag = cipher.encrypt_inout_detached(nonce, aad, body.into());
        let Array(tag) = tag.expect("a body is shorter than 64 GiB");
        tag
    }

    fn decrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &Tag) -> Option<()> {
        let (nonce, tag) = (nonce.into(), tag.into());
        let opened = self.0.decrypt_inout_detached(nonce, aad, body.into(), tag);
        opened.ok()
    }
}
