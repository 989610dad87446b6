//! The library of each primitive: AWS-LC with feature `aws-lc`, RustCrypto otherwise.

use std::fmt;

use super::suite::Suite;

#[cfg(feature = "aws-lc")]
use super::aws_lc as chosen;
#[cfg(all(
    not(feature = "aws-lc"),
    any(feature = "xaes", feature = "xchacha20", feature = "device-bound")
))]
use super::rust_crypto as chosen;

#[cfg(feature = "device-bound")]
pub(crate) use chosen::Es256;
#[cfg(feature = "xchacha20")]
pub(crate) use chosen::XChaCha20Poly1305;
#[cfg(any(feature = "xaes", feature = "aws-lc"))]
pub(crate) use chosen::Xaes256Gcm;

#[cfg(not(feature = "xchacha20"))]
pub(crate) use super::left_out::LeftOut as XChaCha20Poly1305;
#[cfg(not(any(feature = "xaes", feature = "aws-lc")))]
pub(crate) use super::left_out::LeftOut as Xaes256Gcm;

/// The library that a suite runs on. Tokens are the same under each.
///
/// # Examples
///
/// ```
/// use hardtack::keys::{Backend, Suite};
///
/// assert_eq!(Suite::HmacSha256.backend(), Some(Backend::RustCrypto));
/// assert_eq!(Backend::AwsLc.to_string(), "AWS-LC");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// The crates of RustCrypto, the default.
    RustCrypto,
    /// AWS-LC, with feature `aws-lc`.
    AwsLc,
    /// AWS-LC as a FIPS module that has passed its self-tests: feature `aws-lc`, and a dependency of the program on
    /// `aws-lc-rs` with its feature `fips`.
    AwsLcFips,
}

impl Backend {
    /// The backend of `suite`. `None`: it was left out.
    pub(crate) fn of(suite: Suite) -> Option<Backend> {
        let is_included = suite.missing_feature().is_none();
        is_included.then(|| match suite {
            Suite::HmacSha256 => Backend::RustCrypto,
            Suite::Xaes256Gcm | Suite::XChaCha20Poly1305 => Backend::of_ciphers(),
        })
    }

    #[cfg(feature = "aws-lc")]
    fn of_ciphers() -> Backend {
        match aws_lc_rs::try_fips_mode() {
            Ok(()) => Backend::AwsLcFips,
            Err(_) => Backend::AwsLc,
        }
    }

    #[cfg(not(feature = "aws-lc"))]
    fn of_ciphers() -> Backend {
        Backend::RustCrypto
    }
}

/// The name of the library.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Backend::RustCrypto => "RustCrypto",
            Backend::AwsLc => "AWS-LC",
            Backend::AwsLcFips => "AWS-LC FIPS",
        })
    }
}

#[cfg(all(test, feature = "aws-lc"))]
mod tests {
    use super::super::{aws_lc, random, rust_crypto};

    /// Seals bodies of many lengths with one backend and opens them with the other, both ways.
    macro_rules! check_both_ways {
        ($cipher:ident) => {
            for len in (0..=300).chain([4096, 24_000]) {
                let [key, nonce] = [0; 2].map(|_| random::from_system::<32>().unwrap());
                let nonce = nonce.first_chunk().unwrap();
                let (ours, theirs) = (aws_lc::$cipher::new(&key), rust_crypto::$cipher::new(&key));
                let body: Vec<u8> = (0..len).map(|i| (i * 7) as u8).collect();
                let aad = &body[..len / 2];

                let (mut one, mut other) = (body.clone(), body.clone());
                let tag = ours.encrypt(nonce, aad, &mut one);
                assert_eq!(theirs.encrypt(nonce, aad, &mut other), tag, "{len}");
                assert_eq!(one, other, "{len}");
                ours.decrypt(nonce, aad, &mut other, &tag).unwrap();
                theirs.decrypt(nonce, aad, &mut one, &tag).unwrap();
                assert_eq!((&one, &other), (&body, &body), "{len}");

                let wrong = [tag[0] ^ 1; 16];
                for opened in [
                    ours.decrypt(nonce, aad, &mut one, &wrong),
                    theirs.decrypt(nonce, aad, &mut other, &wrong),
                ] {
                    assert!(opened.is_none(), "{len}");
                }
            }
        };
    }

    #[test]
    #[cfg(feature = "xaes")]
    fn what_one_backend_seals_by_xaes_the_other_opens() {
        check_both_ways!(Xaes256Gcm);
    }

    #[test]
    #[cfg(feature = "xchacha20")]
    fn what_one_backend_seals_by_xchacha20_the_other_opens() {
        check_both_ways!(XChaCha20Poly1305);
    }

    /// Points and signatures that one library could take and the other refuse.
    #[test]
    #[cfg(feature = "device-bound")]
    fn both_backends_take_the_same_points_and_signatures() {
        use p256::ecdsa::{Signature, SigningKey, signature::Signer};

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
            let secret = random::from_system::<32>().unwrap();
            let key = SigningKey::from_slice(&secret).unwrap();
            let signature: Signature = key.sign(b"message");
            let signature: [u8; 64] = signature.to_bytes().into();
            for is_compressed in [false, true] {
                let point = key.verifying_key().to_sec1_point(is_compressed);
                let point = point.as_bytes();
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
                    for signature in [[&number, r], [r, &number]] {
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
        // An x that is no element of the field.
        assert!(both(&[&[2], &[0xFF; 32][..]].concat()).is_none());
    }

    #[cfg(feature = "device-bound")]
    const ORDER: [u8; 32] = *b"\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\
        \xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";
}
