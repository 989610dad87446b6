//! A copy that compiles, for mutants that do not are left out.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use hardtack_faults::copy;
use serde::Deserialize;

use crate::{code::Code, list::PACKAGES, rendering::Rendered};

/// Makes the copy. As long as it does not compile, the mutants that the compiler complains of are left out.
pub(crate) fn until_it_compiles(root: &Path, folder: &Path, code: &mut Code) {
    loop {
        copy::make(root, folder, |file, text| code.changed(file, text));
        let mistakes = mistakes(folder);
        if mistakes.is_empty() {
            return;
        }
        let ids: Vec<_> = mistakes
            .iter()
            .flat_map(|mistake| blame(code, mistake))
            .collect();
        let before = code.count();
        for id in ids {
            code.leave_out(id);
        }
        assert!(code.count() < before, "no mutant is to blame any more");
        println!(
            "{} mistakes, {} mutants are left",
            mistakes.len(),
            code.count()
        );
    }
}

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}

fn mistakes(copy: &Path) -> Vec<Message> {
    let output = Command::new("cargo")
        .args(["check", "--all-features", "--lib"])
        .args(PACKAGES.iter().flat_map(|name| ["--package", name]))
        // With what the library has for its tests alone, such as the second library of ciphers.
        .args(["--profile", "test", "--message-format=json"])
        .env("CARGO_TARGET_DIR", copy.with_file_name("build"))
        .env("RUSTFLAGS", "--cap-lints=allow")
        .current_dir(copy)
        .stderr(Stdio::null())
        .output()
        .expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("cargo writes text");
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let messages = lines.filter_map(|line| line.message);
    // Those without a place only count the others.
    let mistakes = messages.filter(|message| message.level == "error" && !message.spans.is_empty());
    mistakes.collect()
}

/// Returns the mutants of the smallest place that a mistake is in.
fn blame(code: &Code, mistake: &Message) -> Vec<usize> {
    let primary = mistake.spans.iter().filter(|span| span.is_primary);
    let others = mistake.spans.iter().filter(|span| !span.is_primary);
    let mut places = primary.chain(others).filter_map(|span| {
        let Rendered { places, .. } = code.rendered(&span.file_name)?;
        let around = places
            .into_iter()
            .filter(|(piece, _)| piece.start <= span.byte_start && span.byte_end <= piece.end);
        around.min_by_key(|(piece, _)| piece.len())
    });
    let Some((_, ids)) = places.next() else {
        let text = mistake.rendered.as_deref().unwrap_or_default();
        panic!("no mutant is to blame: {text}");
    };
    ids
}
