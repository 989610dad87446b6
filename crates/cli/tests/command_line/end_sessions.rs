use hardtack::{
    KeyRing, SessionCookie,
    session::{Outcome, Reason},
};

use crate::desk::{Desk, at};

fn outcome(ring: KeyRing, begun: u64) -> Outcome {
    let cookie = SessionCookie::encrypted(ring).build().unwrap();
    let pair = cookie.cookie_for(at(begun), |session| session.insert("user", 1));
    cookie.load([pair.unwrap()], at(700)).outcome()
}

fn is_ended(outcome: Outcome) -> bool {
    let reason = Reason::Revoked;
    matches!(outcome, Outcome::Rejected { reason: found, .. } if found == reason)
}

#[test]
fn sessions_from_before_end_and_the_keys_stay() {
    let (mut desk, old) = Desk::with_ring();
    desk.now = "2027-03-01T06:10:00Z".to_owned();
    let told = desk.done("ring end-sessions keys");
    let fingerprint = desk.ring().fingerprint();
    assert_eq!(
        told,
        format!(
            "everyone who signed in before 2027-03-01T06:10:00Z is signed out, on each instance as soon as it has keys; who \
             signs in from then on stays signed in everywhere\n\
             until the last instance has it, ended sessions live on there\n\
             fingerprint {fingerprint}\n"
        )
    );
    assert_eq!(desk.sealing(), old);
    assert!(is_ended(outcome(desk.ring(), 599)));
    assert!(matches!(outcome(desk.ring(), 600), Outcome::Opened { .. }));
    assert!(!desk.done("ring check keys").contains("not_before"));
}

#[test]
fn an_earlier_time_is_replaced_and_a_later_one_kept() {
    let (mut desk, old) = Desk::with_ring();
    desk.done("ring end-sessions keys");
    desk.now = "2027-03-01T06:10:00Z".to_owned();
    desk.done("ring end-sessions keys");
    assert_eq!(desk.read("keys").matches("not_before=").count(), 1);
    desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    assert_eq!(
        desk.refused(1, "ring end-sessions keys"),
        "sessions issued before 2027-03-01T06:20:00Z are already refused, which is later"
    );
}

#[test]
fn in_a_variable_too() {
    let mut desk = Desk::new();
    let one = desk.run_on("", "ring add -").out;
    desk.now = "2027-03-01T06:10:00Z".to_owned();
    let ran = desk.run_on(&one, "ring end-sessions -");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        ran.out,
        format!("{},not_before=2027-03-01T06:10:00Z\n", one.trim_end())
    );
    assert!(
        ran.err.contains("as soon as it has the ring; who"),
        "{}",
        ran.err
    );
    assert!(is_ended(outcome(ran.out.parse().unwrap(), 599)));
}
