//! Several cookies of one name, of which a sibling host may have planted some.

use std::slice;

use hardtack::{SessionCookie, session::Reason};

use super::common::{at, builder, outcome::reason, pair_of};

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
