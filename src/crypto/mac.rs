//! HMAC-SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), cut to its first bytes (section 5).

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

/// A key of HMAC, prepared for any number of messages.
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn new(key: &[u8; 32]) -> Mac {
        Mac(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// `HMAC(key, parts[0] || parts[1] || …)[0..N]`.
    pub(crate) fn compute<const N: usize>(&self, parts: &[&[u8]]) -> [u8; N] {
        let code: [u8; 32] = self.over(parts).finalize().into_bytes().into();
        std::array::from_fn(|i| code[i])
    }

    /// `tag == HMAC(key, parts[0] || parts[1] || …)[0..16]`, in constant time.
    pub(crate) fn verify(&self, parts: &[&[u8]], tag: &[u8; TAG_LEN]) -> bool {
        self.over(parts).verify_truncated_left(tag).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

/// Bytes of the tag in every suite (SPEC.md § 2).
pub(crate) const TAG_LEN: usize = 16;
