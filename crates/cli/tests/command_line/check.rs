use hardtack::SessionCookie;
use serde_json::json;

use crate::desk::{Desk, at, new_key};

/// Level and word of each finding.
fn findings(desk: &Desk, options: &str) -> Vec<String> {
    let shown = desk.json(&format!("ring check keys --json {options}"));
    let findings = shown["findings"].as_array().unwrap().iter();
    let text =
        |finding: &serde_json::Value, field: &str| finding[field].as_str().unwrap().to_owned();
    findings
        .map(|finding| format!("{} {}", text(finding, "level"), text(finding, "finding")))
        .collect()
}

#[test]
fn through_a_rotation_nothing_is_wrong() {
    let (mut desk, _) = Desk::with_ring_for("--lifetime 12h");
    assert_eq!(findings(&desk, ""), [""; 0]);
    assert!(
        desk.done("ring check keys")
            .starts_with("valid for any application, fingerprint ")
    );
    desk.done("ring rotate keys --after 15m");
    for (now, expected) in [
        ("2027-03-01T06:00:00Z", &[][..]),
        ("2027-03-01T06:17:00Z", &[]),
        ("2027-03-01T18:32:59Z", &[]),
        ("2027-03-01T18:33:00Z", &["warning retired"]),
    ] {
        assert_eq!(findings(&desk, &format!("--at {now}")), expected, "{now}");
        desk.now = now.to_owned();
        assert_eq!(findings(&desk, ""), expected, "{now}");
        let fingerprint = desk.ring().fingerprint();
        let verdict = format!("valid for an overlap of 12h 1m, fingerprint {fingerprint}\n");
        assert!(desk.done("ring check keys").starts_with(&verdict));
    }
}

#[test]
fn an_accept_until_that_is_too_early_is_an_error() {
    let (desk, old) = Desk::with_ring_for("--lifetime 1h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    assert_eq!(findings(&desk, ""), [""; 0]);
    assert_eq!(
        findings(&desk, "--lifetime 12h"),
        ["error retires-early", "warning short-overlap"]
    );
    let ran = desk.run("ring check keys --lifetime 12h");
    assert_eq!(ran.code, Some(1));
    let lines = format!(
        "not valid, fingerprint {}\n\
         key {old} seals\n\
         next: 2027-03-01T06:17:00Z {new} seals\n\
         error: key {old} retires at 2027-03-01T07:33:00Z, and tokens that it sealed may be valid until \
         2027-03-01T18:18:00Z: their visitors are then signed out. Fix: `hardtack ring retire keys {old} \
         --at 2027-03-01T18:18:00Z --lifetime 12h`\n\
         warning: keys notes `# overlap=1h1m`, and these options need more; change that line to `# overlap=12h1m`\n",
        desk.ring().fingerprint()
    );
    assert_eq!(ran.out, lines);
    assert_eq!(ran.notes().count(), 0);
}

/// The command in a finding.
fn fix(told: &str) -> &str {
    let (_, command) = told.split_once("Fix: `hardtack ").unwrap();
    command.split('`').next().unwrap()
}

#[test]
fn a_ring_that_retires_a_key_early_is_fixed_by_the_command_that_is_told() {
    for day in ["03-01T06:20", "03-02T06:00", "03-30T06:00"] {
        for (told_by, options) in [("option", " --lifetime 30d"), ("file", "")] {
            let (mut desk, _) = Desk::with_ring_for("--lifetime 12h");
            desk.done("ring rotate keys --after 15m");
            if told_by == "file" {
                desk.write("keys", desk.read("keys").replace("=12h1m", "=30d1m"));
            }
            let needed = 17 * 60 + 60 + 30 * 86_400;
            desk.now = format!("2027-{day}:00Z");
            let ran = desk.run(&format!("ring check keys{options}"));
            assert_eq!(ran.code, Some(1));
            desk.done(fix(&ran.out));
            let told = desk.done(&format!("ring check keys{options}"));
            let until = desk.ring().keys()[0].accept_until;
            assert_eq!(until, Some(at(needed)), "{day}");
            assert!(
                told.starts_with("valid for an overlap of 30d 1m, "),
                "{told}"
            );
        }
    }
}

#[test]
fn a_ring_is_valid_for_exactly_the_applications_that_it_serves() {
    let (desk, _) = Desk::with_ring_for("--lifetime 2h");
    desk.done("ring rotate keys --after 15m");
    let serves = desk.json("ring check keys --json")["serves"].as_u64();
    // With the reserve, which is `--after`.
    let longest = 2 * 3_600 + 15 * 60;
    assert_eq!(serves, Some(longest + 60));
    for (seconds, is_valid) in [(longest, true), (longest + 1, false)] {
        let ran = desk.run(&format!("ring check keys --lifetime {seconds}s"));
        assert_eq!(ran.code, Some(i32::from(!is_valid)), "{seconds}");
    }
}

#[test]
fn a_ring_is_called_valid_only_for_what_is_known() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30d");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.write("keys", desk.read("keys").replace("# overlap=30d1m\n", ""));
    let ran = desk.run("ring check keys");
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ran.out,
        format!(
            "not known to be valid: it is for an overlap of up to 30d 16m, fingerprint {}\n\
             key {old} seals\n\
             next: 2027-03-01T06:17:00Z {new} seals\n\
             error: how long the application's tokens stay valid is not known; give --settings FILE, --settings-env PREFIX, or --lifetime \
             DURATION\n",
            desk.ring().fingerprint()
        )
    );
    let fields = |options: &str| {
        let shown = desk.json(&format!("ring check keys --json {options}"));
        ["valid", "overlap", "serves"].map(|field| shown[field].clone())
    };
    let serves = json!(30 * 86_400 + 60 + 15 * 60);
    let unknown = [json!(false), json!(null), serves.clone()];
    assert_eq!(fields(""), unknown);
    assert_eq!(findings(&desk, ""), ["error unknown-overlap"]);
    let good = [json!(true), json!(12 * 3_600 + 60), serves];
    assert_eq!(fields("--lifetime 12h"), good);
    let told = desk.done("ring check keys --lifetime 12h --skew 2m");
    let verdict = "valid for an overlap of 12h 2m, ";
    assert!(told.starts_with(verdict), "{told}");
}

/// As it was reported: the lifetime was raised to 30 days later, and is over too.
#[test]
fn a_key_that_retired_too_early_is_no_error_once_it_is_needed_no_more() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 30m");
    desk.done("ring rotate keys --after 15m");
    // It seals from 06:17 on, and is needed for 30 days and a minute.
    for (now, is_valid) in [
        ("2027-03-01T07:02:59Z", false),
        ("2027-03-01T07:03:00Z", false),
        ("2027-03-31T06:17:59Z", false),
        ("2027-03-31T06:18:00Z", true),
        ("2027-11-26T00:00:00Z", true),
    ] {
        for (set_now, option) in [
            (now, String::new()),
            ("2027-03-01T06:00:00Z", format!("--at {now}")),
        ] {
            desk.now = set_now.to_owned();
            let ran = desk.run(&format!("ring check keys --lifetime 30d {option}"));
            assert_eq!(ran.code, Some(i32::from(!is_valid)), "{now}: {}", ran.out);
            let found = findings(&desk, &format!("--lifetime 30d {option}"));
            let expected = if is_valid {
                ["warning retired", "warning short-overlap"]
            } else {
                ["error retires-early", "warning short-overlap"]
            };
            assert_eq!(found, expected, "{now}");
        }
    }
    // It still is one for applications whose sessions live for longer.
    let ran = desk.run("ring check keys --lifetime 400d --at 2027-11-26T00:00:00Z");
    assert_eq!(ran.code, Some(1));
    desk.now = "2027-03-31T06:18:00Z".to_owned();
    let removed = desk.done(&format!("ring retire keys {old} --lifetime 30d"));
    assert!(
        removed.starts_with(&format!("key {old} is removed\n")),
        "{removed}"
    );
}

/// Of three keys the first two retire too early.
#[test]
fn every_key_that_retires_early_is_told() {
    let (mut desk, first) = Desk::with_ring_for("--lifetime 30m");
    let second = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-01T06:17:00Z".to_owned();
    desk.done("ring rotate keys --after 15m");
    let shown = desk.json("ring check keys --lifetime 12h --json");
    let early = shown["findings"].as_array().unwrap().iter();
    let early = early.filter(|finding| finding["finding"] == "retires-early");
    let keys: Vec<_> = early
        .map(|finding| finding["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, [first, second]);
}

#[test]
fn a_key_whose_successor_has_no_time_is_no_error() {
    let (desk, first) = Desk::with_ring();
    let second = desk.add("");
    let text = desk.without_notes();
    let lines: Vec<_> = text.lines().rev().collect();
    // In an editor: the key that is listed first seals.
    desk.write(
        "keys",
        lines.join("\n") + "  accept_until=2027-03-01T06:01:00Z\n",
    );
    assert_eq!(desk.sealing(), second);
    let told = desk.done("ring check keys");
    assert!(told.starts_with("valid for any application, "), "{told}");
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    assert_eq!(cookie.keys_in_use(at(60)).accepts.len(), 1, "{first}");
}

#[test]
fn a_warning_is_no_error() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let other = desk.add("");
    assert_eq!(findings(&desk, ""), ["warning accepted-for-ever"]);
    let told = desk.done("ring check keys");
    let wanted = format!(
        "warning: key {other} is accepted without end, `hardtack ring retire keys {other} --at TIME`"
    );
    assert!(told.contains(&wanted), "{told}");

    desk.done(&format!("ring promote keys {other}"));
    desk.done(&format!("ring retire keys {old} --force"));
    assert_eq!(findings(&desk, ""), [""; 0]);
    let text = desk.read("keys");
    let later = text.replace("seal_from=2027-03-01T06", "seal_from=2027-03-01T07");
    desk.write("keys", later);
    assert_eq!(findings(&desk, ""), ["warning seal-from"]);
    desk.write("keys", text);

    desk.done(&format!("ring leaked keys {other} --not-before +10m"));
    assert_eq!(findings(&desk, ""), ["warning not-before"]);
    desk.now = "2027-03-01T06:10:00Z".to_owned();
    assert_eq!(findings(&desk, ""), [""; 0]);
}

#[test]
#[cfg(unix)]
fn mode_and_last_line_of_the_file_are_looked_at() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let (desk, _) = Desk::with_ring();
    desk.write("keys", desk.read("keys").trim_end());
    for (mode, is_told) in [
        (0o600, false),
        (0o400, false),
        // A service often reads the ring as a member of its group.
        (0o640, false),
        (0o660, true),
        (0o604, true),
        (0o700, false),
    ] {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(desk.path("keys"), permissions).unwrap();
        let found = findings(&desk, "");
        assert_eq!(
            found.contains(&"warning mode".to_owned()),
            is_told,
            "{mode:o}"
        );
        assert!(found.contains(&"warning no-line-feed".to_owned()));
    }
}

#[test]
fn what_no_program_reads_is_an_error() {
    let desk = Desk::new();
    for (text, sentence) in [
        ("", "key ring has no key"),
        (
            "hunter2\n",
            "looks like a password or the key of another program",
        ),
        ("/run/keys\n", "looks like the path of a file"),
        ("export KEYS=a\n", "the name of a variable precedes it"),
        ("\u{feff}# one\n", "a byte order mark precedes it"),
        (
            "hardtack_key_v1_xaes_short\n",
            "5 characters after its suite",
        ),
    ] {
        desk.write("keys", text);
        let ran = desk.run("ring check keys");
        assert_eq!(ran.code, Some(1));
        assert!(
            ran.out.starts_with("not valid\nerror: ") && ran.out.contains(sentence),
            "{}",
            ran.out
        );
        let shown = desk.json("ring check keys --json");
        assert_eq!(
            (&shown["valid"], &shown["fingerprint"]),
            (&json!(false), &json!(null))
        );
        assert_eq!(findings(&desk, "")[0], "error unreadable");
    }
}

#[test]
fn a_ring_can_come_from_standard_input_and_have_commas() {
    let (desk, _) = Desk::with_ring();
    desk.add("");
    let commas = desk.without_notes().trim_end().replace('\n', ",");
    let ran = desk.run_on(&commas, "ring check -");
    assert_eq!(ran.code, Some(0));
    let fingerprint = desk.ring().fingerprint();
    assert!(ran.out.starts_with(&format!(
        "valid for any application, fingerprint {fingerprint}\n"
    )));
}

#[test]
fn a_lifetime_that_no_program_takes_is_a_mistake_of_the_command_line() {
    let (desk, _) = Desk::with_ring_for("--lifetime 12h");
    for line in ["ring check keys", "ring rotate keys --after 15m"] {
        for duration in ["0s", "5000000000s"] {
            let refused = desk.refused(2, &format!("{line} --lifetime {duration}"));
            assert!(
                refused.starts_with("`--lifetime` is out of range"),
                "{refused}"
            );
        }
    }
}

#[test]
fn a_finding_names_its_key() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-02T00:00:00Z".to_owned();
    let shown = desk.json("ring check keys --json");
    assert_eq!(
        shown["findings"],
        json!([{
            "level": "warning",
            "finding": "retired",
            "key": old,
            "sentence": format!("key {old} no longer opens anything; remove it with `hardtack ring retire keys {old}`, unless the application binds devices or keeps unknown keys"),
        }])
    );
}
