//! What logs say of sessions that are built, and of a ring that is taken.

use std::time::{Duration, SystemTime};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SessionHeader, SigningKey,
    keys::{RingKey, SharedKeyRing},
};
use tracing::Level;

use super::{
    common::{at, builder, key},
    told::{Told, told_by},
};

const DAY: Duration = Duration::from_secs(86_400);

/// The one event of `work` at `level`.
#[track_caller]
fn one(level: Level, work: impl FnOnce()) -> Told {
    let told = told_by(work);
    let mut at_level = told.iter().filter(|told| told.level == level);
    match (at_level.next(), at_level.next()) {
        (Some(one), None) => one.clone(),
        _ => panic!("one event, not {told:?}"),
    }
}

#[track_caller]
fn has(told: &Told, part: &str) {
    assert!(told.fields.contains(part), "{part} in {}", told.fields);
}

#[test]
fn building_a_cookie_tells_its_keys_and_all_that_other_programs_need() {
    // Both are so at the time of this program, too.
    let (past, future) = (at(0) - 300 * DAY, at(0) + 36_500 * DAY);
    let ring = KeyRing::from_keys([
        RingKey::from(key(0)).accept_until(future),
        RingKey::from(key(1)).seal_from(past),
        RingKey::from(key(2)).seal_from(future),
    ]);
    let ring = ring.unwrap();
    let build = || SessionCookie::encrypted(ring.clone()).not_before(past);
    let told = one(Level::INFO, || drop(build().build().unwrap()));
    assert_eq!(told.target, "hardtack::session::events");
    has(
        &told,
        "message=sessions are ready purpose=\"__Host-session\" ",
    );
    let [old, new, next] = [0, 1, 2].map(|number| key(number).id());
    has(
        &told,
        &format!("seals=\"{new}\" seals_since=\"2026-03-21T08:00:00Z\" "),
    );
    let accepts = format!(
        "accepts=\"{old} until 2126-12-22T08:00:00Z, {new}, {next} seals from 2126-12-22T08:00:00Z\" "
    );
    has(&told, &accepts);
    has(&told, &format!("fingerprint=\"{}\" ", ring.fingerprint()));
    has(&told, "not_before=\"2026-03-21T08:00:00Z\" ");
    has(
        &told,
        "settings_fingerprint=\"331a75f197d27245\" settings=\"cookie=__Host-session mode=encrypted ",
    );
    assert!(!told.fields.contains("danger="), "{}", told.fields);
}

/// Without a time, and before its time.
#[test]
fn a_key_that_seals_since_no_known_time_is_told_without_one() {
    let future = at(0) + 36_500 * DAY;
    for key in [
        RingKey::from(key(0)),
        RingKey::from(key(0)).seal_from(future),
    ] {
        let ring = KeyRing::from_keys([key]).unwrap();
        let told = one(Level::INFO, || {
            drop(SessionCookie::encrypted(ring).build().unwrap());
        });
        assert!(!told.fields.contains("seals_since"), "{}", told.fields);
    }
}

#[test]
fn building_tokens_is_told_as_well() {
    let tokens = |key: EncryptionKey| SessionHeader::encrypted(key, "X-Session");
    let told = one(Level::INFO, || drop(tokens(key(0)).build().unwrap()));
    has(&told, "purpose=\"header:x-session\" ");
    has(&told, "settings=\"header=x-session mode=encrypted ");
}

#[test]
fn all_that_weakens_sessions_is_told() {
    let dangerous = || {
        let keys = SigningKey::generate().unwrap();
        let builder = SessionCookie::unencrypted_but_signed(keys);
        builder
            .danger_allow_http(true)
            .danger_allow_shared_caching(true)
    };
    let told = one(Level::INFO, || drop(dangerous().build().unwrap()));
    has(
        &told,
        "danger=\"unencrypted danger_allow_http danger_allow_shared_caching\" ",
    );
}

#[test]
fn a_cookie_that_is_refused_is_not_told_of() {
    let told = told_by(|| drop(builder().name("__Host-session").path("/app").build()));
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_ring_that_is_taken_is_told_of_for_each_purpose() {
    let keys = SharedKeyRing::from(key(0));
    let _cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let _other = SessionCookie::encrypted(keys.clone())
        .name("cart")
        .build()
        .unwrap();
    let told = told_by(|| keys.replace(key(1)).unwrap());
    let purposes = ["__Host-session", "cart"];
    assert_eq!(told.len(), purposes.len(), "{told:?}");
    for (told, purpose) in told.iter().zip(purposes) {
        assert_eq!((told.level, told.target), (Level::INFO, "hardtack::keys"));
        let new = key(1).id();
        has(
            told,
            &format!(
                "message=key ring replaced purpose={purpose:?} seals=\"{new}\" accepts=\"{new}\" "
            ),
        );
        has(
            told,
            &format!("settings=\"cookie={purpose} mode=encrypted "),
        );
    }
}

/// Such as a mistyped `--not-before +5h`, which signs everybody out.
#[test]
fn a_not_before_in_the_future_is_warned_of_when_the_cookie_is_built_and_whenever_a_ring_is_taken() {
    let ahead = SystemTime::now() + Duration::from_secs(5 * 3600);
    let ahead = humantime::format_rfc3339_seconds(ahead).to_string();
    let ring = |not_before: &str| -> KeyRing {
        let text = format!("{},not_before={not_before}", *key(0).expose_secret());
        text.parse().unwrap()
    };
    let check = |told: Told| {
        assert_eq!(told.target, "hardtack::keys");
        has(
            &told,
            "`not_before` is in the future: until then every session is rejected",
        );
        has(
            &told,
            &format!("purpose=\"__Host-session\" not_before={ahead:?} ahead_by="),
        );
        let (_, ahead_by) = told.fields.split_once("ahead_by=").unwrap();
        let ahead_by: u64 = ahead_by.trim().parse().unwrap();
        assert!((17_900..=18_000).contains(&ahead_by), "{ahead_by}");
    };
    let keys = SharedKeyRing::from(ring(&ahead));
    let build = || SessionCookie::encrypted(keys.clone()).build().unwrap();
    check(one(Level::WARN, || drop(build())));
    let _cookie = build();
    let past = ring("2026-06-01T00:00:00Z");
    let told = told_by(|| keys.replace(past).unwrap());
    assert!(
        told.iter().all(|told| told.level == Level::INFO),
        "{told:?}"
    );
    check(one(Level::WARN, || keys.replace(ring(&ahead)).unwrap()));
    let of_cookie = humantime::parse_rfc3339(&ahead).unwrap();
    check(one(Level::WARN, || {
        drop(builder().not_before(of_cookie).build().unwrap());
    }));
}
