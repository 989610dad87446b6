//! ES256: ECDSA on P-256 with SHA-256 ([RFC 7518 § 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)). Verifies
//! only.

#[cfg(feature = "aws-lc")]
use aws_lc::Es256;
#[cfg(not(feature = "aws-lc"))]
use rust_crypto::Es256;

/// Public key of a device.
#[derive(Clone)]
pub(crate) struct PublicKey {
    point: Es256,
    compressed: [u8; KEY_LEN],
}

impl PublicKey {
    /// Reads the coordinates of a point. Returns `None` if it is not on the curve.
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

#[cfg(any(test, not(feature = "aws-lc")))]
mod rust_crypto {
    use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};

    /// A point of P-256, for ECDSA with SHA-256.
    #[derive(Clone)]
    pub(crate) struct Es256(VerifyingKey);

    impl Es256 {
        /// Reads a point of SEC 1, section 2.3.3. Returns `None` if it is not on the curve.
        pub(crate) fn new(point: &[u8]) -> Option<Es256> {
            VerifyingKey::from_sec1_bytes(point).ok().map(Es256)
        }

        /// Verifies `r || s` over `message`.
        pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
            let signature = Signature::from_slice(signature);
            signature.is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
        }
    }
}

#[cfg(feature = "aws-lc")]
mod aws_lc {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};

    /// A point of P-256, for ECDSA with SHA-256.
    #[derive(Clone)]
    pub(crate) struct Es256(ParsedPublicKey);

    impl Es256 {
        /// Reads a point of SEC 1, section 2.3.3. Returns `None` if it is not on the curve.
        pub(crate) fn new(point: &[u8]) -> Option<Es256> {
            let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
            key.ok().map(Es256)
        }

        /// Verifies `r || s` over `message`.
        pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
            self.0.verify_sig(message, signature).is_ok()
        }
    }
}

#[cfg(test)]
thread_local! {
    /// Signatures that this thread has verified.
    pub(crate) static VERIFIED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

pub(crate) const KEY_LEN: usize = 33;
pub(crate) const SIGNATURE_LEN: usize = 64;

// First bytes of a point, which tell its form and, if it is compressed, the last bit of y.
const EVEN: u8 = 2;
const ODD: u8 = 3;
const UNCOMPRESSED: u8 = 4;

#[cfg(all(test, feature = "aws-lc"))]
mod tests {
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};

    use super::{EVEN, ODD, PublicKey, UNCOMPRESSED, aws_lc, rust_crypto};

    /// Tests points and signatures that one library could accept and the other refuse.
    #[test]
    fn both_backends_take_the_same_points_and_signatures() {
        let both = |point: &[u8]| {
            let ours = aws_lc::Es256::new(point);
            let theirs = rust_crypto::Es256::new(point);
            assert_eq!(ours.is_some(), theirs.is_some(), "{point:?}");
            ours.zip(theirs)
        };
        let verify = |point: &[u8], signature: [u8; 64]| {
            let (ours, theirs) = both(point).unwrap();
            let is_good = ours.verify(b"message", &signature);
            assert_eq!(is_good, theirs.verify(b"message", &signature));
            is_good
        };
        for _ in 0..32 {
            let secret = secret();
            let key = SigningKey::from_slice(&secret).unwrap();
            let signature: Signature = key.sign(b"message");
            let signature: [u8; 64] = signature.to_bytes().into();
            for is_compressed in [false, true] {
                let encoded = key.verifying_key().to_sec1_point(is_compressed);
                let point = encoded.as_bytes();
                assert!(verify(point, signature));
                for place in [0, 31, 32, 63] {
                    let mut changed = signature;
                    changed[place] ^= 1;
                    assert!(!verify(point, changed));
                }
                // The other s of the same signature.
                let (r, s) = signature.split_at(32);
                let s = p256::NonZeroScalar::try_from(s).unwrap();
                assert!(verify(
                    point,
                    [r, &(-s).to_bytes()].concat().try_into().unwrap()
                ));
                // r or s of 0, and of the group's order.
                for number in [[0; 32], ORDER] {
                    for signature in [[&number, r], [r, &number], [&number, &number]] {
                        assert!(!verify(point, signature.concat().try_into().unwrap()));
                    }
                }
                let mut elsewhere = point.to_vec();
                *elsewhere.last_mut().unwrap() ^= 1;
                both(&elsewhere);
                both(&point[1..]);
                both(&[point, &[0]].concat());
            }
        }
        assert!(both(&[0]).is_none());
        assert!(both(&[2; 32]).is_none());
        // This x is not an element of the field.
        assert!(both(&[&[2], &[0xFF; 32][..]].concat()).is_none());
    }

    /// AWS-LC also accepts hybrid points, and points in DER, so its callers fix the length and the first byte.
    #[test]
    fn a_key_is_a_compressed_point_or_two_coordinates() {
        let secret = secret();
        let key = SigningKey::from_slice(&secret).unwrap();
        let whole = key.verifying_key().to_sec1_point(false);
        let hybrid = [&[6 + (whole.as_bytes()[64] & 1)], &whole.as_bytes()[1..]].concat();
        assert!(
            aws_lc::Es256::new(&hybrid).is_some() && rust_crypto::Es256::new(&hybrid).is_none()
        );

        let (x, y) = whole.as_bytes()[1..].split_at(32);
        let coordinates = |x: &[u8], y: &[u8]| {
            PublicKey::from_coordinates(x.try_into().unwrap(), y.try_into().unwrap())
        };
        let known = coordinates(x, y).unwrap().to_bytes();
        for first in 0..=u8::MAX {
            let mut point = known;
            point[0] = first;
            assert_eq!(
                PublicKey::from_bytes(&point).is_some(),
                [EVEN, ODD].contains(&first)
            );
        }
        // What begins like another form of a point is a coordinate here.
        for first in [EVEN, ODD, UNCOMPRESSED, 6, 7, 0x30] {
            let mut other = x.to_vec();
            other[0] ^= first;
            assert!(coordinates(&other, y).is_none());
        }
    }

    /// Returns a number that is below the order of the group, and not 0.
    fn secret() -> [u8; 32] {
        [0; 32].map(|_: u8| fastrand::u8(1..=0xFE))
    }

    const ORDER: [u8; 32] = *b"\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\
        \xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";
}
