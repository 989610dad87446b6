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
fn every_command_that_replaces_a_file_keeps_its_mode_owner_and_group() {
    for kept in [0o600, 0o400, 0o640, 0o440, 0o644] {
        let (desk, old) = Desk::with_ring_for("--lifetime 30m");
        let keys = desk.path("keys");
        let ours = fs::metadata(&keys).unwrap().uid();
        // Only root can give files away; for all others there is nothing to keep but themselves.
        let [owner, group] = [12_345, 12_346].map(|id| (ours == 0).then_some(id));
        std::os::unix::fs::chown(&keys, owner, group).unwrap();
        set_mode(&desk, kept);
        let before = fs::metadata(&keys).unwrap();
        let done = |line: &str| {
            let ran = desk.run(line);
            assert_eq!((ran.code, ran.notes().count()), (Some(0), 0), "{}", ran.err);
            let now = fs::metadata(&keys).unwrap();
            assert_eq!(mode(&keys), kept, "{line}");
            assert_eq!(
                (now.uid(), now.gid()),
                (before.uid(), before.gid()),
                "{line}"
            );
            ran.out
        };
        done("ring rotate keys --after 15m");
        done(&format!("ring promote keys {old}"));
        done("ring add keys");
        let last = desk.ring().keys().last().unwrap().id;
        done(&format!("ring retire keys {last} --force"));
        done(&format!("ring leaked keys {old} --now"));
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
    set_mode(&desk, 0o644);
    fs::set_permissions(desk.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let before = desk.read("keys");
    let script = format!(
        "setpriv --reuid 12345 --regid 12345 --clear-groups \"$0\" ring add {}",
        keys.display()
    );
    let ran = shell(&desk, &script);
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(
        told.contains("cannot keep owner, group and mode of"),
        "{told}"
    );
    assert_eq!((ran.status.code(), desk.read("keys")), (Some(3), before));
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
    // It is read once: the token does not open, and is no mistake of the settings.
    let ran = desk.run_on("keys_file = 'keys'", "inspect eA --settings /dev/stdin");
    assert_eq!(ran.code, Some(1), "{}", ran.err);
}

#[test]
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
fn the_mode_of_the_file_is_looked_at() {
    let (desk, _) = Desk::with_ring();
    for (mode, is_told) in [
        (0o600, false),
        (0o400, false),
        // A service often reads the ring as a member of its group.
        (0o640, false),
        (0o660, true),
        (0o604, true),
        (0o700, false),
    ] {
        set_mode(&desk, mode);
        let told = desk.done("ring check keys");
        let sentence = format!("warning: the file has mode {mode:04o}, so others");
        assert_eq!(told.contains(&sentence), is_told, "{told}");
    }
}
