//! SHA-256 ([FIPS 180-4](https://csrc.nist.gov/pubs/fips/180-4/upd1/final)), and HMAC and HKDF over it.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::suite::Tag;

/// `SHA-256(parts[0] || parts[1] || …)`.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// Key of HMAC-SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)), prepared for any number of messages.
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn new(key: &[u8; 32]) -> Mac {
        Mac(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// `HMAC(key, parts[0] || parts[1] || …)[0..N]` (RFC 2104 section 5).
    pub(crate) fn compute<const N: usize>(&self, parts: &[&[u8]]) -> [u8; N] {
        let code = self.over(parts).finalize().into_bytes();
        std::array::from_fn(|i| code[i])
    }

    /// `tag == HMAC(key, parts[0] || parts[1] || …)[0..16]`, in constant time.
    pub(crate) fn verify(&self, parts: &[&[u8]], tag: &Tag) -> bool {
        self.over(parts).verify_truncated_left(tag).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

/// Pseudorandom key of HKDF-SHA-256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)), which a ring keeps instead of
/// the secret.
pub(crate) struct Prk(Zeroizing<[u8; 32]>);

impl Prk {
    /// `HKDF-Extract(salt, IKM = secret)` (RFC 5869 section 2.2).
    pub(crate) fn extract(salt: &[u8], secret: &[u8]) -> Prk {
        let (prk, _) = Hkdf::<Sha256>::extract(Some(salt), secret);
        Prk(Zeroizing::new(prk.into()))
    }

    /// `HKDF-Expand(PRK, info, N)` (RFC 5869 section 2.3).
    pub(crate) fn expand<const N: usize>(&self, info: &[u8]) -> Zeroizing<[u8; N]> {
        const { assert!(N <= 255 * 32, "HKDF yields at most 255 blocks") };
        let mut output = Zeroizing::new([0; N]);
        let hkdf = Hkdf::<Sha256>::from_prk(&*self.0).expect("a PRK is as long as the hash");
        let expanded = hkdf.expand(info, &mut *output);
        expanded.expect("the length was checked when this was compiled");
        output
    }
}
