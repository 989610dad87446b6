//! The command line, start and end of the program.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::json;

use crate::demo::{command, encryption_key, signing_key, start, start_with};

#[test]
fn a_configuration_that_is_refused_ends_the_program_with_its_sentence() {
    let check = |flags: &str, sentence: &str| {
        let output = command(flags).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{flags}: {told}");
        assert!(told.contains(sentence), "{flags}: {told}");
        assert!(output.stdout.is_empty());
    };
    check("--colour red", "--help lists them");
    check("-x", "--help lists them");
    check("stray", "--help lists them");
    check("--port", "--port");
    check("--port many", "expected a number from 0 to 65535");
    check("--mode plain", "expected encrypted, unencrypted-but-signed");
    check(
        "--same-site sometimes",
        "`same_site` must be `strict`, `lax`",
    );
    check(
        "--size huge",
        "`size` must be `anywhere`, `browser`, `split:2`",
    );
    for size in [
        "split",
        "split:",
        "split:1",
        "split:5",
        "split:two",
        "split:2,3",
    ] {
        check(
            &format!("--size {size}"),
            "`size` must be `anywhere`, `browser`, `split:2`",
        );
    }
    check("--padding zero", "`padding` must be `none` or `padme`");
    check("--padding", "--padding");
    check("--name session.1", "ends in a dot and digits");
    check("--idle soon", "`idle_timeout` must be `off`");
    check("--absolute 1.5", "`absolute_timeout` must be a span");
    check("--renew-after later", "`refresh_after` must be");
    check("--context tenant", "expected label=value");
    check("--not-before yesterday", "expected Unix seconds");
    check("--remember-up-to long", "`remember_up_to` must be a span");
    check("--remember-up-to 0", "remember_up_to");
    check(
        "--formerly name=x",
        "expected path=/x, domain=example.com or partitioned",
    );
    check("--formerly path=x", "path");
    check("--header no/token", "header");
    check("--eager=yes", "--eager");
    check("--clock 18446744073709551615", "expected Unix seconds");
    check("--partitioned=yes", "--partitioned");
    check("--name __Host-a --path /app", "leave out `path`");
    check("--insecure --same-site none", "SameSite=None");
    check("--domain exa_mple..com", "domain");
    check("--absolute 0", "`absolute_timeout` is out of range");
    check(
        "--idle 100 --renew-after 51",
        "`refresh_after` is longer than half of `idle_timeout`",
    );
    check("--skew 301", "`clock_skew` is longer than 300 seconds");
    check(
        "--keys nonsense",
        "key does not begin with `hardtack_key_v1_`",
    );
    check("--keys ,", "key ring");
    check(&format!("--keys {}", signing_key()), "does not encrypt");
    check(
        &format!("--mode unencrypted-but-signed --keys {}", encryption_key()),
        "which encrypts",
    );
}

#[test]
fn a_ring_that_ends_living_sessions_is_refused_unless_insisted_on() {
    let ring = format!(
        "{} accept_until=2027-01-02T00:00:00Z,{} seal_from=2027-01-01T20:00:00Z",
        encryption_key(),
        encryption_key()
    );
    let output = command("").args(["--keys", &ring]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("accept_until")
    );
    let demo = start_with(&ring, "--danger-retire-early");
    assert_eq!(demo.get("/api/untouched").status, 200);
}

#[test]
fn a_bad_ring_in_the_environment_is_refused_and_not_shown() {
    let secret = &encryption_key()[..60];
    let output = command("").env("SESSION_KEYS", secret).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("SESSION_KEYS"), "{told}");
    assert!(!told.contains(&secret[25..40]));
}

#[test]
fn help_lists_every_flag() {
    let output = command("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    let flags = "port keys mode name path domain same-site partitioned insecure idle absolute skew \
                 renew-after remember-up-to formerly header eager device-bound size padding context not-before save-on-error danger-retire-early \
                 danger-allow-shared-caching clock";
    for flag in flags.split_whitespace() {
        assert!(help.contains(&format!("  --{flag} ")) || help.contains(&format!("  --{flag}\n")));
    }
}

#[test]
fn a_fresh_key_is_announced_by_its_id_and_never_printed() {
    let mut command = command("--port 0");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    let out = process.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    process.kill().unwrap();
    let told = process.wait_with_output().unwrap().stderr;
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("fresh key "), "{told}");
    assert!(!told.contains("hardtack_key_v1_"));
}

#[test]
fn flags_shape_the_cookie() {
    let check = |flags: &str, begin: &str, end: &str| {
        let answer = start(flags).put("/api/data/a", 1);
        let field = answer.set_cookies()[0];
        assert!(
            field.starts_with(begin) && field.ends_with(end),
            "{flags}: {field}"
        );
    };
    check(
        "",
        "__Host-session=e",
        "; Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "--name __Host-a --same-site strict",
        "__Host-a=e",
        "; SameSite=Strict",
    );
    check(
        "--path /app",
        "__Secure-session=e",
        "; Path=/app; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "--domain example.com",
        "__Secure-session=e",
        "; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "--insecure",
        "session=e",
        "; Path=/; HttpOnly; SameSite=Lax",
    );
    check(
        "--same-site none --partitioned",
        "__Host-session=e",
        "; SameSite=None; Partitioned",
    );
    check("--same-site omit", "__Host-session=e", "; HttpOnly");
    check(
        "--mode unencrypted-but-signed",
        "__Host-session=s",
        "; SameSite=Lax",
    );
}

#[test]
fn a_session_is_bound_to_its_context() {
    let keys = encryption_key();
    let (one, other) = (
        start_with(&keys, "--context tenant=a --context region=eu"),
        start_with(&keys, "--context tenant=b --context region=eu"),
    );
    one.put("/api/data/a", 1);
    assert_eq!(one.session()["data"]["a"], 1);
    let session = one.at(&other).session();
    assert_eq!(
        (&session["outcome"], &session["reason"]),
        (&json!("rejected"), &json!("Auth"))
    );
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_the_program_cleanly() {
    let mut command = command("--port 0");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(process.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let base = line.trim().strip_prefix("listening on ").unwrap();
    // Its connection stays open.
    let client = reqwest::blocking::Client::builder().no_proxy();
    let client = client.build().unwrap();
    assert_eq!(client.get(base).send().unwrap().status(), 200);
    let id = process.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.unwrap().success());
    assert_eq!(process.wait().unwrap().code(), Some(0));
    drop(client);
}
