//! The time for which keys overlap, which the file notes.

use hardtack::SessionCookie;
use serde_json::json;

use crate::desk::{Desk, PROGRAM, at, new_key};

const UNKNOWN: &str = "how long the application's tokens stay valid is not known; give --settings FILE, --settings-env PREFIX, or --lifetime \
                       DURATION, once, and the file records it";

/// The first command has the options, and the others none.
#[test]
fn a_command_uses_what_an_earlier_one_was_told() {
    for options in ["--lifetime 30d", "--settings app.toml"] {
        let desk = Desk::new();
        desk.write("app.toml", "[session]\nremember_up_to = '30d'\n");
        let old = desk.add(options);
        let new = new_key(&desk.done("ring rotate keys --after 15m"));
        let until = desk.ring().keys()[0].accept_until;
        assert_eq!(until, Some(at(30 * 86_400 + 33 * 60)), "{options}");
        let told = desk.done("ring check keys");
        let verdict = "valid for an overlap of 30d 1m, ";
        assert!(told.starts_with(verdict), "{told}");
        let refused = desk.refused(1, &format!("ring retire keys {old} --at +13h"));
        assert!(refused.contains("2027-03-31T06:18:00Z"), "{refused}");
        let refused = desk.refused(1, &format!("ring promote keys {new} --at +1h"));
        assert!(refused.contains("2027-03-31T07:01:00Z"), "{refused}");
        assert_eq!(desk.json("ring show keys --json")["overlap"], 2_592_060);
        let told = desk.done("ring show keys");
        assert!(told.contains("\noverlap     30d 1m\n"), "{told}");
    }
}

#[test]
fn every_command_that_changes_a_ring_notes_what_it_is_told() {
    for line in [
        "ring add keys",
        "ring rotate keys --after 15m",
        "ring promote keys OTHER",
        // It seals already.
        "ring promote keys FIRST",
        "ring retire keys OTHER --at +9d",
        "ring leaked keys FIRST --now",
        "ring leaked keys FIRST --not-before +1h",
    ] {
        let (mut desk, first) = Desk::with_ring();
        let other = desk.add("--seal-from +1h");
        desk.add("--seal-from +2h");
        if line.contains("rotate") {
            desk.now = "2027-03-01T09:00:00Z".to_owned();
        }
        let line = line.replace("FIRST", &first).replace("OTHER", &other);
        for (lifetime, noted) in [("2h", "2h 1m"), ("1d 12h", "1d 12h 1m")] {
            let words = line.split(' ').chain(["--lifetime", lifetime, "--dry-run"]);
            let ran = desk.run_with(words);
            assert_eq!(ran.code, Some(0), "{line}: {}", ran.err);
            assert!(
                ran.out.contains(&format!("\noverlap     {noted}\n")),
                "{}",
                ran.out
            );
        }
        assert!(!desk.read("keys").contains("overlap"));
        let told = desk.done(&format!("{line} --lifetime 2h"));
        let note = "\nkeys notes that old keys open for 2h 1m\n";
        assert!(told.contains(note), "{told}");
        let text = desk.read("keys");
        assert!(desk.without_notes().contains("# overlap=2h1m\n"), "{line}");
        assert_eq!(text.matches("overlap").count(), 1);
    }
}

#[test]
fn a_note_is_the_only_thing_that_changes() {
    let (desk, _) = Desk::with_ring();
    desk.add("");
    let text = desk.without_notes();
    let keys: Vec<_> = text.lines().collect();
    for (before, after) in [
        ("ONE\nTWO\n", "# overlap=2h1m\nONE\nTWO\n"),
        (
            "# of the shop, ask Ada\n\nONE\n  # the next\nTWO",
            "# overlap=2h1m\n# of the shop, ask Ada\n\nONE\n  # the next\nTWO",
        ),
        (
            "# a\r\nONE\r\n# b\r\nTWO\r\n",
            "# overlap=2h1m\r\n# a\r\nONE\r\n# b\r\nTWO\r\n",
        ),
        (
            "ONE\r\n# overlap=31m\r\nTWO\r\n",
            "ONE\r\n# overlap=2h1m\r\nTWO\r\n",
        ),
        (
            "ONE\n\t#overlap= 1d 12h \t\nTWO\n#",
            "ONE\n\t#overlap=2h1m \t\nTWO\n#",
        ),
        ("ONE\nTWO\n# overlap=31m", "ONE\nTWO\n# overlap=2h1m"),
        ("# overlap=7260s\nONE\nTWO\n", "# overlap=7260s\nONE\nTWO\n"),
        // No note, but words.
        (
            "ONE\n# the overlap=31m\nTWO\n",
            "# overlap=2h1m\nONE\n# the overlap=31m\nTWO\n",
        ),
    ] {
        let with_keys = |text: &str| text.replace("ONE", keys[0]).replace("TWO", keys[1]);
        desk.write("keys", with_keys(before));
        let sealing = desk.sealing();
        desk.done(&format!("ring promote keys {sealing} --lifetime 2h"));
        assert_eq!(desk.read("keys"), with_keys(after), "{before:?}");
        assert_eq!(desk.json("ring show keys --json")["overlap"], 7_260);
        // What is noted is not noted again.
        let told = desk.done(&format!("ring promote keys {sealing} --lifetime 2h"));
        assert!(!told.contains("notes"), "{told}");
        assert_eq!(desk.read("keys"), with_keys(after), "{before:?}");
        // An application does not see it.
        assert!(SessionCookie::encrypted(desk.ring()).build().is_ok());
    }
}

#[test]
fn options_win_over_the_note_and_replace_it() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30d");
    desk.done("ring rotate keys --after 15m --lifetime 30m");
    assert_eq!(desk.ring().keys()[0].accept_until, Some(at(63 * 60)));
    assert!(desk.read("keys").starts_with("# overlap=31m\n"));
    let refused = desk.refused(1, &format!("ring retire keys {old} --at +1h --lifetime 1h"));
    assert!(refused.contains("2027-03-01T07:18:00Z"), "{refused}");
    // What is refused is not noted.
    assert!(desk.read("keys").starts_with("# overlap=31m\n"));
    desk.done(&format!("ring retire keys {old} --at +1h"));
}

#[test]
fn a_note_that_is_too_short_for_the_options_is_told() {
    let (desk, _) = Desk::with_ring_for("--lifetime 30m");
    let warnings = |options: &str| {
        let shown = desk.json(&format!("ring check keys --json {options}"));
        assert_eq!(shown["valid"], true);
        shown["findings"].as_array().unwrap().clone()
    };
    for options in ["", "--lifetime 30m", "--lifetime 29m"] {
        assert_eq!(warnings(options), [json!(null); 0], "{options}");
    }
    let sentence = "keys notes `# overlap=31m`, and these options need more; change that line to `# overlap=12h1m`";
    let warning = json!({
        "level": "warning",
        "finding": "short-overlap",
        "key": null,
        "sentence": sentence,
    });
    assert_eq!(warnings("--lifetime 12h"), [warning]);
}

#[test]
fn a_note_that_is_wrong_is_an_error_of_the_file() {
    let (desk, id) = Desk::with_ring();
    let text = desk.without_notes();
    let key = text.trim_end();
    let duration = "does not end with a duration, as in `# overlap=31m`; correct or remove it";
    for (note, sentence) in [
        ("# overlap=\n".to_owned(), format!("line 1 {duration}")),
        ("# overlap=soon\n".to_owned(), format!("line 1 {duration}")),
        ("\n# overlap=31\n".to_owned(), format!("line 2 {duration}")),
        ("# overlap=31M\n".to_owned(), format!("line 1 {duration}")),
        ("# overlap=0s\n".to_owned(), format!("line 1 {duration}")),
        (
            "# overlap=31m, or so\n".to_owned(),
            format!("line 1 {duration}"),
        ),
        (format!("# overlap={key}\n"), format!("line 1 {duration}")),
        (
            "# overlap=31m\n\n# overlap=31m\n".to_owned(),
            "lines 1 and 3 both begin with `# overlap=`; remove one".to_owned(),
        ),
        (
            "# overlap=10m\n# overlap=12h\n".to_owned(),
            "lines 1 and 2 both begin with `# overlap=`; remove one".to_owned(),
        ),
        (
            "# overlap=12h\n# overlap=10m\n# overlap=soon\n".to_owned(),
            "lines 1 and 2 both begin with `# overlap=`; remove one".to_owned(),
        ),
    ] {
        let text = format!("{note}{text}");
        desk.write("keys", &text);
        for line in [
            "ring add keys".to_owned(),
            "ring rotate keys --after 15m --lifetime 30m".to_owned(),
            format!("ring promote keys {id}"),
            format!("ring leaked keys {id} --now --dry-run"),
            "ring show keys".to_owned(),
        ] {
            assert_eq!(
                desk.refused(3, &line),
                format!("cannot read keys: {sentence}")
            );
        }
        for options in ["", " --lifetime 30m"] {
            let ran = desk.run(&format!("ring check keys{options}"));
            assert_eq!(ran.code, Some(1));
            let fingerprint = desk.ring().fingerprint();
            let told = format!(
                "not valid, fingerprint {fingerprint}\nkey {id} seals\nerror: {sentence}\n"
            );
            assert_eq!(ran.out, told, "{options}");
        }
        assert_eq!(desk.read("keys"), text);
    }
}

/// It has no comments.
#[test]
fn a_ring_with_commas_notes_nothing() {
    let (desk, _) = Desk::with_ring();
    let end = "accept_until=2027-03-01T08:00:00Z";
    let other = desk.done("keygen");
    let other = other.trim_end();
    let text = desk.without_notes();
    let key = text.trim_end();
    let commas = format!("{key} {end},{other} seal_from=2027-03-01T07:00:00Z");
    let check = |options: &str| desk.run_on(&commas, &format!("ring check - {options}"));
    let ran = check("");
    assert_eq!(ran.code, Some(1));
    let verdict = "not known to be valid: it is for an overlap of up to 1h, ";
    assert!(ran.out.starts_with(verdict), "{}", ran.out);
    assert_eq!(check("--lifetime 59m").code, Some(0));
    assert_eq!(check("--lifetime 60m").code, Some(1));
    let ran = desk.run_on(&commas, "ring show - --json");
    assert!(ran.out.contains("\"overlap\":null"), "{}", ran.out);
}

#[test]
fn nothing_ends_while_it_is_not_known_how_long_tokens_open() {
    let (mut desk, first) = Desk::with_ring();
    let second = desk.add("--seal-from +1h");
    let before = desk.read("keys");
    for line in [
        format!("ring retire keys {first} --at +5d"),
        format!("ring retire keys {second} --skew 1h"),
    ] {
        assert_eq!(desk.refused(1, &line), UNKNOWN, "{line}");
    }
    desk.now = "2027-03-01T07:00:00Z".to_owned();
    for line in [
        "ring rotate keys --after 15m".to_owned(),
        format!("ring retire keys {first}"),
        format!("ring retire keys {first} --at +1h"),
    ] {
        assert_eq!(desk.refused(1, &line), UNKNOWN, "{line}");
    }
    assert_eq!(desk.read("keys"), before);
    // A mistake that no option fixes comes first.
    let refused = desk.refused(1, &format!("ring retire keys {second}"));
    assert!(
        refused.starts_with(&format!("key {second} seals; ")),
        "{refused}"
    );
    // And what ends nothing needs none.
    desk.done("ring add keys --dry-run");
    desk.done(&format!("ring promote keys {first} --dry-run"));
    desk.done(&format!(
        "ring leaked keys {first} --not-before +1h --dry-run"
    ));
    desk.done(&format!("ring retire keys {first} --force --dry-run"));
    desk.done(&format!("ring retire keys {first} --at +1h --force"));
    // It has ended. It could open again, but not without an overlap.
    desk.now = "2027-03-01T08:00:00Z".to_owned();
    let retire = format!("ring retire keys {first}");
    assert_eq!(desk.refused(1, &format!("{retire} --at +1h")), UNKNOWN);
    let checked = desk.run("ring check keys").out;
    assert!(
        checked.contains(&format!("remove it with `hardtack {retire}`")),
        "{checked}"
    );
    desk.done(&retire);
}

#[test]
fn a_key_that_never_sealed_is_removed_without_an_overlap() {
    let (desk, first) = Desk::with_ring();
    let before = desk.read("keys");
    let planned = desk.add("--seal-from +1h");
    desk.done(&format!("ring retire keys {planned}"));
    assert_eq!((desk.sealing(), desk.read("keys")), (first, before));
}

#[test]
fn programs_do_not_read_the_note() {
    let (desk, _) = Desk::with_ring();
    desk.write("keys", format!("# overlap=soon\n{}", desk.read("keys")));
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| session.insert("user", 42));
    let words = ["inspect", &pair.unwrap(), "--keys", "keys"];
    let output = desk.command(&PROGRAM, words).output().unwrap();
    assert!(output.status.success());
}
