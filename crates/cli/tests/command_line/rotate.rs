use std::time::Duration;

use hardtack::{
    SessionCookie,
    keys::Suite,
    session::{Outcome, Reason},
};

use crate::desk::{Desk, at, new_key};

const HOUR: u64 = 3600;

#[test]
fn the_plan_is_told_and_written() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let told = desk.done("ring rotate keys --after 15m");
    let new = new_key(&told);
    let ring = desk.ring();
    assert_eq!(
        told,
        format!(
            "new key {new}, accepted\n\
             before 2027-03-01T06:15:00Z give keys to every instance, in any order\n\
             from   2027-03-01T06:17:00Z key {new} seals, and key {old} only opens\n\
             from   2027-03-01T18:33:00Z key {old} opens nothing: remove it with `hardtack ring retire keys {old}`,\n\
             \x20      unless the application binds devices or keeps unknown keys\n\
             fingerprint {}\n",
            ring.fingerprint()
        )
    );
    let [first, second] = &ring.keys()[..] else {
        panic!("{ring:?}")
    };
    assert_eq!(first.accept_until, Some(at(12 * HOUR + 33 * 60)));
    assert_eq!(second.seal_from, Some(at(17 * 60)));
    assert_eq!((first.seal_from, second.accept_until), (None, None));
    assert!(SessionCookie::encrypted(ring).build().is_ok());
}

#[test]
fn lifetime_skew_and_suite_are_as_asked_for() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
    desk.done("ring rotate keys --after 1h --lifetime 30days --skew 5m --suite xcha");
    assert!(desk.read("keys").starts_with("# overlap=30d5m\n"));
    let ring = desk.ring();
    let [first, second] = &ring.keys()[..] else {
        panic!("{ring:?}")
    };
    assert_eq!(second.suite, Suite::XChaCha20Poly1305);
    assert_eq!(second.seal_from, Some(at(HOUR + 600)));
    assert_eq!(
        first.accept_until,
        Some(at(2 * HOUR + 900 + 30 * 24 * HOUR))
    );
    let month = Duration::from_secs(30 * 24 * HOUR);
    let remembering = SessionCookie::encrypted(ring).remember_up_to(month);
    assert!(remembering.build().is_ok());
}

/// It seals with the old key for as long after the takeover as the push was to take.
#[test]
fn the_old_key_outlasts_what_an_instance_that_is_late_seals() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30m");
    let late = SessionCookie::encrypted(desk.ring()).build().unwrap();
    desk.done("ring rotate keys --after 15m");
    let ring = desk.ring();
    let [first, second] = &ring.keys()[..] else {
        panic!("{ring:?}")
    };
    let got = (17 + 15) * 60;
    assert_eq!(second.seal_from, Some(at(got - 15 * 60)));
    let cookie = SessionCookie::encrypted(ring.clone()).build().unwrap();
    // Its clock is right, or ahead by the skew.
    for (ahead, reason) in [(0, Reason::Idle), (60, Reason::RetiredKey)] {
        let pair = late.cookie_for(at(got + ahead), |session| session.insert("visits", 0));
        let pair = pair.unwrap();
        let end = got + ahead + 30 * 60;
        let outcome = |seconds| cookie.load([&*pair], at(seconds)).outcome();
        let Outcome::OpenedUnderAcceptedKey { key_id } = outcome(end - 1) else {
            panic!("{:?}", outcome(end - 1))
        };
        assert_eq!(key_id.to_string(), old);
        assert!(
            matches!(outcome(end), Outcome::Rejected { reason: why, .. } if why == reason),
            "{:?}",
            outcome(end)
        );
        assert!(first.accept_until >= Some(at(end)));
    }
    assert_eq!(first.accept_until, Some(at(got + 60 + 30 * 60)));
}

#[test]
fn one_rotation_is_planned_at_a_time() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let refused = desk.refused(1, "ring rotate keys --after 15m");
    assert_eq!(
        refused,
        format!(
            "key {new} is already planned to take over; wait for that, or cancel it with `hardtack ring promote \
             keys {old}` and `hardtack ring retire keys {new}`"
        )
    );
    desk.now = "2027-03-01T06:17:00Z".to_owned();
    desk.done("ring rotate keys --after 15m");
    assert_eq!(desk.ring().keys().len(), 3);
}

#[test]
fn a_key_that_seals_before_its_time_does_not_stand_in_the_way_of_a_later_one() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let key = desk.read("keys");
    desk.write(
        "keys",
        format!("{} seal_from=2027-03-01T06:10:00Z\n", key.trim_end()),
    );
    // The new key would seal at 06:09, and the one that seals now again at 06:10.
    let refused = desk.refused(1, "ring rotate keys --after 7m");
    let wanted = format!("first run `hardtack ring promote keys {old}`");
    assert!(refused.contains(&wanted), "{refused}");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let ring = desk.ring();
    let [first, last] = &ring.keys()[..] else {
        panic!("{ring:?}")
    };
    assert_eq!([first.id, last.id].map(|id| id.to_string()), [old, new]);
    assert_eq!(first.accept_until, Some(at((17 + 720 + 1 + 15) * 60)));
    desk.done("ring check keys");
}

#[test]
fn there_has_to_be_a_ring_and_a_time() {
    let desk = Desk::new();
    let refused = desk.refused(3, "ring rotate keys --after 15m");
    assert_eq!(
        refused,
        "keys has no key; restore its keys, because a new one signs everyone out; `hardtack ring add keys` makes the first"
    );
    assert!(desk.files().is_empty());
    desk.done("ring add keys");
    let refused = desk.refused(2, "ring rotate keys");
    assert!(refused.contains("--after <DURATION>"), "{refused}");
    for duration in [
        "--after 9000years",
        "--after 1h --skew 10000000000000000000s",
        "--after 1h --skew 10000000000000000000s --lifetime 1h",
    ] {
        assert_eq!(
            desk.refused(2, &format!("ring rotate keys {duration}")),
            "the time is after the year 9999; give a shorter duration"
        );
    }
    let refused = desk.refused(2, "ring rotate keys --after 1500ms");
    assert!(refused.contains("in whole seconds"), "{refused}");
}
