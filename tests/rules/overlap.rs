//! The time for which a key must stay accepted after the next one began to seal.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SessionToken,
    carrier::SessionCookieBuilder,
    keys::{KeyId, RingKey, SharedKeyRing},
};

use super::common::{HOUR, at, key, says};

const DAY: Duration = Duration::from_secs(24 * HOUR);

/// Key 0 opens for this many seconds after key 1 began to seal.
fn ring(both: u64) -> KeyRing<EncryptionKey> {
    let old = RingKey::new(key(0)).accept_until(at(both));
    KeyRing::from_keys([RingKey::new(key(1)).seal_from(at(0)), old]).unwrap()
}

type Decide = fn(SessionCookieBuilder) -> SessionCookieBuilder;

/// Asserts that a key must stay accepted for exactly `longest` seconds under these settings.
#[track_caller]
fn check(decide: Decide, longest: u64) {
    let build = |both| decide(SessionCookie::encrypted(ring(both))).build();
    assert!(build(longest).is_ok(), "{longest}");
    let error = build(longest - 1).unwrap_err();
    assert_eq!(error.setting(), Some("keys"));
    let sentence = error.to_string();
    assert!(sentence.contains("danger_retire_early"), "{sentence}");
    assert!(sentence.contains(&key(0).id().to_string()), "{sentence}");
    let shared = SharedKeyRing::new(key(0));
    let _cookie = decide(SessionCookie::encrypted(shared.clone()))
        .build()
        .unwrap();
    let refused = shared.replace(ring(longest - 1)).unwrap_err();
    assert_eq!(refused.to_string(), sentence);
    assert!(shared.replace(ring(longest)).is_ok(), "{longest}");
}

#[test]
fn a_key_opens_for_the_longest_lifetime_after_the_next_one_began_to_seal() {
    check(|site| site, 12 * HOUR);
    check(|site| site.absolute_timeout(2 * DAY), 48 * HOUR);
    check(|site| site.remember_up_to(30 * DAY), 720 * HOUR);
    check(|site| site.remember_up_to(DAY / 24), 12 * HOUR);
    check(
        |site| site.remember_up_to(2 * DAY).absolute_timeout(3 * DAY),
        72 * HOUR,
    );
}

#[test]
fn the_same_holds_for_tokens_and_headers() {
    let tokens = |both| SessionToken::encrypted("mobile", ring(both)).remember_up_to(30 * DAY);
    assert!(tokens(720 * HOUR).build().is_ok());
    assert!(tokens(720 * HOUR - 1).build().is_err());
    let header = |both| SessionHeader::encrypted("x-session", ring(both)).remember_up_to(30 * DAY);
    assert!(header(720 * HOUR).build().is_ok());
    assert!(header(720 * HOUR - 1).build().is_err());
}

/// Keys 0 to 2, each of which seals for an hour and opens for `overlaps` seconds more.
fn in_turn(overlaps: [u64; 2]) -> [RingKey<EncryptionKey>; 3] {
    [0, 1, 2].map(|number| {
        let from = number as u64 * HOUR;
        let key = RingKey::new(key(number)).seal_from(at(from));
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
        let again = RingKey::new(key(number));
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
    type SetTime = fn(RingKey<EncryptionKey>, SystemTime) -> RingKey<EncryptionKey>;
    let set: [SetTime; 2] = [RingKey::seal_from, RingKey::accept_until];
    for set_time in set {
        for place in 0..3 {
            let ring = |time| {
                KeyRing::from_keys([0, 1, 2].map(|number| {
                    let key = RingKey::new(key(number));
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

/// The key that a new session is sealed with.
fn seals(cookie: &SessionCookie) -> KeyId {
    let field = cookie.cookie_for(at(1), |session| session.insert("user", 42));
    let token = cookie.name().tokens_in([field.unwrap()]).remove(0).unwrap();
    hardtack::carrier::TokenInfo::of(token).unwrap().key_id
}

#[test]
fn a_ring_that_is_refused_for_one_cookie_is_replaced_for_none() {
    // In any order of the cookies.
    for place in 0..3 {
        let shared = SharedKeyRing::new(key(0));
        let cookies = [0, 1, 2].map(|other| {
            let site = SessionCookie::encrypted(shared.clone()).name(format!("site{other}"));
            let site = if other == place {
                site.remember_up_to(30 * DAY)
            } else {
                site
            };
            site.build().unwrap()
        });
        let fields = cookies.each_ref().map(|cookie| {
            let field = cookie.cookie_for(at(0), |session| session.insert("user", 42));
            field.unwrap()
        });
        let refused = shared.replace(ring(12 * HOUR));
        assert!(says(&refused, "sessions live for up to"));
        let before = KeyRing::new(key(0)).fingerprint();
        assert_eq!(shared.current().fingerprint(), before, "{place}");
        for (cookie, field) in cookies.iter().zip(&fields) {
            assert_eq!(cookie.keys_in_use(at(1)).fingerprint, before, "{place}");
            assert_eq!(seals(cookie), key(0).id(), "{place}");
            assert!(!cookie.load([field], at(1)).is_new(), "{place}");
        }
        // A ring that is good for all of them replaces it for all.
        shared.replace(ring(720 * HOUR)).unwrap();
        for cookie in &cookies {
            assert_eq!(seals(cookie), key(1).id(), "{place}");
        }
    }
}
