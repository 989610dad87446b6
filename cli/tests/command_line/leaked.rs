use hardtack::{
    SessionCookie,
    session::{Outcome, Reason},
};

use crate::desk::{Desk, at, new_key};

const READS_ON: &str = "anyone with the key can still read what was recorded under it";

fn ids(desk: &Desk) -> Vec<String> {
    let keys = desk.ring().keys();
    keys.iter().map(|key| key.id.to_string()).collect()
}

#[test]
fn every_key_is_dropped_for_a_new_one() {
    let (desk, old) = Desk::with_ring();
    let text = format!("# ours\n{}# the end\n", desk.read("keys"));
    desk.write("keys", text);
    let other = desk.add("");
    let told = desk.done(&format!("ring leaked keys {old}"));
    let new = new_key(&told);
    assert_eq!(ids(&desk), [new.as_str()]);
    for sentence in [
        &format!("key {old} is dropped"),
        &format!("key {other} is dropped too: a forgery may have been sealed again under each"),
        &format!("new key {new} seals"),
        "everyone is signed out",
        READS_ON,
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let text = desk.read("keys");
    assert!(text.starts_with("# ours\nhardtack_key_") && text.ends_with("\n# the end\n"));
}

#[test]
fn a_forgery_that_was_sealed_again_opens_no_more() {
    let (mut desk, old) = Desk::with_ring();
    let new = desk.add("");
    desk.done(&format!("ring promote keys {new}"));
    let forged = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let forged = forged
        .cookie_for(at(10), |session| session.insert("user", 1))
        .unwrap();
    desk.now = "2027-03-01T07:00:00Z".to_owned();
    desk.done(&format!("ring leaked keys {old}"));
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    assert!(cookie.load([forged], at(20)).is_new());
}

#[test]
fn with_not_before_the_other_keys_stay() {
    let (desk, old) = Desk::with_ring();
    let other = desk.add("");
    let told = desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    assert_eq!(ids(&desk), [other.as_str()]);
    assert!(
        desk.read("keys")
            .contains("\nnot_before=2027-03-01T06:10:00Z\n")
    );
    for sentence in [
        &format!("key {other} seals"),
        "everyone who signed in before 2027-03-01T06:10:00Z is signed out",
        "until 2027-03-01T06:10:00Z no one can stay signed in",
        READS_ON,
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let of = |seconds| {
        cookie
            .cookie_for(at(seconds), |session| session.insert("user", 1))
            .unwrap()
    };
    let outcome = |begun, seen| cookie.load([of(begun)], at(seen)).outcome();
    let revoked = |outcome| {
        matches!(
            outcome,
            Outcome::Rejected {
                reason: Reason::Revoked,
                ..
            }
        )
    };
    assert!(revoked(outcome(0, 700)));
    // What it says of the time until then.
    assert!(revoked(outcome(599, 599)));
    assert!(matches!(outcome(600, 700), Outcome::Opened { .. }));
}

#[test]
fn the_moment_can_be_set_when_the_key_is_gone_already() {
    let (mut desk, old) = Desk::with_ring();
    let other = desk.add("");
    desk.done(&format!("ring promote keys {other}"));
    desk.done(&format!("ring retire keys {old} --force"));
    desk.now = "2027-03-01T06:20:00Z".to_owned();
    let refused = desk.refused(1, &format!("ring leaked keys {old}"));
    assert!(
        refused.ends_with("; for a key that was removed earlier give --not-before"),
        "{refused}"
    );
    let leaked = |moment| format!("ring leaked keys {old} --not-before 2027-03-01T06:{moment}Z");
    let told = desk.done(&leaked("36:00"));
    for sentence in [
        &*format!("key {old} is no longer in keys"),
        "until 2027-03-01T06:36:00Z no one can stay signed in",
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let refused = desk.refused(1, &leaked("35:59"));
    assert!(
        refused.contains("already refused, which is later"),
        "{refused}"
    );
    desk.done(&leaked("38:00"));
    assert!(
        desk.read("keys")
            .contains("not_before=2027-03-01T06:38:00Z")
    );
    assert!(!desk.read("keys").contains("06:36:00"));
}

#[test]
fn a_forgery_is_refused_that_went_through_a_sign_in_after_its_key_was_gone() {
    let (mut desk, old) = Desk::with_ring();
    desk.done("ring rotate keys --after 15m");
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let forged = cookie
        .cookie_for(at(0), |session| session.insert("role", "admin"))
        .unwrap();
    // Each visit signs in, and the last two are under the new key.
    let sign_in = |field: String, seconds| {
        let session = cookie.load([field], at(seconds));
        assert_eq!(session.get("role").unwrap(), Some("admin".to_owned()));
        session.renew().unwrap();
        let field = cookie.save(&session).unwrap().into_iter().next().unwrap();
        field.split(';').next().unwrap().to_owned()
    };
    let visits = (1200..30 * 3600).step_by(1200);
    let living = visits.fold(forged, sign_in);
    desk.now = "2027-03-02T12:00:00Z".to_owned();
    desk.done(&format!("ring retire keys {old}"));
    for moment in ["2027-03-02T12:00:00Z", "2027-03-02T11:00:00Z"] {
        let refused = desk.refused(1, &format!("ring leaked keys {old} --not-before {moment}"));
        assert!(refused.contains("until they have the new file"));
    }
    desk.done(&format!("ring leaked keys {old} --not-before +15m"));
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let outcome = cookie.load([living], at(30 * 3600)).outcome();
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::Revoked,
            ..
        }
    ));
}

#[test]
fn the_moment_is_not_one_at_which_instances_still_have_the_key() {
    let (desk, old) = Desk::with_ring();
    let before = desk.read("keys");
    let refused = desk.refused(
        1,
        &format!("ring leaked keys {old} --not-before {}", desk.now),
    );
    assert_eq!(
        refused,
        "instances accept forgeries until they have the new file, so --not-before must be later than that, \
         plus twice the clock skew"
    );
    assert_eq!(desk.read("keys"), before);
    let refused = desk.refused(1, "ring leaked keys 00000000");
    assert!(refused.starts_with("keys has no key 00000000"), "{refused}");
}

#[test]
fn where_no_other_key_is_left_a_new_one_seals() {
    let (desk, old) = Desk::with_ring();
    let told = desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    assert_eq!(ids(&desk), [new_key(&told)]);
}

#[test]
fn a_planned_rotation_does_not_stand_in_the_way() {
    for leaks_first in [true, false] {
        for option in ["", "--not-before +10m"] {
            for hours in [0, 1, 24] {
                let (mut desk, old) = Desk::with_ring();
                let new = new_key(&desk.done("ring rotate keys --after 15m"));
                let day = 1 + hours / 24;
                desk.now = format!("2027-03-{day:02}T{:02}:00:00Z", 6 + hours % 24);
                let leaked = if leaks_first { &old } else { &new };
                desk.done(&format!("ring leaked keys {leaked} {option}"));
                assert!(!ids(&desk).contains(leaked));
                let far = at(1_000_000_000);
                assert_eq!(
                    desk.ring().accepted_keys(far),
                    [desk.ring().sealing_key(far)]
                );
            }
        }
    }
}

#[test]
fn a_key_in_the_middle_of_two_rotations_can_leak() {
    let (mut desk, _) = Desk::with_ring();
    let middle = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T06:20:00Z".to_owned();
    // The first key retires before the last one seals.
    let last = new_key(&desk.done("ring rotate keys --after 24h"));
    let told = desk.done(&format!("ring leaked keys {middle} --not-before +10m"));
    assert!(!ids(&desk).contains(&middle), "{told}");
    assert!(ids(&desk).contains(&last));
    assert!(SessionCookie::encrypted(desk.ring()).build().is_ok());
}

#[test]
fn a_key_that_was_retired_long_ago_takes_every_other_key_with_it() {
    let (mut desk, old) = Desk::with_ring();
    let other = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2028-03-01T06:00:00Z".to_owned();
    let told = desk.done(&format!("ring leaked keys {old}"));
    for sentence in [
        &*format!("key {other} is dropped too: a forgery may have been sealed again under each"),
        "everyone is signed out",
        READS_ON,
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    assert_eq!(ids(&desk), [new_key(&told)]);
}
