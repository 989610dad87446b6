//! The warning about a ring that ends a key before the tokens that it sealed.

use std::time::{Duration, SystemTime};

use hardtack::{
    KeyRing, RefreshAfter, SessionCookie, SessionHeader, SessionToken,
    carrier::SessionCookieBuilder,
    keys::{KeyId, RingKey, SharedKeyRing},
};
use tracing::Level;

use super::{
    common::{HOUR, at, key},
    told::{Told, told_by},
};

const DAY: Duration = Duration::from_secs(24 * HOUR);

/// A second which the clock of the system does not show for a century, from which on key 1 seals.
const TURN: u64 = 100 * 365 * 24 * HOUR;

/// Key 0 opens for this many seconds after key 1 began to seal.
fn ring(both: u64) -> KeyRing {
    let old = RingKey::from(key(0)).accept_until(at(TURN + both));
    KeyRing::from_keys([RingKey::from(key(1)).seal_from(at(TURN)), old]).unwrap()
}

fn shown(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// The warnings of `work`, each about the sessions of a purpose.
fn warnings(work: impl FnOnce()) -> Vec<String> {
    let warned = |told: &Told| told.level < Level::INFO;
    let told = told_by(work).into_iter().filter(warned).map(|told| {
        let expected = (Level::WARN, "hardtack::keys");
        assert_eq!((told.level, told.target), expected, "{told:?}");
        let words = "message=key opens nothing from `accept_until` on, although its sessions are valid until \
                     `needed_until`: set its `accept_until` to that or later, unless `ring show` says that it leaked ";
        told.fields.strip_prefix(words).expect("it is this one").to_owned()
    });
    told.collect()
}

fn warning(purpose: &str, key: KeyId, until: SystemTime, needed: SystemTime) -> String {
    let [until, needed] = [until, needed].map(shown);
    format!("purpose={purpose:?} key_id={key} accept_until={until:?} needed_until={needed:?} ")
}

type Decide = fn(SessionCookieBuilder) -> SessionCookieBuilder;

/// Asserts that key 0 has to open for exactly `needed` seconds under these settings: a ring that ends it earlier is taken
/// as it is, with a warning when a cookie is built and when the ring is replaced.
#[track_caller]
fn check(decide: Decide, needed: u64) {
    for both in [1, needed / 2, needed - 1, needed, needed + 1] {
        let [until, needed_until] = [both, needed].map(|seconds| at(TURN + seconds));
        let of_key = || warning("__Host-session", key(0).id(), until, needed_until);
        let expected: Vec<_> = (both < needed).then(of_key).into_iter().collect();
        let mut cookies = Vec::new();
        let built = warnings(|| {
            let builder = decide(SessionCookie::encrypted(ring(both)));
            cookies.push(builder.build().unwrap());
        });
        assert_eq!(built, expected, "{both}");
        let shared = SharedKeyRing::from(key(0));
        cookies.push(
            decide(SessionCookie::encrypted(shared.clone()))
                .build()
                .unwrap(),
        );
        let replaced = warnings(|| shared.replace(ring(both)).unwrap());
        assert_eq!(replaced, expected, "{both}, replaced");
        for cookie in cookies {
            let opens = |seconds| cookie.keys_in_use(at(TURN + seconds)).accepts.len() == 2;
            assert!(opens(both - 1) && !opens(both), "{both}");
        }
    }
}

/// In seconds.
const SKEW: u64 = 60;

#[test]
fn a_key_is_needed_for_as_long_as_a_token_opens_that_is_not_sealed_again() {
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
    check(
        |site| site.refresh_after(RefreshAfter::Never),
        HOUR / 2 + SKEW,
    );
    check(
        |site| site.refresh_after(RefreshAfter::OnChange),
        HOUR / 2 + SKEW,
    );
    check(
        |site| site.refresh_after(RefreshAfter::Interval(DAY / 288)),
        HOUR / 2 + SKEW,
    );
    check(
        |site| site.refresh_after(RefreshAfter::Always),
        HOUR / 2 + SKEW,
    );
    check(
        |site| site.refresh_after(RefreshAfter::EveryRequest),
        HOUR / 2 + SKEW,
    );
}

#[test]
fn headers_and_tokens_warn_too() {
    let of = |purpose, needed| warning(purpose, key(0).id(), at(TURN + 1), at(TURN + needed));
    let header = || SessionHeader::encrypted(ring(1), "x-session").idle_timeout(None);
    assert_eq!(
        warnings(|| drop(header().build().unwrap())),
        [of("header:x-session", 12 * HOUR + SKEW)]
    );
    let token = || SessionToken::encrypted(ring(1), "mobile");
    assert_eq!(
        warnings(|| drop(token().build().unwrap())),
        [of("token:mobile", HOUR / 2 + SKEW)]
    );
}

#[test]
fn each_cookie_of_a_ring_warns_for_its_own_sessions() {
    let shared = SharedKeyRing::from(key(0));
    let site = |name: &str| SessionCookie::encrypted(shared.clone()).name(name);
    let _short = site("short").build().unwrap();
    let _long = site("long").remember_up_to(30 * DAY).build().unwrap();
    let of = |name, seconds| warning(name, key(0).id(), at(TURN + HOUR), at(TURN + seconds));
    assert_eq!(
        warnings(|| shared.replace(ring(800 * HOUR)).unwrap()),
        Vec::<String>::new()
    );
    let replaced = warnings(|| shared.replace(ring(HOUR)).unwrap());
    assert_eq!(replaced, [of("long", 720 * HOUR + SKEW)]);
    let built = warnings(|| drop(site("late").idle_timeout(None).build().unwrap()));
    assert_eq!(built, [of("late", 12 * HOUR + SKEW)]);
}

#[test]
fn of_several_keys_each_has_its_warning() {
    let key_of = |number: usize, overlap: Option<u64>| {
        let from = TURN + number as u64 * HOUR;
        let key = RingKey::from(key(number)).seal_from(at(from));
        match overlap {
            Some(overlap) => key.accept_until(at(from + HOUR + overlap)),
            None => key,
        }
    };
    for overlaps in [[1, 2], [1, HOUR], [HOUR, 2], [HOUR, HOUR]] {
        let [first, second] = overlaps.map(Some);
        let ring = KeyRing::from_keys([key_of(0, first), key_of(1, second), key_of(2, None)]);
        let of = |(number, overlap): (usize, u64)| {
            let turn = TURN + (number as u64 + 1) * HOUR;
            let needed = at(turn + HOUR / 2 + SKEW);
            warning(
                "__Host-session",
                key(number).id(),
                at(turn + overlap),
                needed,
            )
        };
        let early = overlaps
            .into_iter()
            .enumerate()
            .filter(|(_, overlap)| *overlap < HOUR);
        let site = SessionCookie::encrypted(ring.unwrap());
        let built = warnings(|| drop(site.build().unwrap()));
        assert_eq!(built, early.map(of).collect::<Vec<_>>());
    }
}

#[test]
fn a_key_whose_next_one_has_no_time_has_no_warning() {
    let old = RingKey::from(key(0)).accept_until(at(TURN));
    let ring = KeyRing::from_keys([RingKey::from(key(1)), old]).unwrap();
    assert_eq!(
        warnings(|| drop(SessionCookie::encrypted(ring).build().unwrap())),
        Vec::<String>::new()
    );
}

/// In January 2026.
#[test]
fn a_key_that_is_needed_no_more_has_no_warning() {
    let begin = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let ring = || {
        let old = RingKey::from(key(0)).accept_until(begin + DAY + Duration::from_secs(1));
        KeyRing::from_keys([RingKey::from(key(1)).seal_from(begin + DAY), old]).unwrap()
    };
    let shared = SharedKeyRing::from(ring());
    assert_eq!(
        warnings(|| {
            let _cookie = SessionCookie::encrypted(shared.clone()).build().unwrap();
            shared.replace(ring()).unwrap();
        }),
        Vec::<String>::new()
    );
    // Sessions that last for a century.
    let long = || {
        SessionCookie::encrypted(ring())
            .absolute_timeout(36_500 * DAY)
            .idle_timeout(None)
    };
    assert_eq!(warnings(|| drop(long().build().unwrap())).len(), 1);
}
