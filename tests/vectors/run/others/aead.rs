//! Cases of ciphers, as two suites of vectors have them.

#[cfg(feature = "aws-lc")]
use crate::crypto::cipher;
use crate::crypto::{
    cipher::Cipher,
    sha256::Mac,
    suite::{Aead, NONCE_LEN},
};

pub(super) type New = fn(&[u8; 32]) -> Box<dyn Aead>;

/// AES-256-GCM with nonces of 96 bits behind 12 zero bytes, and the name of its library. XAES-256-GCM of RustCrypto
/// derives the key of the cipher inside it, and gives no other way in.
#[cfg(feature = "aws-lc")]
pub(super) const AES_256_GCM: (Option<New>, &str) = (Some(cipher::aes_256_gcm), "AWS-LC");
#[cfg(not(feature = "aws-lc"))]
pub(super) const AES_256_GCM: (Option<New>, &str) = (None, "RustCrypto");

pub(super) struct Case<'a> {
    pub(super) key: &'a [u8],
    pub(super) nonce: &'a [u8],
    pub(super) aad: &'a [u8],
    /// `None` if the case is invalid.
    pub(super) plaintext: Option<&'a [u8]>,
    pub(super) ciphertext: &'a [u8],
    pub(super) tag: &'a [u8],
}

impl Case<'_> {
    /// Opens `nonce || ciphertext || tag`. What opens and is valid has to be the right body, and to be sealed again.
    pub(super) fn is_accepted(&self, new: New) -> bool {
        let aead = || new(self.key.first_chunk().unwrap());
        let cipher = Cipher::Encrypting {
            aead: aead(),
            nonce: Mac::new(&[0; 32]),
        };
        let mut sealed = [self.nonce, self.ciphertext, self.tag].concat();
        if cipher.open(self.aad, &mut sealed).is_none() {
            return false;
        }
        let Some(plaintext) = self.plaintext else {
            return true;
        };
        let mut body = plaintext.to_vec();
        let is_right = sealed[NONCE_LEN..].starts_with(&body);
        let tag = aead().encrypt(self.nonce.try_into().unwrap(), self.aad, &mut body);
        is_right && (&body[..], &tag[..]) == (self.ciphertext, self.tag)
    }
}
