//! The compiler says what to do about the mistakes in `src/lib.rs`. Texts of the compiler itself change with its versions,
//! so a message has to have the parts that it names, as often as it names them, and there is no other error.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

#[test]
fn each_mistake_has_its_message_and_no_other() {
    for mistake in SOURCE.split("#[cfg(feature = \"").skip(1) {
        let (name, text) = mistake.split_once('"').unwrap();
        let expected: Vec<_> = text
            .lines()
            .filter_map(|line| line.strip_prefix("    //! "))
            .collect();
        let found = messages(name);
        for part in &expected {
            let is_part = |line: &&str| line == part;
            let lines = found.iter().map(String::as_str).filter(is_part).count();
            assert!(
                lines >= expected.iter().copied().filter(is_part).count(),
                "{name}: {part}\nnot as often in {found:#?}"
            );
        }
        let titles = |lines: &mut dyn Iterator<Item = &str>| -> BTreeSet<String> {
            let titles =
                lines.filter(|line| line.starts_with("error: ") || line.starts_with("warning: "));
            titles.map(str::to_owned).collect()
        };
        assert_eq!(
            titles(&mut found.iter().map(String::as_str)),
            titles(&mut expected.into_iter()),
            "{name}"
        );
    }
}

/// The lines of the compiler's messages about a mistake, as `error: …`, `label: …`, `note: …` or `help: …`.
fn messages(name: &str) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--lib", "--features", name]);
    cargo.args(["--message-format", "json", "--manifest-path", MANIFEST]);
    // Beside the folder of this test, which cargo may have locked.
    cargo.args([
        "--target-dir",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/mistakes"),
    ]);
    let output = cargo.output().unwrap();
    let mut found = Vec::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        // Not "aborting due to 1 previous error", which has no place.
        let spans = line["message"]["spans"].as_array();
        if line["target"]["name"] == "hardtack_messages"
            && spans.is_some_and(|spans| !spans.is_empty())
        {
            found.extend(lines(&line["message"]));
        }
    }
    assert!(
        !found.is_empty(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    found
}

fn lines(message: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let titled =
        |message: &Value| format!("{}: {}", text(&message["level"]), text(&message["message"]));
    let spans = message["spans"].as_array().unwrap().iter();
    let labels = spans.map(|span| format!("label: {}", text(&span["label"])));
    let children = message["children"].as_array().unwrap().iter();
    std::iter::once(titled(message))
        .chain(labels)
        .chain(children.map(titled))
        .collect()
}

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
const SOURCE: &str = include_str!("../src/lib.rs");
