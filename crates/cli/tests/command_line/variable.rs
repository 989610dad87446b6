//! A ring that lives in a variable: read from standard input, and printed after the change.

use std::process::Stdio;

use hardtack::{KeyRing, SessionCookie};
use serde_json::Value;

use crate::desk::{Desk, PROGRAM, Ran, at, new_key, secrets};

/// Runs a command on a ring that is on its standard input. It prints the ring after the change, and tells nothing of its keys.
#[track_caller]
fn change(desk: &Desk, ring: &str, line: &str) -> (String, String) {
    let ran = desk.run_on(ring, line);
    assert_eq!(ran.code, Some(0), "{line}: {}", ran.err);
    let told = told(&ran);
    let end = format!("fingerprint {}", read(&ran.out).fingerprint());
    assert!(told.ends_with(&end), "{told}");
    for secret in secrets(ring).into_iter().chain(secrets(&ran.out)) {
        assert!(!ran.err.contains(&secret[..8]));
    }
    (ran.out, told)
}

fn told(ran: &Ran) -> String {
    ran.notes().collect::<Vec<_>>().join("\n")
}

fn read(ring: &str) -> KeyRing {
    ring.parse().unwrap()
}

#[test]
fn a_variable_is_rotated_as_a_file_is() {
    let mut desk = Desk::new();
    let (first, told) = change(&desk, "", "ring add - --lifetime 30m");
    assert!(told.ends_with(&format!(
        ", the first: it seals\nfingerprint {}",
        read(&first).fingerprint()
    )));
    let rotate = "ring rotate - --after 15m --lifetime 30m";
    let (both, told) = change(&desk, &first, rotate);
    let (old, new) = (read(&first).sealing_key(at(0)), new_key(&told));
    assert_eq!(
        told.lines().take(5).collect::<Vec<_>>(),
        [
            format!("new key {new}, accepted"),
            "before 2027-03-01T06:15:00Z give the ring to every instance, in any order".to_owned(),
            format!("from   2027-03-01T06:17:00Z key {new} seals, and key {old} only opens"),
            format!(
                "from   2027-03-01T07:03:00Z key {old} opens nothing: remove it with `hardtack ring retire - {old}`,"
            ),
            "       unless the application binds devices or keeps unknown keys".to_owned(),
        ]
    );
    assert_eq!(read(&both).sealing_key(at(17 * 60)).to_string(), new);
    desk.run_on(&both, "ring check - --lifetime 30m");
    desk.now = "2027-03-01T07:03:00Z".to_owned();
    let (left, _) = change(&desk, &both, &format!("ring retire - {old}"));
    assert_eq!(read(&left).keys().len(), 1);
    let (_, told) = change(&desk, &left, &format!("ring leaked - {new} --now"));
    assert!(told.contains("as soon as it has the ring; until"), "{told}");
    assert!(desk.files().is_empty());
}

#[test]
fn a_ring_in_one_line_stays_in_one_and_a_ring_in_lines_in_lines() {
    let desk = Desk::new();
    let (first, _) = change(&desk, "", "ring add -");
    let one = first.trim_end();
    let rotate = "ring rotate - --after 15m --lifetime 30m";
    for (ring, lines, commas) in [
        (one.to_owned(), 1, 1),
        (format!("{one}\n"), 1, 1),
        (format!("  {one}\r\n"), 1, 1),
        (format!("{one},not_before=2027-01-01T00:00:00Z\n"), 1, 2),
        (format!("{one} , not_before=2027-01-01T00:00:00Z"), 1, 2),
        (format!("{one}\nnot_before=2027-01-01T00:00:00Z\n"), 5, 0),
        (format!("# of the shop\n{one}\n"), 5, 0),
        (format!("# overlap=31m\n{one}"), 4, 0),
    ] {
        let (both, told) = change(&desk, &ring, rotate);
        assert_eq!(both.lines().count(), lines, "{ring:?}");
        assert_eq!(both.matches(',').count(), commas, "{ring:?}");
        // One line has no comments.
        let is_noted = told.contains("the ring notes that old keys open for 31m");
        assert_eq!(is_noted, lines == 5, "{told}");
        let old = read(&ring).sealing_key(at(0));
        let (back, _) = change(&desk, &both, &format!("ring promote - {old}"));
        let new = new_key(&told);
        let (back, _) = change(&desk, &back, &format!("ring retire - {new}"));
        let noted = ring.starts_with('#') || lines == 1;
        if noted && !is_noted {
            assert_eq!(back.trim_end(), ring.trim_end().replace("\r\n", "\n"));
        }
    }
}

#[test]
fn a_file_with_commas_is_edited_in_its_line() {
    let (desk, first) = Desk::with_ring();
    let key = desk.without_notes().trim_end().to_owned();
    for (text, end) in [
        (format!("{key},not_before=2027-01-01T00:00:00Z"), ""),
        (format!(" {key} ,not_before=2027-01-01T00:00:00Z\n"), "\n"),
    ] {
        desk.write("keys", &text);
        let told = desk.done("ring rotate keys --after 15m --lifetime 30m");
        assert!(!told.contains("notes"), "{told}");
        let edited = desk.read("keys");
        let ends = |part: &str| part.trim().rsplit(' ').next().unwrap().to_owned();
        let parts: Vec<_> = edited.split(',').map(ends).collect();
        assert_eq!(parts[0], "accept_until=2027-03-01T07:03:00Z");
        assert_eq!(parts[1], "seal_from=2027-03-01T06:17:00Z");
        assert_eq!(parts[2], "not_before=2027-01-01T00:00:00Z");
        assert!(edited.ends_with(&format!("Z{end}")));
        desk.done(&format!("ring promote keys {first}"));
        let new = new_key(&told);
        desk.done(&format!("ring retire keys {new}"));
        assert_eq!(desk.read("keys"), text);
    }
}

/// Whoever pipes the output into a variable would empty it, so the guide looks at the exit code first.
#[test]
fn a_change_that_is_refused_prints_no_ring() {
    let desk = Desk::new();
    let (ring, _) = change(&desk, "", "ring add -");
    let id = read(&ring).sealing_key(at(0));
    let unknown = "how long the application's tokens stay valid is not known; give --settings FILE, --settings-env PREFIX, or --lifetime DURATION";
    for (input, line, code, sentence) in [
        (&*ring, "ring rotate - --after 15m", 1, unknown.to_owned()),
        (
            &*ring,
            "ring promote - 12345678",
            1,
            format!("the ring has no key 12345678, only {id}"),
        ),
        (
            "",
            "ring rotate - --after 15m",
            3,
            "the ring has no key; restore its keys, because a new one signs everyone out; `hardtack ring add -` makes the first".to_owned(),
        ),
        (
            "hunter2,hunter3\nhunter4",
            "ring add -",
            3,
            "cannot read a key ring from standard input: key ring, entry 1: key does not begin with"
                .to_owned(),
        ),
        (
            "hunter2",
            "ring check - --settings absent.toml",
            3,
            "cannot read absent.toml: No such file or directory".to_owned(),
        ),
        (
            &*ring,
            "ring rotate - --after 15m --lifetime 30m --dry-run",
            2,
            "`-` writes no file, so --dry-run does not go with it; give the printed ring to `hardtack ring show -`"
                .to_owned(),
        ),
    ] {
        let ran = desk.run_on(input, line);
        assert_eq!(ran.code, Some(code), "{line}: {}", ran.err);
        assert!(ran.sentence().starts_with(&sentence), "{}", ran.err);
    }
}

#[test]
#[cfg(unix)]
fn a_ring_that_nobody_reads_is_not_reported_as_printed() {
    let desk = Desk::new();
    for (command, code) in [("ring add -", 3), ("keygen", 0)] {
        let script = format!("{{ sleep 0.3; \"$0\" {command} < /dev/null; echo $? >&2; }} | true");
        let mut shell = desk.command("sh", ["-c", &script, &**PROGRAM]);
        let told = String::from_utf8(shell.output().unwrap().stderr).unwrap();
        assert_eq!(told.lines().last(), Some(&*code.to_string()), "{told}");
        let is_told = told.contains("cannot write to standard output: Broken pipe");
        assert_eq!(is_told, code == 3, "{told}");
    }
}

#[test]
fn a_variable_without_a_line_feed_is_no_mistake() {
    let desk = Desk::new();
    let (ring, _) = change(&desk, "", "ring add -");
    for ring in [ring.trim_end(), &ring] {
        let ran = desk.run_on(ring, "ring check -");
        assert!(!ran.out.contains("warning"), "{}", ran.out);
    }
}

/// Runs `inspect` with variables.
fn inspect(desk: &Desk, options: &str, variables: &[(&str, &str)]) -> Ran {
    let cookie = desk.read("cookie.txt");
    let words = ["inspect", &*cookie].into_iter();
    let mut command = desk.command(&PROGRAM, words.chain(options.split_whitespace()));
    command.envs(variables.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    desk.ran(command.output().unwrap())
}

#[test]
fn inspect_takes_the_keys_of_a_variable_and_of_the_settings() {
    let (desk, _) = Desk::with_ring();
    let ours = desk.without_notes();
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| session.insert("user", 42));
    desk.write("cookie.txt", pair.unwrap());
    let other = desk.done("keygen");
    desk.write("other", &other);
    desk.write("none.toml", "idle_timeout = '1h'\n");
    desk.write("watched.toml", "watch_keys = '10s'\n");
    desk.write("file.toml", "keys_file = 'keys'\n");
    desk.write("variable.toml", "keys_env = 'SHOP_KEYS'\n");
    desk.write("here.toml", format!("keys = '{}'\n", ours.trim_end()));
    // A place that is given wins over the settings, and these over the variable of the default name.
    for (options, variables) in [
        ("", &[("SESSION_KEYS", &*ours)][..]),
        (
            "--keys-env SHOP_KEYS",
            &[("SHOP_KEYS", &ours), ("SESSION_KEYS", &other)],
        ),
        ("--keys keys", &[("SESSION_KEYS", &other)]),
        ("--keys keys", &[("SESSION_KEYS", "hunter2")]),
        (
            "--keys keys --settings-env SESSION_",
            &[("SESSION_KEYS", &other)],
        ),
        ("--settings none.toml", &[("SESSION_KEYS", &ours)]),
        ("--settings watched.toml", &[("SESSION_KEYS", &ours)]),
        ("--keys keys --settings watched.toml", &[]),
        ("--settings file.toml", &[("SESSION_KEYS", &other)]),
        (
            "--settings variable.toml",
            &[("SHOP_KEYS", &ours), ("SESSION_KEYS", &other)],
        ),
        ("--settings here.toml", &[]),
        ("--settings-env SESSION_", &[("SESSION_KEYS", &ours)]),
        (
            "--settings-env APP_SESSION__",
            &[("APP_SESSION__KEYS", &ours)],
        ),
        (
            "--settings-env APP__",
            &[("APP__KEYS_ENV", "SHOP_KEYS"), ("SHOP_KEYS", &ours)],
        ),
    ] {
        let ran = inspect(&desk, options, variables);
        assert_eq!(ran.code, Some(0), "{options}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("\"user\": 42"), "{options}: {}", ran.out);
    }
    let ran = inspect(&desk, "--json", &[("SESSION_KEYS", &other)]);
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(shown["reason"], "UnknownKey");
    for (options, variables, code, sentence) in [
        (
            "--keys-env SHOP_KEYS",
            &[("SESSION_KEYS", &*ours)][..],
            3,
            "environment variable SHOP_KEYS is not set; ",
        ),
        (
            "",
            &[("SESSION_KEYS", "hunter2")],
            3,
            "environment variable SESSION_KEYS: key ring, entry 1: key does not begin with",
        ),
        (
            "--settings none.toml",
            &[],
            2,
            "the settings name no keys, and the variable SESSION_KEYS is not set; give --keys FILE, or --keys-env NAME",
        ),
        (
            "--settings-env SESSION_",
            &[("SESSION_KEYS", "hunter2")],
            3,
            "cannot read the keys of SESSION_…: ",
        ),
        (
            "--keys keys --keys-env SHOP_KEYS",
            &[],
            2,
            "the argument '--keys <FILE>' cannot be used with '--keys-env <NAME>'",
        ),
    ] {
        let ran = inspect(&desk, options, variables);
        assert_eq!(ran.code, Some(code), "{options}: {}{}", ran.out, ran.err);
        assert!(ran.sentence().starts_with(sentence), "{}", ran.err);
    }
}
