//! Any text: a parsed key has this spelling only, and in a parsed ring one key seals at every moment.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, KeyRing, SigningKey, keys::Key};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<EncryptionKey>() {
        assert_eq!(*key.expose_secret(), text.trim_ascii());
        assert!(text.parse::<SigningKey>().is_err());
    }
    check::<EncryptionKey>(text);
    check::<SigningKey>(text);
});

fn check<K: Key>(text: &str) {
    match text.parse::<KeyRing<K>>() {
        Ok(ring) => {
            for seconds in [
                0,
                1_767_225_600,
                1_796_083_200,
                1_800_000_000,
                u64::from(u32::MAX) * 2,
            ] {
                let now = UNIX_EPOCH + Duration::from_secs(seconds);
                assert!(ring.accepted_keys(now).contains(&ring.sealing_key(now)));
            }
        }
        Err(error) => {
            // The message contains no part of a secret.
            let shown = error.to_string();
            assert!(!shown.contains("Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2"));
        }
    }
}
