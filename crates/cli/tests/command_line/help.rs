//! What a transcript cannot say of the command line: the version, and the real clock.

use std::{
    fs::File,
    process::Output,
    time::{Duration, SystemTime},
};

use crate::desk::{Desk, PROGRAM, started};

#[test]
fn the_version_names_the_library_of_the_ciphers() {
    let library = if cfg!(feature = "aws-lc") {
        "AWS-LC"
    } else {
        "RustCrypto"
    };
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        Desk::new().done("--version"),
        format!("hardtack {version} ({library})\n")
    );
}

/// Runs the program by the real clock.
fn run(desk: &Desk, line: &str) -> Output {
    let mut command = desk.command(&PROGRAM, line.split(' '));
    let process = started(command.env_remove("HARDTACK_NOW"));
    process.wait_with_output().unwrap()
}

#[test]
fn without_a_set_clock_the_real_one_counts() {
    let (desk, _) = Desk::with_ring();
    let output = run(&desk, "ring show keys --json");
    assert!(output.stderr.is_empty());
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let now = humantime::parse_rfc3339(shown["at"].as_str().unwrap()).unwrap();
    let since = SystemTime::now().duration_since(now).unwrap();
    assert!(since.as_secs() < 60);
}

#[test]
fn a_clock_behind_the_last_change_of_the_file_changes_nothing() {
    let desk = Desk::new();
    let add = || run(&desk, "ring add keys");
    assert_eq!(add().status.code(), Some(0));
    let changed = |seconds| {
        let time = SystemTime::now() + Duration::from_secs(seconds);
        let file = File::options().write(true).open(desk.path("keys"));
        file.unwrap().set_modified(time).unwrap();
    };
    changed(1800);
    let output = add();
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{sentence}");
    assert!(
        sentence.contains(", and keys was changed at "),
        "{sentence}"
    );
    assert!(sentence.contains("; if the clock is right, run `touch keys`"));
    changed(0);
    assert_eq!(add().status.code(), Some(0));
}
