//! Responses that read a session.
//!
//! Several cookies of one name, of which a sibling host may have planted some.

use std::slice;

use hardtack::{
    Session, SessionCookie,
    session::{Map, Payload, Reason},
};

use super::{
    common::{
        Login, READ, UNTOUCHED, Visit, at, builder, builder_of, check, cookie, pair_of, reason,
        sealed, signed_in,
    },
    look,
};

#[test]
fn cloning_and_debug_printing_are_no_touch() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&signed_in(&cookie));
    let answer = |session: &Session| {
        let shown = format!("{:?}", session.clone());
        assert!(!shown.contains("42"), "{shown}");
        assert!(!session.is_touched());
        Ok(())
    };
    check(&visit, answer, UNTOUCHED);
}

type Look<T = Map> = fn(&Session<T>);

/// Each look touches the session, whatever the request brings.
#[track_caller]
fn check_touches<T: Payload>(cookie: &SessionCookie<T>, pair: &str, looks: &[(&str, Look<T>)]) {
    for &(name, look) in looks {
        for cookies in ["", "__Host-session=junk", pair] {
            println!("{name}, {cookies:?}");
            let work = move |session: &Session<T>| {
                assert!(!session.is_touched());
                look(session);
                assert!(session.is_touched());
                Ok(())
            };
            check(&Visit::to(cookie).with(cookies), work, READ);
        }
    }
}

#[test]
fn every_look_at_a_dictionary_is_a_touch() {
    let looks: [(&str, Look); 18] = [
        ("get", |session| drop(session.get::<u32>("user"))),
        ("get of another", |session| drop(session.get::<u32>("name"))),
        ("get of a wrong type", |session| {
            drop(session.get::<String>("user"))
        }),
        ("contains", |session| _ = session.contains_key("user")),
        ("keys", |session| _ = session.keys()),
        ("len", |session| _ = session.len()),
        ("is_empty", |session| _ = session.is_empty()),
        ("to", |session| {
            drop(session.deserialize::<serde_json::Value>())
        }),
        ("id", |session| _ = session.id()),
        ("is_new", |session| _ = session.is_new()),
        ("is_persistent", |session| _ = session.is_persistent()),
        ("outcome", |session| _ = session.outcome()),
        ("created_at", |session| _ = session.created_at()),
        ("last_active_at", |session| _ = session.last_active_at()),
        ("expires_at", |session| _ = session.expires_at()),
        ("remaining_bytes", |session| _ = session.remaining_bytes()),
        ("remove of another", |session| drop(session.remove("name"))),
        ("take of another", |session| {
            drop(session.take::<u32>("name"))
        }),
    ];
    let cookie = cookie();
    let pair = signed_in(&cookie);
    check_touches(&cookie, &pair, &looks);
}

#[test]
fn every_look_at_a_typed_session_is_a_touch() {
    let looks: [(&str, Look<Login>); 4] = [
        ("read", |session| session.read(|_| ())),
        ("id", |session| _ = session.id()),
        ("is_new", |session| _ = session.is_new()),
        ("update to the same", |session| drop(session.update(|_| ()))),
    ];
    let cookie = builder_of::<Login>().build().unwrap();
    let pair = sealed(&cookie, at(0), |session| {
        session.update(|login| login.visits = 1).unwrap();
    });
    check_touches(&cookie, &pair, &looks);
}

#[test]
fn a_touch_can_be_asked_for_at_any_time() {
    let cookie = cookie();
    let session = cookie.load([signed_in(&cookie)], at(1));
    assert!(cookie.save(&session).unwrap().is_empty());
    assert!(!session.is_touched());
    // After the head, and by another handle.
    look(&session.clone()).unwrap();
    assert!(session.is_touched());
    // Inside its own `update`, where every other method would panic.
    let session = cookie.load([signed_in(&cookie)], at(1));
    let inside = session.update("visits", |_: &mut u32| session.is_touched());
    assert!(inside.unwrap());
    // A refused change is a touch too.
    let session = cookie.load(None::<&str>, at(1));
    assert!(session.insert("large", "x".repeat(10_000)).is_err());
    assert!(session.is_touched());
}

/// Two values of a session that begins at `begun`, the second written later. They hold `place` and the next place.
fn two_of_one_session(cookie: &SessionCookie, begun: u64, place: usize) -> [String; 2] {
    let write = |fields: &[String], seconds: u64, place: usize| {
        let session = cookie.load(fields, at(seconds));
        session.ensure_id().unwrap();
        session.insert("place", place).unwrap();
        let fields = cookie.save(&session).unwrap();
        pair_of(fields.iter().next().unwrap()).to_owned()
    };
    let earlier = write(&[], begun, place);
    let later = write(slice::from_ref(&earlier), begun + 20, place + 1);
    [earlier, later]
}

/// All orders of these places, or of some of them.
fn orders(places: &[usize]) -> Vec<Vec<usize>> {
    let mut orders = vec![Vec::new()];
    for &first in places {
        let others: Vec<_> = places
            .iter()
            .copied()
            .filter(|&other| other != first)
            .collect();
        let rests = self::orders(&others).into_iter();
        orders.extend(rests.map(|rest| [vec![first], rest].concat()));
    }
    orders
}

/// Each value has its place from the oldest to the newest: 0 does not open, 1 and 2 are of one session, 3 and 4 of a
/// later one. Four of them are looked at.
#[test]
fn the_newest_is_taken_unless_a_sibling_host_may_have_planted_it() {
    for (name, is_host_only) in [("session", false), ("__Host-session", true)] {
        let cookie = builder().name(name).build().unwrap();
        let [a, b] = two_of_one_session(&cookie, 0, 1);
        let [c, d] = two_of_one_session(&cookie, 10, 3);
        let values = [format!("{name}=junk"), a, b, c, d];
        for order in orders(&[0, 1, 2, 3, 4]) {
            let fields: Vec<_> = order.iter().map(|&place| &values[place]).collect();
            let session = cookie.load(fields, at(100));
            let open = || order.iter().take(4).copied().filter(|&place| place > 0);
            let is_one = open().all(|place| place < 3) || open().all(|place| place > 2);
            if is_one || is_host_only {
                let taken = session.get::<usize>("place").unwrap();
                assert_eq!(taken, open().max(), "{name} {order:?}");
            } else {
                assert_eq!(reason(&session), Some(Reason::Duplicate), "{order:?}");
                assert!(session.is_empty(), "{order:?}");
            }
        }
    }
}
