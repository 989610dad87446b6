//! Whole rotations by commands, and the sessions of visitors through them, in the library.

use std::time::SystemTime;

use hardtack::{
    SessionCookie,
    session::{Outcome, Reason},
};

use crate::desk::{Desk, at, new_key};

const HOUR: u64 = 3600;

/// An instance that has the file as it is now.
fn instance(desk: &Desk) -> SessionCookie {
    SessionCookie::encrypted(desk.ring()).build().unwrap()
}

/// One request of a visitor, and the cookie that the browser has then.
fn visit(instance: &SessionCookie, now: SystemTime, cookie: &mut String) -> Outcome {
    let session = instance.load([&*cookie], now);
    let visits = session.get::<u32>("visits").unwrap().unwrap_or(0);
    session.insert("visits", visits + 1).unwrap();
    let outcome = session.outcome();
    for field in instance.save(&session).unwrap() {
        *cookie = field.split(';').next().unwrap().to_owned();
    }
    outcome
}

fn key_of(outcome: Outcome) -> String {
    match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            key_id.to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn in_one_push_no_visitor_notices_anything() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30m");
    let before = instance(&desk);
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let after = instance(&desk);
    // During the push some instances have the new file, and their clocks differ by a minute.
    let mut cookie = before
        .cookie_for(at(0), |session| session.insert("visits", 0))
        .unwrap();
    for minute in 1..15 {
        let now = at(60 * minute);
        visit(&after, now, &mut cookie);
        assert_eq!(key_of(visit(&before, now, &mut cookie)), old);
    }
    // All have it. At 06:17 the new key seals, on a clock that is ahead a minute earlier.
    let mut minute = 15;
    while 60 * minute < 11 * HOUR {
        visit(&after, at(60 * minute + 60), &mut cookie);
        let outcome = visit(&after, at(60 * minute), &mut cookie);
        let sealed_by = if minute >= 16 { &new } else { &old };
        assert_eq!(key_of(outcome), *sealed_by, "{minute}");
        minute += 7;
    }
    let session = after.load([&cookie], at(60 * minute));
    let visits = session.get::<u64>("visits").unwrap().unwrap();
    assert_eq!(visits, 2 * 14 + 2 * (minute - 15) / 7);
}

#[test]
fn who_was_away_comes_back_to_the_last_second() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.done("ring rotate keys --after 15m");
    // Without the reserve for an instance that is late.
    desk.done(&format!("ring retire keys {old} --at 2027-03-01T18:18:00Z"));
    let idle_off = || {
        SessionCookie::encrypted(desk.ring())
            .idle_timeout(None)
            .build()
            .unwrap()
    };
    let cookie = idle_off();
    // The last session under the old key, from a clock that is a minute behind.
    let begun = 16 * 60 + 59;
    let mut last = cookie
        .cookie_for(at(begun), |session| session.insert("visits", 0))
        .unwrap();
    let end = begun + 12 * HOUR;
    assert_eq!(key_of(visit(&cookie, at(end - 1), &mut last.clone())), old);
    let outcome = visit(&cookie, at(end), &mut last);
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::Expired,
            ..
        }
    ));
    // And its key can go.
    desk.now = "2027-03-01T18:18:00Z".to_owned();
    desk.done(&format!("ring retire keys {old}"));
    assert!(at(end) < at(12 * HOUR + 18 * 60));
}

/// Under the old key until its last second, by a clock that is a minute behind.
#[test]
fn an_idle_timeout_is_enough_for_an_old_key() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30m");
    desk.done("ring rotate keys --after 15m");
    // Without the reserve for an instance that is late.
    desk.done(&format!("ring retire keys {old} --at 2027-03-01T06:48:00Z"));
    let cookie = instance(&desk);
    let begun = 17 * 60 + 59;
    let behind = at(begun - 60);
    let last = cookie
        .cookie_for(behind, |session| session.insert("visits", 0))
        .unwrap();
    assert_eq!(key_of(visit(&cookie, behind, &mut last.clone())), old);
    let end = begun - 60 + 30 * 60;
    assert_eq!(key_of(visit(&cookie, at(end - 1), &mut last.clone())), old);
    let outcome = visit(&cookie, at(end), &mut last.clone());
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::Idle,
            ..
        }
    ));
}

#[test]
fn in_two_pushes_no_visitor_notices_anything() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30m");
    let first = instance(&desk);
    let mut cookie = first
        .cookie_for(at(0), |session| session.insert("visits", 0))
        .unwrap();
    let new = desk.add("");
    let second = instance(&desk);
    for instance in [&second, &first, &second] {
        assert_eq!(key_of(visit(instance, at(60), &mut cookie)), old);
    }
    desk.done(&format!("ring promote keys {new}"));
    let third = instance(&desk);
    // While it is pushed, the session is sealed by one key and by the other.
    assert_eq!(key_of(visit(&third, at(120), &mut cookie)), old);
    assert_eq!(key_of(visit(&second, at(120), &mut cookie)), new);
    assert_eq!(key_of(visit(&third, at(120), &mut cookie)), old);
    assert_eq!(key_of(visit(&third, at(120), &mut cookie)), new);
    desk.done(&format!("ring retire keys {old} --at +31m"));
    assert_eq!(key_of(visit(&instance(&desk), at(180), &mut cookie)), new);
}

#[test]
fn sessions_survive_a_way_back() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let rotated = instance(&desk);
    let mut cookie = rotated
        .cookie_for(at(HOUR), |session| session.insert("visits", 0))
        .unwrap();
    assert_eq!(key_of(visit(&rotated, at(HOUR), &mut cookie)), new);
    desk.now = "2027-03-01T07:10:00Z".to_owned();
    desk.done(&format!("ring promote keys {old}"));
    let back = instance(&desk);
    let now = at(HOUR + 600);
    assert_eq!(key_of(visit(&back, now, &mut cookie)), new);
    assert_eq!(key_of(visit(&back, now, &mut cookie)), old);
    assert_eq!(key_of(visit(&rotated, now, &mut cookie)), old);
}

#[test]
fn sessions_move_to_another_suite_and_back() {
    let (desk, xaes) = Desk::with_ring_for("--lifetime 12h");
    let mut cookie = instance(&desk)
        .cookie_for(at(0), |session| session.insert("visits", 0))
        .unwrap();
    let xcha = new_key(&desk.done("ring rotate keys --after 1m --suite xcha"));
    let rotated = instance(&desk);
    let len = cookie.len();
    assert_eq!(key_of(visit(&rotated, at(600), &mut cookie)), xaes);
    assert_eq!(key_of(visit(&rotated, at(600), &mut cookie)), xcha);
    assert!(cookie.len().abs_diff(len) <= 2);
}

#[test]
fn after_a_leak_nothing_from_before_opens() {
    let (desk, leaked) = Desk::with_ring_for("--lifetime 12h");
    let other = desk.add("");
    desk.done(&format!("ring promote keys {other}"));
    let before = instance(&desk);
    let theirs = before
        .cookie_for(at(10), |session| session.insert("visits", 0))
        .unwrap();
    desk.done(&format!("ring leaked keys {leaked} --now"));
    let outcome = visit(&instance(&desk), at(20), &mut theirs.clone());
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::UnknownKey,
            ..
        }
    ));
}
