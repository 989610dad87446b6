//! New rings that are refused.

use hardtack::{SigningKey, keys::PollOutcome};

use super::{Vault, Watched, id, key, refused, replaced, seals, times::at, unchanged, unsettled};

#[test]
fn a_bad_ring_changes_nothing_and_a_good_one_after_it_is_used() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let cut = &key()[..40];
    let signing = SigningKey::generate().unwrap().expose_secret();
    let twice = key();
    for (text, says) in [
        (String::new(), "key ring has no key"),
        ("hunter2".to_owned(), "key ring, entry 1: "),
        (cut.to_owned(), "key ring, entry 1: "),
        (format!("{},", key()), "between commas"),
        (format!("{twice}\n{twice}"), "listed twice"),
        (signing.to_string(), "expected `xaes` or `xcha`"),
        (format!("{}\n{}", key(), *signing), "key ring, entry 2: "),
        (
            format!("{} accept_until=2099-01-01T00:00:00Z", key()),
            "the last one to seal",
        ),
    ] {
        vault.put(&text);
        let sentence = refused(&mut watched);
        assert!(sentence.starts_with("the vault: "), "{sentence}");
        assert!(sentence.contains(says), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
        let new = key();
        vault.put(&new);
        replaced(&mut watched);
        assert_eq!(seals(&watched), id(&new));
    }
}

#[test]
fn another_refusal_is_reported_and_so_is_the_first_when_it_comes_again() {
    let text = key();
    let vault = Vault::with(&text);
    let mut watched = vault.watch();
    for bad in ["one", "other", "one"] {
        vault.put(bad);
        refused(&mut watched);
    }
    // Back to the ring in use: nothing changes.
    vault.put(&text);
    unchanged(&mut watched);
    vault.put("one");
    refused(&mut watched);
    // Without an unchanged poll in between.
    vault.put(key());
    unsettled(&mut watched);
    assert!(matches!(watched.poll(at(0)), PollOutcome::Replaced { .. }));
    vault.put("one");
    refused(&mut watched);
}

#[test]
fn a_refusal_is_not_reported_again_after_another_text_was_seen_once() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    vault.put("bad");
    refused(&mut watched);
    vault.put("other");
    unsettled(&mut watched);
    vault.put("bad");
    unchanged(&mut watched);
}

#[test]
fn what_is_refused_at_the_start_is_an_error() {
    for text in ["", "hunter2"] {
        let error = Watched::from_sources([Vault::with(text).source()]).unwrap_err();
        let sentence = error.to_string();
        assert!(sentence.starts_with("the vault: key ring"), "{sentence}");
    }
    assert!(Watched::from_sources([]).is_err());
}
