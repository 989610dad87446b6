use std::time::Duration;

use hardtack::SessionCookie;
use serde_json::json;

use crate::desk::{Desk, new_key};

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
    let (mut desk, _) = Desk::with_ring();
    assert_eq!(findings(&desk, ""), ["odd single-key"]);
    desk.done("ring rotate keys --after 15m");
    for (now, expected) in [
        ("2027-03-01T06:00:00Z", &[][..]),
        ("2027-03-01T06:17:00Z", &[]),
        ("2027-03-01T18:17:59Z", &[]),
        ("2027-03-01T18:18:00Z", &["odd retired"]),
    ] {
        assert_eq!(findings(&desk, &format!("--at {now}")), expected, "{now}");
        desk.now = now.to_owned();
        assert_eq!(findings(&desk, ""), expected, "{now}");
        assert!(
            desk.done("ring check keys")
                .starts_with("good for sessions of up to 12h 1m, fingerprint ")
        );
    }
}

#[test]
fn an_accept_until_that_is_too_early_is_wrong() {
    let (desk, old) = Desk::with_ring();
    desk.done("ring rotate keys --after 15m --lifetime 1h");
    assert_eq!(findings(&desk, ""), ["wrong retires-early"]);
    assert_eq!(findings(&desk, "--lifetime 1h"), [""; 0]);
    let ran = desk.run("ring check keys");
    assert_eq!(ran.code, Some(1));
    let verdict = "not good for sessions of up to 12h, fingerprint ";
    assert!(ran.out.starts_with(verdict), "{}", ran.out);
    let wanted = format!("wrong: key {old} is accepted for 1h 1m after key");
    assert!(ran.out.contains(&wanted), "{}", ran.out);
    assert_eq!(ran.notes().count(), 0);
}

/// The command in a finding.
fn mended(told: &str) -> &str {
    let (_, command) = told.split_once("; `hardtack ").unwrap();
    command.split('`').next().unwrap()
}

#[test]
fn a_ring_that_an_application_would_refuse_is_mended_by_the_command_that_is_told() {
    let month = Duration::from_secs(30 * 86_400);
    let builds = |desk: &Desk| {
        let cookie = SessionCookie::encrypted(desk.ring()).remember_up_to(month);
        cookie.build().is_ok()
    };
    for day in ["03-01T06:20", "03-02T06:00", "03-30T06:00", "04-30T06:00"] {
        let (mut desk, _) = Desk::with_ring();
        desk.done("ring rotate keys --after 15m");
        assert!(!builds(&desk));
        desk.now = format!("2027-{day}:00Z");
        let ran = desk.run("ring check keys --lifetime 30d");
        assert_eq!(ran.code, Some(1));
        desk.done(mended(&ran.out));
        assert!(builds(&desk), "{day}");
        let told = desk.done("ring check keys --lifetime 30d");
        let lifetime = if day.starts_with("04") {
            "any lifetime"
        } else {
            "up to 30d 1m"
        };
        assert!(
            told.starts_with(&format!("good for sessions of {lifetime}, ")),
            "{told}"
        );
    }
}

#[test]
fn a_ring_is_good_for_exactly_the_lifetimes_that_an_application_may_have() {
    let (desk, _) = Desk::with_ring();
    desk.done("ring rotate keys --after 15m --lifetime 2h");
    let serves = desk.json("ring check keys --lifetime 2h --json")["serves"].as_u64();
    let serves = serves.unwrap();
    for (seconds, is_good) in [(serves, true), (serves + 1, false)] {
        let lifetime = Duration::from_secs(seconds);
        let cookie = SessionCookie::encrypted(desk.ring()).absolute_timeout(lifetime);
        assert_eq!(cookie.build().is_ok(), is_good, "{seconds}");
        let ran = desk.run(&format!("ring check keys --lifetime {seconds}s"));
        assert_eq!(ran.code, Some(i32::from(!is_good)), "{seconds}");
    }
}

#[test]
fn it_tells_for_which_lifetime_a_ring_is_good_and_whether_that_was_assumed() {
    let (desk, _) = Desk::with_ring();
    let told = desk.done("ring check keys");
    assert!(told.starts_with("good for sessions of any lifetime, fingerprint "));
    assert!(!told.contains("assumed"), "{told}");
    desk.done("ring rotate keys --after 15m --lifetime 30d");
    let told = desk.done("ring check keys");
    assert!(told.starts_with("good for sessions of up to 30d 1m, fingerprint "));
    let assumed = "\nassumed: no session lives longer than 12h; ";
    assert!(told.contains(assumed), "{told}");
    assert!(
        !desk
            .done("ring check keys --lifetime 12h")
            .contains(assumed)
    );
    let shown = desk.json("ring check keys --json");
    let (half_a_day, month) = (json!(43_200), json!(30 * 86_400 + 60));
    assert_eq!(
        (&shown["lifetime"], &shown["assumed"], &shown["serves"]),
        (&half_a_day, &json!(true), &month)
    );
}

#[test]
fn what_is_odd_is_told_and_is_no_fault() {
    let (mut desk, old) = Desk::with_ring();
    let other = desk.add("");
    assert_eq!(findings(&desk, ""), ["odd accepted-for-ever"]);
    let told = desk.done("ring check keys");
    let wanted = format!(
        "odd: key {other} is accepted without end, `hardtack ring retire keys {other} --at TIME`"
    );
    assert!(told.contains(&wanted), "{told}");

    desk.done(&format!("ring promote keys {other}"));
    desk.done(&format!("ring retire keys {old} --force"));
    assert_eq!(findings(&desk, ""), ["odd seal-from", "odd single-key"]);

    desk.done(&format!("ring leaked keys {other} --not-before +10m"));
    assert_eq!(findings(&desk, ""), ["odd single-key", "odd not-before"]);
    desk.now = "2027-03-01T06:10:00Z".to_owned();
    assert_eq!(findings(&desk, ""), ["odd single-key"]);
}

#[test]
#[cfg(unix)]
fn mode_and_last_line_of_the_file_are_looked_at() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let (desk, _) = Desk::with_ring();
    desk.write("keys", desk.read("keys").trim_end());
    for (mode, is_odd) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o700, true),
    ] {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(desk.path("keys"), permissions).unwrap();
        let found = findings(&desk, "");
        assert_eq!(found.contains(&"odd mode".to_owned()), is_odd, "{mode:o}");
        assert!(found.contains(&"odd no-line-feed".to_owned()));
    }
}

#[test]
fn what_no_program_reads_is_wrong() {
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
            ran.out.starts_with("not good\nwrong: ") && ran.out.contains(sentence),
            "{}",
            ran.out
        );
        let shown = desk.json("ring check keys --json");
        assert_eq!(
            (&shown["good"], &shown["fingerprint"]),
            (&json!(false), &json!(null))
        );
        assert_eq!(findings(&desk, "")[0], "wrong unreadable");
    }
}

#[test]
fn a_ring_can_come_from_standard_input_and_have_commas() {
    let (desk, _) = Desk::with_ring();
    desk.add("");
    let commas = desk.read("keys").trim_end().replace('\n', ",");
    let ran = desk.run_on(&commas, "ring check -");
    assert_eq!(ran.code, Some(0));
    let fingerprint = desk.ring().fingerprint();
    assert!(ran.out.starts_with(&format!(
        "good for sessions of any lifetime, fingerprint {fingerprint}\n"
    )));
}

#[test]
fn a_lifetime_that_no_program_takes_is_a_mistake_of_the_command_line() {
    let (desk, _) = Desk::with_ring();
    for line in ["ring check keys", "ring rotate keys --after 15m"] {
        for span in ["0s", "5000000000s"] {
            let refused = desk.refused(2, &format!("{line} --lifetime {span}"));
            assert!(
                refused.starts_with("`--lifetime` is out of range"),
                "{refused}"
            );
        }
    }
}

#[test]
fn a_finding_names_its_key() {
    let (mut desk, old) = Desk::with_ring();
    new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-02T00:00:00Z".to_owned();
    let shown = desk.json("ring check keys --json");
    assert_eq!(
        shown["findings"],
        json!([{
            "level": "odd",
            "finding": "retired",
            "key": old,
            "sentence": format!("key {old} no longer opens anything; `hardtack ring retire keys {old}` removes it"),
        }])
    );
}
