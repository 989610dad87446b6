//! `ring leaked --at`: keys end together, and another takes over at that time.

use hardtack::{
    SessionCookie,
    session::{Outcome, Reason},
};

use crate::desk::{Desk, at, new_key};

const LEAK: &str = "2027-03-01T09:00:00Z";
const HOURS: u64 = 3 * 3600;

fn ids(desk: &Desk) -> Vec<String> {
    let keys = desk.ring().keys();
    keys.iter().map(|key| key.id.to_string()).collect()
}

/// A ring of one key, three hours later.
fn with_old_ring() -> (Desk, String) {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.now = LEAK.to_owned();
    (desk, old)
}

/// What becomes of a session under the earlier ring, in seconds after the leak.
fn outcome(desk: &Desk, before: &SessionCookie, seconds: u64) -> Outcome {
    let pair = before.cookie_for(at(HOURS + seconds), |session| session.insert("user", 1));
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    cookie.load([pair.unwrap()], at(HOURS + seconds)).outcome()
}

#[test]
fn it_tells_what_comes_when_and_every_session_ends_then() {
    let (desk, old) = with_old_ring();
    let before = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let told = desk.done(&format!("ring leaked keys {old} --at +15m"));
    let new = new_key(&told);
    let fingerprint = desk.ring().fingerprint();
    assert_eq!(
        told,
        format!(
            "new key {new}, accepted\n\
             before 2027-03-01T09:13:00Z give keys to every instance, in any order\n\
             until  2027-03-01T09:15:00Z forgeries open\n\
             from   2027-03-01T09:15:00Z key {new} seals, and key {old} opens nothing: everyone is signed out once\n\
             anyone with the key can still read what was recorded under it\n\
             destroy every other copy of the ring that has the key, such as a backup or an earlier version in a secret \
             manager\n\
             after that remove it with `hardtack ring retire keys {old}`, unless the application binds devices or keeps \
             unknown keys\n\
             fingerprint {fingerprint}\n"
        )
    );
    assert!(matches!(
        outcome(&desk, &before, 899),
        Outcome::Opened { .. }
    ));
    let reason = match outcome(&desk, &before, 900) {
        Outcome::Rejected { reason, .. } => reason,
        outcome => panic!("{outcome:?}"),
    };
    assert_eq!(reason, Reason::RetiredKey);
    let checked = desk.done("ring check keys");
    let warning = format!(
        "warning: key {old} ends at 2027-03-01T09:15:00Z, as key {new} takes over: everyone is signed out then, as after a leak"
    );
    assert!(checked.contains(&warning), "{checked}");
    assert!(!checked.contains("error: "), "{checked}");
}

#[test]
fn then_the_keys_can_be_removed_and_the_next_rotation_begins() {
    let (mut desk, old) = with_old_ring();
    let told = desk.done(&format!("ring leaked keys {old} --at +15m"));
    desk.now = "2027-03-01T09:15:00Z".to_owned();
    let checked = desk.done("ring check keys");
    assert!(checked.contains(&format!("remove it with `hardtack ring retire keys {old}`")));
    desk.done(&format!("ring retire keys {old}"));
    assert_eq!(ids(&desk), [new_key(&told)]);
    desk.done("ring rotate keys --after 15m");
    desk.done("ring check keys");
}

#[test]
fn a_key_that_has_not_sealed_takes_over() {
    for way in [
        "add keys",
        "rotate keys --after 1h",
        "add keys --seal-from +1d",
    ] {
        let (desk, old) = with_old_ring();
        let next = new_key(&desk.done(&format!("ring {way}")));
        let told = desk.done(&format!("ring leaked keys {old} --at +15m"));
        assert!(!told.contains("new key"), "{told}");
        let from =
            format!("from   2027-03-01T09:15:00Z key {next} seals, and key {old} opens nothing");
        assert!(told.contains(&from), "{told}");
        assert_eq!(ids(&desk), [old, next.clone()], "{way}");
        assert_eq!(desk.ring().accepted_keys(at(HOURS + 900)).len(), 1);
        assert_eq!(desk.ring().sealing_key(at(HOURS + 900)).to_string(), next);
    }
}

/// An instance without the new file seals forgeries again under it.
#[test]
fn a_key_that_seals_before_the_time_ends_with_the_others() {
    let (mut desk, old) = with_old_ring();
    let planned = new_key(&desk.done("ring rotate keys --after 5m"));
    let told = desk.done(&format!("ring leaked keys {old} --at +15m"));
    let new = new_key(&told);
    assert!(
        told.contains(&format!("keys {old}, {planned} open nothing")),
        "{told}"
    );
    assert_eq!(desk.ring().accepted_keys(at(HOURS + 899)).len(), 3);
    let after: Vec<_> = desk.ring().accepted_keys(at(HOURS + 900));
    assert_eq!(
        after.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [new]
    );
    desk.done("ring check keys");
    assert!(
        told.contains("remove them in this order, each with `hardtack ring retire keys KEY`"),
        "{told}"
    );
    desk.now = "2027-03-01T09:15:00Z".to_owned();
    for key in [old, planned] {
        desk.done(&format!("ring retire keys {key}"));
    }
}

/// Forgeries may have been sealed again under it.
#[test]
fn a_key_that_has_sealed_does_not_take_over() {
    // It sealed once, as long as a rollback took.
    let (mut desk, old) = with_old_ring();
    let other = desk.add("");
    desk.done(&format!("ring promote keys {other}"));
    desk.now = "2027-03-01T09:05:00Z".to_owned();
    desk.done(&format!("ring promote keys {old}"));
    desk.done(&format!("ring promote keys {other} --at +1d"));
    let told = desk.done(&format!("ring leaked keys {old} --at +15m"));
    let new = new_key(&told);
    assert!(
        told.contains(&format!("key {other} is removed, before sealing")),
        "{told}"
    );
    assert_eq!(ids(&desk), [old, new]);

    // By hand: it is listed first until the other one takes its place, and nothing shows which of the two sealed.
    let (desk, old) = with_old_ring();
    let text = desk.read("keys");
    let other = Desk::with_ring().0.read("keys");
    let key = |text: &str| {
        text.lines()
            .find(|line| line.starts_with("hardtack"))
            .unwrap()
            .to_owned()
    };
    desk.write("keys", format!("{}\n{}\n", key(&text), key(&other)));
    assert_eq!(desk.sealing(), old);
    let told = desk.done(&format!("ring leaked keys {old} --at +15m"));
    assert_eq!(desk.ring().accepted_keys(at(HOURS + 900)).len(), 1);
    assert_eq!(
        desk.ring().sealing_key(at(HOURS + 900)).to_string(),
        new_key(&told)
    );
}

#[test]
fn a_key_that_was_replaced_by_hand_does_not_take_over() {
    let (desk, old) = with_old_ring();
    let next = desk.add("");
    // It is moved to the top, as docs/rotation.md says.
    let mut lines: Vec<_> = desk.read("keys").lines().map(str::to_owned).collect();
    let len = lines.len();
    lines.swap(len - 2, len - 1);
    desk.write("keys", lines.join("\n") + "\n");
    assert_eq!(desk.sealing(), next);
    let told = desk.done(&format!("ring leaked keys {next} --at +15m"));
    assert!(
        told.contains(&format!("{old}, {next} open nothing")),
        "{told}"
    );
    assert_eq!(
        desk.ring().sealing_key(at(HOURS + 900)).to_string(),
        new_key(&told)
    );
}

#[test]
fn the_time_leaves_room_for_every_clock() {
    let (desk, old) = with_old_ring();
    let before = desk.read("keys");
    for time in ["+2m", "2027-03-01T09:00:00Z"] {
        let refused = desk.refused(1, &format!("ring leaked keys {old} --at {time}"));
        assert_eq!(
            refused,
            "every instance needs the new file before that, whatever its clock shows, so --at must be later than \
             2027-03-01T09:02:00Z"
        );
    }
    assert_eq!(desk.read("keys"), before);
    desk.done(&format!("ring leaked keys {old} --at +121s"));
}

#[test]
fn without_a_way_the_command_says_what_each_costs() {
    let (desk, old) = with_old_ring();
    let refused = desk.refused(2, &format!("ring leaked keys {old}"));
    assert_eq!(
        refused,
        "give --at TIME, such as --at +15m, or --now: with --at everyone is signed out once, and whoever has the key can forge \
         sessions until then; with --now forgeries end on each instance as soon as it has the file, and each second until the \
         last one has it signs visitors out again"
    );
    for ways in [
        "--at +15m --now",
        "--now --not-before +15m",
        "--at +15m --not-before +15m",
    ] {
        let refused = desk.refused(2, &format!("ring leaked keys {old} {ways}"));
        assert!(refused.contains("cannot be used with"), "{refused}");
    }
}

#[test]
fn a_planned_key_that_leaked_never_seals() {
    let (desk, old) = with_old_ring();
    let planned = new_key(&desk.done("ring rotate keys --after 1h"));
    let told = desk.done(&format!("ring leaked keys {planned} --at +15m"));
    assert!(
        told.contains(&format!("key {planned} is removed, before sealing")),
        "{told}"
    );
    assert_eq!(ids(&desk), [old, new_key(&told)]);
}

#[test]
fn a_ring_in_a_variable_is_handed_over_too() {
    let mut desk = Desk::new();
    let one = desk.run_on("", "ring add -").out;
    desk.now = LEAK.to_owned();
    let old = one.parse::<hardtack::KeyRing>().unwrap().keys()[0].id;
    let ran = desk.run_on(&one, &format!("ring leaked - {old} --at +15m"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let ring: hardtack::KeyRing = ran.out.parse().unwrap();
    assert_eq!(ring.accepted_keys(at(HOURS + 900)), [ring.keys()[1].id]);
    assert!(
        ran.err
            .contains("; a ring in one line cannot note the key, so no command notices its return"),
        "{}",
        ran.err
    );
    let checked = desk.run_on(&ran.out, "ring check - --lifetime 30m");
    assert_eq!(checked.code, Some(0), "{}", checked.out);
}
