use hardtack::{
    EncryptionKey, SigningKey,
    keys::{Mode, Suite},
};

use crate::desk::{Desk, at, new_key};

#[test]
fn the_first_key_makes_the_file_and_seals() {
    let desk = Desk::new();
    let told = desk.done("ring add keys");
    let ring = desk.ring();
    assert_eq!(ring.sealing_key(at(0)).to_string(), new_key(&told));
    assert_eq!(
        told,
        format!(
            "new key {}, the first: it seals\nfingerprint {}\n",
            new_key(&told),
            ring.fingerprint()
        )
    );
    assert_eq!(desk.files(), ["keys"]);
    assert!(desk.read("keys").ends_with('\n'));
}

#[test]
fn a_file_without_keys_gets_its_first_key_and_keeps_its_text() {
    let desk = Desk::new();
    desk.write("keys", "# of the shop\n");
    desk.done("ring add keys");
    assert!(
        desk.without_notes()
            .starts_with("# of the shop\nhardtack_key_")
    );
    assert_eq!(desk.ring().keys().len(), 1);
}

#[test]
fn another_key_is_accepted_and_the_one_that_seals_goes_on() {
    let (desk, first) = Desk::with_ring();
    let second = desk.add("");
    let third = desk.add("");
    let ring = desk.ring();
    assert_eq!(ring.sealing_key(at(0)).to_string(), first);
    let accepted: Vec<_> = ring
        .accepted_keys(at(0))
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(accepted, [third, second, first]);
}

#[test]
fn another_key_can_have_its_time_to_seal() {
    let (desk, first) = Desk::with_ring();
    let told = desk.done("ring add keys --seal-from 2027-03-01T07:00:00Z");
    let second = new_key(&told);
    assert!(told.contains(&format!("key {second} seals from 2027-03-01T07:00:00Z")));
    let seals = |seconds| desk.ring().sealing_key(at(seconds)).to_string();
    assert_eq!((seals(3599), seals(3600)), (first, second));
}

#[test]
fn of_keys_with_one_time_the_one_that_was_added_last_seals() {
    let (desk, _) = Desk::with_ring();
    for _ in 0..3 {
        let added = desk.add("--seal-from 2027-03-01T07:00:00Z");
        assert_eq!(desk.ring().sealing_key(at(3600)).to_string(), added);
        desk.add("");
    }
}

#[test]
fn a_time_can_be_a_duration_from_now() {
    let (desk, _) = Desk::with_ring();
    desk.add("--seal-from +90m");
    assert!(
        desk.read("keys")
            .ends_with("  seal_from=2027-03-01T07:30:00Z\n")
    );
}

#[test]
fn a_key_is_of_the_suite_of_the_one_that_seals() {
    let desk = Desk::new();
    desk.done("ring add keys --suite xcha");
    desk.add("");
    desk.add("--suite xaes");
    let suites: Vec<_> = desk.ring().keys().iter().map(|key| key.suite).collect();
    let (xaes, xcha) = (Suite::Xaes256Gcm, Suite::XChaCha20Poly1305);
    assert_eq!(suites, [xaes, xcha, xcha]);
}

#[test]
fn a_ring_of_signing_keys_is_changed_like_any_other() {
    let desk = Desk::new();
    let first = new_key(&desk.done("ring add keys --suite sign"));
    let second = new_key(&desk.done("ring rotate keys --after 15m --lifetime 30m"));
    let shown = desk.json("ring show keys --json");
    assert_eq!(shown["mode"], Mode::UnencryptedButSigned.to_string());
    assert_eq!(shown["keys"][0]["id"], first);
    assert_eq!(shown["keys"][1]["id"], second);
    assert_eq!(shown["keys"][1]["suite"], "sign");
    let refused = desk.refused(1, "ring add keys --suite xaes");
    assert!(refused.contains("cannot be in one ring"), "{refused}");
}

#[test]
fn what_would_take_over_unasked_is_refused() {
    let (desk, only) = Desk::with_ring();
    let before = desk.read("keys");
    let refused = desk.refused(1, "ring add keys --suite sign");
    assert!(refused.contains("start another file"), "{refused}");
    let refused = desk.refused(1, &format!("ring add keys --seal-from {}", desk.now));
    assert!(refused.contains("--seal-from must be in the future"));
    let refused = desk.refused(1, "ring add new --seal-from +1h");
    assert!(refused.contains("leave out --seal-from"), "{refused}");
    assert_eq!(
        (desk.read("keys"), desk.files()),
        (before, vec!["keys".to_owned()])
    );

    // It seals before its time because no other key can, and would not beside one whose time has come.
    let waiting = desk
        .read("keys")
        .replace('\n', "  seal_from=2028-01-01T00:00:00Z\n");
    desk.write("keys", waiting);
    let refused = desk.refused(1, "ring add keys");
    let wanted = format!("`hardtack ring promote keys {only}`");
    assert!(refused.contains(&wanted), "{refused}");
    desk.done("ring add keys --seal-from 2029-01-01T00:00:00Z");
    let refused = desk.refused(1, "ring add keys --seal-from +1h");
    assert!(refused.contains(&wanted), "{refused}");
    desk.done(&format!("ring promote keys {only}"));
    desk.add("");
    assert_eq!(desk.sealing(), only);
}

#[test]
fn the_later_of_two_keys_with_the_same_time_seals() {
    let (desk, _) = Desk::with_ring();
    let planned = desk.add("--seal-from +1h");
    let told = desk.done("ring add keys --seal-from +1h");
    let added = new_key(&told);
    assert!(
        told.contains(&format!("key {added} seals from 2027-03-01T07:00:00Z")),
        "{told}"
    );
    let ring = desk.ring();
    assert_eq!(ring.sealing_key(at(3600)).to_string(), added);
    assert_eq!(ring.keys()[1].id.to_string(), planned);
}

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
