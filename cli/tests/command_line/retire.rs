use crate::desk::{Desk, at, new_key};

#[test]
fn after_its_time_a_key_is_removed_without_a_word() {
    let (mut desk, old) = Desk::with_ring();
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T18:17:59Z".to_owned();
    desk.refused(1, &format!("ring retire keys {old}"));
    desk.now = "2027-03-01T18:18:00Z".to_owned();
    let told = desk.done(&format!("ring retire keys {old}"));
    assert!(told.starts_with(&format!("key {old} is removed\n")));
    let ids: Vec<_> = desk
        .ring()
        .keys()
        .iter()
        .map(|key| key.id.to_string())
        .collect();
    assert_eq!(ids, [new]);
}

#[test]
fn a_key_whose_sessions_may_live_is_removed_by_force_only() {
    let (mut desk, old) = Desk::with_ring();
    desk.add("--seal-from +1h");
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    let refused = desk.refused(1, &format!("ring retire keys {old}"));
    assert!(
        refused.contains("may live until 2027-03-01T19:01:00Z") && refused.contains("--force"),
        "{refused}"
    );
    let refused = desk.refused(1, &format!("ring retire keys {old} --at +1h"));
    assert!(
        refused.contains("may live until 2027-03-01T19:01:00Z"),
        "{refused}"
    );
    assert_eq!(desk.ring().keys().len(), 2);
    let told = desk.done(&format!(
        "ring retire keys {old} --at +1h --force --dry-run"
    ));
    assert!(
        told.contains(
            "refuse this ring without `danger_retire_early`, and accept one without the key"
        ),
        "{told}"
    );
    // Shorter sessions have ended by now.
    desk.done(&format!("ring retire keys {old} --lifetime 30m --dry-run"));
    desk.done(&format!("ring retire keys {old} --force"));
    assert_eq!(desk.ring().keys().len(), 1);
}

#[test]
fn a_key_that_may_have_sealed_until_now_needs_force_as_well() {
    let (desk, _) = Desk::with_ring();
    let second = desk.add("");
    let refused = desk.refused(1, &format!("ring retire keys {second}"));
    assert!(refused.contains("2027-03-01T18:01:00Z"), "{refused}");
    desk.done(&format!(
        "ring retire keys {second} --at 2027-03-01T18:01:00Z"
    ));
    let ring = desk.ring();
    assert_eq!(ring.accepted_keys(at(12 * 3600 + 59)).len(), 2);
    assert_eq!(ring.accepted_keys(at(12 * 3600 + 60)).len(), 1);
}

#[test]
fn a_time_that_a_key_has_is_replaced() {
    let (desk, old) = Desk::with_ring();
    desk.add("--seal-from +1h");
    desk.done(&format!("ring retire keys {old} --at +24h"));
    desk.done(&format!("ring retire keys {old} --at +48h"));
    assert!(
        desk.read("keys")
            .contains("accept_until=2027-03-03T06:00:00Z")
    );
    assert!(!desk.read("keys").contains("accept_until=2027-03-02"));
}

#[test]
fn a_key_that_never_sealed_is_removed_without_a_word() {
    let (desk, old) = Desk::with_ring();
    let planned = desk.add("--seal-from +1h");
    desk.done(&format!("ring retire keys {planned}"));
    assert_eq!(desk.sealing(), old);
    assert_eq!(desk.ring().keys().len(), 1);
}

#[test]
fn a_planned_key_that_seals_by_a_clock_that_is_ahead_is_removed_by_force_only() {
    for (now, is_refused) in [("06:57:59", false), ("06:58:00", true), ("06:59:59", true)] {
        let (mut desk, _) = Desk::with_ring();
        let planned = desk.add("--seal-from +1h");
        desk.now = format!("2027-03-01T{now}Z");
        let line = format!("ring retire keys {planned}");
        if is_refused {
            let refused = desk.refused(1, &line);
            assert!(
                refused.starts_with(&format!(
                    "sessions that key {planned} sealed may live until"
                )),
                "{refused}"
            );
            desk.done(&format!("{line} --force --dry-run"));
            desk.done(&format!("{line} --skew 0s --dry-run"));
        } else {
            desk.done(&line);
        }
    }
}

#[test]
fn a_planned_key_that_sealed_before_it_was_put_off_is_removed_by_force_only() {
    let (mut desk, old) = Desk::with_ring();
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    desk.done(&format!("ring promote keys {old}"));
    desk.done(&format!("ring promote keys {new} --at +1days"));
    let line = format!("ring retire keys {new}");
    let refused = desk.refused(1, &line);
    assert!(
        refused.contains("may live until 2027-03-01T20:01:00Z"),
        "{refused}"
    );
    desk.done(&format!("{line} --force --dry-run"));
    desk.now = "2027-03-01T20:01:00Z".to_owned();
    desk.done(&line);
}

#[test]
fn a_key_in_the_middle_is_not_removed_while_the_one_before_it_needs_it() {
    let (mut desk, first) = Desk::with_ring();
    let middle = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T11:00:00Z".to_owned();
    let last = new_key(&desk.done("ring rotate keys --after 15m"));
    // Both have retired.
    desk.now = "2027-03-02T11:00:00Z".to_owned();
    let retire = |id| format!("ring retire keys {id}");
    let refused = desk.refused(1, &format!("{} --force", retire(&middle)));
    assert_eq!(
        refused,
        format!(
            "without key {middle} key {first} would be accepted for only 7h 1m after key {last} begins to seal, \
             and the application may refuse the ring; first remove that key with `hardtack ring retire keys {first}`"
        )
    );
    desk.done(&format!("{} --lifetime 7h --dry-run", retire(&middle)));
    desk.done(&retire(&first));
    desk.done(&retire(&middle));
    desk.done("ring check keys");
}

#[test]
fn a_planned_key_in_the_middle_is_not_removed_while_the_one_before_it_needs_it() {
    for (later, remains) in [("+12h", "2h"), ("+14h", "0s"), ("+20h", "0s")] {
        let (desk, first) = Desk::with_ring();
        let middle = desk.add("--seal-from +1h");
        desk.done(&format!("ring retire keys {first} --at +14h"));
        let last = desk.add(&format!("--seal-from {later}"));
        let refused = desk.refused(1, &format!("ring retire keys {middle}"));
        assert_eq!(
            refused,
            format!(
                "without key {middle} key {first} would be accepted for only {remains} after key {last} begins to \
                 seal, and the application may refuse the ring; first give that key a later end with `hardtack ring \
                 retire keys {first} --at TIME`"
            )
        );
        desk.done(&format!("ring retire keys {first} --at +33h"));
        desk.done(&format!("ring retire keys {middle}"));
        desk.done("ring check keys");
    }
}

#[test]
fn a_planned_key_retires_after_the_sessions_that_it_will_seal() {
    let (desk, _) = Desk::with_ring();
    let planned = desk.add("--seal-from +1h");
    desk.add("--seal-from +12h");
    let refused = desk.refused(1, &format!("ring retire keys {planned} --at +13h"));
    assert!(
        refused.contains("may live until 2027-03-02T06:01:00Z"),
        "{refused}"
    );
    desk.done(&format!(
        "ring retire keys {planned} --at 2027-03-02T06:01:00Z"
    ));
    desk.done("ring check keys");
}

#[test]
fn the_key_that_seals_is_refused() {
    let (desk, only) = Desk::with_ring();
    let refused = desk.refused(1, &format!("ring retire keys {only} --force"));
    assert_eq!(
        refused,
        format!(
            "key {only} seals; make another key seal first, with `hardtack ring rotate` or `hardtack ring \
             promote`, or drop this one with `hardtack ring leaked`"
        )
    );
    let refused = desk.refused(1, &format!("ring retire keys {only} --at +24h"));
    assert!(refused.starts_with(&format!("no key seals after key {only}; first run")));
    let next = desk.add("--seal-from +1h");
    let refused = desk.refused(1, &format!("ring retire keys {only} --at +1h --force"));
    assert_eq!(
        refused,
        format!(
            "key {only} seals until key {next} takes over at 2027-03-01T07:00:00Z; give a later --at"
        )
    );
    let refused = desk.refused(
        1,
        &format!("ring retire keys {next} --at {} --force", desk.now),
    );
    assert_eq!(
        refused,
        "--at is not in the future; leave it out to remove the key"
    );
    let refused = desk.refused(1, "ring retire keys 12345678");
    assert!(refused.starts_with("keys has no key 12345678"), "{refused}");
}
