//! The libraries of the ciphers overwrite their keys on drop, as far as Rust frees the memory. AWS-LC keeps the keys of
//! messages in memory of its own, which this allocator does not see.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{hint::black_box, mem::ManuallyDrop};

use hardtack_memory::{Scanning, left_behind, look_for};

#[global_allocator]
static ALLOCATOR: Scanning = Scanning;

#[test]
fn keys_are_overwritten_by_each_library() {
    look_for(*KEY.first_chunk().unwrap());
    check("xaes-256-gcm", || {
        use xaes_256_gcm::{Xaes256Gcm, aead::KeyInit};
        Xaes256Gcm::new(&KEY.into())
    });
    check("chacha20poly1305", || {
        use chacha20poly1305::{XChaCha20Poly1305, aead::KeyInit};
        XChaCha20Poly1305::new(&KEY.into())
    });
    #[cfg(feature = "aws-lc")]
    check("aws-lc-rs", || {
        use aws_lc_rs::cipher::{AES_256, EncryptingKey, UnboundCipherKey};
        EncryptingKey::ecb(UnboundCipherKey::new(&AES_256, &KEY).unwrap()).unwrap()
    });
}

#[track_caller]
fn check<T: Send>(library: &str, make: impl Fn() -> T + Sync) {
    // Otherwise, the compiler leaves out what nobody reads.
    let forgotten = left_behind(|| drop(black_box(Box::new(ManuallyDrop::new(make())))));
    assert!(
        forgotten > 0,
        "{library}: the key is not where it was looked for"
    );
    let dropped = left_behind(|| drop(black_box(Box::new(make()))));
    assert_eq!(dropped, 0, "{library}");
}

const KEY: [u8; 32] = *b"a key that is very easy to spot.";
