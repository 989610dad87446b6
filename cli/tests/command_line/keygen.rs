use hardtack::{EncryptionKey, SigningKey};

use crate::desk::Desk;

#[test]
fn a_key_is_printed_on_a_line_of_its_own() {
    let key = Desk::new().done("keygen");
    assert!(key.starts_with("hardtack_key_v1_xaes_"));
    assert!(key.ends_with('\n'));
    assert_eq!(key.lines().count(), 1);
    assert!(key.parse::<EncryptionKey>().is_ok());
}

#[test]
fn each_suite_has_its_keys() {
    let desk = Desk::new();
    let key = desk.done("keygen --suite xcha");
    assert!(key.starts_with("hardtack_key_v1_xcha_"));
    assert!(key.parse::<EncryptionKey>().is_ok());
    let key = desk.done("keygen --suite sign");
    assert!(key.starts_with("hardtack_key_v1_sign_"));
    assert!(key.parse::<SigningKey>().is_ok());
}

#[test]
fn no_two_keys_are_the_same() {
    let desk = Desk::new();
    assert_ne!(desk.done("keygen"), desk.done("keygen"));
}

#[test]
fn keys_can_be_collected_in_a_file() {
    let desk = Desk::new();
    desk.write("keys", desk.done("keygen") + &desk.done("keygen"));
    assert_eq!(desk.ring().keys().len(), 2);
}
