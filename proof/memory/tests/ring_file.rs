//! A file of keys leaves nothing of a key in freed memory, however long it is.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path};

use hardtack::{EncryptionKey, KeyRing};
use hardtack_memory::{MARKER_LEN, Scanning, left_behind, look_for};

#[global_allocator]
static ALLOCATOR: Scanning = Scanning;

#[test]
fn a_ring_that_is_read_from_a_file_leaves_nothing() {
    let key = EncryptionKey::generate().unwrap().expose_secret();
    let secret = &key.as_bytes()["hardtack_key_v1_xaes_".len()..];
    let marker: [u8; MARKER_LEN] = *secret.first_chunk().unwrap();
    look_for(marker);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ring");
    for comments in [0, 100, 1_000] {
        let text = format!("{}\n{}", *key, "# A line of a comment.\n".repeat(comments));
        fs::write(&file, &text).unwrap();
        assert_eq!(left_behind(|| drop(fs::read(&file).unwrap())), 1);
        let read = || drop(KeyRing::from_file(&file).unwrap());
        assert_eq!(left_behind(read), 0, "{} bytes", text.len());
    }
}
