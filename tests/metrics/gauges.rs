//! The gauges of the keys in use.

use std::{
    collections::BTreeMap,
    sync::{Mutex, mpsc::channel},
    thread,
    time::Duration,
};

use hardtack::{
    KeyRing, SessionCookie,
    carrier::SessionCookieBuilder,
    keys::{RingKey, RingSource, SharedKeyRing, WatchedKeyRing},
};

use super::counts::vault;
use crate::common::{
    at, builder,
    counted::{gauges_by, gauges_of_threads},
    key, sealed,
};

/// The gauges that begin so, and are not 0.
fn shown(gauges: &BTreeMap<String, f64>, name: &str) -> Vec<(String, f64)> {
    let named = gauges.iter().filter(|(gauge, value)| {
        let rest = gauge.strip_prefix(name);
        **value != 0.0 && rest.is_some_and(|rest| rest.starts_with('{'))
    });
    named
        .map(|(gauge, value)| (gauge.clone(), *value))
        .collect()
}

fn info(cookie: &SessionCookie, purpose: &str) -> String {
    let keys = cookie.keys_in_use(at(0));
    format!(
        "hardtack_info{{purpose={purpose:?},fingerprint=\"{}\",settings=\"{}\"}}",
        keys.fingerprint, keys.settings
    )
}

fn named(keys: &SharedKeyRing, name: &str) -> SessionCookie {
    let cookie = SessionCookie::encrypted(keys.clone()).name(name);
    cookie.build().unwrap()
}

#[test]
fn the_fingerprints_in_use_are_shown_and_no_earlier_ones() {
    let mut expected = Vec::new();
    let mut cookies = Vec::new();
    let gauges = gauges_by(|| {
        let keys = SharedKeyRing::from(key(0));
        cookies = ["cart", "user"].map(|name| named(&keys, name)).to_vec();
        keys.replace(key(1)).unwrap();
        expected = vec![
            (info(&cookies[0], "cart"), 1.0),
            (info(&cookies[1], "user"), 1.0),
        ];
    });
    assert_eq!(shown(&gauges, "hardtack_info"), expected);
    assert_eq!(
        gauges
            .iter()
            .filter(|(name, _)| name.starts_with("hardtack_info"))
            .count(),
        4
    );
}

/// Such as those of two tenants.
#[test]
fn two_rings_of_one_purpose_are_both_shown_as_long_as_they_are_used() {
    let mut expected = Vec::new();
    let mut cookies = Vec::new();
    let gauges = gauges_by(|| {
        let rings = [key(0), key(0), key(1)].map(SharedKeyRing::from);
        cookies = rings.iter().map(|ring| named(ring, "cart")).collect();
        rings[0].replace(key(2)).unwrap();
        expected = cookies
            .iter()
            .map(|cookie| (info(cookie, "cart"), 1.0))
            .collect();
        // A cookie that is built twice, and dropped.
        drop(named(&rings[1], "cart"));
    });
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(shown(&gauges, "hardtack_info"), expected);
    let gauges = gauges_by(|| drop(named(&SharedKeyRing::from(key(0)), "cart")));
    assert!(shown(&gauges, "hardtack_info").is_empty());
}

#[test]
fn the_not_before_of_the_ring_or_the_cookie_is_shown() {
    let gauge = "hardtack_not_before_seconds";
    let of_cart = format!("{gauge}{{purpose=\"cart\"}}");
    let ring = |second| KeyRing::from(key(0)).with_not_before(at(second));
    let seconds = |second| 1_800_000_000.0 + second;
    let shown_by = |build: fn(SessionCookieBuilder) -> SessionCookieBuilder,
                    then: fn(&SessionCookie)| {
        let gauges = gauges_by(|| {
            let cookie = build(builder().name("cart")).build().unwrap();
            then(&cookie);
        });
        gauges[&of_cart]
    };
    assert_eq!(shown_by(|it| it, |_| ()), 0.0);
    assert_eq!(shown_by(|it| it.not_before(at(7)), |_| ()), seconds(7.0));
    let raised = shown_by(
        |it| it.not_before(at(7)),
        |cookie| cookie.raise_not_before(at(9)),
    );
    assert_eq!(raised, seconds(9.0));
    let gauges = gauges_by(|| {
        let (keys, others) = (SharedKeyRing::from(ring(3)), SharedKeyRing::from(ring(1)));
        let _cookies = [named(&keys, "cart"), named(&others, "user")];
        keys.replace(ring(5)).unwrap();
    });
    let user = format!("{gauge}{{purpose=\"user\"}}");
    assert_eq!([gauges[&of_cart], gauges[&user]], [5.0, 1.0].map(seconds));
}

#[test]
fn the_time_since_which_a_source_hangs_is_shown_until_it_answers() {
    let gauges = gauges_of_threads();
    let text = key(0).expose_secret().to_string();
    let (answer, answers) = channel();
    answer.send(()).unwrap();
    let answers = Mutex::new(answers);
    let source = RingSource::from_fn("a slow vault", move || {
        // Without anybody who answers, it does so at once.
        _ = answers.lock().unwrap().recv();
        Ok(text.clone())
    });
    let watched = WatchedKeyRing::from_sources([source]).unwrap();
    let _cookie = named(&watched.keys(), "hangs");
    watched.interval(Duration::from_secs(1)).spawn().unwrap();
    let gauge = "hardtack_source_refused_since_seconds{purpose=\"hangs\"}";
    let is_shown_soon = |expected| {
        (0..2_000).any(|_| {
            thread::sleep(Duration::from_millis(10));
            (gauges()[gauge] > 1_700_000_000.0) == expected
        })
    };
    assert!(is_shown_soon(false));
    // After 5 seconds.
    assert!(is_shown_soon(true));
    drop(answer);
    assert!(is_shown_soon(false));
}

/// A program that a push after a leak did not reach, or a forgery.
#[test]
fn the_time_of_the_last_session_that_was_sealed_too_late_is_shown() {
    let name = "hardtack_program_lacks_ring_seconds";
    let old = named(&key(0).into(), "cart");
    let pair = sealed(&old, at(160), |session| session.insert("user", 7).unwrap());
    let ring = [
        RingKey::from(key(0)).accept_until(at(100)),
        RingKey::from(key(1)).seal_from(at(100)),
    ];
    let keys = SharedKeyRing::from(KeyRing::from_keys(ring).unwrap());
    for (read_at, expected) in [(760, vec![]), (200, vec![1_800_000_200.0])] {
        let gauges = gauges_by(|| {
            let _ = named(&keys, "cart").load([&pair], at(read_at)).is_new();
        });
        assert!(gauges.contains_key("hardtack_program_lacks_ring_seconds{purpose=\"cart\"}"));
        let values: Vec<_> = shown(&gauges, name)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        assert_eq!(values, expected);
    }
}

#[test]
fn the_time_since_which_a_source_is_refused_is_shown_until_it_is_readable() {
    let gauge = "hardtack_source_refused_since_seconds";
    let text = |index| key(index).expose_secret().to_string();
    let since = |gauges: &BTreeMap<String, f64>| shown(gauges, gauge);
    let refused_at = |second: f64| {
        vec![(
            format!("{gauge}{{purpose=\"cart\"}}"),
            1_800_000_000.0 + second,
        )]
    };
    for (last, expected) in [
        ("bad", refused_at(60.0)),
        (&*text(1), vec![]),
        (&*text(0), vec![]),
    ] {
        let gauges = gauges_by(|| {
            let (put, mut watched) = vault(&text(0));
            let _cookie = named(&watched.keys(), "cart");
            put("bad");
            for second in [50, 60, 70] {
                drop(watched.poll(at(second)));
            }
            put(last);
            for second in [80, 90, 100] {
                drop(watched.poll(at(second)));
            }
        });
        assert_eq!(since(&gauges), expected, "{last:.20}");
        assert!(gauges.contains_key(&refused_at(0.0)[0].0));
    }
    // Two rings of one purpose: the end of one refusal does not hide the other.
    let gauges = gauges_by(|| {
        let [(put, mut one), (also_put, mut other)] = [vault(&text(0)), vault(&text(1))];
        let _cookies = [named(&one.keys(), "cart"), named(&other.keys(), "cart")];
        put("bad");
        also_put("bad");
        for second in [50, 60] {
            drop([one.poll(at(second)), other.poll(at(second))]);
        }
        put(&text(0));
        drop([one.poll(at(70)), other.poll(at(80))]);
        // A cookie that is built meanwhile does not hide it either.
        let _cookie = named(&one.keys(), "cart");
        drop(other.poll(at(90)));
    });
    assert_eq!(since(&gauges), refused_at(60.0));
}
