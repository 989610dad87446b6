//! Notes about keys in a ring's file: a key that leaked does not come back, and a slow clock is noticed.

use crate::desk::{Desk, PROGRAM, at, new_key};

/// The line of the only key of the file `keys`.
fn line(desk: &Desk) -> String {
    let text = desk.read("keys");
    let line = text.lines().find(|line| line.starts_with("hardtack_"));
    line.unwrap().to_owned()
}

#[test]
fn a_key_that_leaked_does_not_come_back() {
    for way in ["--now", "--not-before +10m", "--at +15m"] {
        let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
        let leaked = line(&desk);
        desk.done(&format!("ring leaked keys {old} {way}"));
        desk.now = "2027-03-01T08:00:00Z".to_owned();
        if way == "--at +15m" {
            desk.done(&format!("ring retire keys {old}"));
        }
        let (after, sealing) = (desk.read("keys"), desk.sealing());
        desk.write("keys", format!("{after}{leaked}\n"));
        let sentence = format!("key {old} is back after a leak and opens forgeries: ");
        for command in [
            "ring add keys".to_owned(),
            "ring rotate keys --after 15m".to_owned(),
            format!("ring promote keys {sealing} --at +1h"),
            format!("ring promote keys {old}"),
            "ring end-sessions keys".to_owned(),
        ] {
            let ran = desk.run(&command);
            assert_ne!(ran.code, Some(0), "{command}");
            if ran.err.contains("is back") {
                assert!(ran.sentence().starts_with(&sentence), "{}", ran.err);
            }
        }
        assert!(desk.refused(1, "ring add keys").starts_with(&sentence));
        assert!(desk.done("ring show keys").contains(&sentence));
        let checked = desk.run("ring check keys");
        assert_eq!(checked.code, Some(1));
        assert!(
            checked.out.contains(&format!("error: {sentence}")),
            "{}",
            checked.out
        );
        // Its line goes, or ends in the past.
        for end in ["2027-03-01T06:00:00Z", "2027-03-01T07:59:59Z"] {
            desk.write("keys", format!("{after}{leaked} accept_until={end}\n"));
            let checked = desk.run("ring check keys");
            assert!(!checked.out.contains("is back"), "{}", checked.out);
        }
        desk.write("keys", after);
        desk.done("ring add keys");
    }
}

#[test]
fn a_leaked_key_gets_no_later_end() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.done(&format!("ring leaked keys {old} --at +15m"));
    let before = desk.read("keys");
    for command in [
        format!("ring promote keys {old}"),
        format!("ring retire keys {old} --at +2d"),
    ] {
        let refused = desk.refused(1, &command);
        assert!(
            refused.starts_with(&format!("key {old} is back after a leak")),
            "{refused}"
        );
    }
    assert_eq!(desk.read("keys"), before);
}

/// Forgeries would be sealed again under it.
#[test]
fn while_a_leaked_key_opens_no_other_key_begins_to_seal() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done(&format!("ring leaked keys {old} --at +15m")));
    let before = desk.read("keys");
    for (command, other) in [
        (format!("ring promote keys {new}"), Some(&new)),
        (format!("ring promote keys {new} --at +14m"), Some(&new)),
        ("ring add keys --seal-from +14m".to_owned(), None),
    ] {
        let refused = desk.refused(1, &command);
        let end = match other {
            Some(other) => format!(
                ": key {other} must not seal before, because forgeries would be sealed again under it; "
            ),
            None => " must not seal before, because forgeries would be sealed again under it; "
                .to_owned(),
        };
        assert!(
            refused.starts_with(&format!(
                "key {old} has leaked and opens until 2027-03-01T06:15:00Z: "
            )),
            "{refused}"
        );
        assert!(refused.contains(&end), "{refused}");
    }
    assert_eq!(desk.read("keys"), before);
    // By hand.
    desk.write(
        "keys",
        before.replace(
            "seal_from=2027-03-01T06:15:00Z",
            "seal_from=2027-03-01T06:10:00Z",
        ),
    );
    let checked = desk.run("ring check keys");
    assert!(
        checked.out.contains("error: key ") && checked.out.contains("must not seal before"),
        "{}",
        checked.out
    );
    desk.write("keys", before);
    desk.done("ring add keys --seal-from +15m");
}

#[test]
fn a_note_of_a_leak_that_is_not_readable_is_an_error() {
    let (desk, id) = Desk::with_ring_for("--lifetime 12h");
    let text = desk.read("keys");
    for note in [
        "leaked=",
        "leaked=soon",
        "leaked=c7e01b94",
        "leaked=c7e01b94 soon",
    ] {
        desk.write("keys", format!("# {note}\n{text}"));
        let sentence = "line 1 does not end with a key's id and a time, as in `# leaked=c7e01b94 2027-03-01T06:00:00Z`; \
                        correct or remove it";
        for command in [
            "ring add keys".to_owned(),
            format!("ring retire keys {id} --force"),
        ] {
            assert_eq!(
                desk.refused(3, &command),
                format!("cannot read keys: {sentence}")
            );
        }
        let checked = desk.run("ring check keys");
        assert_eq!(checked.code, Some(1));
        assert!(checked.out.contains(sentence), "{}", checked.out);
    }
    // An ordinary comment.
    desk.write("keys", format!("# made=by hand\n{text}"));
    desk.done("ring check keys");
}

#[test]
fn when_a_key_was_made_is_noted_and_shown() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.now = "2027-03-02T06:00:00Z".to_owned();
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    assert_eq!(
        desk.read("keys").lines().take(3).collect::<Vec<_>>(),
        [
            "# overlap=12h1m".to_owned(),
            format!("# made={old} 2027-03-01T06:00:00Z"),
            format!("# made={new} 2027-03-02T06:00:00Z")
        ]
    );
    let shown = desk.json("ring show keys --json");
    assert_eq!(shown["keys"][0]["made"], "2027-03-01T06:00:00Z");
    assert_eq!(shown["keys"][1]["made"], "2027-03-02T06:00:00Z");
    desk.now = "2027-03-04T06:00:00Z".to_owned();
    desk.done(&format!("ring retire keys {old}"));
    assert!(!desk.read("keys").contains(&old));
}

#[test]
fn a_clock_behind_the_notes_changes_nothing() {
    let (mut desk, id) = Desk::with_ring_for("--lifetime 12h");
    let before = desk.read("keys");
    desk.now = "2027-03-01T05:30:00Z".to_owned();
    for command in [
        "ring add keys".to_owned(),
        "ring rotate keys --after 15m".to_owned(),
        format!("ring leaked keys {id} --at +15m"),
    ] {
        assert_eq!(
            desk.refused(1, &command),
            "this machine's clock shows 2027-03-01T05:30:00Z, and keys notes that a key was made at 2027-03-01T06:00:00Z: \
             set the clock of this machine, by which the keys of a ring take over in time; if it is right, remove that note"
        );
    }
    assert_eq!(desk.read("keys"), before);
    desk.now = "2027-03-01T05:59:00Z".to_owned();
    desk.done("ring rotate keys --after 15m");
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

#[test]
fn a_check_tells_since_when_a_key_seals_and_what_comes_next() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let checked = desk.done("ring check keys");
    assert!(
        checked.ends_with(&format!("\nkey {old} seals\n")),
        "{checked}"
    );
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let checked = desk.done("ring check keys");
    assert!(
        checked.ends_with(&format!(
            "\nkey {old} seals\nnext: 2027-03-01T06:17:00Z {new} seals\n"
        )),
        "{checked}"
    );
    desk.now = "2027-03-01T06:30:00Z".to_owned();
    let checked = desk.done("ring check keys");
    let since = format!(
        "\nkey {new} seals since 2027-03-01T06:17:00Z, 13m ago: an instance without this ring refuses its sessions\n\
         next: 2027-03-01T18:33:00Z {old} retires\n"
    );
    assert!(checked.ends_with(&since), "{checked}");
    let shown = desk.json("ring check keys --json");
    assert_eq!(shown["seals"], new.as_str());
    assert_eq!(shown["seals_since"], "2027-03-01T06:17:00Z");
    assert_eq!(shown["next"], format!("2027-03-01T18:33:00Z {old} retires"));
    assert_eq!(desk.ring().sealing_key(at(1020)).to_string(), new);
}
