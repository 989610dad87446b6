//! Sealing without the crate (SPEC.md § 3.1, § 4), for the signed suite.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{HEAD_LEN, TAG_LEN, blob_of, encode, secret, small_token, times::START};

#[test]
fn these_tests_seal_as_the_specification_does() {
    let mut sealer = Sealer::new(std::array::from_fn(|i| i as u8), "__Host-session");
    assert_eq!(sealer.head, [0xB0, 0x1B, 0xD9, 0xF0, 0xDB]);
    let body = b"\x02\x00\x4d\xc8\x80\xac\x02\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\x81\xa6visits\x07";
    let expected = "sBvZ8NsCAE3IgKwCoKGio6SlpqeBpnZpc2l0cweSoGc5I2BwA0WgqM5_516p";
    assert_eq!(sealer.seal(body), expected.as_bytes());
    sealer = Sealer::new(secret(0), "__Host-session");
    assert_eq!(sealer.head[..], blob_of(&small_token("sign"))[..HEAD_LEN]);
}

pub(crate) struct Sealer {
    head: [u8; HEAD_LEN],
    key: [u8; 32],
}

impl Sealer {
    fn new(secret: [u8; 32], purpose: &str) -> Sealer {
        let prk = hmac(b"hardtack/v1", &[&secret]);
        let expand = |word: &str, purpose: &str| {
            let label = b"hardtack/v1";
            let purpose_len = (purpose.len() as u16).to_be_bytes();
            hmac(
                &prk,
                &[
                    &[label.len() as u8],
                    label,
                    &[word.len() as u8],
                    word.as_bytes(),
                    &[SIGNED],
                    &purpose_len,
                    purpose.as_bytes(),
                    &NO_LABELS,
                    &[1],
                ],
            )
        };
        let [a, b, c, d, ..] = expand("kid", "");
        Sealer {
            head: [SIGNED, a, b, c, d],
            key: expand("key", purpose),
        }
    }

    /// That of `site("sign")`.
    pub(crate) fn of_site() -> Sealer {
        Sealer::new(secret(0), "__Host-session")
    }

    /// `base64url(head || body || tag)`
    pub(crate) fn seal(&self, body: &[u8]) -> Vec<u8> {
        // Without context, whose length is 0.
        let tag = hmac(&self.key, &[&self.head, &[0; 4], body]);
        encode(&[&self.head, body, &tag[..TAG_LEN]].concat())
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A time as a body has it, from seconds after `at(0)`.
pub(crate) fn wire(second: u64) -> u32 {
    u32::try_from(START - EPOCH + second).unwrap()
}

const SIGNED: u8 = 0xB0;
/// The lengths of an empty application label and an empty type label.
const NO_LABELS: [u8; 2] = [0, 0];
const EPOCH: u64 = 1_767_225_600;
