//! Primitives of RustCrypto. `aws_lc.rs` has the same ones under the same names.

#[cfg(any(feature = "xaes", feature = "xchacha20"))]
use aead::{
    AeadInOut, KeyInit,
    array::Array,
    consts::{U16, U24},
};

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
