//! Text from a visitor cannot control the terminal.
//!
//! Several processes at one file.

use std::fs::File;

use hardtack::SessionCookie;
use serde_json::Value;

use crate::desk::{Desk, Ran, at};

/// ESC, a C1 control that does the same, DEL, two separators of lines, and all that turns text around; the first of every
/// range without a width, and the last of some.
const OBEYED: &str = "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}\u{180f}\u{200b}\u{200d}\u{2060}\u{206f}\
    \u{3164}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff0}\u{fffb}\u{1bca0}\u{1bca3}\u{1d173}\u{1d17a}\u{e0000}\u{e0041}\
    \u{e0fff}\u{1b}\u{0}\u{7}\t\r\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\
    \u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";

#[track_caller]
fn check(ran: &Ran) {
    let shown = format!("{}{}", ran.out, ran.err);
    let is_obeyed = |c: &char| *c != '\n' && (OBEYED.contains(*c) || c.is_control());
    assert_eq!(shown.chars().find(is_obeyed), None, "{shown:?}");
}

#[test]
fn no_content_of_a_session_is_obeyed_by_the_terminal() {
    let (desk, _) = Desk::with_ring();
    let text = format!("{OBEYED}[2J\n<å>");
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| {
        session.insert("note", &*text)?;
        session.insert(&text, 1)
    });
    let line = format!("inspect {} --keys keys", pair.unwrap());
    let ran = desk.run(&line);
    check(&ran);
    assert!(ran.out.contains("\\u001b") && ran.out.contains("\\u009b"));
    assert!(ran.out.contains("\\u202e[2J\\n<å>") || ran.out.contains("\\u2069[2J\\n<å>"));
    let ran = desk.run(&format!("{line} --json"));
    check(&ran);
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(shown["tokens"][0]["payload"]["note"], text);
}

#[test]
fn no_name_of_a_cookie_is_obeyed_by_the_terminal() {
    let (desk, _) = Desk::with_ring();
    let characters: Vec<_> = OBEYED.chars().filter(|c| *c != '\0').collect();
    for some in characters.chunks(6) {
        let c: String = some.iter().collect();
        for pasted in [
            format!("a{c}b=1; c=2"),
            format!("a{c}b=1"),
            format!("session=a{c}b; session=2"),
            format!("a{c}b"),
            format!("--a{c}b"),
        ] {
            check(&desk.run_with(["inspect", &pasted]));
            check(&desk.run_with(["inspect", &pasted, "--keys", "keys", "--json"]));
            check(&desk.run_with(["inspect", "eA", "--name", &pasted]));
            check(&desk.run_with(["inspect", "eA", "--keys", "keys", "--token", &pasted]));
            check(&desk.run_with(["ring", "show", &pasted]));
        }
    }
}

/// Each of these took minutes or seconds, to be printed whole.
#[test]
fn a_megabyte_from_a_visitor_is_refused_in_a_sentence_that_can_be_read() {
    let desk = Desk::new();
    for field in [
        (0..100_000).map(|n| format!("a{n}.b=;")).collect(),
        (0..50_000)
            .map(|n| format!("Set-Cookie: a{n}=1\n"))
            .collect(),
        format!("{}=1; c=2", "a".repeat(900_000)),
        format!("{}=1; c=2", "aaaa_".repeat(180_000)),
    ] {
        let ran = desk.run_on(&field, "inspect");
        assert_eq!(ran.code, Some(2));
        let sentence = ran.sentence();
        assert!(sentence.starts_with("there are several cookies; choose with --name one of "));
        assert!(
            sentence.ends_with('…') && sentence.len() < 4_100,
            "{}",
            sentence.len()
        );
    }
}

#[test]
fn no_change_that_was_reported_as_done_is_lost() {
    let desk = Desk::new();
    let mut done = 0;
    for _ in 0..40 {
        let processes: Vec<_> = (0..3).map(|_| desk.start("ring add keys")).collect();
        for process in processes {
            let ran = desk.ran(process.wait_with_output().unwrap());
            match ran.code {
                Some(0) => done += 1,
                code => {
                    assert_eq!(code, Some(4), "{}", ran.err);
                    let sentence = ran.sentence();
                    assert!(
                        sentence.starts_with("another process is editing "),
                        "{sentence}"
                    );
                }
            }
        }
        assert_eq!(desk.ring().keys().len(), done);
    }
    assert_eq!(desk.files(), ["keys"]);
}

#[test]
fn of_two_at_once_the_file_is_what_one_of_them_wanted() {
    let (desk, first) = Desk::with_ring();
    let second = desk.add("");
    for _ in 0..30 {
        let lines = [&first, &second].map(|key| format!("ring promote keys {key}"));
        let processes = lines.map(|line| desk.start(&line));
        let codes = processes.map(|process| desk.ran(process.wait_with_output().unwrap()).code);
        let sealing = desk.sealing();
        match codes {
            [Some(0), Some(4)] => assert_eq!(sealing, first),
            [Some(4), Some(0)] => assert_eq!(sealing, second),
            codes => {
                assert_eq!(codes, [Some(0), Some(0)]);
                assert!(sealing == first || sealing == second);
            }
        }
        assert_eq!(desk.ring().keys().len(), 2);
    }
}

#[test]
fn as_long_as_another_edits_the_file_nobody_else_does() {
    let (desk, _) = Desk::with_ring();
    let before = desk.read("keys");
    let held = File::create(desk.path(".keys.hardtack")).unwrap();
    held.lock().unwrap();
    let refused = desk.refused(4, "ring add keys");
    assert!(
        refused.starts_with("another process is editing "),
        "{refused}"
    );
    assert!(refused.ends_with("keys, try again"), "{refused}");
    assert_eq!(desk.read("keys"), before);
    assert_eq!(desk.files(), [".keys.hardtack", "keys"]);
    // Looking is for everybody, and so are other files.
    desk.done("ring show keys");
    desk.done("ring add keys --dry-run");
    desk.done("ring add others");
    // A process that a test beside this one starts may inherit the file, and its lock if it is only dropped.
    let _ = held.unlock();
    drop(held);
    desk.add("");
    assert_eq!(desk.files(), ["keys", "others"]);
}
