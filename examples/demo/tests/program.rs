//! The command line, start and end of the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::demo::{command, encryption_key, signing_key, start, start_with};

/// Returns what a program that refuses to start says on its standard error.
#[track_caller]
fn refusal(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{command:?}: {told}");
    assert!(output.stdout.is_empty());
    told
}

#[test]
#[rustfmt::skip] // One row a refusal.
fn a_configuration_that_is_refused_ends_the_program_with_its_sentence() {
    for (flags, sentence) in [
        ("--colour red", "--help lists them"),
        ("stray", "--help lists them"),
        ("--release", "--release is for cargo, so it goes before the `--`"),
        ("--port", "--port"),
        ("--port many", "expected a number from 0 to 65535"),
        ("--mode plain", "expected encrypted, unencrypted-but-signed"),
        ("--same-site sometimes", "`same_site` must be `strict`, `lax`"),
        ("--size huge", "`size` must be `anywhere`, `browser`, `split:2`"),
        ("--padding zero", "`padding` must be `none` or `padme`"),
        ("--idle soon", "`idle_timeout` must be `off`"),
        ("--absolute 1.5", "`absolute_timeout` must be a duration"),
        ("--refresh-after later", "`refresh_after` must be"),
        ("--context tenant", "`context` must be"),
        ("--not-before yesterday", "expected Unix seconds"),
        ("--clock 18446744073709551615", "expected Unix seconds"),
        ("--not-before 253402300800", "expected Unix seconds"),
        ("--remember-up-to long", "`remember_up_to` must be a duration"),
        ("--formerly name=x", "`formerly` must be"),
        ("--header no/token", "header"),
        ("--eager=yes", "--eager"),
        ("--partitioned=yes", "--partitioned"),
        ("--skew 301", "`clock_skew` is longer than 300 seconds"),
        ("--keys nonsense", "key does not begin with `hardtack_key_v1_`"),
        (&format!("--keys {}", signing_key()), "does not encrypt"),
        (&format!("--mode unencrypted-but-signed --keys {}", encryption_key()), "which encrypt, expected `sign`"),
    ] {
        let told = refusal(&mut command(flags));
        assert!(told.contains(sentence), "{flags}: {told}");
    }
}

#[test]
fn a_ring_whose_key_ends_too_early_starts_and_is_used_as_it_is() {
    let [old, new] = [encryption_key(), encryption_key()];
    // At 2027-01-15T08:00:00Z the new key seals, and a minute later the old one ends.
    let ring =
        format!("{old} accept_until=2027-01-15T08:01:00Z,{new} seal_from=2027-01-15T08:00:00Z");
    let accepts = |seconds| {
        let clock = 1_800_000_000 + seconds;
        let demo = start_with(&ring, &format!("--clock {clock}"));
        let keys = demo.get("/api/keys").json();
        keys["accepts"].as_array().unwrap().len()
    };
    assert_eq!((accepts(59), accepts(60)), (2, 1));
}

#[test]
fn a_bad_ring_in_the_environment_is_refused_and_not_shown() {
    let secret = &encryption_key()[..60];
    let told = refusal(command("").env("SESSION_KEYS", secret));
    assert!(told.contains("SESSION_KEYS"), "{told}");
    assert!(!told.contains(&secret[25..40]));
    let demo = start_with(&encryption_key(), "");
    let answer = demo.put("/api/keys", serde_json::json!({ "ring": secret }));
    assert!(!answer.has(&secret[25..40]));
}

#[test]
fn help_lists_every_flag() {
    let output = command("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let flags = "port keys mode name path domain same-site partitioned insecure idle absolute skew \
                 refresh-after remember-up-to remembered-idle persistent formerly header eager device-bound size padding context \
                 not-before save-on-error danger-allow-shared-caching clock";
    for flag in flags.split_whitespace() {
        assert!(help.contains(&format!("  --{flag} ")), "{flag}");
    }
}

/// Starts the demo, and returns its address.
fn spawn() -> (Child, String) {
    let mut command = command("--port 0");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let base = line.trim().strip_prefix("listening on ").unwrap();
    (process, base.to_owned())
}

#[test]
fn a_fresh_key_is_announced_by_its_id_and_never_printed() {
    let (mut process, _) = spawn();
    process.kill().unwrap();
    let told = process.wait_with_output().unwrap().stderr;
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("fresh key "), "{told}");
    assert!(!told.contains("hardtack_key_v1_"));
}

#[test]
#[rustfmt::skip] // One row a cookie.
fn flags_shape_the_cookie() {
    for (flags, begin, end) in [
        ("", "__Host-session=e", "; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("--name __Host-a --same-site strict", "__Host-a=e", "; SameSite=Strict"),
        ("--path /app", "__Secure-session=e", "; Path=/app; Secure; HttpOnly; SameSite=Lax"),
        ("--domain example.com", "__Secure-session=e", "; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax"),
        ("--insecure", "session=e", "; Path=/; HttpOnly; SameSite=Lax"),
        ("--same-site none --partitioned", "__Host-session=e", "; SameSite=None; Partitioned"),
        ("--same-site omit", "__Host-session=e", "; HttpOnly"),
        ("--mode unencrypted-but-signed", "__Host-session=s", "; SameSite=Lax"),
    ] {
        let answer = start(flags).put("/api/data/a", 1);
        let field = answer.set_cookies()[0];
        assert!(field.starts_with(begin) && field.ends_with(end), "{flags}: {field}");
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_program_cleanly() {
    let (mut process, base) = spawn();
    // Its connection stays open.
    let host = base.trim_start_matches("http://");
    let mut client = TcpStream::connect(host).unwrap();
    write!(client, "GET /api/session HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let id = process.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.unwrap().success());
    assert_eq!(process.wait().unwrap().code(), Some(0));
    drop(client);
}
