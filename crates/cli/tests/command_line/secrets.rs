//! A key that stands where something else belongs is not repeated. Of all other output the desk sees to it
//! that no key is in it.

use crate::desk::{Desk, Ran, secrets};

#[track_caller]
fn check(ran: &Ran, key: &str) {
    let [secret] = secrets(key)[..] else {
        panic!("one key")
    };
    let is_shown = |part: &[u8]| {
        let part = str::from_utf8(part).unwrap();
        ran.out.contains(part) || ran.err.contains(part)
    };
    assert!(
        !secret.as_bytes().windows(8).any(is_shown),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_key_on_the_command_line_is_not_repeated() {
    let desk = Desk::new();
    let key = desk.done("keygen");
    let key = key.trim_end();
    let bare = &key["hardtack_key_v1_xaes_".len()..];
    for line in [
        bare.to_owned(),
        format!("ring {bare}"),
        format!("ring show {bare}"),
        format!("ring show {bare}/keys"),
        format!("ring rotate {bare} --after 1h"),
        format!("ring add keys --seal-from {bare}"),
        format!("inspect a --name {bare}/"),
        format!("inspect {bare} --keys xaes_{bare}"),
        key.to_owned(),
        format!("ring {key}"),
        format!("ring add keys {key}"),
        format!("ring add keys --suite {key}"),
        format!("ring add keys --seal-from {key}"),
        format!("ring add {key}"),
        format!("ring add {bare}"),
        format!("ring add {key},{key}"),
        format!("ring add {key}/keys"),
        format!("ring show {key}"),
        format!("ring check {key}"),
        format!("ring show keys --{key}"),
        format!("ring rotate {key} --after 1h"),
        format!("ring rotate {key} --after 1h --lifetime 30m"),
        format!("ring rotate keys --after {key}"),
        format!("inspect {key}"),
        format!("inspect {key} --keys {key}"),
        format!("inspect a={key}"),
        format!("inspect {key}=a --keys {key}"),
        format!("inspect a --name {key}/"),
        format!("inspect a --context {key}"),
        format!("keygen --suite {key}"),
    ] {
        let ran = desk.run(&line);
        assert_ne!(ran.code, Some(0), "{line}: {}", ran.out);
        check(&ran, key);
    }
    desk.done("ring add keys");
    check(&desk.run(&format!("ring retire keys {key}")), key);
    // Nothing is wrong with this name.
    let ran = desk.run(&format!("inspect eHhYAAA --name {key}"));
    assert!(
        ran.out.contains("hardtack_key_v1_…"),
        "{}{}",
        ran.out,
        ran.err
    );
    check(&ran, key);
    // One key in some dozens begins as a token does, so this one may end without a mistake.
    check(&desk.run(&format!("inspect a={bare}")), key);
    check(
        &desk.run(&format!("inspect eA --keys keys --header {key}/")),
        key,
    );
}

#[test]
fn no_file_is_named_by_a_key() {
    let desk = Desk::new();
    let key = desk.done("keygen");
    let key = key.trim_end();
    let bare = &key["hardtack_key_v1_xaes_".len()..];
    for file in [key.to_owned(), bare.to_owned(), format!("{key},{key}")] {
        let ran = desk.run(&format!("ring add {file}"));
        assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
        assert!(ran.err.contains("found a key"), "{}", ran.err);
        assert!(!desk.path(&file).exists());
    }
}

/// A part of one would not be known for a key.
#[test]
fn no_sentence_that_is_cut_off_ends_inside_of_a_key() {
    let desk = Desk::new();
    let key = desk.done("keygen");
    let bare = &key.trim_end()["hardtack_key_v1_xaes_".len()..];
    for others in (610..680).step_by(5) {
        let others: String = (0..others).map(|n| format!("x{n:03}=1; ")).collect();
        let ran = desk.run_on(&format!("{others}{bare}=1; c=2"), "inspect");
        assert!(ran.err.contains("x000, x001"), "{}", ran.err);
        check(&ran, key.trim_end());
    }
}

#[test]
fn a_key_that_is_broken_is_not_repeated() {
    let desk = Desk::new();
    let key = desk.done("keygen");
    let key = key.trim_end();
    for text in [
        key[..60].to_owned(),
        format!("{key}A"),
        format!("{key} {key}"),
        format!("x{key}"),
        format!("{key} seal_from={key}"),
        format!("not_before={key}"),
        format!("{key},{key}"),
    ] {
        desk.write("keys", &text);
        for line in [
            "ring add keys",
            "ring show keys",
            "ring check keys",
            "inspect eA --keys keys",
        ] {
            let ran = desk.run(line);
            let is_shown = |part: &[u8]| {
                let part = str::from_utf8(part).unwrap();
                ran.out.contains(part) || ran.err.contains(part)
            };
            assert!(
                !key.as_bytes()[21..60].windows(8).any(is_shown),
                "{}{}",
                ran.out,
                ran.err
            );
        }
    }
}
