//! Visitors who are taken over into persistent cookies stay signed in while they come back, through every rotation, and
//! nobody calls anything for it.

use std::time::{Duration, SystemTime};

use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::RingKey, session::Outcome};

use super::{DAY, SECOND, cookies::Cookie, saved};

#[test]
fn a_visitor_of_another_library_who_comes_back_stays_signed_in() {
    for (format, idle) in [
        // `PersistentSession` with a `session_ttl` of two weeks.
        ("actix private", 14 * DAY),
        ("beaker encrypted", 14 * DAY),
        // A signed jar with a `Max-Age` of 90 days, as crates.io has it.
        ("cookie text signed", 90 * DAY),
    ] {
        check(&Cookie::of(format), idle);
    }
}

/// Comes every day for 120 days, and then stays away.
#[track_caller]
fn check(old: &Cookie, idle: Duration) {
    let rollout = old.made_at() + 60 * SECOND;
    let site = site(old, rollout, idle);
    let visit = |fields: &[String], now| {
        let session = site.load(fields, now);
        let is_in = session.contains_key("user");
        (session.outcome(), is_in, saved(&site, &session))
    };
    let (outcome, _, sent) = visit(&[old.field()], rollout);
    assert_eq!(outcome, Outcome::Migrated, "{}", old.format);
    let mut field = sent.first().unwrap().clone();
    let mut end = rollout + max_age(&field);
    // Beaker wrote a last activity of a minute ago or so.
    assert!((rollout + idle - 120 * SECOND..=rollout + idle).contains(&end));
    for day in 1..=120 {
        let now = rollout + day * DAY;
        assert!(now < end, "{}: day {day}", old.format);
        let (_, is_in, sent) = visit(&[field.clone()], now);
        assert!(is_in, "{}: day {day}", old.format);
        if let Some(sent) = sent.first() {
            (field, end) = (sent.clone(), now + max_age(sent));
        }
    }
    assert!(end > rollout + 120 * DAY + idle / 2);
    assert!(visit(&[field.clone()], end - SECOND).1);
    assert!(!visit(&[field], end).1);
}

/// The keys change on days 30 and 75, and none opens for longer than sessions need.
fn site(old: &Cookie, rollout: SystemTime, idle: Duration) -> SessionCookie {
    let [first, second, third] = [(); 3].map(|()| EncryptionKey::generate().unwrap());
    let turns = [rollout + 30 * DAY, rollout + 75 * DAY];
    let needed = |turn| turn + idle + 60 * SECOND;
    let ring = KeyRing::from_keys([
        RingKey::from(first).accept_until(needed(turns[0])),
        RingKey::from(second)
            .seal_from(turns[0])
            .accept_until(needed(turns[1])),
        RingKey::from(third).seal_from(turns[1]),
    ]);
    SessionCookie::encrypted(ring.unwrap())
        .persistent(true)
        .idle_timeout(idle)
        .absolute_timeout(3650 * DAY)
        .migrate_from(old.old(), rollout..rollout + idle)
        .build()
        .unwrap()
}

fn max_age(field: &str) -> Duration {
    let (_, seconds) = field.rsplit_once("; Max-Age=").unwrap();
    Duration::from_secs(seconds.parse().unwrap())
}
