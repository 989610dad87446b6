//! The time for which a key opens after the next one began to seal.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    KeyRing, SessionCookie, SessionHeader, SessionToken,
    carrier::{RefreshAfter, SessionCookieBuilder, TokenChange},
    keys::{RingKey, SharedKeyRing},
};

use super::common::{HOUR, at, key, says};

const DAY: Duration = Duration::from_secs(24 * HOUR);

/// Key 0 opens for this many seconds after key 1 began to seal.
fn ring(both: u64) -> KeyRing {
    let old = RingKey::from(key(0)).accept_until(at(both));
    KeyRing::from_keys([RingKey::from(key(1)).seal_from(at(0)), old]).unwrap()
}

type Decide = fn(SessionCookieBuilder) -> SessionCookieBuilder;

/// The last second at which key 0 opens in this ring, from when key 1 seals.
fn opens_for(cookie: &SessionCookie) -> u64 {
    let opens = |second| cookie.keys_in_use(at(second)).accepts.len() == 2;
    // Longer than any lifetime of these tests, and found by halves.
    let (mut yes, mut no) = (0, 10_000 * HOUR);
    while no - yes > 1 {
        let middle = yes.midpoint(no);
        *(if opens(middle) { &mut yes } else { &mut no }) = middle;
    }
    no
}

/// Asserts that key 0 opens for exactly `needed` seconds under these settings, however early it was to retire.
#[track_caller]
fn check(decide: Decide, needed: u64) {
    let build = |ring| decide(SessionCookie::encrypted(ring)).build().unwrap();
    for early in [1, needed / 2, needed - 1, needed] {
        assert_eq!(opens_for(&build(ring(early))), needed, "{early}");
        let shared = SharedKeyRing::from(key(0));
        let cookie = decide(SessionCookie::encrypted(shared.clone()))
            .build()
            .unwrap();
        shared.replace(ring(early)).unwrap();
        assert_eq!(opens_for(&cookie), needed, "{early}, replaced");
        // What the operator gave stays what is shown and compared.
        assert_eq!(shared.current().fingerprint(), ring(early).fingerprint());
        assert_eq!(
            cookie.keys_in_use(at(0)).fingerprint,
            ring(early).fingerprint()
        );
    }
    assert_eq!(opens_for(&build(ring(needed + 1))), needed + 1);
    let early = decide(SessionCookie::encrypted(ring(1))).danger_retire_early();
    assert_eq!(opens_for(&early.build().unwrap()), 1);
}

/// In seconds.
const SKEW: u64 = 60;

#[test]
fn a_key_opens_as_long_as_a_token_does_that_is_not_sealed_again() {
    check(|site| site, HOUR / 2 + SKEW);
    check(|site| site.clock_skew(Duration::ZERO), HOUR / 2);
    check(|site| site.absolute_timeout(DAY / 72), HOUR / 3 + SKEW);
    check(|site| site.idle_timeout(None), 12 * HOUR + SKEW);
    check(|site| site.remember_up_to(30 * DAY), 720 * HOUR + SKEW);
    check(|site| site.remember_up_to(DAY / 72), HOUR / 2 + SKEW);
    let with_idle: Decide = |site| {
        site.remember_up_to(400 * DAY)
            .remembered_idle_timeout(14 * DAY)
    };
    check(with_idle, 336 * HOUR + SKEW);
    check(
        |site| {
            let site = site.remember_up_to(2 * DAY).remembered_idle_timeout(DAY);
            site.absolute_timeout(3 * DAY).idle_timeout(None)
        },
        72 * HOUR + SKEW,
    );
}

#[test]
fn how_activity_is_written_makes_no_difference() {
    for refresh in [
        RefreshAfter::Never,
        RefreshAfter::OnChange,
        RefreshAfter::Interval(DAY / 288),
        RefreshAfter::Always,
        RefreshAfter::EveryRequest,
    ] {
        let site = SessionCookie::encrypted(ring(1)).refresh_after(refresh);
        assert_eq!(
            opens_for(&site.build().unwrap()),
            HOUR / 2 + SKEW,
            "{refresh:?}"
        );
    }
}

/// A token that was sealed under key 0 just before key 1 began to seal.
#[test]
fn tokens_and_headers_keep_their_keys_too() {
    let in_time = at(0) - Duration::from_secs(1);
    for (seconds, opens) in [(HOUR / 2 - 2, true), (HOUR / 2 - 1, false)] {
        let tokens = SessionToken::encrypted("mobile", ring(1)).build().unwrap();
        let session = tokens.load(None::<&str>, in_time);
        session.insert("user", 42).unwrap();
        let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
            panic!("it is stored");
        };
        assert_eq!(!tokens.load(Some(&token), at(seconds)).is_new(), opens);
        let header = SessionHeader::encrypted("x-session", ring(1))
            .build()
            .unwrap();
        let session = header.load(None::<&str>, in_time);
        session.insert("user", 42).unwrap();
        let TokenChange::Store(token) = header.save(&session).unwrap() else {
            panic!("it is stored");
        };
        assert_eq!(!header.load(Some(&token), at(seconds)).is_new(), opens);
    }
}

/// Keys 0 to 2, each of which seals for an hour and opens for `overlaps` seconds more.
fn in_turn(overlaps: [u64; 2]) -> [RingKey; 3] {
    [0, 1, 2].map(|number| {
        let from = number as u64 * HOUR;
        let key = RingKey::from(key(number)).seal_from(at(from));
        match overlaps.get(number) {
            Some(overlap) => key.accept_until(at(from + HOUR + overlap)),
            None => key,
        }
    })
}

#[test]
fn a_key_that_retires_when_the_next_one_seals_is_refused_wherever_it_stands() {
    assert!(KeyRing::from_keys(in_turn([1, 1])).is_ok());
    for (overlaps, number) in [([0, 1], 0), ([1, 0], 1)] {
        let sentence = KeyRing::from_keys(in_turn(overlaps))
            .unwrap_err()
            .to_string();
        let [key, next] = [number, number + 1].map(|number| key(number).id());
        assert!(
            sentence.starts_with(&format!("key {key} retires at ")),
            "{sentence}"
        );
        assert!(
            sentence.contains(&format!("but key {next} seals only")),
            "{sentence}"
        );
    }
}

#[test]
fn a_key_that_is_listed_twice_is_refused_wherever_it_stands() {
    for number in 0..3 {
        let again = RingKey::from(key(number));
        let ring = KeyRing::from_keys(in_turn([1, 1]).into_iter().chain([again]));
        assert!(says(
            &ring,
            &format!("key {} is listed twice", key(number).id())
        ));
    }
}

#[test]
fn a_time_before_the_format_begins_is_refused_wherever_it_stands() {
    let begin = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    type SetTime = fn(RingKey, SystemTime) -> RingKey;
    let set: [SetTime; 2] = [RingKey::seal_from, RingKey::accept_until];
    for set_time in set {
        for place in 0..3 {
            let ring = |time| {
                KeyRing::from_keys([0, 1, 2].map(|number| {
                    let key = RingKey::from(key(number));
                    if number == place {
                        set_time(key, time)
                    } else {
                        key
                    }
                }))
            };
            let id = key(place).id();
            let sentence =
                format!("key {id} has a `seal_from` or `accept_until` before 2026-01-01");
            let is_refused = |time| says(&ring(time), &sentence);
            assert!(is_refused(begin - Duration::from_secs(1)), "{place}");
            assert!(is_refused(UNIX_EPOCH), "{place}");
            assert!(!is_refused(begin), "{place}");
        }
    }
}

#[test]
fn each_cookie_of_a_ring_keeps_a_key_for_its_own_sessions() {
    let shared = SharedKeyRing::from(key(0));
    let site = |name: &str| SessionCookie::encrypted(shared.clone()).name(name);
    let short = site("short").build().unwrap();
    let long = site("long").remember_up_to(30 * DAY).build().unwrap();
    let none = site("none").danger_retire_early().build().unwrap();
    shared.replace(ring(600)).unwrap();
    // Built later, in another order.
    let late = site("late").idle_timeout(None).build().unwrap();
    let all = [short, long, none, late];
    let needed = [HOUR / 2 + SKEW, 720 * HOUR + SKEW, 600, 12 * HOUR + SKEW];
    assert_eq!(all.each_ref().map(opens_for), needed);
    // One more replacement forgets what the earlier ring needed.
    shared.replace(ring(800 * HOUR)).unwrap();
    assert_eq!(all.each_ref().map(opens_for), [800 * HOUR; 4]);
}

#[test]
fn of_several_keys_each_is_kept_after_the_next_one() {
    let ring = KeyRing::from_keys(in_turn([1, HOUR])).unwrap();
    let cookie = SessionCookie::encrypted(ring).build().unwrap();
    let accepts = |second| cookie.keys_in_use(at(second)).accepts;
    let all = [0, 1, 2].map(|number| key(number).id());
    assert_eq!(accepts(HOUR + HOUR / 2 + SKEW - 1), all);
    assert_eq!(accepts(HOUR + HOUR / 2 + SKEW), all[1..]);
    // It was to retire later than it is needed.
    assert_eq!(accepts(3 * HOUR - 1), all[1..]);
    assert_eq!(accepts(3 * HOUR), all[2..]);
}

#[test]
fn without_the_time_of_the_next_key_the_end_of_the_ring_counts() {
    let old = RingKey::from(key(0)).accept_until(at(600));
    let ring = KeyRing::from_keys([RingKey::from(key(1)), old]).unwrap();
    let cookie = SessionCookie::encrypted(ring).build().unwrap();
    assert_eq!(opens_for(&cookie), 600);
}
