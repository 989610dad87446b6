//! A program with `aws-lc-rs` and its feature `fips` seals its sessions in the module.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, SessionCookie, keys::Backend, packages::Suite};

#[test]
fn the_module_has_passed_its_self_tests_and_seals() {
    aws_lc_rs::try_fips_mode().unwrap();
    for suite in [Suite::Xaes256Gcm, Suite::XChaCha20Poly1305] {
        assert_eq!(suite.backend(), Backend::AwsLcFips);
    }
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.build().unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let field = cookie.cookie_for(now, |session| session.insert("user", 42));
    let session = cookie.load([field.unwrap()], now);
    assert_eq!(session.get("user").unwrap(), Some(42));
}

/// Sealed by the second implementation (SPEC.md § 12.2).
#[test]
fn a_token_of_another_implementation_opens_in_the_module() {
    let key = "hardtack_key_v1_xaes_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8JRhzn";
    let keys: EncryptionKey = key.parse().unwrap();
    let cookie = SessionCookie::encrypted(keys).build().unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1_772_323_500);
    let session = cookie.load(["__Host-session=eEVktxsuTpl7kRgEsL4sVkwWj55gt8yuBLIcYrnhIJ8gJIQLMynhabQro3hIpiSk9kPdZvuGaWZpF_g_Uk8Jev9tnkO8"], now);
    assert_eq!(session.get("visits").unwrap(), Some(7));
}
