//! Every command in docs/rotation.md and the package's README.md is run, and its output is the one that they show.
//!
//! A line `# TIME` in them sets the clock, `# TIME, in a new folder` begins a story, and `# cookie.txt: …` puts a
//! visitor's current cookie into that file, of a new ring if the folder has none. The settings of `app.toml` are the defaults. Nothing else is done, so
//! a reader can repeat it all. Ids of keys and fingerprints are different each time, so the ones of the document stand
//! for them.

use std::{
    collections::HashMap,
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

use crate::desk::{Desk, PROGRAM, at};

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
fn a_variable_has_the_ring_of_the_file_by_the_commands_of_the_guide() {
    let story = Story::new();
    for command in ["add keys --settings app.toml", "rotate keys --after 15m"] {
        story.desk.done(&format!("ring {command}"));
    }
    fs::rename(story.desk.path("keys"), story.desk.path("session.keys")).unwrap();
    let ring: KeyRing = story.desk.read("session.keys").parse().unwrap();
    let page = include_str!("../../../../docs/rotation.md");
    for (command, lines) in [
        ("cat session.keys", 5),
        ("grep -v '^#' session.keys | paste -sd, -", 1),
    ] {
        assert!(page.contains(command), "{command}");
        let text = String::from_utf8(story.shell(command).stdout).unwrap();
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
fn a_variable_is_rotated_by_the_lines_of_the_guide() {
    let story = Story::new();
    let [lines] = shell_lines("ring rotate -")[..] else {
        panic!("one place")
    };
    // In place of wrangler.
    story.desk.write("npx", "#!/bin/sh\ncat > \"$4\"\n");
    #[cfg(unix)]
    make_executable(&story.desk.path("npx"));
    let before = story.shell("hardtack ring add - < /dev/null").stdout;
    let before = String::from_utf8(before).unwrap();
    let run = |ring: &str| {
        let lines = format!("SESSION_KEYS='{}'\n{lines}", ring.trim_end());
        story.shell(&lines)
    };
    assert_eq!(run("hunter2").status.code(), Some(3));
    assert!(!story.desk.path("SESSION_KEYS").exists());
    assert!(run(&before).status.success());
    let after = story.desk.read("SESSION_KEYS");
    assert!(after.starts_with(before.trim_end()) && !after.contains('\n'));
    assert_eq!(after.parse::<KeyRing>().unwrap().keys().len(), 2);
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
    let shown = document.lines().filter(|line| line.starts_with("$ "));
    assert_eq!(tell(document), shown.count());
}

/// Runs all that a document shows. How many commands that were.
fn tell(document: &str) -> usize {
    let mut story = Story::new();
    let mut count = 0;
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if line == "```console" {
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            count += story.run_all(&block);
        }
    }
    count
}

struct Story {
    desk: Desk,
    /// The names in the document, and the ones in their place here.
    names: HashMap<String, String>,
}

impl Story {
    fn new() -> Story {
        let desk = Desk::new();
        desk.write("app.toml", "[session]\n");
        let names = HashMap::new();
        Story { desk, names }
    }

    /// Does what a line says that is not a command.
    fn set(&mut self, stage: &str) {
        if stage.starts_with("cookie.txt: ") {
            if !self.desk.path("session.keys").exists() {
                self.desk.done("ring add session.keys");
            }
            let ring = self.desk.read("session.keys").parse().unwrap();
            let ring: KeyRing = ring;
            let now = humantime::parse_rfc3339(&self.desk.now).unwrap();
            let cookie = SessionCookie::encrypted(ring).build().unwrap();
            let pair = cookie.cookie_for(now, |session| session.insert("user", 42));
            self.desk.write("cookie.txt", pair.unwrap());
            return;
        }
        let now = stage.strip_suffix(", in a new folder");
        if now.is_some() {
            *self = Story::new();
        }
        self.desk.now = now.unwrap_or(stage).to_owned();
    }

    fn run_all(&mut self, block: &[&str]) -> usize {
        let mut commands = 0;
        let mut rest = block;
        while let [line, after @ ..] = rest {
            rest = after;
            if let Some(stage) = line.strip_prefix("# ") {
                self.set(stage);
                continue;
            }
            let command = line.strip_prefix("$ ").expect("a command");
            let is_next = |line: &&str| line.starts_with("$ ") || line.starts_with("# ");
            let len = after.iter().position(is_next);
            let (expected, next) = after.split_at(len.unwrap_or(after.len()));
            self.run(command, expected);
            rest = next;
            commands += 1;
        }
        commands
    }

    fn run(&mut self, command: &str, expected: &[&str]) {
        let output = self.shell(command);
        let code = output.status.code();
        let ran = self.desk.ran(output);
        let mut told: Vec<_> = ran.out.lines().collect();
        let notes: Vec<_> = ran
            .notes()
            .map(|note| format!("hardtack: {note}"))
            .collect();
        told.extend(notes.iter().map(String::as_str));
        let is_no = |line: &&str| {
            ["hardtack: ", "opens        no", "not valid"]
                .iter()
                .any(|no| line.starts_with(no))
        };
        let expected_code = i32::from(expected.iter().any(is_no));
        assert_eq!(code, Some(expected_code), "{command}\n{}", told.join("\n"));
        assert_eq!(told.len(), expected.len(), "{command}\n{}", told.join("\n"));
        for (told, expected) in told.iter().zip(expected) {
            self.learn(expected, told);
            assert_eq!(*told, self.translate(expected), "{command}");
        }
    }

    fn shell(&self, command: &str) -> Output {
        let command = self.translate(command);
        let mut folders = vec![
            Path::new(&**PROGRAM).parent().unwrap().to_owned(),
            self.desk.path(""),
        ];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap()));
        let mut shell = self.desk.command("sh", ["-c", &command]);
        shell.env("PATH", env::join_paths(folders).unwrap());
        shell.output().unwrap()
    }

    /// The text with the names of here.
    fn translate(&self, text: &str) -> String {
        let words = words(text).map(|word| self.names.get(word).map_or(word, String::as_str));
        words.collect()
    }

    /// Takes the names that a line of the document has for the first time from what was told.
    fn learn(&mut self, line: &str, told: &str) {
        for (word, here) in words(line).zip(words(told)) {
            if is_name(word) && is_name(here) && word.len() == here.len() {
                let name = self.names.entry(word.to_owned());
                name.or_insert_with(|| here.to_owned());
            }
        }
    }
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs of letters and digits, and all characters between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_inside = |c: char| c.is_ascii_alphanumeric();
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_inside(c) != is_inside(first));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(word)
    })
}

/// An id of a key, or a fingerprint.
fn is_name(word: &str) -> bool {
    matches!(word.len(), 8 | 16) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}
