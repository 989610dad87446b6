//! How long the keys of bound sessions open: the identifier of a device is sealed once, at its registration.

use std::time::Duration;

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, carrier::SessionCookieBuilder, keys::RingKey,
};
use hardtack_device::{BindToDevice, DeviceBound};

use super::site::{START, time};

#[test]
fn a_key_opens_for_the_longest_lifetime_of_a_session() {
    check(|site| site, 12 * HOUR + SKEW);
    check(
        |site| site.remember_up_to(30 * DAY).remembered_idle_timeout(DAY),
        30 * DAY + SKEW,
    );
}

/// Asserts that a key which is to retire at once opens for exactly `needed` under these settings.
#[track_caller]
fn check(change: fn(SessionCookieBuilder) -> SessionCookieBuilder, needed: Duration) {
    let [old, new] = [(); 2].map(|()| EncryptionKey::generate().unwrap());
    let start = time(START);
    let soon = start + Duration::from_secs(1);
    let ring = KeyRing::from_keys([
        RingKey::from(old).accept_until(soon),
        RingKey::from(new).seal_from(start),
    ]);
    let cookie = SessionCookie::encrypted(ring.unwrap());
    let cookie = change(cookie.device_bound(DeviceBound::at("/.session")));
    let cookie = cookie.build().unwrap();
    let accepts = |after| cookie.keys_in_use(start + after).accepts.len();
    assert_eq!(accepts(needed - Duration::from_secs(1)), 2);
    assert_eq!(accepts(needed), 1);
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// The default of `clock_skew`.
const SKEW: Duration = Duration::from_secs(60);
