//! Floors, below which no library gets: the codecs, and the codecs with one AEAD and nothing else.
//!
//! One buffer is used again and again, so that the only allocations are those of the value that is opened,
//! and of the field that is written.

use std::{cell::RefCell, hint::black_box};

use aes::{
    Aes256Enc, Block,
    cipher::{BlockCipherEncrypt, KeyInit, consts::U12},
};
use aes_gcm::{AesGcm, aead::AeadInOut};
use base64::{Engine, engine};
use hmac::{Hmac, Mac};
use rand::Rng;
use sha2::Sha256;

use super::{
    FAILURE,
    cells::add_peer,
    fields::{ATTRIBUTES, NAME, pair_of, value_of},
    random,
    traits::{Takes, Values},
};
use crate::{
    measure::{Bench, Id, Operation, repeated},
    workloads::{Large, Medium, Small, Workload},
};

pub(crate) const XAES: &str = "XAES-256-GCM, postcard";
pub(crate) const XAES_AWS_LC: &str = "aws-lc-rs, XAES-256-GCM, postcard";
const HMAC: &str = "HMAC-SHA-256 alone";
const CODEC: &str = "base64url and postcard alone";

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, CODEC, || Floor::new(Codec));
    add_peer(bench, "aes-gcm, AES-256-GCM, postcard", || {
        Floor::new(RustCrypto::generate())
    });
    add_peer(bench, "ring, AES-256-GCM, postcard", || {
        Floor::new(Ring::generate())
    });
    add_peer(bench, "aws-lc-rs, AES-256-GCM, postcard", || {
        Floor::new(AwsLc::new(&random::<32>()))
    });
    add_peer(bench, XAES, || Floor::new(Xaes::generate()));
    add_peer(bench, XAES_AWS_LC, || Floor::new(XaesAwsLc::new(&random())));
    if bench.wants(HMAC) {
        add_mac::<Small>(bench);
        add_mac::<Medium>(bench);
        add_mac::<Large>(bench);
    }
}

/// HMAC-SHA-256, with its key prepared, over the bytes that a floor seals.
fn add_mac<T: Workload>(bench: &mut Bench) {
    let key: [u8; 32] = random();
    let key = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    let bytes = postcard::to_stdvec(&T::sample()).expect(FAILURE);
    let id = Id {
        library: HMAC,
        operation: Operation::Mac,
        size: T::SIZE,
    };
    let mac = move || key.clone().chain_update(black_box(&bytes)).finalize();
    bench.add(id, None, repeated(mac));
}

/// One AEAD. `nonce` is fresh, and `body` is sealed in place.
trait Sealing: 'static {
    const NONCE: usize;
    const TAG: usize;

    fn seal(&self, nonce: &[u8], body: &mut [u8], tag: &mut [u8]);

    /// Returns `true` if the tag is good.
    fn open(&self, nonce: &[u8], body: &mut [u8], tag: &[u8]) -> bool;
}

/// `base64url(nonce || sealed postcard || tag)`.
struct Floor<S> {
    sealing: S,
    base64: engine::Simd,
    buffer: RefCell<[u8; 4096]>,
}

impl<S: Sealing> Floor<S> {
    fn new(sealing: S) -> Floor<S> {
        Floor {
            sealing,
            base64: engine::Simd::url_safe(engine::general_purpose::NO_PAD),
            buffer: RefCell::new([0; 4096]),
        }
    }
}

impl<S: Sealing> Values for Floor<S> {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        let mut buffer = self.buffer.borrow_mut();
        let len = self.base64.decode_slice(token, &mut *buffer).ok()?;
        let (nonce, sealed) = buffer[..len].split_at_mut_checked(S::NONCE)?;
        let (body, tag) = sealed.split_at_mut_checked(sealed.len().checked_sub(S::TAG)?)?;
        if !self.sealing.open(nonce, body, tag) {
            return None;
        }
        postcard::from_bytes(body).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let mut buffer = self.buffer.borrow_mut();
        let (nonce, rest) = buffer.split_at_mut(S::NONCE);
        let body_len = postcard::to_slice(value, rest).expect(FAILURE).len();
        let (body, rest) = rest.split_at_mut(body_len);
        rand::rng().fill_bytes(nonce);
        self.sealing.seal(nonce, body, &mut rest[..S::TAG]);

        let blob = &buffer[..S::NONCE + body_len + S::TAG];
        let token_len = base64_simd::URL_SAFE_NO_PAD.encoded_length(blob.len());
        let mut field = String::with_capacity(NAME.len() + 1 + token_len + ATTRIBUTES.len());
        field.push_str(NAME);
        field.push('=');
        base64_simd::URL_SAFE_NO_PAD.encode_append(blob, &mut field);
        field.push_str(ATTRIBUTES);
        field
    }
}

struct Codec;

impl Sealing for Codec {
    const NONCE: usize = 0;
    const TAG: usize = 0;

    fn seal(&self, _: &[u8], _: &mut [u8], _: &mut [u8]) {}

    fn open(&self, _: &[u8], _: &mut [u8], _: &[u8]) -> bool {
        true
    }
}

/// GCM only ever encrypts blocks, so the other half of the key schedule is not made.
type Aes256Gcm = AesGcm<Aes256Enc, U12>;

struct RustCrypto(Aes256Gcm);

impl RustCrypto {
    fn generate() -> RustCrypto {
        RustCrypto(Aes256Gcm::new(&random::<32>().into()))
    }
}

impl Sealing for RustCrypto {
    const NONCE: usize = 12;
    const TAG: usize = 16;

    fn seal(&self, nonce: &[u8], body: &mut [u8], tag: &mut [u8]) {
        let nonce = nonce.try_into().expect("12 bytes");
        let sealed = self.0.encrypt_inout_detached(nonce, b"", body.into());
        tag.copy_from_slice(&sealed.expect(FAILURE));
    }

    fn open(&self, nonce: &[u8], body: &mut [u8], tag: &[u8]) -> bool {
        let nonce = nonce.try_into().expect("12 bytes");
        let tag = tag.try_into().expect("16 bytes");
        self.0
            .decrypt_inout_detached(nonce, b"", body.into(), tag)
            .is_ok()
    }
}

/// C2SP XAES-256-GCM. What depends on the key alone is computed once: its schedule, and the subkey of CMAC. For each nonce,
/// a key of AES-GCM is derived.
struct Xaes {
    key: Aes256Enc,
    k1: u128,
}

impl Xaes {
    fn generate() -> Xaes {
        Xaes::new(&random())
    }

    fn new(key: &[u8; 32]) -> Xaes {
        let key = Aes256Enc::new(key.into());
        let mut l = Block::default();
        key.encrypt_block(&mut l);
        Xaes {
            key,
            k1: subkey_of_cmac(l.into()),
        }
    }

    /// The cipher for a nonce of 24 bytes, whose second half is left to it.
    fn cipher(&self, nonce: &[u8]) -> Aes256Gcm {
        let mut halves = blocks_of_the_key(self.k1, nonce).map(Block::from);
        self.key.encrypt_blocks(&mut halves);
        let mut key = [0; 32];
        key[..16].copy_from_slice(&halves[0]);
        key[16..].copy_from_slice(&halves[1]);
        Aes256Gcm::new(&key.into())
    }
}

fn subkey_of_cmac(l: [u8; 16]) -> u128 {
    let l = u128::from_be_bytes(l);
    (l << 1) ^ ((l >> 127) * 0b1000_0111)
}

/// Returns the blocks that are encrypted to become the key for a nonce.
fn blocks_of_the_key(k1: u128, nonce: &[u8]) -> [[u8; 16]; 2] {
    [1, 2].map(|i| {
        let mut block = [0, i, b'X', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        block[4..].copy_from_slice(&nonce[..12]);
        (u128::from_be_bytes(block) ^ k1).to_be_bytes()
    })
}

impl Sealing for Xaes {
    const NONCE: usize = 24;
    const TAG: usize = 16;

    fn seal(&self, nonce: &[u8], body: &mut [u8], tag: &mut [u8]) {
        RustCrypto(self.cipher(nonce)).seal(&nonce[12..], body, tag);
    }

    fn open(&self, nonce: &[u8], body: &mut [u8], tag: &[u8]) -> bool {
        RustCrypto(self.cipher(nonce)).open(&nonce[12..], body, tag)
    }
}

/// The same on AWS-LC.
struct XaesAwsLc {
    key: aws_lc_rs::cipher::EncryptingKey,
    k1: u128,
}

impl XaesAwsLc {
    fn new(key: &[u8; 32]) -> XaesAwsLc {
        use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};

        let key = UnboundCipherKey::new(&AES_256, key).expect("32 bytes");
        let key = EncryptingKey::ecb(key).expect("AES-256 has this mode");
        let mut l = [0; 16];
        key.encrypt(&mut l).expect("a whole block");
        XaesAwsLc {
            key,
            k1: subkey_of_cmac(l),
        }
    }

    fn cipher(&self, nonce: &[u8]) -> AwsLc {
        let mut key = blocks_of_the_key(self.k1, nonce);
        let key = key.as_flattened_mut();
        self.key.encrypt(key).expect("two blocks");
        AwsLc::new(key)
    }
}

impl Sealing for XaesAwsLc {
    const NONCE: usize = 24;
    const TAG: usize = 16;

    fn seal(&self, nonce: &[u8], body: &mut [u8], tag: &mut [u8]) {
        self.cipher(nonce).seal(&nonce[12..], body, tag);
    }

    fn open(&self, nonce: &[u8], body: &mut [u8], tag: &[u8]) -> bool {
        self.cipher(nonce).open(&nonce[12..], body, tag)
    }
}

struct Ring(ring::aead::LessSafeKey);

impl Ring {
    fn generate() -> Ring {
        let key = ring::aead::UnboundKey::new(&ring::aead::AES_256_GCM, &random::<32>());
        Ring(ring::aead::LessSafeKey::new(key.expect("32 bytes")))
    }

    fn nonce(nonce: &[u8]) -> ring::aead::Nonce {
        ring::aead::Nonce::try_assume_unique_for_key(nonce).expect("12 bytes")
    }
}

impl Sealing for Ring {
    const NONCE: usize = 12;
    const TAG: usize = 16;

    fn seal(&self, nonce: &[u8], body: &mut [u8], tag: &mut [u8]) {
        let aad = ring::aead::Aad::empty();
        let sealed = self
            .0
            .seal_in_place_separate_tag(Ring::nonce(nonce), aad, body);
        tag.copy_from_slice(sealed.expect(FAILURE).as_ref());
    }

    fn open(&self, nonce: &[u8], body: &mut [u8], tag: &[u8]) -> bool {
        let tag = ring::aead::Tag::try_from(tag).expect("16 bytes");
        let aad = ring::aead::Aad::empty();
        let nonce = Ring::nonce(nonce);
        self.0
            .open_in_place_separate_tag(nonce, aad, tag, body, 0..)
            .is_ok()
    }
}

struct AwsLc(aws_lc_rs::aead::LessSafeKey);

impl AwsLc {
    fn new(key: &[u8]) -> AwsLc {
        let key = aws_lc_rs::aead::UnboundKey::new(&aws_lc_rs::aead::AES_256_GCM, key);
        AwsLc(aws_lc_rs::aead::LessSafeKey::new(key.expect("32 bytes")))
    }

    fn nonce(nonce: &[u8]) -> aws_lc_rs::aead::Nonce {
        aws_lc_rs::aead::Nonce::try_assume_unique_for_key(nonce).expect("12 bytes")
    }
}

impl Sealing for AwsLc {
    const NONCE: usize = 12;
    const TAG: usize = 16;

    fn seal(&self, nonce: &[u8], body: &mut [u8], tag: &mut [u8]) {
        let aad = aws_lc_rs::aead::Aad::empty();
        let sealed = self
            .0
            .seal_in_place_separate_tag(AwsLc::nonce(nonce), aad, body);
        tag.copy_from_slice(sealed.expect(FAILURE).as_ref());
    }

    fn open(&self, nonce: &[u8], body: &mut [u8], tag: &[u8]) -> bool {
        let aad = aws_lc_rs::aead::Aad::empty();
        self.0
            .open_in_place_separate_tag(AwsLc::nonce(nonce), aad, tag, body)
            .is_ok()
    }
}

/// Requests that read on several threads that share nothing: what the machine gives.
pub(crate) fn of_many_threads() -> impl Fn() -> Box<dyn FnMut()> + Sync {
    || {
        let floor = Floor::new(Xaes::generate());
        let field = floor.write(&Medium::sample());
        let token = value_of(pair_of(&field)).to_owned();
        Box::new(move || drop(black_box(floor.open::<Medium>(&token))))
    }
}

#[cfg(test)]
mod tests {
    use xaes_256_gcm::{Xaes256Gcm, aead::AeadInOut};

    use super::*;

    #[test]
    fn the_floors_are_what_the_published_crate_does() {
        for _ in 0..100 {
            let key = random::<32>();
            check(&key, Xaes::new(&key));
            check(&key, XaesAwsLc::new(&key));
        }
    }

    #[track_caller]
    fn check(key: &[u8; 32], floor: impl Sealing) {
        let published = Xaes256Gcm::new(key.into());
        let nonce = random::<24>();
        let (mut ours, mut theirs, mut tag) = ([7; 100], [7; 100], [0; 16]);
        floor.seal(&nonce, &mut ours, &mut tag);
        let sealed = published.encrypt_inout_detached(&nonce.into(), b"", (&mut theirs[..]).into());
        assert_eq!(*sealed.expect(FAILURE), tag);
        assert_eq!(ours, theirs);
        assert!(floor.open(&nonce, &mut ours, &tag));
        assert_eq!(ours, [7; 100]);
        assert!(!floor.open(&nonce, &mut ours, &tag));
    }
}
