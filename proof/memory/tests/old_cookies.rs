//! The secrets of an old program leave nothing in freed memory once its cookies have been read.

#![allow(clippy::unwrap_used, reason = "tests")]

#[allow(dead_code, reason = "not all of it is needed here")]
#[path = "../../../crates/migrate/tests/cookies.rs"]
mod cookies;

use std::time::Duration;

use hardtack::{EncryptionKey, SessionCookie, session::Outcome};
use hardtack_memory::{Scanning, left_behind, look_for};

use cookies::{Cookie, Keys};

#[global_allocator]
static ALLOCATOR: Scanning = Scanning;

#[test]
fn passwords_and_keys_are_overwritten() {
    let Keys {
        first_byte,
        secret,
        validate_key,
        encrypt_key,
    } = Keys::RIGHT;
    let master: Vec<u8> = (first_byte..first_byte + 64).collect();
    let secrets = [secret, validate_key, encrypt_key].map(str::as_bytes);
    for secret in secrets.into_iter().chain([&*master]) {
        look_for(*secret.first_chunk().unwrap());
        let copy = secret.to_vec();
        assert_eq!(left_behind(move || drop(copy)), 1);
        for old in Cookie::all_good() {
            assert_eq!(left_behind_of(&old), 0, "{}", old.format);
        }
    }
}

/// Reads the cookie, and drops its reader.
fn left_behind_of(old: &Cookie) -> usize {
    let now = old.made_at() + Duration::from_secs(60);
    let day = Duration::from_secs(24 * 3600);
    let reader = old.old();
    left_behind(|| {
        let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
            .absolute_timeout(30 * day)
            .migrate_from(reader, old.made_at() - day..now + day)
            .build()
            .unwrap();
        let session = cookie.load([old.field()], now);
        assert_eq!(session.outcome(), Outcome::Migrated);
    })
}
