use hardtack::SessionSettings;

use crate::desk::{Desk, PROGRAM};

#[test]
fn help_and_version_are_answers() {
    let desk = Desk::new();
    for line in [
        "--help",
        "-h",
        "help",
        "ring --help",
        "ring add --help",
        "inspect -h",
        "--version",
    ] {
        let ran = desk.run(line);
        assert_eq!(ran.code, Some(0), "{line}");
        assert!(
            !ran.out.is_empty() && ran.err.is_empty(),
            "{line}: {}",
            ran.err
        );
    }
}

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
fn exit_codes_and_the_environment_are_in_the_help() {
    let help = Desk::new().done("--help");
    for line in [
        "  0  success",
        "  1  a ring or a cookie failed its check",
        "  2  the command line",
        "  3  a file",
        "  4  another process",
        "HARDTACK_NOW",
    ] {
        assert!(help.contains(line), "{help}");
    }
}

#[test]
fn the_help_of_add_tells_where_it_prints_the_key() {
    let help = Desk::new().done("ring add --help");
    let told = "Prints the id of the key; with `-`\nalso the ring, which contains the key.";
    assert!(help.contains(told), "{help}");
}

#[test]
fn a_wrong_command_line_gets_one_sentence() {
    let desk = Desk::new();
    for (line, sentence) in [
        (
            "",
            "a command is missing; `hardtack --help` and `hardtack ring --help` list them",
        ),
        (
            "ring",
            "a command is missing; `hardtack --help` and `hardtack ring --help` list them",
        ),
        ("rotate", "unrecognized subcommand 'rotate'; see `--help`"),
        (
            "ring rotat keys",
            "unrecognized subcommand 'rotat'; tip: a similar subcommand exists: 'rotate'; see `--help`",
        ),
        (
            "ring add",
            "the following required arguments were not provided: <FILE>; see `--help`",
        ),
        (
            "ring add keys --at +1h",
            "unexpected argument '--at' found; see `--help`",
        ),
        (
            "ring promote keys 12345678 --at soon",
            "invalid value 'soon' for '--at <TIME>': expected a time like `2026-12-15T00:00:00Z`, or a duration from now like `+15m`; see `--help`",
        ),
        (
            "keygen --suite aes",
            "invalid value 'aes' for '--suite <SUITE>' [possible values: xaes, xcha, sign]; tip: a similar value exists: 'xaes'; see `--help`",
        ),
        (
            "inspect a --name b --token c",
            "the argument '--name <NAME>' cannot be used with '--token <NAME>'; see `--help`",
        ),
    ] {
        assert_eq!(desk.refused(2, line), sentence);
    }
    assert!(desk.files().is_empty());
}

#[test]
fn a_time_has_one_form() {
    let (desk, id) = Desk::with_ring();
    for time in [
        "2027-03-01",
        "2027-03-01T07:00:00",
        "2027-03-01T07:00:00+00:00",
        "2027-03-01 07:00:00Z",
        "2027-03-01T07:00:00.5Z",
        "2027-02-29T07:00:00Z",
        "1803880800",
        "1h",
        "+",
        "+1",
        "+1500ms",
        "now",
    ] {
        let words = ["ring", "promote", "keys", &id, "--at", time];
        let ran = desk.run_with(words);
        assert_eq!(ran.code, Some(2), "{time}");
        assert!(ran.sentence().contains("expected a"), "{time}");
    }
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
fn a_key_is_named_by_its_id() {
    let (desk, id) = Desk::with_ring();
    for line in [
        "ring promote keys",
        "ring retire keys --force",
        "ring leaked keys --not-before +1h",
    ] {
        for key in ["1234567", "123456789", "1234567g", "the-old-one"] {
            let refused = desk.refused(2, &format!("{line} {key}"));
            let wanted =
                "expected a key id of 8 hexadecimal digits, as `hardtack ring show` lists them";
            assert!(refused.contains(wanted), "{refused}");
        }
    }
    desk.done(&format!("ring promote keys {}", id.to_uppercase()));
}

#[test]
fn a_clock_that_is_set_is_told_and_a_wrong_one_refused() {
    let mut desk = Desk::new();
    let ran = desk.run("ring add keys");
    assert_eq!(ran.err, "hardtack: using the time in HARDTACK_NOW\n");
    for now in ["noon", "+15m"] {
        desk.now = now.to_owned();
        assert_eq!(
            desk.refused(2, "ring add keys"),
            "HARDTACK_NOW: expected a time like `2026-12-15T00:00:00Z`"
        );
    }
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
    let file = std::fs::File::options()
        .write(true)
        .open(desk.path("keys"))
        .unwrap();
    let changed = |seconds| {
        let time = std::time::SystemTime::now() + std::time::Duration::from_secs(seconds);
        file.set_modified(time).unwrap();
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
