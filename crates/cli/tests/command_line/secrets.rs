//! A key that stands where something else belongs is not repeated. Of all other output the desk sees to it
//! that no key is in it.

use crate::desk::Desk;

/// A new key, and the secret part of its text, which is no option: one of 64 begins with `-`.
fn key(desk: &Desk) -> (String, String) {
    loop {
        let key = desk.done("keygen").trim_end().to_owned();
        let secret = key["hardtack_key_v1_xaes_".len()..].to_owned();
        if !secret.starts_with('-') {
            return (key, secret);
        }
    }
}

#[test]
fn a_key_on_the_command_line_is_not_repeated() {
    let desk = Desk::new();
    let (key, secret) = &key(&desk);
    for line in [
        secret.clone(),
        format!("ring {secret}"),
        format!("ring show {secret}"),
        format!("ring show {secret}/keys"),
        format!("ring rotate {secret} --after 1h"),
        format!("ring add keys --seal-from {secret}"),
        format!("inspect a --name {secret}/"),
        format!("inspect {secret} --keys xaes_{secret}"),
        key.clone(),
        format!("ring {key}"),
        format!("ring add keys {key}"),
        format!("ring add keys --suite {key}"),
        format!("ring add keys --seal-from {key}"),
        format!("ring add {key}/keys"),
        format!("ring show {key}"),
        format!("ring check {key}"),
        format!("ring show keys --{key}"),
        format!("ring rotate {key} --after 1h"),
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
        ran.hides(secret);
    }
    // No file is named by one.
    for file in [key, secret, &format!("{key},{key}")] {
        let refused = desk.refused(2, &format!("ring add {file}"));
        assert!(refused.contains("found a key"), "{refused}");
    }
    assert!(desk.files().is_empty());
    desk.done("ring add keys");
    desk.run(&format!("ring retire keys {key}")).hides(secret);
    // Nothing is wrong with this name.
    let ran = desk.run(&format!("inspect eHhYAAA --name {key}"));
    assert!(ran.out.contains("hardtack_key_v1_…"), "{}", ran.out);
    ran.hides(secret);
    // One key in some dozens begins as a token does, so this one may end without a mistake.
    desk.run(&format!("inspect a={secret}")).hides(secret);
    let line = format!("inspect eA --keys keys --header {key}/");
    desk.run(&line).hides(secret);
}

/// A part of one would not be known for a key.
#[test]
fn no_sentence_that_is_cut_off_ends_inside_of_a_key() {
    let desk = Desk::new();
    let (_, secret) = key(&desk);
    for others in (610..680).step_by(5) {
        let others: String = (0..others).map(|n| format!("x{n:03}=1; ")).collect();
        let ran = desk.run_on(&format!("{others}{secret}=1; c=2"), "inspect");
        assert!(ran.err.contains("x000, x001"), "{}", ran.err);
        ran.hides(&secret);
    }
}

#[test]
fn a_key_that_is_broken_is_not_repeated() {
    let desk = Desk::new();
    let (key, secret) = key(&desk);
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
            desk.run(line).hides(&secret[..39]);
        }
    }
}
