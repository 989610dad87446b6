//! A function as the source.
//!
//! New rings that are refused.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use hardtack::{
    SigningKey,
    keys::{PollOutcome, RingSource},
};

use super::{
    Vault, Watched, id, key, refused, replaced, seals, times::at, unchanged, unsettled, watch,
};

#[test]
fn a_text_that_changes_at_every_poll_is_never_used() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let old = seals(&watched);
    for _ in 0..5 {
        vault.put(key());
        unsettled(&mut watched);
    }
    assert_eq!(seals(&watched), old);
    assert!(matches!(watched.poll(at(0)), PollOutcome::Replaced { .. }));
}

#[test]
fn two_polls_that_are_not_in_a_row_do_not_count() {
    let (a, b) = (key(), key());
    let vault = Vault::with(&a);
    let mut watched = vault.watch();
    for _ in 0..3 {
        vault.put(&b);
        unsettled(&mut watched);
        vault.put(&a);
        unchanged(&mut watched);
    }
    vault.put(&b);
    unsettled(&mut watched);
    vault.fail("busy");
    unsettled(&mut watched);
    vault.put(&b);
    replaced(&mut watched);
}

#[test]
fn an_error_that_passes_is_not_reported() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let text = key();
    vault.put(&text);
    replaced(&mut watched);
    vault.fail("timed out");
    unsettled(&mut watched);
    vault.put(&text);
    unchanged(&mut watched);
}

#[test]
fn an_error_that_stays_is_reported_once_even_if_its_words_change() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    vault.fail("request 1 timed out");
    unsettled(&mut watched);
    vault.fail("request 2 timed out");
    let PollOutcome::Refused(error) = watched.poll(at(0)) else {
        panic!("it is told")
    };
    assert_eq!(
        error.to_string(),
        "cannot read the vault: request 2 timed out"
    );
    for number in 3..6 {
        vault.fail(&format!("request {number} timed out"));
        unchanged(&mut watched);
    }
    vault.put(key());
    replaced(&mut watched);
}

#[test]
fn a_panic_of_a_function_fails_one_poll() {
    let (old, new) = (key(), key());
    let text = new.clone();
    let count = AtomicU32::new(0);
    let source = RingSource::from_fn("the vault", move || match count.fetch_add(1, Relaxed) {
        0 => Ok(old.clone()),
        1..=4 => panic!("on purpose"),
        _ => Ok(text.clone()),
    });
    let mut watched = watch(source);
    assert_eq!(refused(&mut watched), "cannot read the vault: it panicked");
    replaced(&mut watched);
    assert_eq!(seals(&watched), id(&new));
}

#[test]
fn a_function_that_fails_at_the_start_is_an_error() {
    let vault = Vault::with("");
    vault.fail("sealed");
    let error = Watched::from_sources([vault.source()]).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the vault: sealed");
    let panics = RingSource::from_fn("the vault", || panic!("on purpose"));
    assert!(Watched::from_sources([panics]).is_err());
}

#[test]
fn each_poll_asks_each_source_once() {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let text = key();
    let source = RingSource::from_fn("the vault", move || {
        COUNT.fetch_add(1, Relaxed);
        Ok(text.clone())
    });
    let mut watched = watch(source);
    assert_eq!(COUNT.load(Relaxed), 1);
    unchanged(&mut watched);
    assert_eq!(COUNT.load(Relaxed), 2);
}

#[test]
fn debug_of_a_watched_ring_shows_no_key() {
    let text = key();
    let watched = Vault::with(&text).watch();
    let shown = format!("{watched:?} {:?}", watched.keys());
    assert!(shown.contains("the vault"), "{shown}");
    assert!(!shown.contains(&text[24..60]), "{shown}");
}

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
        (signing.to_string(), "give keys of the mode in use"),
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
