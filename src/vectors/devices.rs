use serde::Deserialize;

use super::{for_each, hex, unhex};
use crate::{
    crypto::es256::PublicKey,
    device::{ProofError, device_id, proof, tag},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase", tag = "kind")]
enum Vector {
    Device {
        key: String,
        sid: String,
        device: String,
        tag: String,
        /// That of a session which waits for its key.
        pending_tag: String,
    },
    Proof {
        /// That of a refresh.
        key: Option<String>,
        proof: String,
        expect: Option<Expected>,
        error: Option<String>,
    },
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Expected {
    key: String,
    challenge: String,
    audience: Option<String>,
}

#[test]
#[ignore = "the vectors have a form that the next writer reads"]
fn proofs_are_read_and_refused_as_specified() {
    for_each("devices", |name, vector: Vector| match vector {
        Vector::Device {
            key,
            sid,
            device,
            tag: of_device,
            pending_tag,
        } => {
            let sid = unhex(&sid).try_into().unwrap();
            let found = device_id(&public_key(&key), sid);
            assert_eq!(hex(&found), device, "{name}");
            assert_eq!(tag(&found), of_device, "{name}");
            assert_eq!(tag(&sid), pending_tag, "{name}");
        }
        Vector::Proof {
            key,
            proof: text,
            expect,
            error,
        } => {
            let read = match &key {
                None => proof::registration(text.as_bytes()),
                Some(key) => {
                    let key = public_key(key);
                    proof::refresh(text.as_bytes(), &key).map(|claims| (key, claims))
                }
            };
            let found = read.map(|(key, claims)| Expected {
                key: hex(&key.to_bytes()),
                challenge: claims.challenge,
                audience: claims.audience,
            });
            let expected = expect.ok_or_else(|| error.unwrap());
            assert_eq!(
                found.map_err(|error| word(error).to_owned()),
                expected,
                "{name}"
            );
        }
    });
}

fn public_key(text: &str) -> PublicKey {
    PublicKey::from_bytes(&unhex(text).try_into().unwrap()).unwrap()
}

fn word(error: ProofError) -> &'static str {
    match error {
        ProofError::Malformed => "malformed",
        ProofError::Algorithm => "algorithm",
        ProofError::Key => "key",
        ProofError::Signature => "signature",
    }
}
