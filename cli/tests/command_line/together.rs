//! Several processes at one file.

use std::{
    fs::File,
    process::{Child, Stdio},
};

use crate::desk::{Desk, PROGRAM};

fn start(desk: &Desk, line: &str) -> Child {
    let mut command = desk.command(PROGRAM, line.split(' '));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn no_change_that_was_reported_as_done_is_lost() {
    let desk = Desk::new();
    let mut done = 0;
    for _ in 0..40 {
        let processes: Vec<_> = (0..3).map(|_| start(&desk, "ring add keys")).collect();
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
        let processes = lines.map(|line| start(&desk, &line));
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
    held.unlock().unwrap();
    desk.add("");
    assert_eq!(desk.files(), ["keys", "others"]);
}
