use hardtack::SessionCookie;

use crate::desk::{Desk, at, new_key};

#[test]
fn after_its_time_a_key_is_removed_without_a_word() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
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
fn an_end_before_that_of_the_last_token_is_refused_with_the_command_that_is_right() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.add("--seal-from +1h");
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    for line in ["", "--at +1h"] {
        let refused = desk.refused(1, &format!("ring retire keys {old} {line}"));
        assert_eq!(
            refused,
            format!(
                "tokens that key {old} sealed may open until 2027-03-01T20:01:00Z; run `hardtack ring retire keys {old} \
                 --at 2027-03-01T20:01:00Z`, or give --force"
            )
        );
    }
    assert_eq!(desk.ring().keys().len(), 2);
    let refused = desk.refused(
        1,
        &format!("ring retire keys {old} --at +1h --lifetime 30d --skew 2m"),
    );
    let (_, command) = refused.split_once("`hardtack ").unwrap();
    let (command, _) = command.split_once('`').unwrap();
    assert!(command.ends_with("--at 2027-03-31T08:02:00Z --lifetime 30d --skew 2m"));
    desk.done(command);
    assert_eq!(
        desk.ring().keys()[0].accept_until,
        Some(at(30 * 86_400 + 2 * 3_600 + 120))
    );
    assert!(desk.read("keys").starts_with("# overlap=30d2m\n"));
    // It has that end. No instance may have sealed with it since the other began, so an earlier one would do.
    let refused = desk.refused(1, &format!("ring retire keys {old}"));
    assert!(
        refused.ends_with("; wait until then, or give --force"),
        "{refused}"
    );
    // Unused sessions that are shorter have ended by now.
    desk.done(&format!("ring retire keys {old} --lifetime 30m --dry-run"));
    desk.done(&format!("ring retire keys {old} --force"));
    assert_eq!(desk.ring().keys().len(), 1);
}

/// As it was reported: the sessions of this application are remembered for 30 days.
#[test]
fn two_pushes_do_not_end_a_session_that_is_remembered() {
    let desk = Desk::new();
    desk.write("app.toml", "[session]\nremember_up_to = \"30d\"\n");
    let old = desk.add("");
    let new = desk.add("");
    desk.done(&format!("ring promote keys {new}"));
    let before = desk.read("keys");
    let retire = format!("ring retire keys {old} --at +13h");
    assert_eq!(
        desk.refused(1, &retire),
        "how long the application's tokens stay valid is not known; give --settings FILE, --settings-env PREFIX, or --lifetime DURATION, once, and \
         the file records it"
    );
    let refused = desk.refused(1, &format!("{retire} --settings app.toml"));
    let right = format!("ring retire keys {old} --at 2027-03-31T06:01:00Z --settings app.toml");
    assert_eq!(
        refused,
        format!(
            "tokens that key {old} sealed may open until 2027-03-31T06:01:00Z; run `hardtack {right}`, or give --force"
        )
    );
    assert_eq!(desk.read("keys"), before);
    desk.done(&right);
    desk.done("ring check keys --settings app.toml");
}

#[test]
fn force_tells_of_visitors_who_are_signed_out() {
    let (desk, old) = Desk::with_ring();
    let new = desk.add("");
    desk.done(&format!("ring promote keys {new}"));
    let retire = |options: &str| {
        desk.done(&format!(
            "ring retire keys {old} --at +10m --force {options}"
        ))
    };
    for (options, until) in [
        ("--dry-run", ""),
        ("--lifetime 30m", " until 2027-03-01T06:31:00Z"),
    ] {
        let told = retire(options);
        let effect = format!(
            "key {old} opens nothing from 2027-03-01T06:10:00Z on, although tokens that it sealed may be valid{until}: \
             their visitors are signed out\n"
        );
        assert!(told.contains(&effect), "{told}");
    }
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let count = |minute: u64| cookie.keys_in_use(at(60 * minute)).accepts.len();
    assert_eq!((count(9), count(10)), (2, 1));
    assert_eq!(desk.run("ring check keys").code, Some(1));
    // Nothing opens under it, and its line makes no difference. It could open again.
    let mut desk = desk;
    desk.now = "2027-03-01T06:10:00Z".to_owned();
    let refused = desk.refused(1, &format!("ring retire keys {old} --at +1m"));
    assert!(
        refused.contains("may open until 2027-03-01T06:31:00Z"),
        "{refused}"
    );
    desk.done(&format!(
        "ring retire keys {old} --at 2027-03-01T06:31:00Z --dry-run"
    ));
    desk.done(&format!("ring retire keys {old}"));
}

#[test]
fn force_tells_of_visitors_where_applications_do_not_know_when_a_key_stopped_sealing() {
    let (desk, second) = Desk::with_ring();
    desk.add("");
    // In an editor: the key that is listed first seals.
    let text = desk.read("keys");
    let lines: Vec<_> = text.lines().rev().collect();
    desk.write("keys", lines.join("\n"));
    let told = desk.done(&format!("ring retire keys {second} --at +10m --force"));
    let effect = format!(
        "key {second} opens nothing from 2027-03-01T06:10:00Z on, although tokens that it sealed may be valid: their \
         visitors are signed out\n"
    );
    assert!(told.starts_with(&effect), "{told}");
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    assert_eq!(cookie.keys_in_use(at(600)).accepts.len(), 1);
}

#[test]
fn a_key_that_may_have_sealed_until_now_needs_force_as_well() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
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
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
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
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let planned = desk.add("--seal-from +1h");
    desk.done(&format!("ring retire keys {planned}"));
    assert_eq!(desk.sealing(), old);
    assert_eq!(desk.ring().keys().len(), 1);
}

#[test]
fn a_planned_key_that_seals_by_a_clock_that_is_ahead_is_removed_by_force_only() {
    for (now, is_refused) in [("06:57:59", false), ("06:58:00", true), ("06:59:59", true)] {
        let (mut desk, _) = Desk::with_ring_for("--lifetime 12h");
        let planned = desk.add("--seal-from +1h");
        desk.now = format!("2027-03-01T{now}Z");
        let line = format!("ring retire keys {planned}");
        if is_refused {
            let refused = desk.refused(1, &line);
            assert!(
                refused.starts_with(&format!(
                    "tokens that key {planned} sealed may open until 2027-03-01T1"
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
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    desk.done(&format!("ring promote keys {old}"));
    desk.done(&format!("ring promote keys {new} --at +1days"));
    let line = format!("ring retire keys {new}");
    let refused = desk.refused(1, &line);
    assert!(
        refused.contains("may open until 2027-03-01T20:01:00Z"),
        "{refused}"
    );
    desk.done(&format!("{line} --force --dry-run"));
    desk.now = "2027-03-01T20:01:00Z".to_owned();
    desk.done(&line);
}

#[test]
fn a_key_in_the_middle_is_not_removed_while_the_one_before_it_needs_it() {
    let (mut desk, first) = Desk::with_ring_for("--lifetime 12h");
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
            "without key {middle} key {first} would open for only 7h 16m after key {last} begins to seal, and its \
             tokens may open for 12h 1m; first run `hardtack ring retire keys {first}`"
        )
    );
    desk.done(&format!("{} --lifetime 7h15m --dry-run", retire(&middle)));
    desk.done(&retire(&first));
    desk.done(&retire(&middle));
    desk.done("ring check keys");
}

#[test]
fn a_planned_key_in_the_middle_is_not_removed_while_the_one_before_it_needs_it() {
    for (later, remains, needed) in [
        ("+12h", "2h", "2027-03-02T06:01:00Z"),
        ("+14h", "0s", "2027-03-02T08:01:00Z"),
        ("+20h", "0s", "2027-03-02T14:01:00Z"),
    ] {
        let (desk, first) = Desk::with_ring_for("--lifetime 12h");
        let middle = desk.add("--seal-from +1h");
        desk.done(&format!("ring retire keys {first} --at +14h"));
        let last = desk.add(&format!("--seal-from {later}"));
        let refused = desk.refused(1, &format!("ring retire keys {middle}"));
        assert_eq!(
            refused,
            format!(
                "without key {middle} key {first} would open for only {remains} after key {last} begins to seal, \
                 and its tokens may open for 12h 1m; first run `hardtack ring retire keys {first} --at {needed}`"
            )
        );
        desk.done(&format!("ring retire keys {first} --at {needed}"));
        desk.done(&format!("ring retire keys {middle}"));
        desk.done("ring check keys");
    }
}

#[test]
fn a_planned_key_retires_after_the_sessions_that_it_will_seal() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
    let planned = desk.add("--seal-from +1h");
    desk.add("--seal-from +12h");
    let refused = desk.refused(1, &format!("ring retire keys {planned} --at +13h"));
    assert!(
        refused.contains("may open until 2027-03-02T06:01:00Z"),
        "{refused}"
    );
    desk.done(&format!(
        "ring retire keys {planned} --at 2027-03-02T06:01:00Z"
    ));
    desk.done("ring check keys");
}

#[test]
fn the_key_that_seals_is_refused() {
    let (desk, only) = Desk::with_ring_for("--lifetime 12h");
    let refused = desk.refused(1, &format!("ring retire keys {only} --force"));
    assert_eq!(
        refused,
        format!(
            "key {only} seals; make another key seal first, with `hardtack ring rotate` or `hardtack ring \
             promote`, or drop this one with `hardtack ring leaked`"
        )
    );
    let refused = desk.refused(1, &format!("ring retire keys {only} --at +24h"));
    assert_eq!(
        refused,
        format!(
            "no key seals after key {only}; first run `hardtack ring rotate keys --after DURATION` or `hardtack ring \
             promote keys` with another"
        )
    );
    let next = desk.add("--seal-from +1h");
    let refused = desk.refused(1, &format!("ring retire keys {only} --at +59m --force"));
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

/// Everyone is signed out at that time.
#[test]
fn a_key_can_end_as_the_next_one_begins_if_that_is_meant() {
    let (desk, only) = Desk::with_ring_for("--lifetime 12h");
    let next = desk.add("--seal-from +1h");
    let line = format!("ring retire keys {only} --at +1h");
    let refused = desk.refused(1, &line);
    assert!(refused.ends_with("or give --force"), "{refused}");
    let told = desk.done(&format!("{line} --force"));
    assert!(told.contains("their visitors are signed out"), "{told}");
    assert_eq!(desk.ring().accepted_keys(at(3600)).len(), 1);
    assert_eq!(desk.ring().sealing_key(at(3600)).to_string(), next);
}
