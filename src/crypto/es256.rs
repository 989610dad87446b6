//! ES256: ECDSA on P-256 with SHA-256 ([RFC 7518 § 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)). Verifies
//! only.

use p256::{
    Sec1Point,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
};

/// A public key of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads the coordinates of a point. `None`: it is not on the curve.
    pub(crate) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<PublicKey> {
        let point = Sec1Point::from_affine_coordinates(&(*x).into(), &(*y).into(), false);
        VerifyingKey::from_sec1_point(&point).ok().map(PublicKey)
    }

    /// Reads a key that [`to_bytes`](Self::to_bytes) wrote.
    pub(crate) fn from_bytes(bytes: &[u8; KEY_LEN]) -> Option<PublicKey> {
        VerifyingKey::from_sec1_bytes(bytes).ok().map(PublicKey)
    }

    /// The compressed point (SEC 1, section 2.3.3).
    pub(crate) fn to_bytes(&self) -> [u8; KEY_LEN] {
        let point = self.0.to_sec1_point(true);
        point
            .as_bytes()
            .try_into()
            .expect("a compressed point has 33 bytes")
    }

    /// Verifies `r || s` over `message`.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

pub(crate) const KEY_LEN: usize = 33;
pub(crate) const SIGNATURE_LEN: usize = 64;
