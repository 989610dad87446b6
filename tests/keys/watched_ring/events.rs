//! `tracing` events.

use hardtack::SessionCookie;
use tracing::Level;

use super::{
    Vault, at, id, key, refused, replaced, replaced_at,
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

/// So an alert that counts log lines does not end before the source is good again.
#[test]
fn a_refusal_that_lasts_is_logged_every_five_minutes_and_its_end_once() {
    let text = key();
    let vault = Vault::with(&text);
    let mut watched = vault.watch();
    vault.fail("sealed");
    let told = told_by(|| {
        for second in (0..=1_000).step_by(10) {
            drop(watched.poll(at(second)));
        }
    });
    assert_eq!(told.len(), 4, "{told:?}");
    for (told, since) in told.iter().zip([false, true, true, true]) {
        assert_eq!(told.level, Level::ERROR);
        let parts = [
            "message=key ring refused, the earlier one stays in use error=",
            "cannot read the vault: sealed",
        ];
        assert!(
            parts.iter().all(|part| told.fields.contains(part)),
            "{told:?}"
        );
        let is_since = told.fields.contains("since=\"2027-01-15T08:00:10Z\" ");
        assert_eq!(is_since, since, "{told:?}");
    }
    vault.put(&text);
    let told = one(told_by(|| {
        unchanged(&mut watched);
        unchanged(&mut watched);
    }));
    assert_eq!((told.level, told.target), (Level::INFO, "hardtack::keys"));
    assert_eq!(told.fields, "message=the key source is readable again ");
}

/// A minute after second 0 the new key seals, and a second later the old one ends, which is needed for 31 minutes.
#[test]
fn a_key_that_ends_too_early_is_a_warning_for_as_long_as_it_is_needed() {
    let (old, new) = (key(), key());
    let time = |second| humantime::format_rfc3339_seconds(at(second));
    let ring = format!(
        "{old} accept_until={}\n{new} seal_from={}",
        time(61),
        time(60)
    );
    for (second, is_told) in [(0, true), (61, true), (60 + 1859, true), (60 + 1860, false)] {
        let vault = Vault::with(&old);
        let mut watched = vault.watch();
        let _cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
        vault.put(&ring);
        let told = told_by(|| {
            replaced_at(&mut watched, second);
        });
        let of_key = |told: &&Told| told.fields.contains("`needed_until`");
        let told: Vec<_> = told.iter().filter(of_key).collect();
        assert_eq!(told.len(), usize::from(is_told), "{second}");
        for told in told {
            assert_eq!((told.level, told.target), (Level::WARN, "hardtack::keys"));
            for part in [
                "purpose=\"__Host-session\"",
                &format!("key_id={}", id(&old)),
                &format!("accept_until=\"{}\"", time(61)),
                &format!("needed_until=\"{}\"", time(60 + 1860)),
            ] {
                assert!(told.fields.contains(part), "{}", told.fields);
            }
        }
    }
}

#[test]
fn a_replacement_is_logged_with_what_is_in_use_from_then_on() {
    let (old, new) = (key(), key());
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    vault.put(format!("{new}\n{old}"));
    let told = one(told_by(|| replaced(&mut watched)));
    assert_eq!((told.level, told.target), (Level::INFO, "hardtack::keys"));
    let keys = cookie.keys_in_use(at(0));
    let (old, new) = (id(&old), id(&new));
    let expected = format!(
        "message=key ring replaced purpose=\"__Host-session\" seals=\"{new}\" accepts=\"{old}, {new}\" \
         fingerprint=\"{}\" settings_fingerprint=\"{}\" settings=\"cookie=",
        keys.fingerprint, keys.settings
    );
    assert!(told.fields.starts_with(&expected), "{}", told.fields);
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
        told.fields.contains("ends them too early: their"),
        "{}",
        told.fields
    );
}

/// As by a backup from before `ring leaked`.
#[test]
fn a_key_that_comes_back_is_an_error_that_names_it_and_its_end() {
    let old = key();
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    vault.put(key());
    replaced_at(&mut watched, 60);
    vault.put(&old);
    let told = told_by(|| drop(replaced_at(&mut watched, 120)));
    let told = told.into_iter().filter(|told| told.level == Level::ERROR);
    let told = one(told.collect());
    assert_eq!(told.target, "hardtack::keys");
    let expected = "message=a key opens longer than an earlier ring of this program said";
    assert!(told.fields.starts_with(expected), "{}", told.fields);
    let ended_at = humantime::format_rfc3339_seconds(at(60));
    let fields = format!("key_id={} ended_at=\"{ended_at}\" ", id(&old));
    assert!(told.fields.ends_with(&fields), "{}", told.fields);
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

/// As made on a machine with a slow clock, or pushed too late.
#[test]
fn a_new_key_that_seals_at_once_is_a_warning_unless_another_is_dropped() {
    let (old, new) = (key(), key());
    let from = |second| humantime::format_rfc3339_seconds(at(second));
    for (ring, is_told) in [
        (format!("{old}\n{new} seal_from={}", from(10)), true),
        (format!("{old}\n{new} seal_from={}", from(11)), false),
        (format!("{new} seal_from={}", from(10)), false),
        (format!("{old}\n{new}"), false),
    ] {
        let vault = Vault::with(&old);
        let mut watched = vault.watch();
        vault.put(&ring);
        let told = told_by(|| drop(replaced_at(&mut watched, 10)));
        let told: Vec<_> = { told.iter() }
            .filter(|told| told.fields.contains("which seals already"))
            .collect();
        assert_eq!(told.len(), usize::from(is_told), "{ring}");
        for told in told {
            assert_eq!((told.level, told.target), (Level::WARN, "hardtack::keys"));
            let part = format!("key_id={} seal_from=\"{}\"", id(&new), from(10));
            assert!(told.fields.contains(&part), "{}", told.fields);
        }
    }
}
