//! Any text: a parsed key has this spelling only; in a parsed ring one key seals at every time, and each change is
//! announced; a cookie uses the keys as the ring says; errors show no part of a key, and none can be read
//! in a text from which keys were removed.
#![no_main]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SigningKey,
    carrier::SessionCookieBuilder,
    keys::{KeyId, KeyRole, Mode, RingEvent, redact},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<EncryptionKey>() {
        assert_eq!(*key.expose_secret(), text.trim_ascii());
        assert!(text.parse::<SigningKey>().is_err());
    }
    check(text);
    check_redacted(&redact(text));
});

fn check(text: &str) {
    let ring = match text.parse::<KeyRing>() {
        Ok(ring) => ring,
        Err(error) => return check_shown(&error.to_string()),
    };
    check_shown(&format!("{ring:?}"));
    let build = |builder: SessionCookieBuilder| builder.build().expect("it has the defaults");
    let cookie = build(builder(&ring));
    let times = times_of(&ring);
    for &now in &times {
        check_roles(&ring, now);
        let keys = cookie.keys_in_use(now);
        assert_eq!(roles(&ring, now), (keys.seals, keys.accepts.clone()));
        check_next(&ring, &times, now, keys.next);
    }
}

fn builder(ring: &KeyRing) -> SessionCookieBuilder {
    let [fitting, other] = match ring.mode() {
        Mode::Encrypted => [
            SessionCookie::encrypted,
            SessionCookie::unencrypted_but_signed,
        ],
        _ => [
            SessionCookie::unencrypted_but_signed,
            SessionCookie::encrypted,
        ],
    };
    let error = other(ring.clone())
        .build()
        .expect_err("its keys are of the other kind");
    assert_eq!(error.settings().next(), Some("keys"));
    fitting(ring.clone())
}

/// Returns the times at which a role may change, each with the seconds around it, in their order.
fn times_of(ring: &KeyRing) -> Vec<SystemTime> {
    let keys = ring.keys();
    let of_keys = keys
        .iter()
        .flat_map(|key| [key.seal_from, key.accept_until]);
    let second = Duration::from_secs(1);
    let mut times: Vec<_> = of_keys
        .flatten()
        .flat_map(|at| [at - second, at, at + second])
        .chain([0, 1_767_225_600, 1_800_000_000, u64::from(u32::MAX) * 2].map(time))
        .collect();
    times.sort();
    times.dedup();
    times
}

/// Follows SPEC.md § 3.4.
fn check_roles(ring: &KeyRing, now: SystemTime) {
    let keys = ring.keys();
    let has_begun = |from: Option<SystemTime>| from.is_none_or(|from| now >= from);
    let sealing = keys.iter().rposition(|key| has_begun(key.seal_from));
    let sealing = sealing.unwrap_or(0);
    for (place, key) in keys.iter().enumerate() {
        let is_retired = key.accept_until.is_some_and(|until| now >= until);
        let role = match place {
            _ if place == sealing => KeyRole::Sealing,
            _ if place > sealing => KeyRole::Planned,
            _ if is_retired => KeyRole::Retired,
            _ => KeyRole::Accepted,
        };
        assert_eq!(ring.role(key.id, now), Some(role));
        let is_accepted = accepted_keys(ring, now).contains(&key.id);
        assert_eq!(is_accepted, role != KeyRole::Retired);
        assert_eq!(ring.sealing_key(now) == key.id, role == KeyRole::Sealing);
    }
}

/// Nothing changes before the next event, and then what it says.
fn check_next(ring: &KeyRing, times: &[SystemTime], now: SystemTime, next: Option<RingEvent>) {
    let before = roles(ring, now);
    if let Some(RingEvent { at, key, role }) = next {
        let opens = [before.1.clone(), accepted_keys(ring, at)].map(|keys| keys.contains(&key));
        match role {
            KeyRole::Sealing => assert_eq!(ring.sealing_key(at), key),
            KeyRole::Retired => assert_eq!(opens, [true, false]),
            role => panic!("{key} {role}"),
        }
    }
    let at = next.map(|next| next.at);
    assert!(at.is_none_or(|at| at > now));
    let until = |later: &&SystemTime| **later >= now && at.is_none_or(|at| **later < at);
    for later in times.iter().filter(until) {
        assert_eq!(roles(ring, *later), before);
    }
}

/// Returns the key that seals, and those that open.
fn roles(ring: &KeyRing, now: SystemTime) -> (KeyId, Vec<KeyId>) {
    (ring.sealing_key(now), accepted_keys(ring, now))
}

/// Checks that no secret is in a text from which keys were removed.
fn check_redacted(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{text}");
    }
}

/// Checks that no part of a secret is shown, of 11 characters or more.
fn check_shown(shown: &str) {
    for secret in SECRETS {
        for start in (0..=secret.len() - 8).step_by(4) {
            assert!(!shown.contains(&secret[start..start + 8]), "{shown}");
        }
    }
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Those of the seeds, which are public.
const SECRETS: [&str; 3] = [
    "Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2",
    "ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5",
    "bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg",
];

/// Returns the ids of the keys that open at `now`.
fn accepted_keys(ring: &KeyRing, now: SystemTime) -> Vec<KeyId> {
    let opens = |id: &KeyId| ring.role(*id, now) != Some(KeyRole::Retired);
    ring.keys()
        .into_iter()
        .map(|key| key.id)
        .filter(opens)
        .collect()
}
