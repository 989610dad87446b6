//! Every command in docs/rotation.md and the package's README.md is run, and its output is the one that they show.
//!
//! A line `# TIME` in them sets the clock, `# TIME, in a new folder` begins a story, and `# cookie.txt: …` puts a
//! visitor's current cookie into that file, of a new ring if the folder has none. The settings of `app.toml` are the
//! defaults. Nothing else is done, so a reader can repeat it all.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::Output,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use hardtack::{KeyRing, SessionCookie};

use crate::{
    desk::{Desk, PROGRAM, at},
    transcript,
};

#[test]
fn the_guide_shows_what_happens() {
    check(include_str!("../../../../docs/rotation.md"));
}

#[test]
fn the_page_of_the_package_shows_what_happens() {
    check(include_str!("../../README.md"));
}

/// The guide has both in its text.
#[test]
#[cfg_attr(windows, ignore = "needs a shell")]
fn a_variable_has_the_ring_of_the_file_by_the_commands_of_the_guide() {
    let desk = Desk::new();
    desk.write("app.toml", "[session]\n");
    for command in ["add keys --settings app.toml", "rotate keys --after 15m"] {
        desk.done(&format!("ring {command}"));
    }
    fs::rename(desk.path("keys"), desk.path("session.keys")).unwrap();
    let ring: KeyRing = desk.read("session.keys").parse().unwrap();
    let page = include_str!("../../../../docs/rotation.md");
    for (command, lines) in [
        ("cat session.keys", 5),
        ("grep -v '^#' session.keys | paste -sd, -", 1),
    ] {
        assert!(page.contains(command), "{command}");
        let text = String::from_utf8(shell(&desk, command).stdout).unwrap();
        assert_eq!(text.lines().count(), lines, "{command}");
        let same: KeyRing = text.parse().unwrap();
        assert_eq!(same.fingerprint(), ring.fingerprint(), "{command}");
    }
}

/// docs/moving.md has them in YAML.
#[test]
fn the_settings_of_a_move_from_a_store_are_read() {
    let page = include_str!("../../../../docs/moving.md");
    let (_, settings) = page.split_once("\n```yaml\n").unwrap();
    let (settings, _) = settings.split_once("\n```").unwrap();
    let desk = Desk::new();
    desk.write("site.yaml", settings);
    let told = desk.done("ring add keys --settings site.yaml");
    assert!(told.contains("old keys open for 31m"), "{told}");
}

/// A page of the guide has these lines for the shell.
fn shell_lines(with: &str) -> Vec<&'static str> {
    let page = include_str!("../../../../docs/rotation.md");
    let blocks = page.split("\n```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("\n```").next().unwrap());
    blocks.filter(|block| block.contains(with)).collect()
}

#[test]
#[cfg_attr(windows, ignore = "needs a shell")]
fn a_variable_is_rotated_by_the_lines_of_the_guide() {
    let desk = Desk::new();
    let [lines] = shell_lines("wrangler secret put")[..] else {
        panic!("one place")
    };
    desk.write("app.toml", "[session]\n");
    // In place of wrangler.
    program(&desk, "npx", "cat > \"$4\"");
    let before = shell(&desk, "hardtack ring add - < /dev/null").stdout;
    let before = String::from_utf8(before).unwrap();
    let run = |ring: &str| {
        let lines = format!("SESSION_KEYS='{}'\n{lines}", ring.trim_end());
        shell(&desk, &lines)
    };
    assert_eq!(run("hunter2").status.code(), Some(3));
    assert!(!desk.path("SESSION_KEYS").exists());
    assert!(run(&before).status.success());
    let after = desk.read("SESSION_KEYS");
    assert!(after.starts_with(before.trim_end()) && !after.contains('\n'));
    assert_eq!(after.parse::<KeyRing>().unwrap().keys().len(), 2);
}

#[test]
#[cfg_attr(windows, ignore = "needs a shell")]
fn a_secret_of_kubernetes_is_made_and_rotated_by_the_lines_of_the_guide() {
    let desk = Desk::new();
    let [making, rotating] = shell_lines("kubectl ")[..] else {
        panic!("two places")
    };
    // In place of kubectl, and of a cluster that has the secret in base64.
    program(
        &desk,
        "kubectl",
        "case \"$*\" in\n\
         'get secret session-keys '*) cat secret ;;\n\
         'create secret generic session-keys --from-file=session.keys') base64 session.keys > secret ;;\n\
         'create secret generic session-keys --from-file=session.keys --dry-run'*) base64 session.keys ;;\n\
         'apply -f -') cat > applied && mv applied secret ;;\n\
         *) exit 1 ;;\n\
         esac",
    );
    let key = desk.done("ring add session.keys --lifetime 30m")[8..16].to_owned();
    assert!(shell(&desk, making).status.success());
    let secret = desk.read("secret");
    let in_secret = || String::from_utf8(shell(&desk, "base64 -d secret").stdout).unwrap();
    assert!(shell(&desk, rotating).status.success());
    assert_eq!(in_secret(), desk.read("session.keys"));
    let ring: KeyRing = in_secret().parse().unwrap();
    assert_eq!(ring.keys().len(), 2);
    let checked = desk.done("ring check session.keys");
    assert!(checked.contains(&format!("key {key} seals")), "{checked}");
    // Without the old ring, nothing is changed.
    desk.write("secret", "");
    assert!(!shell(&desk, rotating).status.success());
    assert_eq!(desk.read("secret"), "");
    desk.write("secret", secret);
    let instead = "hardtack ring leaked - --at +30m";
    let page = include_str!("../../../../docs/rotation.md");
    assert!(page.contains(&format!("`{instead}`")));
    let leaked = rotating.replace("hardtack ring rotate - --after 15m", instead);
    assert!(shell(&desk, &leaked).status.success());
    assert!(in_secret().contains("# leaked="), "{}", in_secret());
}

/// Writes a program of the shell, for the lines of a page to find.
fn program(desk: &Desk, name: &str, lines: &str) {
    desk.write(name, format!("#!/bin/sh\n{lines}\n"));
    #[cfg(unix)]
    crate::desk::set_mode(&desk.path(name), 0o755);
}

/// An instance that answers requests with these statuses and rings, one after another. Its address, and how many came.
fn instance(answers: Vec<(u16, KeyRing)>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/health", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for (status, ring) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = BufReader::new(&stream).lines();
            while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            let cookie = SessionCookie::encrypted(ring).build().unwrap();
            let keys = cookie.keys_in_use(at(0)).to_string();
            let head = format!(
                "HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n",
                keys.len()
            );
            count.fetch_add(1, Ordering::Relaxed);
            write!(stream, "{head}{keys}").unwrap();
        }
    });
    (address, asked)
}

#[test]
#[cfg_attr(windows, ignore = "needs a shell")]
fn instances_are_waited_for_by_the_lines_of_the_guide() {
    let desk = Desk::new();
    desk.done("ring add keys");
    let before = desk.ring();
    desk.add("");
    let after = desk.ring();
    let [lines] = shell_lines("curl ")[..] else {
        panic!("one place")
    };
    let [old, failing, new] =
        [(200, &before), (503, &after), (200, &after)].map(|(status, ring)| (status, ring.clone()));
    // The load balancer chooses one that has it 29 times, then another.
    let mut mixed = vec![new.clone(); 29];
    mixed.push(old);
    mixed.extend(vec![new.clone(); 10]);
    mixed.push(failing);
    mixed.extend(vec![new; 30]);
    let (address, asked) = instance(mixed);
    let lines = lines
        .replace("https://shop.example/health", &address)
        .replace("1b9f4e2d60c8a573", &after.fingerprint().to_string())
        .replace("sleep 1", "sleep 0");
    let waited = desk.command("sh", ["-c", &lines]).output().unwrap();
    assert!(waited.status.success());
    assert_eq!(asked.load(Ordering::Relaxed), 71);
    // What it hears is told, and no other answer for ever.
    let told = String::from_utf8(waited.stderr).unwrap();
    assert!(
        told.contains(&format!(
            "other answer: fingerprint {}\n",
            before.fingerprint()
        )),
        "{told}"
    );
    assert!(told.ends_with("other answer: none\n"), "{told}");
    let (old_one, asked) = instance(vec![(200, before); 3]);
    let lines = lines
        .replace(&address, &old_one)
        .replace("left=600", "left=3");
    let waited = desk.command("sh", ["-c", &lines]).output().unwrap();
    assert_eq!(waited.status.code(), Some(1));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[track_caller]
fn check(document: &str) {
    assert!(!document.contains("<!--"), "a reader sees no comments");
    transcript::check_document(document);
}

/// Runs a line of a document in the shell.
fn shell(desk: &Desk, command: &str) -> Output {
    let mut folders = vec![
        Path::new(&**PROGRAM).parent().unwrap().to_owned(),
        desk.path(""),
    ];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap()));
    let mut shell = desk.command("sh", ["-c", command]);
    shell.env("PATH", env::join_paths(folders).unwrap());
    shell.output().unwrap()
}
