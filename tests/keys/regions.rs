//! Two regions, of which one has what the other had a while ago: its ring, its epochs, its list of denied sessions; and a
//! ring that instances get one after the other, or that changes while threads use it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    thread,
};

use hardtack::{
    KeyRing, SessionCookie, SessionError,
    keys::{RingKey, SharedKeyRing},
    session::{Reason, Validity},
};

use crate::common::{at, block_on, builder, key, pair_of, reason, sealed, seconds};

/// The new key seals from this time on, and the old key opens until later.
const TURN: u64 = 900;
const RETIRED: u64 = TURN + 31 * 60;

fn before() -> KeyRing {
    KeyRing::from(key(0))
}

/// As `hardtack ring rotate` writes it.
fn rotated() -> KeyRing {
    let old = RingKey::from(key(0)).accept_until(at(RETIRED));
    let new = RingKey::from(key(1)).seal_from(at(TURN));
    KeyRing::from_keys([new, old]).unwrap()
}

/// As `hardtack ring promote` writes it.
fn gone_back(now: u64) -> KeyRing {
    let new = RingKey::from(key(1)).accept_until(at(now + RETIRED));
    let old = RingKey::from(key(0)).seal_from(at(now));
    KeyRing::from_keys([old, new]).unwrap()
}

/// A region with this ring, and the ring, which a push replaces.
fn region(ring: KeyRing) -> (SessionCookie, SharedKeyRing) {
    let keys = SharedKeyRing::from(ring);
    let site = SessionCookie::encrypted(keys.clone()).keep_unknown_keys(true);
    (site.build().unwrap(), keys)
}

/// The cookie of a visitor who signed in at `now`.
fn signed_in(site: &SessionCookie, now: u64) -> String {
    sealed(site, at(now), |session| {
        session.insert("user", 42).unwrap();
    })
}

/// The visitor is signed in at `site`, and returns with what it sets, or with the same cookie.
#[track_caller]
fn visits(site: &SessionCookie, pair: &str, now: u64) -> String {
    let session = site.load([pair], at(now));
    assert_eq!(session.get("user").unwrap(), Some(42));
    let sent = site.save(&session).unwrap();
    let sent = sent.iter().map(|field| pair_of(field).to_owned()).next();
    sent.unwrap_or_else(|| pair.to_owned())
}

#[test]
fn before_the_new_key_seals_a_region_with_the_old_ring_takes_over() {
    let ((first, _), (second, _)) = (region(rotated()), region(before()));
    let pair = signed_in(&first, TURN - 60);
    visits(&second, &pair, TURN - 1);
}

#[test]
fn once_it_seals_the_other_region_needs_the_ring_and_then_nobody_has_lost_a_session() {
    let ((first, _), (second, keys)) = (region(rotated()), region(before()));
    let pair = signed_in(&first, TURN);
    let session = second.load([&pair], at(TURN + 1));
    assert_eq!(reason(&session), Some(Reason::UnknownKey));
    let refused = session.insert("cart", 1);
    assert!(matches!(refused, Err(SessionError::Unreadable(_))));
    assert!(second.save(&session).unwrap().is_empty());
    keys.replace(rotated()).unwrap();
    visits(&second, &pair, TURN + 2);
}

/// Going back keeps nobody who was sealed under the new key and did not come again.
#[test]
fn going_back_helps_the_region_with_the_old_ring_only_for_those_who_visit_the_other_first() {
    let ((first, keys), (second, _)) = (region(rotated()), region(before()));
    let [came, stayed_away] = [(); 2].map(|()| signed_in(&first, TURN));
    keys.replace(gone_back(TURN + 60)).unwrap();
    let came = visits(&first, &came, TURN + 61);
    visits(&second, &came, TURN + 62);
    let lost = second.load([&stayed_away], at(TURN + 62));
    assert_eq!(reason(&lost), Some(Reason::UnknownKey));
    visits(&first, &stayed_away, TURN + 63);
}

#[test]
fn a_session_with_a_later_epoch_than_its_replica_is_good_unless_both_must_be_equal() {
    let replica = |is_good: fn(u32, u32) -> bool| {
        let site = builder().revoked_if(move |session| {
            // The replica has the epoch of before.
            let epoch = session.get("epoch").unwrap();
            !epoch.is_some_and(|epoch| is_good(epoch, 1))
        });
        site.build().unwrap()
    };
    let first = builder().build().unwrap();
    let of_epoch = |epoch: u32| sealed(&first, at(0), |it| it.insert("epoch", epoch).unwrap());
    let is_new = |site: &SessionCookie, epoch| site.load([of_epoch(epoch)], at(1)).is_new();
    let equal = replica(|session, current| session == current);
    assert!(is_new(&equal, 2) && !is_new(&equal, 1));
    let at_least = replica(|session, current| session >= current);
    // The old epoch lives there until the replica has the new one, which is the lag in both.
    assert!(!is_new(&at_least, 2) && !is_new(&at_least, 1));
    assert!(is_new(&at_least, 0));
}

/// So the lag of a replica adds to the interval, in the region that does not lag too.
#[test]
fn an_answer_of_a_replica_that_lags_counts_in_the_other_region() {
    let primary = Arc::new(AtomicU32::new(1));
    let asking = |epoch: Arc<AtomicU32>| {
        let site = builder().revalidate_after(seconds(60), move |session| {
            let of_session: u32 = session.get("epoch").unwrap().unwrap_or_default();
            let is_valid = of_session >= epoch.load(SeqCst);
            async move { Ok::<_, SessionError>(Validity::valid_if(is_valid)) }
        });
        site.build().unwrap()
    };
    let (first, second) = (
        asking(Arc::clone(&primary)),
        asking(Arc::new(AtomicU32::new(1))),
    );
    let pair = sealed(&first, at(0), |it| it.insert("epoch", 1).unwrap());
    // The user is signed out everywhere, and the replica does not know.
    primary.store(2, SeqCst);
    let session = second.load([&pair], at(61));
    block_on(session.validate()).unwrap();
    let sent = second.save(&session).unwrap();
    let pair = pair_of(sent.iter().next().unwrap());
    let is_in = |now| {
        let session = first.load([pair], at(now));
        block_on(session.validate()).unwrap();
        session.get::<u32>("epoch").unwrap() == Some(1)
    };
    assert!(is_in(120));
    assert!(!is_in(122));
}

/// Sign-outs of an active visitor who signs in again, while three instances get a ring within `rollout` seconds.
fn sign_outs(after: &KeyRing, rollout: u64) -> u32 {
    let instances = [rollout / 2, 0, rollout].map(|later| {
        let keys = SharedKeyRing::from(before());
        let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
        (60 + later, keys, site)
    });
    let (mut pair, mut sign_outs) = (None, 0);
    for now in 0..1800 {
        let (hears, keys, site) = &instances[now as usize % 3];
        if now >= *hears {
            keys.replace(after.clone()).unwrap();
        }
        let session = site.load(&pair, at(now));
        if session.get::<u32>("user").unwrap().is_none() {
            sign_outs += u32::from(pair.is_some());
            session.insert("user", 7).unwrap();
        } else if now % 2 == 0 {
            session.insert("page", now).unwrap();
        }
        let sent = site.save(&session).unwrap();
        pair = sent.iter().next().map(|it| pair_of(it).to_owned()).or(pair);
    }
    sign_outs
}

/// As `hardtack ring leaked --at` writes it.
#[test]
fn where_all_keys_end_at_one_time_an_active_visitor_is_signed_out_once() {
    let end = at(60 + TURN);
    let old = RingKey::from(key(0)).accept_until(end);
    let ring = KeyRing::from_keys([old, RingKey::from(key(1)).seal_from(end)]).unwrap();
    assert_eq!([34, 600].map(|rollout| sign_outs(&ring, rollout)), [1, 1]);
}

#[test]
fn where_keys_are_dropped_at_once_an_active_visitor_is_signed_out_again_and_again() {
    let [fast, slow] = [34, 600].map(|rollout| sign_outs(&KeyRing::from(key(1)), rollout));
    assert!(fast >= 2 && slow >= 20, "{fast} {slow}");
}

/// Each ring accepts what the others seal.
#[test]
fn no_session_is_lost_while_a_ring_is_replaced_again_and_again() {
    let rings = [[0, 1, 2], [1, 2, 0], [2, 0, 1]];
    let rings = rings.map(|keys| KeyRing::from_keys(keys.map(key)).unwrap());
    let keys = SharedKeyRing::from(rings[0].clone());
    let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let (counted, rounds) = ([0, 1].map(AtomicU32::new), AtomicU32::new(0));
    let count = |counted: &AtomicU32| {
        let (mut pair, mut count) = (None, counted.load(SeqCst));
        while rounds.load(SeqCst) < ROUNDS {
            let session = site.load(&pair, at(0));
            assert_eq!(session.get("count").unwrap(), pair.as_ref().map(|_| count));
            count += 1;
            session.insert("count", count).unwrap();
            let sent = site.save(&session).unwrap();
            pair = sent.iter().next().map(|it| pair_of(it).to_owned());
            counted.store(count, SeqCst);
        }
    };
    thread::scope(|scope| {
        let threads = counted.each_ref().map(|it| scope.spawn(|| count(it)));
        while rounds.load(SeqCst) < ROUNDS {
            let before = counted.each_ref().map(|it| it.load(SeqCst));
            for ring in rings.iter().cycle().skip(1).take(20) {
                keys.replace(ring.clone()).unwrap();
            }
            let got_on = |(it, before): (&AtomicU32, &u32)| it.load(SeqCst) > *before;
            let all_run = || threads.iter().all(|thread| !thread.is_finished());
            while all_run() && !counted.iter().zip(&before).all(got_on) {
                thread::yield_now();
            }
            rounds.fetch_add(if all_run() { 1 } else { ROUNDS }, SeqCst);
        }
    });
}

/// Rounds of 20 rings each.
const ROUNDS: u32 = 50;
