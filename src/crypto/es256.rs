//! ES256: ECDSA on P-256 with SHA-256 ([RFC 7518 § 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)). Verifies
//! only.

#[cfg(feature = "aws-lc")]
use super::aws_lc::Es256;
#[cfg(not(feature = "aws-lc"))]
use super::rust_crypto::Es256;

/// A public key of a device.
#[derive(Clone)]
pub(crate) struct PublicKey {
    point: Es256,
    compressed: [u8; KEY_LEN],
}

impl PublicKey {
    /// Reads the coordinates of a point. `None`: it is not on the curve.
    pub(crate) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<PublicKey> {
        let mut whole = [UNCOMPRESSED; 1 + 32 + 32];
        whole[1..33].copy_from_slice(x);
        whole[33..].copy_from_slice(y);
        let mut compressed = [EVEN + (y[31] & 1); KEY_LEN];
        compressed[1..].copy_from_slice(x);
        let point = Es256::new(&whole)?;
        Some(PublicKey { point, compressed })
    }

    /// Reads a key that [`to_bytes`](Self::to_bytes) wrote.
    pub(crate) fn from_bytes(bytes: &[u8; KEY_LEN]) -> Option<PublicKey> {
        let is_compressed = matches!(bytes[0], EVEN | ODD);
        let point = is_compressed.then(|| Es256::new(bytes))??;
        let compressed = *bytes;
        Some(PublicKey { point, compressed })
    }

    /// Returns the compressed point (SEC 1, section 2.3.3).
    pub(crate) fn to_bytes(&self) -> [u8; KEY_LEN] {
        self.compressed
    }

    /// Verifies `r || s` over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        #[cfg(test)]
        VERIFIED.set(VERIFIED.get() + 1);
        self.point.verify(message, signature)
    }
}

#[cfg(test)]
thread_local! {
    /// The signatures that this thread has verified.
    pub(crate) static VERIFIED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

pub(crate) const KEY_LEN: usize = 33;
pub(crate) const SIGNATURE_LEN: usize = 64;

// The first byte of a point: its form, and of a compressed one the last bit of y.
const EVEN: u8 = 2;
const ODD: u8 = 3;
const UNCOMPRESSED: u8 = 4;
