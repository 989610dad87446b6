//! SHA-256 (FIPS 180-4), for checksums and fingerprints.

use sha2::{Digest, Sha256};

/// SHA-256 of `parts`, joined.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}
