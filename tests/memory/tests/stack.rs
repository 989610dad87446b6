//! No operation leaves a key of the ring, a key that is derived from one, or the content of a session on its stack.
//! Optimized, as everywhere where sessions are sealed: without the optimizer every move leaves a copy.

#![cfg(not(debug_assertions))]

#[path = "../examples/stack/operations.rs"]
mod operations;
#[path = "../examples/stack/secrets.rs"]
mod secrets;

use hardtack_memory::stack_after;

use operations::{OPERATIONS, SUITES};
use secrets::{Found, Secrets};

/// Returns what the operations `wanted` leave on their stacks.
fn left(wanted: impl Fn(&str) -> bool) -> Vec<(&'static str, Found)> {
    let mut left = Vec::new();
    for (operation, prepare) in OPERATIONS.into_iter().filter(|(name, _)| wanted(name)) {
        for (_, text) in SUITES {
            let (token, stack) = stack_after(prepare(text));
            let found = Secrets::new(text, token.as_deref()).find_in(&stack);
            left.extend(found.into_iter().map(|found| (operation, found)));
        }
    }
    left
}

#[track_caller]
fn assert_none(left: Vec<(&str, Found)>) {
    let told: Vec<_> = left
        .iter()
        .map(|(operation, found)| format!("{operation}: {found}"))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn a_copy_on_the_stack_is_found() {
    let copies = left(|name| name.starts_with("to be found"));
    assert_eq!(copies.len(), SUITES.len());
    assert_none(left(|name| name == "nothing"));
}

#[test]
fn a_ring_that_is_parsed_and_derived_from_leaves_no_key_on_the_stack() {
    let wanted = [
        "parse a ring",
        "derive: build a cookie",
        "write the text of a key",
    ];
    assert_none(left(|name| wanted.contains(&name)));
}

/// Ciphers leave the key of the one message, and of its content less than a block (docs/review/side-channels.md).
#[test]
fn a_session_leaves_no_key_of_the_ring_on_the_stack() {
    let of_message: &[&str] = if cfg!(feature = "aws-lc") {
        &["mask of the tag", "key of Poly1305"]
    } else {
        &[
            "mask of the tag",
            "key of Poly1305",
            "key of the message",
            "round keys of the message",
        ]
    };
    let wanted = [
        "seal",
        "open",
        "open, tag wrong",
        "make and verify a CSRF token",
    ];
    let mut left = left(|name| wanted.contains(&name));
    let is_of_ciphers = |found: &Found| {
        of_message.contains(&found.name) || (found.name == "content" && found.run < 16)
    };
    left.retain(|(_, found)| !is_of_ciphers(found));
    assert_none(left);
}
