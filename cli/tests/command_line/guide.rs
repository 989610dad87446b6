//! Every command in docs/rotation.md and the package's README.md is run, and its output is the one that they show.
//!
//! A line `# TIME` in them sets the clock, `# TIME, in a new folder` begins a story, and `# cookie.txt: …` puts a
//! visitor's current cookie into that file. The settings of `app.toml` are the defaults. Nothing else is done, so
//! a reader can repeat it all. Ids of keys and fingerprints are different each time, so the ones of the document stand
//! for them.

use std::{collections::HashMap, env, fs, path::Path, process::Output};

use hardtack::{KeyRing, SessionCookie};

use crate::desk::{Desk, PROGRAM};

#[test]
fn the_guide_shows_what_happens() {
    check(include_str!("../../../docs/rotation.md"));
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
    let page = include_str!("../../../docs/rotation.md");
    for (command, lines) in [
        ("cat session.keys", 3),
        ("grep -v '^#' session.keys | paste -sd, -", 1),
    ] {
        assert!(page.contains(command), "{command}");
        let text = String::from_utf8(story.shell(command).stdout).unwrap();
        assert_eq!(text.lines().count(), lines, "{command}");
        let same: KeyRing = text.parse().unwrap();
        assert_eq!(same.fingerprint(), ring.fingerprint(), "{command}");
    }
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
        desk.write("kubectl", KUBECTL);
        #[cfg(unix)]
        make_executable(&desk.path("kubectl"));
        let names = HashMap::new();
        Story { desk, names }
    }

    /// Does what a line says that is not a command.
    fn set(&mut self, stage: &str) {
        if stage.starts_with("cookie.txt: ") {
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
            Path::new(PROGRAM).parent().unwrap().to_owned(),
            self.desk.folder.clone(),
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

/// Stands for a program that is not here. It takes its input, and fails if a file that it is given is none.
const KUBECTL: &str = "\
#!/bin/sh
set -e
for word; do
  case $word in --from-file=*) cat \"${word#*=}\" ;; -) cat > /dev/null ;; esac
done
";
