//! The time for which a key is needed, by the warning about a ring that ends it earlier.

use std::time::Duration;

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, carrier::SessionCookieBuilder, keys::RingKey,
};
use hardtack_device::{BindToDevice, DeviceBound};

use super::{
    site::{START, time},
    told::told_by,
};

#[test]
fn a_key_is_needed_for_the_longest_lifetime_of_a_session() {
    check(|site| site, 12 * HOUR + SKEW);
    check(
        |site| site.remember_up_to(30 * DAY).remembered_idle_timeout(DAY),
        30 * DAY + SKEW,
    );
}

/// Asserts that a ring has one warning if it ends a key earlier than `needed` after the next one begins to seal.
#[track_caller]
fn check(change: fn(SessionCookieBuilder) -> SessionCookieBuilder, needed: Duration) {
    let [old, new] = [(); 2].map(|()| EncryptionKey::generate().unwrap().expose_secret());
    // The clock of the system does not show it for a century.
    let start = time(START) + 36_500 * DAY;
    for (early, warnings) in [(1, 1), (0, 0)] {
        let end = start + needed - Duration::from_secs(early);
        let ring = KeyRing::from_keys([
            RingKey::from(old.parse::<EncryptionKey>().unwrap()).accept_until(end),
            RingKey::from(new.parse::<EncryptionKey>().unwrap()).seal_from(start),
        ]);
        let cookie = SessionCookie::encrypted(ring.unwrap());
        let cookie = change(cookie.device_bound(DeviceBound::at("/.session")));
        let told = told_by(|| drop(cookie.build().unwrap()));
        // Beside what every cookie tells when it is built.
        let (ready, others): (Vec<_>, Vec<_>) = told
            .into_iter()
            .partition(|it| it.fields.starts_with("message=sessions are ready "));
        assert_eq!((ready.len(), others.len()), (1, warnings), "{others:?}");
    }
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// The default of `clock_skew`.
const SKEW: Duration = Duration::from_secs(60);
