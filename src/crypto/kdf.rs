//! HKDF-SHA-256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)).

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The pseudorandom key of HKDF, which a ring keeps in place of the secret.
pub(crate) struct Prk(Zeroizing<[u8; 32]>);

impl Prk {
    /// `HKDF-Extract(salt, IKM = secret)` (RFC 5869 section 2.2).
    pub(crate) fn extract(salt: &[u8], secret: &[u8]) -> Prk {
        let (prk, _) = Hkdf::<Sha256>::extract(Some(salt), secret);
        Prk(Zeroizing::new(prk.into()))
    }

    /// `HKDF-Expand(PRK, info, N)` (RFC 5869 section 2.3).
    pub(crate) fn expand<const N: usize>(&self, info: &[u8]) -> Zeroizing<[u8; N]> {
        expand(&*self.0, info).expect("a PRK is as long as the hash")
    }
}

/// `HKDF-Expand(PRK, info, N)` of a pseudorandom key of any length. `None`: it is shorter than the hash.
pub(crate) fn expand<const N: usize>(prk: &[u8], info: &[u8]) -> Option<Zeroizing<[u8; N]>> {
    const { assert!(N <= 255 * 32, "HKDF yields at most 255 blocks") };
    let mut output = Zeroizing::new([0; N]);
    Hkdf::<Sha256>::from_prk(prk)
        .ok()?
        .expand(info, &mut *output)
        .expect("the length was checked when this was compiled");
    Some(output)
}
