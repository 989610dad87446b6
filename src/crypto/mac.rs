//! HMAC-SHA-256 (RFC 2104) under a key that is prepared once.

use ctutils::CtEq;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

/// A key that tells what we wrote from what we did not.
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn new(key: &[u8; 32]) -> Mac {
        Mac(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// The first bytes of the code of `parts`, joined.
    pub(crate) fn of<const N: usize>(&self, parts: &[&[u8]]) -> [u8; N] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        let code: [u8; 32] = mac.finalize().into_bytes().into();
        std::array::from_fn(|i| code[i])
    }

    /// Whether `tag` is theirs. In constant time.
    pub(crate) fn verifies(&self, parts: &[&[u8]], tag: &[u8; TAG_LEN]) -> bool {
        self.of::<TAG_LEN>(parts).ct_eq(tag).to_bool()
    }
}

pub(crate) const TAG_LEN: usize = 16;
