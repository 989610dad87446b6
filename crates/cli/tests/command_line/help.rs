//! What a transcript cannot say of the command line: the version, the real clock, and the library's durations.

use hardtack::SessionSettings;

use crate::desk::{Desk, PROGRAM};

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

#[test]
fn a_duration_is_read_as_in_settings() {
    let (desk, _) = Desk::with_ring();
    for (duration, is_duration) in [
        ("15m", true),
        ("15M", false),
        ("1h 30m", true),
        ("1H", false),
        ("30Days", false),
        ("1500ms", false),
    ] {
        let ran = desk.run_with(["ring", "check", "keys", "--lifetime", duration]);
        assert_eq!(ran.code == Some(0), is_duration, "{duration}");
        let setting = format!(r#"{{"absolute_timeout": "{duration}"}}"#);
        let settings: SessionSettings = serde_json::from_str(&setting).unwrap();
        assert_eq!(settings.check().is_ok(), is_duration, "{duration}");
        if !is_duration {
            assert!(ran.sentence().contains("in lower case"), "{}", ran.err);
        }
    }
    let refused = desk.refused(2, "ring rotate keys --after +15M");
    assert!(refused.contains("in lower case"), "{refused}");
}

#[test]
fn without_a_set_clock_the_real_one_counts() {
    let (desk, _) = Desk::with_ring();
    let run = |line: &str| {
        let mut command = desk.command(&PROGRAM, line.split(' '));
        command.env_remove("HARDTACK_NOW").output().unwrap()
    };
    assert!(run("ring show keys").stderr.is_empty());
    let output = run("ring show keys --json");
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let now = humantime::parse_rfc3339(shown["at"].as_str().unwrap()).unwrap();
    let since = std::time::SystemTime::now().duration_since(now).unwrap();
    assert!(since.as_secs() < 60);
}

#[test]
fn a_clock_behind_the_last_change_of_the_file_changes_nothing() {
    let desk = Desk::new();
    let run = |line: &str| {
        let mut command = desk.command(&PROGRAM, line.split(' '));
        command.env_remove("HARDTACK_NOW");
        let output = command.output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(run("ring add keys").0, Some(0));
    let changed = |seconds| {
        let time = std::time::SystemTime::now() + std::time::Duration::from_secs(seconds);
        let file = std::fs::File::options().write(true).open(desk.path("keys"));
        file.unwrap().set_modified(time).unwrap();
    };
    changed(1800);
    let (code, sentence) = run("ring add keys");
    assert_eq!(code, Some(1));
    assert!(
        sentence.contains(", and keys was changed at ")
            && sentence.contains("; if it is right, run `touch keys`"),
        "{sentence}"
    );
    changed(0);
    assert_eq!(run("ring add keys").0, Some(0));
}
