//! What only a holder of the key can send: payloads that the crate did not write.

use std::time::UNIX_EPOCH;

use hardtack::Reason;
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    counting::{Counts, open_all, run},
    load,
    moments::seconds,
    outcome::reason,
    random,
    sealer::{EPOCH, Sealer, alive},
    site, site_of_profiles,
    values::Profile,
};

#[test]
fn a_random_payload_ends_at_the_payload() {
    let sealer = Sealer::of_site();
    let tokens = random(1..100).prop_map(move |payload| sealer.seal(&alive(&payload)));
    let counts = open_all("sign", 500, tokens);
    counts.assert_share(&[Reason::Payload], 90..=100);
}

#[test]
fn a_nearly_right_payload_opens_or_does_not_and_never_panics() {
    let sealer = Sealer::of_site();
    let mut payload = vec![0x84];
    for (key, value) in [
        ("a", &b"\x07"[..]),
        ("list", b"\x93\x01\xc3\xc0"),
        (
            "map",
            b"\x82\xa1x\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00\x01\xa1y",
        ),
        ("text", b"\xd9\x03abc"),
    ] {
        payload.push(0xA0 | key.len() as u8);
        payload.extend_from_slice(key.as_bytes());
        payload.extend_from_slice(value);
    }
    let site = site("sign").build().unwrap();
    assert!(!load(&site, &sealer.seal(&alive(&payload))).is_new());

    let change = (0..payload.len(), any::<u8>());
    let changes = prop::collection::vec(change, 1..4);
    let counts = Counts::default();
    run(1000, &changes, |changes| {
        let mut changed = payload.clone();
        for (at, byte) in changes {
            changed[at] = byte;
        }
        let session = load(&site, &sealer.seal(&alive(&changed)));
        counts.add(&session);
        let keys = session.keys();
        assert!(keys.is_sorted_by(|one, next| one < next) && keys.len() == session.len());
        for key in &keys {
            let contains = |part: &[u8]| changed.windows(part.len()).any(|w| w == part);
            assert!(key.is_empty() || contains(key.as_bytes()));
            let _ = (
                session.get::<Value>(key),
                session.get::<u8>(key),
                session.get::<String>(key),
            );
        }
        let _ = (
            session.to::<Value>(),
            session.contains("a"),
            session.remaining_bytes(),
        );
        let is_open = reason(&session).is_none();
        assert_eq!(session.insert("new", 1).is_ok(), is_open);
        assert_eq!(session.contains("new"), is_open);
        for key in keys {
            assert!(session.remove(&key).unwrap());
        }
        assert_eq!(session.len(), usize::from(is_open));
    });
    counts.assert_share(&[Reason::Payload], 10..=90);
    counts.assert_opened(10..=90);
}

#[test]
fn a_random_typed_payload_opens_as_something_or_does_not_and_never_panics() {
    let sealer = Sealer::of_site_of_profiles();
    let site = site_of_profiles("sign").build().unwrap();
    let counts = Counts::default();
    run(500, &random(0..100), |payload| {
        let body = [&[0x20, 0, 0, 0, 0, 0, 1], &payload[..]].concat();
        let field = [&b"__Host-session="[..], &sealer.seal(&body)].concat();
        let session = site.load([field], UNIX_EPOCH + seconds(EPOCH));
        counts.add(&session);
        let value = session.read(Clone::clone);
        let is_open = reason(&session).is_none();
        assert!(is_open || value == Profile::default());
        assert_eq!(session.replace(value).is_ok(), is_open);
    });
    counts.assert_share(&[Reason::Payload], 50..=100);
}
