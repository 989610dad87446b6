use hardtack::EncryptionKey;

use crate::desk::{Desk, at, new_key};

#[test]
fn an_accepted_key_seals_from_now_on() {
    let (desk, first) = Desk::with_ring_for("--lifetime 12h");
    let second = desk.add("");
    let told = desk.done(&format!("ring promote keys {second}"));
    assert!(told.starts_with(&format!(
        "key {second} seals\nkey {first} then only opens\n"
    )));
    let ring = desk.ring();
    assert_eq!(ring.sealing_key(at(0)).to_string(), second);
    assert_eq!(ring.accepted_keys(at(0)).len(), 2);
}

/// Its id is easily taken for that of the new key.
#[test]
fn a_key_that_seals_already_is_said_to() {
    let (desk, first) = Desk::with_ring_for("--lifetime 12h");
    desk.add("");
    let before = desk.read("keys");
    let told = desk.done(&format!("ring promote keys {first}"));
    let says = format!("key {first} seals already; no key is changed\n");
    assert!(told.starts_with(&says), "{told}");
    assert_eq!(desk.read("keys"), before);
}

#[test]
fn a_key_can_be_promoted_for_later() {
    let (desk, first) = Desk::with_ring_for("--lifetime 12h");
    let second = desk.add("");
    let told = desk.done(&format!("ring promote keys {second} --at +1h"));
    assert!(told.contains("seals from 2027-03-01T07:00:00Z"), "{told}");
    let seals = |seconds| desk.ring().sealing_key(at(seconds)).to_string();
    assert_eq!((seals(3599), seals(3600)), (first, second));
}

#[test]
fn a_promotion_for_later_stops_no_key_that_seals_before_its_time() {
    // No key has reached its time, so the earlier one seals.
    let mut desk = Desk::new();
    let [second, third] = ["07", "08"].map(|hour| {
        let key: EncryptionKey = desk.done("keygen").trim_end().parse().unwrap();
        let line = format!(
            "{} seal_from=2027-03-01T{hour}:00:00Z\n",
            *key.expose_secret()
        );
        (key.id().to_string(), line)
    });
    desk.write("keys", second.1 + &third.1);
    let (second, third) = (second.0, third.0);
    assert_eq!(desk.sealing(), second);
    let before = desk.read("keys");
    let refused = desk.refused(1, &format!("ring promote keys {third} --at +30m"));
    let says = format!("first run `hardtack ring promote keys {second}`");
    assert!(refused.contains(&says), "{refused}");
    assert_eq!(desk.read("keys"), before);

    desk.done(&format!("ring promote keys {second}"));
    desk.done(&format!("ring promote keys {third} --at +30m"));
    assert_eq!(desk.sealing(), second);
    desk.now = "2027-03-01T06:30:00Z".to_owned();
    assert_eq!(desk.sealing(), third);
}

#[test]
fn promoting_back_and_forth_within_one_second_does_what_was_asked_for_last() {
    let (desk, first) = Desk::with_ring_for("--lifetime 12h");
    let second = desk.add("");
    for key in [&second, &first, &second, &first] {
        desk.done(&format!("ring promote keys {key}"));
        assert_eq!(desk.sealing(), *key);
    }
}

#[test]
fn a_rotation_is_taken_back_and_both_keys_stay_accepted() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    assert_eq!(desk.sealing(), new);
    let told = desk.done(&format!("ring promote keys {old}"));
    // An instance with the earlier file ends the key as planned, although others seal with it.
    let deadline = "before 2027-03-01T18:33:00Z give keys to every instance";
    assert!(told.contains(deadline), "{told}");
    assert_eq!(desk.sealing(), old);
    let ring = desk.ring();
    assert_eq!(ring.accepted_keys(at(1_000_000_000)).len(), 2);
    assert_eq!(ring.sealing_key(at(1_000_000_000)).to_string(), old);
}

#[test]
fn a_rotation_is_called_off_before_it_begins() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let before = desk.read("keys");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let refused = desk.refused(1, &format!("ring retire keys {new}"));
    let wanted = format!("first run `hardtack ring promote keys {old}`");
    assert!(refused.contains(&wanted), "{refused}");

    let told = desk.done(&format!("ring promote keys {old}"));
    let wanted = format!(
        "key {new} still takes over at 2027-03-01T06:17:00Z; `hardtack ring retire keys {new}`"
    );
    assert!(told.contains(&wanted), "{told}");
    desk.done(&format!("ring retire keys {new}"));
    assert_eq!(desk.read("keys"), before);
}

#[test]
fn a_rotation_that_some_instance_may_have_begun_is_called_off_by_force() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    // Less than two skews before it seals.
    desk.now = "2027-03-01T06:15:30Z".to_owned();
    let told = desk.done(&format!("ring promote keys {old}"));
    let wanted = format!("`hardtack ring retire keys {new} --force` cancels that");
    assert!(told.contains(&wanted), "{told}");
    desk.refused(1, &format!("ring retire keys {new}"));
    desk.done(&format!("ring retire keys {new} --force"));
    assert!(!desk.read("keys").contains(&new));
}

#[test]
fn a_rotation_is_called_off_by_force_for_as_long_as_tokens_of_its_key_may_open() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    assert_eq!(desk.sealing(), new);
    let third = new_key(&desk.done("ring rotate keys --after 15m"));
    let told = desk.done(&format!("ring promote keys {old}"));
    let wanted = format!("`hardtack ring retire keys {third} --force` cancels that");
    assert!(told.contains(&wanted), "{told}");
    desk.refused(1, &format!("ring retire keys {third}"));
}

#[test]
fn what_seals_already_stays_as_it_is() {
    let (desk, only) = Desk::with_ring_for("--lifetime 12h");
    let before = desk.read("keys");
    desk.done(&format!("ring promote keys {only}"));
    assert_eq!(desk.read("keys"), before);
}

#[test]
fn what_cannot_be_promoted_is_refused() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let refused = desk.refused(1, "ring promote keys 00000000");
    assert_eq!(refused, format!("keys has no key 00000000, only {old}"));
    let refused = desk.refused(
        1,
        &format!("ring promote keys {old} --at 2027-03-01T05:59:59Z"),
    );
    assert_eq!(refused, "--at is in the past; leave it out for now");
    let refused = desk.refused(1, &format!("ring promote keys {old} --at +1h"));
    assert_eq!(refused, format!("key {old} seals already; leave out --at"));

    desk.done("ring rotate keys --after 15m");
    desk.now = "2027-03-02T00:00:00Z".to_owned();
    let refused = desk.refused(1, &format!("ring promote keys {old}"));
    assert!(refused.contains("no instance accepts it"), "{refused}");
    desk.done(&format!("ring promote keys {old} --at +15m"));
    desk.now = "2027-03-02T00:15:00Z".to_owned();
    assert_eq!(desk.sealing(), old);
}

#[test]
fn a_takeover_is_not_put_off_past_what_the_old_key_was_given() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let line = format!("ring promote keys {new} --at +2h");
    let retire = format!("ring retire keys {old} --at 2027-03-01T20:01:00Z");
    assert_eq!(
        desk.refused(1, &line),
        format!(
            "key {old} would open for only 10h 33m after key {new} begins to seal, and its tokens may open for 12h \
             1m; first run `hardtack {retire}`"
        )
    );
    // The file does not note what was given to a dry run.
    desk.done(&format!("{line} --lifetime 8h --dry-run"));
    desk.refused(1, &line);
    desk.done(&retire);
    let told = desk.done(&line);
    assert!(told.starts_with(&format!(
        "key {new} seals from 2027-03-01T08:00:00Z\nkey {old} then only opens\n"
    )));
    let seals = |seconds| desk.ring().sealing_key(at(seconds)).to_string();
    assert_eq!((seals(7199), seals(7200)), (old, new));
}

#[test]
fn where_a_key_retires_a_takeover_needs_the_overlap() {
    let (desk, old) = Desk::with_ring();
    let new = desk.add("--seal-from +1h");
    desk.done(&format!("ring promote keys {new} --at +2h"));
    desk.done(&format!("ring retire keys {old} --at +13h --force"));
    let before = desk.read("keys");
    let line = format!("ring promote keys {new} --at +3h");
    let refused = desk.refused(1, &line);
    assert!(refused.starts_with("how long the application"), "{refused}");
    assert_eq!(desk.read("keys"), before);
    // The way back needs none, because no key retires then.
    desk.done(&format!("ring promote keys {old} --dry-run"));
    desk.done(&format!("{line} --lifetime 30m"));
    desk.done(&format!("ring promote keys {new} --at +4h"));
}

#[test]
fn a_ring_that_retires_a_key_early_already_can_be_changed() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let line = format!("ring promote keys {new} --lifetime 30d");
    // Not any earlier than it does.
    let refused = desk.refused(1, &format!("{line} --at +1h"));
    assert!(refused.contains(&format!("key {old} would open for only 11h 33m")));
    assert!(
        refused.ends_with("--at 2027-03-31T07:01:00Z --lifetime 30d`"),
        "{refused}"
    );
    desk.done(&format!("{line} --at +5m"));
}

#[test]
fn of_keys_with_one_time_the_one_that_was_promoted_last_seals() {
    let (desk, _) = Desk::with_ring();
    let keys = [(); 3].map(|()| desk.add(""));
    for key in [0, 1, 2, 0, 1].map(|place: usize| &keys[place]) {
        desk.done(&format!("ring promote keys {key} --at +1h"));
        assert_eq!(desk.ring().sealing_key(at(3600)).to_string(), *key);
    }
}

/// The key that retires stood before one without a time, after which nothing is known.
#[test]
fn a_promotion_that_puts_a_key_before_one_with_a_time_needs_the_overlap() {
    let desk = Desk::new();
    let [first, second, third] = [(); 3].map(|()| {
        let key: EncryptionKey = desk.done("keygen").trim_end().parse().unwrap();
        (key.id().to_string(), key.expose_secret().to_string())
    });
    desk.write(
        "keys",
        format!(
            "{} seal_from=2027-03-01T05:00:00Z\n{}\n{} accept_until=2027-03-01T06:10:00Z\n",
            second.1, third.1, first.1
        ),
    );
    let before = desk.read("keys");
    let line = format!("ring promote keys {} --lifetime", third.0);
    let refused = desk.refused(1, &format!("{line} 12h"));
    let expected = format!(
        "key {} would open for only 1h 10m after key {}",
        first.0, second.0
    );
    assert!(refused.starts_with(&expected), "{refused}");
    assert_eq!(desk.read("keys"), before);
    desk.done(&format!("{line} 1h"));
    assert_eq!(desk.sealing(), third.0);
}
