//! Files are replaced whole or not at all, and nobody else reads them.

#![cfg(unix)]

use std::{
    fs,
    io::Read,
    os::unix::{
        fs::{MetadataExt, symlink},
        process::ExitStatusExt,
    },
    process::Output,
};

use crate::desk::{Desk, PROGRAM, mode, set_mode};

const LEFTOVER: &str = ".keys.hardtack";

/// Runs a script of the shell, in which `$0` is the program.
fn shell(desk: &Desk, script: &str) -> Output {
    let mut command = desk.command("sh", ["-c", script, &**PROGRAM]);
    command.output().unwrap()
}

/// Checks the exit code of a script, and a part of what it tells.
#[track_caller]
fn check(output: Output, code: i32, wanted: &str) {
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(told.contains(wanted), "{told}");
}

#[test]
fn a_new_file_is_for_its_owner_alone_whatever_the_umask() {
    for umask in ["000", "077"] {
        let desk = Desk::new();
        let ran = shell(&desk, &format!("umask {umask}; \"$0\" ring add keys"));
        check(ran, 0, "");
        assert_eq!(mode(&desk.path("keys")), 0o600, "{umask}");
    }
}

#[test]
fn who_has_the_file_open_goes_on_reading_the_earlier_text() {
    let (desk, _) = Desk::with_ring();
    let before = desk.read("keys");
    let mut reader = fs::File::open(desk.path("keys")).unwrap();
    desk.add("");
    let mut read = String::new();
    reader.read_to_string(&mut read).unwrap();
    assert_eq!(read, before);
    assert_ne!(desk.read("keys"), before);
}

#[test]
fn every_command_that_replaces_a_file_keeps_its_mode_owner_and_group() {
    for kept in [0o600, 0o400, 0o640, 0o440, 0o644] {
        let (desk, old) = Desk::with_ring_for("--lifetime 30m");
        let keys = desk.path("keys");
        let ours = fs::metadata(&keys).unwrap().uid();
        // Only root can give files away; for all others there is nothing to keep but themselves.
        let [owner, group] = [12_345, 12_346].map(|id| (ours == 0).then_some(id));
        std::os::unix::fs::chown(&keys, owner, group).unwrap();
        set_mode(&keys, kept);
        let about = || {
            let now = fs::metadata(&keys).unwrap();
            (mode(&keys), now.uid(), now.gid())
        };
        let before = about();
        assert_eq!(before.0, kept);
        let done = |line: &str| {
            let ran = desk.run(line);
            assert_eq!((ran.code, ran.notes().count()), (Some(0), 0), "{}", ran.err);
            assert_eq!(about(), before, "{line}");
        };
        done("ring rotate keys --after 15m");
        done(&format!("ring promote keys {old}"));
        done("ring add keys");
        let last = desk.ring().keys().last().unwrap().id;
        done(&format!("ring retire keys {last} --force"));
        done("ring leaked keys --now");
    }
}

/// A file of another owner, in a folder that others may write.
#[test]
fn a_file_whose_owner_cannot_be_kept_is_left_alone() {
    let (desk, _) = Desk::with_ring();
    let keys = desk.path("keys");
    if fs::metadata(&keys).unwrap().uid() != 0 {
        return;
    }
    set_mode(&keys, 0o644);
    set_mode(&desk.path(""), 0o777);
    let before = desk.read("keys");
    let script = format!(
        "setpriv --reuid 12345 --regid 12345 --clear-groups \"$0\" ring add {}",
        keys.display()
    );
    let ran = shell(&desk, &script);
    check(ran, 3, "run this as the owner of the file");
    assert_eq!(desk.read("keys"), before);
}

#[test]
fn a_link_stays_a_link() {
    let desk = Desk::new();
    fs::create_dir(desk.path("vault")).unwrap();
    desk.done("ring add vault/real");
    symlink("vault/real", desk.path("link")).unwrap();
    symlink("link", desk.path("keys")).unwrap();
    desk.add("");
    assert!(desk.path("keys").is_symlink() && desk.path("link").is_symlink());
    assert!(!desk.path("vault/real").is_symlink());
    assert_eq!(desk.ring().keys().len(), 2);
    assert_eq!(fs::read_dir(desk.path("vault")).unwrap().count(), 1);
}

#[test]
fn what_is_no_file_is_refused() {
    let desk = Desk::new();
    symlink("nowhere", desk.path("keys")).unwrap();
    for folder in ["folder", ".ring.hardtack"] {
        fs::create_dir(desk.path(folder)).unwrap();
    }
    for (line, sentence) in [
        ("ring add keys", "cannot read keys: No such file"),
        ("ring add keys --dry-run", "cannot read keys: No such file"),
        ("ring add folder", "not a regular file"),
        ("ring add folder --dry-run", "not a regular file"),
        ("ring add no/such/folder", "No such file"),
        ("ring show nothing", "cannot read nothing: No such file"),
        ("ring add ..", "not a regular file"),
        (
            "ring add ring",
            ".ring.hardtack: expected a temporary file there",
        ),
        (
            "ring check keys --settings a.toml",
            "cannot read a.toml: No such file",
        ),
        // Only a ring may come from standard input.
        (
            "ring check keys --settings -",
            "cannot read -: No such file",
        ),
    ] {
        let refused = desk.refused(3, line);
        assert!(refused.contains(sentence), "{refused}");
    }
    assert!(desk.path("keys").is_symlink());
}

#[test]
fn a_link_that_somebody_planted_in_place_of_the_lock_is_not_followed() {
    let desk = Desk::new();
    symlink("theirs", desk.path(LEFTOVER)).unwrap();
    let refused = desk.refused(3, "ring add keys");
    assert!(
        refused.contains("expected a temporary file there"),
        "{refused}"
    );
    assert!(!desk.path("keys").exists() && !desk.path("keys").is_symlink());
    // WASI makes the file behind the link, before anybody can look.
    assert!(fs::read(desk.path("theirs")).unwrap_or_default().is_empty());
}

#[test]
fn a_crash_while_it_is_written_leaves_the_old_file_and_blocks_nobody() {
    let (desk, _) = Desk::with_ring();
    for _ in 0..30 {
        desk.add("");
    }
    let before = desk.read("keys");
    // The kernel kills a process that writes more than this many blocks into a file: here, at once or halfway.
    for blocks in [0, 1] {
        let script = format!("ulimit -f {blocks}; exec \"$0\" ring add keys");
        let ran = shell(&desk, &script);
        assert!(ran.status.signal().is_some(), "{:?}", ran.status);
        assert_eq!(desk.read("keys"), before);
        assert_eq!(desk.files(), [LEFTOVER, "keys"]);
        assert_eq!(mode(&desk.path(LEFTOVER)), 0o600);
        let written = fs::metadata(desk.path(LEFTOVER)).unwrap().len() as usize;
        assert!(written < before.len() && (written == 0) == (blocks == 0));
    }
    desk.add("");
    assert_eq!(desk.ring().keys().len(), 32);
    assert_eq!(desk.files(), ["keys"]);
}

#[test]
fn a_failing_write_leaves_the_old_file_and_nothing_else() {
    let (desk, _) = Desk::with_ring();
    let before = desk.read("keys");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" ring add keys";
    let ran = desk.ran(shell(&desk, script));
    let sentence = ran.sentence();
    assert_eq!(ran.code, Some(3), "{sentence}");
    assert!(sentence.starts_with("cannot write ") && sentence.contains("File too large"));
    assert_eq!(desk.read("keys"), before);
    assert_eq!(desk.files(), ["keys"]);
}

#[test]
fn in_a_folder_that_cannot_be_read_a_written_file_is_no_error() {
    let (desk, _) = Desk::with_ring();
    set_mode(&desk.path(""), 0o300);
    // Root reads every folder, unless its capabilities are dropped.
    let script = "test $(id -u) != 0 || drop='setpriv --bounding-set=-dac_override,-dac_read_search'; \
                  $drop \"$0\" ring add keys";
    let ran = shell(&desk, script);
    set_mode(&desk.path(""), 0o700);
    let note = "is written, but may be lost at a power failure: Permission denied";
    check(ran, 0, note);
    assert_eq!(desk.ring().keys().len(), 2);
    assert_eq!(desk.files(), ["keys"]);
}

#[test]
fn killed_at_any_time_it_leaves_the_old_file_or_the_new_one() {
    let (desk, _) = Desk::with_ring();
    let mut count = 1;
    let mut left_over = 0;
    for round in 0..60 {
        let _ = fs::remove_file(desk.path(LEFTOVER));
        let mut process = desk.start("ring add keys");
        // From before the temporary file to after it, each round a little later.
        while !desk.path(LEFTOVER).exists() && process.try_wait().unwrap().is_none() {}
        (0..round * 200).for_each(|_| std::hint::spin_loop());
        process.kill().unwrap();
        let _ = process.wait().unwrap();
        left_over += u32::from(desk.path(LEFTOVER).exists());
        let found = desk.ring().keys().len();
        assert!(
            found == count || found == count + 1,
            "{found} keys after {count}"
        );
        count = found;
    }
    assert!(left_over > 0, "no round was killed in time");
    desk.add("");
    assert_eq!(desk.files(), ["keys"]);
    assert_eq!(desk.ring().keys().len(), count + 1);
}

#[test]
fn a_leftover_that_others_could_read_is_not_written_into() {
    let (desk, _) = Desk::with_ring();
    desk.write(LEFTOVER, "of a stranger, who keeps it open");
    set_mode(&desk.path(LEFTOVER), 0o666);
    let stranger = fs::File::open(desk.path(LEFTOVER)).unwrap();
    desk.add("");
    assert_eq!(stranger.metadata().unwrap().nlink(), 0);
    assert_eq!(stranger.metadata().unwrap().len(), 32);
    assert_eq!(mode(&desk.path("keys")), 0o600);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is_one() {
    let (desk, _) = Desk::with_ring();
    let full = "cannot write to standard output: No space left";
    check(shell(&desk, "\"$0\" ring show keys > /dev/full"), 3, full);
    let rotate = "\"$0\" ring rotate keys --after 15m --lifetime 30m > /dev/full";
    check(
        shell(&desk, rotate),
        3,
        &format!("keys is changed, but {full}"),
    );
    assert_eq!(desk.ring().keys().len(), 2);
    // A ring that nobody reads is lost.
    for (command, code) in [("ring show keys", 0), ("keygen", 0), ("ring add -", 3)] {
        let script = format!("{{ sleep 0.3; \"$0\" {command} < /dev/null; echo $? >&2; }} | true");
        let told = String::from_utf8(shell(&desk, &script).stderr).unwrap();
        assert_eq!(told.lines().last(), Some(&*code.to_string()), "{told}");
        let is_told = told.contains("cannot write to standard output: Broken pipe");
        assert_eq!(is_told, code == 3, "{told}");
    }
}

#[test]
fn what_has_no_end_is_refused_and_a_pipe_is_read() {
    let (desk, _) = Desk::with_ring();
    let long = "#".repeat((1 << 20) + 1);
    desk.write("long", &long);
    for line in [
        "ring check",
        "ring show",
        "ring check keys --settings",
        "inspect eA --keys",
    ] {
        for file in ["/dev/zero", "long"] {
            let refused = desk.refused(3, &format!("{line} {file}"));
            let sentence = format!("cannot read {file}: it is longer than 1 MiB");
            assert_eq!(refused, sentence, "{line}");
        }
    }
    let refused = desk.refused(3, "ring add long");
    assert!(refused.ends_with("long: it is longer than 1 MiB"));
    for line in ["ring check -", "inspect"] {
        let ran = desk.run_on(&long, line);
        assert_eq!(ran.code, Some(3), "{line}");
        assert!(
            ran.sentence().ends_with(": it is longer than 1 MiB"),
            "{}",
            ran.err
        );
    }
    let ring = desk.read("keys");
    let most = format!("{ring}{}\n", "#".repeat((1 << 20) - ring.len() - 1));
    desk.write("most", most);
    desk.done("ring check most");
    // As in `<(…)`. It is read once: the token does not open, and is no mistake of the settings.
    for (input, line, code) in [
        (&*ring, "ring show /dev/stdin", 0),
        (
            "idle_timeout = '1h'",
            "ring check keys --settings /dev/stdin",
            0,
        ),
        ("keys_file = 'keys'", "inspect eA --settings /dev/stdin", 1),
    ] {
        let ran = desk.run_on(input, line);
        assert_eq!(ran.code, Some(code), "{line}: {}", ran.err);
    }
}

#[test]
fn the_mode_of_the_file_is_looked_at() {
    let (desk, _) = Desk::with_ring();
    for (mode, is_told) in [
        (0o600, false),
        // A service often reads the ring as a member of its group.
        (0o640, false),
        (0o660, true),
        (0o604, true),
        (0o700, false),
    ] {
        set_mode(&desk.path("keys"), mode);
        let told = desk.done("ring check keys");
        let sentence = format!("warning: the file has mode {mode:04o}, so others");
        assert_eq!(told.contains(&sentence), is_told, "{told}");
    }
}

#[test]
fn a_command_that_is_proposed_can_be_pasted_into_a_shell() {
    let desk = Desk::new();
    let (file, settings) = ("Ada's ring.keys", "my app.toml");
    desk.write(settings, "idle_timeout = '12h'");
    let run = |words: &[&str]| desk.run_with(words);
    let paste = |told: &str| {
        let command = told.split('`').find(|part| part.starts_with("hardtack "));
        let command = command.unwrap_or_else(|| panic!("{told}"));
        let script = command.replacen("hardtack", "\"$0\"", 1);
        check(shell(&desk, &script), 0, "");
        command.to_owned()
    };
    paste(&run(&["ring", "retire", file, "00000000"]).sentence());
    run(&["ring", "add", file, "--lifetime", "1h"]);
    run(&["ring", "rotate", file, "--after", "15m"]);
    let of_settings = ["--settings", settings, "--skew", "90s"];
    let words = ["ring", "check", file].into_iter().chain(of_settings);
    let checked = || desk.run_with(words.clone());
    let command = paste(&checked().out);
    assert!(command.ends_with(" --skew 1m30s"), "{command}");
    assert_eq!(checked().code, Some(0));
}
