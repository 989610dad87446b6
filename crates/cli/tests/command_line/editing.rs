//! The parts of a file that a change keeps.

use crate::desk::{Desk, new_key};

/// A ring with everything that a user may have written into it.
fn written_by_hand(desk: &Desk, line_end: &str) -> (String, String) {
    let keys = desk.without_notes();
    let [first, second] = keys.lines().collect::<Vec<_>>()[..] else {
        panic!("two keys")
    };
    let lines = [
        "",
        "# Keys of the shop. Ask Ada.",
        "   # indented, with a comma, and a tab\t",
        first,
        "",
        &format!("\t{second} \taccept_until=2028-01-01T00:00:00Z\t "),
        "",
        "not_before=2027-01-01T00:00:00Z",
        "# hardtack_key_v1_xaes_… was here",
        "",
    ];
    (lines.join(line_end), second.to_owned())
}

#[test]
fn comments_order_blanks_and_line_ends_stay() {
    for line_end in ["\n", "\r\n"] {
        let (desk, first) = Desk::with_ring();
        let second = desk.add("");
        let (text, secret) = written_by_hand(&desk, line_end);
        desk.write("keys", &text);

        desk.done(&format!("ring promote keys {second} --at +1h"));
        let line = format!("\t{secret} seal_from=2027-03-01T07:00:00Z\t ");
        let without = |line: &str| line.replace(" seal_from=2027-03-01T07:00:00Z", "");
        let changed = desk.read("keys");
        assert_eq!(
            changed.lines().nth(5).unwrap().replace("  ", " "),
            line.replace("  ", " ")
        );
        let others = |text: &str| {
            let lines = text.split_inclusive('\n').enumerate();
            let others = lines.filter(|(at, _)| *at != 5);
            others.map(|(_, line)| line.to_owned()).collect::<String>()
        };
        assert_eq!(others(&changed), others(&text));
        let _ = without;

        desk.done(&format!("ring retire keys {first} --at +48h --force"));
        let third = desk.add("--seal-from +2h");
        let changed = desk.read("keys");
        // With a note.
        assert_eq!(changed.matches(line_end).count(), 11);
        assert_eq!(changed.matches('\n').count(), 11);
        let position = |what: &str| {
            changed
                .lines()
                .position(|line| line.contains(what))
                .unwrap()
        };
        assert_eq!(position("seal_from=2027-03-01T08:00:00Z"), 7, "{third}");
        assert!(
            changed
                .lines()
                .nth(4)
                .unwrap()
                .ends_with("  accept_until=2027-03-03T06:00:00Z")
        );
        desk.done(&format!("ring leaked keys {second} --not-before +1h"));
        assert!(desk.read("keys").contains(&format!(
            "{line_end}not_before=2027-03-01T07:00:00Z{line_end}#"
        )));
    }
}

#[test]
fn a_change_that_is_taken_back_leaves_the_same_text() {
    let (desk, first) = Desk::with_ring();
    let second = desk.add("");
    let (text, _) = written_by_hand(&desk, "\n");
    desk.write("keys", &text);
    let third = desk.add("");
    desk.done(&format!("ring retire keys {third} --force"));
    assert_eq!(desk.read("keys"), text);
    let _ = (first, second);
}

#[test]
fn a_last_line_without_an_end_gets_one() {
    let (desk, first) = Desk::with_ring();
    desk.write("keys", desk.read("keys").trim_end());
    let second = desk.add("");
    assert_eq!(desk.ring().keys().len(), 2);
    assert!(desk.read("keys").ends_with('\n'));
    // A line that moves up takes its end along.
    desk.write("keys", desk.read("keys").trim_end());
    for key in [&second, &first, &second] {
        desk.done(&format!("ring promote keys {key}"));
    }
    assert_eq!(desk.sealing(), second);
    assert_eq!(desk.without_notes().matches('\n').count(), 2);
}

#[test]
fn a_dry_run_tells_everything_and_writes_nothing() {
    let (desk, first) = Desk::with_ring();
    let second = desk.add("--seal-from +1h");
    let before = desk.read("keys");
    for line in [
        "ring add keys".to_owned(),
        format!("ring promote keys {second}"),
        format!("ring retire keys {second}"),
        format!("ring leaked keys {first} --now"),
        format!("ring leaked keys {first} --not-before +1h"),
    ] {
        let told = desk.done(&format!("{line} --dry-run"));
        assert!(
            told.starts_with("dry run, nothing is written; the result would be:\n"),
            "{told}"
        );
        assert!(
            told.contains("\n\nfingerprint ") && told.contains("accept_until"),
            "{told}"
        );
    }
    let told = desk.done("ring add new --dry-run");
    assert!(told.contains(&new_key(&told)));
    assert_eq!(
        (desk.read("keys"), desk.files()),
        (before, vec!["keys".to_owned()])
    );
    // What is refused is refused then, too.
    desk.refused(1, &format!("ring retire keys {first} --dry-run"));
}

#[test]
fn what_is_no_ring_is_not_edited() {
    let (desk, _) = Desk::with_ring();
    let good = desk.without_notes();
    let broken = |from: &str, to: &str| good.replace(from, to);
    for (text, sentence) in [
        (
            "hunter2\n".to_owned(),
            "cannot read a key ring from keys: key ring, entry 1: key does not begin with",
        ),
        (broken("xaes", "xcha"), "wrong checksum"),
        (
            broken("hardtack", "KEYS=hardtack"),
            "name of a variable precedes it",
        ),
        (
            format!("'{}'", good.trim_end()),
            "is in quotes; leave them out",
        ),
        (good.trim_end().to_owned() + " " + &good, "found several"),
        (good.clone() + &good, "is listed twice"),
        (
            broken("\n", "  accept_until=2028-01-01T00:00:00Z\n"),
            "is the last one to seal",
        ),
        (
            broken("\n", "  until=2028-01-01T00:00:00Z\n"),
            "unknown attribute",
        ),
        (
            broken("\n", "  seal_from=tomorrow\n"),
            "expects a time like",
        ),
        (
            good.clone() + &desk.done("keygen --suite sign"),
            "does not encrypt",
        ),
    ] {
        desk.write("keys", &text);
        for line in [
            "ring add keys",
            "ring rotate keys --after 1m",
            "ring show keys",
        ] {
            let refused = desk.refused(3, line);
            assert!(refused.contains(sentence), "{refused}");
        }
        assert_eq!(desk.read("keys"), text);
    }
    desk.write("keys", b"\xff\xfe");
    let refused = desk.refused(3, "ring add keys");
    assert!(refused.ends_with("keys: it is not UTF-8"), "{refused}");
}
