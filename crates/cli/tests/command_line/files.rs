//! Files are replaced whole or not at all, and nobody else reads them.

#![cfg(unix)]

use std::{
    fs,
    io::Read,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, symlink},
        process::ExitStatusExt,
    },
    process::{Child, Stdio},
};

use crate::desk::{Desk, PROGRAM, mode};

const LEFTOVER: &str = ".keys.hardtack";

/// Runs a script of the shell, in which `$0` is the program.
fn shell(desk: &Desk, script: &str) -> std::process::Output {
    let mut command = desk.command("sh", ["-c", script, &**PROGRAM]);
    command.output().unwrap()
}

fn set_mode(desk: &Desk, mode: u32) {
    let permissions = fs::Permissions::from_mode(mode);
    fs::set_permissions(desk.path("keys"), permissions).unwrap();
}

#[test]
fn a_new_file_is_for_its_owner_alone_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let desk = Desk::new();
        let ran = shell(&desk, &format!("umask {umask}; \"$0\" ring add keys"));
        assert!(ran.status.success());
        assert_eq!(mode(&desk.path("keys")), 0o600, "{umask}");
    }
}

#[test]
fn who_has_the_file_open_goes_on_reading_the_earlier_text() {
    let (desk, _) = Desk::with_ring();
    let before = desk.read("keys");
    let lines = [
        "ring add keys".to_owned(),
        "ring rotate keys --after 15m --lifetime 30m".to_owned(),
    ];
    for line in lines {
        let before = desk.read("keys");
        let mut reader = fs::File::open(desk.path("keys")).unwrap();
        let inode = reader.metadata().unwrap().ino();
        desk.done(&line);
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, before, "{line}");
        assert_ne!(fs::metadata(desk.path("keys")).unwrap().ino(), inode);
    }
    assert_ne!(desk.read("keys"), before);
}

#[test]
fn a_mode_is_never_loosened_and_is_tightened_with_a_word() {
    for (before, after) in [
        (0o600, 0o600),
        (0o400, 0o400),
        (0o640, 0o600),
        (0o444, 0o400),
        (0o777, 0o600),
    ] {
        let (desk, _) = Desk::with_ring();
        set_mode(&desk, before);
        let ran = desk.run("ring add keys");
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert_eq!(mode(&desk.path("keys")), after, "{before:o}");
        let notes: Vec<_> = ran.notes().collect();
        if before == after {
            assert!(notes.is_empty(), "{notes:?}");
        } else {
            let [note] = notes[..] else {
                panic!("{notes:?}")
            };
            let wanted =
                format!("had mode {before:04o} and has {after:04o} now, so that only its owner");
            assert!(note.contains(&wanted), "{note}");
        }
    }
}

#[test]
fn a_file_keeps_its_owner() {
    let (desk, _) = Desk::with_ring();
    let keys = desk.path("keys");
    let ours = fs::metadata(&keys).unwrap().uid();
    // Only root can give files away; for all others there is nothing to keep but themselves.
    let owner = if ours == 0 { 12_345 } else { ours };
    std::os::unix::fs::chown(&keys, Some(owner), None).unwrap();
    desk.add("");
    assert_eq!(fs::metadata(&keys).unwrap().uid(), owner);
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
    assert_eq!(desk.read("vault/real"), desk.read("keys"));
    assert_eq!(fs::read_dir(desk.path("vault")).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_a_ring_file_is_refused() {
    let desk = Desk::new();
    symlink("nowhere", desk.path("keys")).unwrap();
    fs::create_dir(desk.path("folder")).unwrap();
    for (line, sentence) in [
        ("ring add keys", "cannot read keys: No such file"),
        ("ring add folder", "not a regular file"),
        ("ring add no/such/folder", "No such file"),
        ("ring show nothing", "cannot read nothing: No such file"),
        ("ring check nothing", "cannot read nothing: No such file"),
        ("ring add ..", "not a regular file"),
    ] {
        let refused = desk.refused(3, line);
        assert!(refused.contains(sentence), "{refused}");
    }
    assert!(desk.path("keys").is_symlink());
    fs::create_dir(desk.path(".ring.hardtack")).unwrap();
    let refused = desk.refused(3, "ring add ring");
    assert!(
        refused.contains(".ring.hardtack: expected a temporary file there"),
        "{refused}"
    );
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
        let ran = shell(
            &desk,
            &format!("ulimit -f {blocks}; exec \"$0\" ring add keys"),
        );
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
    let output = shell(
        &desk,
        "trap '' XFSZ; ulimit -f 0; exec \"$0\" ring add keys",
    );
    let ran = desk.ran(output);
    assert_eq!(ran.code, Some(3));
    let sentence = ran.sentence();
    assert!(
        sentence.starts_with("cannot write ") && sentence.contains("File too large"),
        "{sentence}"
    );
    assert_eq!(
        (desk.read("keys"), desk.files()),
        (before, vec!["keys".to_owned()])
    );
}

#[test]
fn in_a_folder_that_cannot_be_read_a_written_file_is_no_error() {
    let (desk, _) = Desk::with_ring();
    let set = |mode| fs::set_permissions(desk.path(""), fs::Permissions::from_mode(mode)).unwrap();
    set(0o300);
    // Root reads every folder, unless its capabilities are dropped.
    let script = "test $(id -u) != 0 || drop='setpriv --bounding-set=-dac_override,-dac_read_search'; \
                  $drop \"$0\" ring add keys";
    let output = shell(&desk, script);
    set(0o700);
    let ran = desk.ran(output);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let notes: Vec<_> = ran.notes().collect();
    let [note] = notes[..] else {
        panic!("{notes:?}")
    };
    assert!(
        note.contains("is written, but may be lost at a power failure: Permission denied"),
        "{note}"
    );
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
        let mut process = start(&desk, "ring add keys");
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
    fs::set_permissions(desk.path(LEFTOVER), fs::Permissions::from_mode(0o666)).unwrap();
    let stranger = fs::File::open(desk.path(LEFTOVER)).unwrap();
    desk.add("");
    assert_eq!(stranger.metadata().unwrap().nlink(), 0);
    assert_eq!(stranger.metadata().unwrap().len(), 32);
    assert_eq!(mode(&desk.path("keys")), 0o600);
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_a_full_disk_is_one() {
    let (desk, _) = Desk::with_ring();
    let ran = shell(&desk, "\"$0\" ring show keys > /dev/full");
    assert_eq!(ran.status.code(), Some(3));
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(
        told.contains("cannot write to standard output: No space left"),
        "{told}"
    );
    let ran = shell(
        &desk,
        "\"$0\" ring rotate keys --after 15m --lifetime 30m > /dev/full",
    );
    assert_eq!(ran.status.code(), Some(3));
    let told = String::from_utf8(ran.stderr).unwrap();
    let wanted = "keys is changed, but cannot write to standard output: No space left";
    assert!(told.contains(wanted), "{told}");
    assert_eq!(desk.ring().keys().len(), 2);
    let ran = shell(&desk, "{ \"$0\" ring show keys; echo $? >&2; } | true");
    assert!(String::from_utf8(ran.stderr).unwrap().ends_with("\n0\n"));
}

fn start(desk: &Desk, line: &str) -> Child {
    let mut command = desk.command(&PROGRAM, line.split(' '));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[test]
#[cfg(unix)]
fn what_has_no_end_is_refused_and_a_pipe_is_read() {
    let (desk, _) = Desk::with_ring();
    for line in [
        "ring check /dev/zero",
        "ring show /dev/zero",
        "inspect eA --keys /dev/zero",
        "ring check keys --settings /dev/zero",
    ] {
        let refused = desk.refused(3, line);
        assert_eq!(
            refused, "cannot read /dev/zero: it is longer than 1 MiB",
            "{line}"
        );
    }
    let long = "#".repeat((1 << 20) + 1);
    desk.write("long", &long);
    for line in [
        "ring check long",
        "ring add long",
        "ring check keys --settings long",
    ] {
        let refused = desk.refused(3, line);
        assert!(
            refused.ends_with("long: it is longer than 1 MiB"),
            "{refused}"
        );
    }
    for line in ["ring check -", "inspect", "inspect -"] {
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
    // As in `<(…)`.
    for line in ["ring check /dev/stdin", "ring show /dev/stdin"] {
        assert_eq!(desk.run_on(&ring, line).code, Some(0), "{line}");
    }
    let ran = desk.run_on(
        "idle_timeout = '1h'",
        "ring check keys --settings /dev/stdin",
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}
