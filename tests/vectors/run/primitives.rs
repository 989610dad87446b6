use hkdf::Hkdf;
use serde::Deserialize;
use sha2::Sha256;
use shake::{
    Shake128,
    digest::{ExtendableOutput, Update, XofReader},
};

use super::{for_each, hex, unhex};
use crate::crypto::{cipher::aead, suite::Suite};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
enum Vector {
    #[serde(rename = "xaes-256-gcm")]
    Xaes256Gcm(Sealed),
    #[serde(rename = "xchacha20-poly1305")]
    XChaCha20Poly1305(Sealed),
    #[serde(rename = "xaes-256-gcm-accumulated")]
    Accumulated { iterations: usize, digest: String },
    #[serde(rename = "hkdf-sha256")]
    Hkdf {
        ikm: String,
        salt: String,
        info: String,
        length: usize,
        prk: String,
        okm: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    key: String,
    nonce: String,
    aad: String,
    plaintext: String,
    sealed: String,
}

#[test]
fn the_primitives_are_the_published_ones() {
    for_each("primitives", |name, vector: Vector| match vector {
        Vector::Xaes256Gcm(sealed) => check(name, sealed, Suite::Xaes256Gcm),
        Vector::XChaCha20Poly1305(sealed) => check(name, sealed, Suite::XChaCha20Poly1305),
        Vector::Accumulated { iterations, digest } => {
            assert_eq!(hex(&accumulate(iterations)), digest, "{name}")
        }
        Vector::Hkdf {
            ikm,
            salt,
            info,
            length,
            prk,
            okm,
        } => {
            let (found, hkdf) = Hkdf::<Sha256>::extract(Some(&unhex(&salt)), &unhex(&ikm));
            assert_eq!(hex(&found), prk, "{name}");
            let mut found = vec![0; length];
            hkdf.expand(&unhex(&info), &mut found).unwrap();
            assert_eq!(hex(&found), okm, "{name}");
        }
    });
}

#[track_caller]
fn check(name: &str, vector: Sealed, suite: Suite) {
    let aead = aead(suite, &unhex(&vector.key).try_into().unwrap()).unwrap();
    let nonce = unhex(&vector.nonce).try_into().unwrap();
    let aad = unhex(&vector.aad);
    let mut body = unhex(&vector.plaintext);
    let tag = aead.encrypt(&nonce, &aad, &mut body);
    assert_eq!(hex(&[&body[..], &tag].concat()), vector.sealed, "{name}");
    let mut other = tag;
    other[15] ^= 1;
    let mut refused = body.clone();
    let opened = aead.decrypt(&nonce, &aad, &mut refused, &other);
    assert!(opened.is_none(), "{name}");
    // Nothing is decrypted.
    assert!(
        refused == body || refused.iter().all(|byte| *byte == 0),
        "{name}"
    );
    aead.decrypt(&nonce, &aad, &mut body, &tag).unwrap();
    assert_eq!(hex(&body), vector.plaintext, "{name}");
}

/// The accumulated test of the C2SP document.
fn accumulate(iterations: usize) -> [u8; 32] {
    let mut source = Shake128::default().finalize_xof();
    let mut sink = Shake128::default();
    for _ in 0..iterations {
        let (mut key, mut nonce) = ([0; 32], [0; 24]);
        source.read(&mut key);
        source.read(&mut nonce);
        let mut short = || {
            let mut len = [0];
            source.read(&mut len);
            let mut bytes = vec![0; usize::from(len[0])];
            source.read(&mut bytes);
            bytes
        };
        let (mut body, aad) = (short(), short());
        let aead = aead(Suite::Xaes256Gcm, &key).unwrap();
        let tag = aead.encrypt(&nonce, &aad, &mut body);
        sink.update(&body);
        sink.update(&tag);
        aead.decrypt(&nonce, &aad, &mut body, &tag).unwrap();
    }
    let mut digest = [0; 32];
    sink.finalize_xof().read(&mut digest);
    digest
}
