//! `tracing` events.

use hardtack::SessionCookie;
use tracing::Level;

use super::{
    Vault, id, key, refused, replaced,
    told::{Told, told_by},
    unchanged, unsettled,
};

#[track_caller]
fn one(told: Vec<Told>) -> Told {
    <[Told; 1]>::try_from(told)
        .map(|[told]| told)
        .expect("one event")
}

#[test]
fn a_refusal_is_logged_once_as_an_error() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let broken = format!("{} x=1", key());
    vault.put(&broken);
    let told = one(told_by(|| {
        refused(&mut watched);
        unchanged(&mut watched);
    }));
    assert_eq!(told.level, Level::ERROR);
    assert_eq!(told.target, "hardtack::keys");
    let expected = "message=key ring refused, the earlier one stays in use ";
    assert!(told.fields.starts_with(expected), "{}", told.fields);
    assert!(
        told.fields.contains("error=the vault: key ring, entry 1: "),
        "{}",
        told.fields
    );
    assert!(!told.fields.contains(&broken[24..60]), "{}", told.fields);
}

#[test]
fn a_key_that_is_used_after_its_end_is_an_error_that_names_the_remedies() {
    let (old, new) = (key(), key());
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    let _cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    vault.put(format!(
        "{old} accept_until=2030-01-01T00:10:00Z\n{new} seal_from=2030-01-01T00:00:00Z"
    ));
    let mut told = told_by(|| replaced(&mut watched));
    assert_eq!(told.len(), 2, "{told:?}");
    let told = told.remove(0);
    assert_eq!((told.level, told.target), (Level::ERROR, "hardtack::keys"));
    for part in [
        "purpose=\"__Host-session\"",
        &format!("key_id={}", id(&old)),
        "accept_until=\"2030-01-01T00:10:00Z\"",
        "kept_until=\"2030-01-01T00:31:00Z\"",
        "set its `accept_until` to `kept_until` or later",
        "remove the key",
        "`danger_retire_early`",
    ] {
        assert!(told.fields.contains(part), "{}", told.fields);
    }
}

#[test]
fn a_replacement_is_logged_with_the_fingerprint() {
    let old = key();
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    vault.put(format!("{}\n{old}", key()));
    let told = one(told_by(|| replaced(&mut watched)));
    assert_eq!(told.level, Level::INFO);
    let fingerprint = watched.keys().current().fingerprint();
    let expected = format!("message=key ring replaced fingerprint={fingerprint} ");
    assert_eq!(told.fields, expected);
}

#[test]
fn a_replacement_that_drops_a_key_is_a_warning_that_names_it() {
    let old = key();
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    vault.put(key());
    let told = one(told_by(|| replaced(&mut watched)));
    assert_eq!(told.level, Level::WARN);
    let fingerprint = watched.keys().current().fingerprint();
    let dropped = format!("fingerprint={fingerprint} dropped={} ", id(&old));
    assert!(told.fields.ends_with(&dropped), "{}", told.fields);
    assert!(
        told.fields.contains("under them end now"),
        "{}",
        told.fields
    );
}

#[test]
fn a_poll_that_decides_nothing_logs_nothing() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let told = told_by(|| {
        unchanged(&mut watched);
        vault.fail("busy");
        unsettled(&mut watched);
    });
    assert!(told.is_empty(), "{told:?}");
}
