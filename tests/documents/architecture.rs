//! The folders of `src/` import each other as ARCHITECTURE.md draws, and few of them reach out of the program.

use std::collections::BTreeSet;

use crate::common::repository::Repository;

#[test]
fn the_folders_import_each_other_as_the_picture_shows() {
    let repository = Repository::read();
    let picture = picture(repository);
    let mut used = BTreeSet::new();
    for (path, text) in &repository.files {
        let Some(path) = path
            .strip_prefix("src/")
            .filter(|path| path.ends_with(".rs"))
        else {
            continue;
        };
        let Some((folder, _)) = path
            .split_once('/')
            .filter(|(folder, _)| *folder != "guide")
        else {
            let is_apart = ["lib.rs", "fuzzing.rs", "guide.rs"].contains(&path);
            assert!(
                is_apart || path.starts_with("guide/"),
                "{path} stands in no folder"
            );
            continue;
        };
        let code = code(text);
        let depth = path.trim_end_matches("/mod.rs").split('/').count();
        let leaves = code.contains(&"super::".repeat(depth));
        assert!(!leaves, "{path} leaves {folder} by `super`");
        let drawn = picture.iter().find(|(name, _)| *name == folder);
        let (_, drawn) = drawn.unwrap_or_else(|| panic!("{folder} is in no picture"));
        for other in imports(&code).filter(|other| other != folder) {
            let arrow = format!("{path} imports crate::{other}");
            assert!(drawn.contains(&&*other), "{arrow}, and no arrow shows it");
            used.insert((folder, other));
        }
    }
    for (index, (folder, drawn)) in picture.iter().enumerate() {
        for other in drawn {
            let is_used = used.contains(&(*folder, (*other).to_owned()));
            assert!(is_used, "nothing in {folder} imports {other}");
            // So there are no cycles.
            let is_below = picture[index..].iter().any(|(name, _)| name == other);
            assert!(is_below, "{other} does not stand below {folder}");
        }
    }
}

/// README.md promises that nothing else is read, and SECURITY.md that an auditor needs to look nowhere else.
#[test]
fn what_is_outside_of_the_program_is_asked_in_one_place() {
    let sources = Repository::read()
        .files
        .iter()
        .filter(|(path, _)| is_library(path));
    let sources: Vec<_> = sources.map(|(path, text)| (path, code(text))).collect();
    for (words, places) in PLACES {
        let mut used = vec![0; places.len()];
        let uses = |line: &&str| {
            let line = format!(" {}", line.trim_start());
            words.iter().any(|word| line.contains(word))
        };
        for (path, code) in &sources {
            if let Some(line) = code.lines().find(uses) {
                let place = places
                    .iter()
                    .position(|(folder, _)| path.starts_with(folder));
                used[place.unwrap_or_else(|| panic!("{path}, not in {places:?}: {line}"))] += 1;
            }
        }
        for ((folder, most), files) in places.iter().zip(used) {
            let is_right = (1..=*most).contains(&files);
            assert!(is_right, "{words:?} are in {files} files of {folder}");
        }
    }
}

#[test]
fn imports_are_found_in_any_form() {
    let text = "use crate::keys::Key;\nuse crate::{\n    base::{clock::Clock, time},\n    token,\n};\n\
        // crate::no\nfn f() { crate::state::g() }\n\n#[cfg(test)]\nmod tests { use crate::web; }\n";
    let found: Vec<_> = imports(&code(text)).collect();
    assert_eq!(found, ["keys", "base", "token", "state"]);
}

/// The folders from top to bottom, each with the folders it may import.
fn picture(repository: &Repository) -> Vec<(&str, Vec<&str>)> {
    let text = repository.text("ARCHITECTURE.md");
    let (_, text) = text.split_once("## Dependencies").unwrap();
    let block = text.split("```").nth(1).unwrap();
    let lines = block.lines().skip(1).map(|line| {
        let (folder, known) = line.split_once("──→").unwrap_or((line, ""));
        let known = known.split(',').map(str::trim);
        (
            folder.trim(),
            known.filter(|folder| !folder.is_empty()).collect(),
        )
    });
    lines.collect()
}

/// The first segment of each path after `crate::`.
fn imports(code: &str) -> impl Iterator<Item = String> {
    code.split("crate::").skip(1).flat_map(|path| {
        let mut depth = 0;
        let mut names = vec![String::new()];
        for c in path.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => names.push(String::new()),
                _ if depth < 2 && !c.is_whitespace() => names.last_mut().unwrap().push(c),
                _ => {}
            }
            if depth == 0 && !is_of_a_name(c) {
                break;
            }
        }
        let first = |name: String| name.split(|c| !is_of_a_name(c)).next().unwrap().to_owned();
        let names = names.into_iter().map(first);
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    })
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Without comments and tests.
fn code(text: &str) -> String {
    let before = text.split_once("\nmod tests {");
    let code = before.and_then(|(before, _)| before.rsplit_once("\n#[cfg("));
    let lines = code.map_or(text, |(code, _)| code).lines();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    lines.filter(is_code).collect::<Vec<_>>().join("\n")
}

/// The crate, bound sessions, and the formats of other libraries.
fn is_library(path: &str) -> bool {
    let folders = ["src/", "crates/device/src/", "crates/migrate/src/"];
    let is_inside = folders.iter().any(|folder| path.starts_with(folder));
    is_inside && path.ends_with(".rs")
}

/// Words of code, and the only folders that may contain them, each with the most files of it that may.
const PLACES: [(&[&str], Folders); 8] = [
    (&["SystemTime::now", "Instant::now"], &[("src/base/", 1)]),
    (
        &["env::"],
        &[("src/keys/source/", 1), ("src/settings/", ANY)],
    ),
    (&["fs::", "File::"], &[("src/keys/source/", 1)]),
    (&["rand::", "StdRng", "SysRng"], &[("src/crypto/", 1)]),
    (
        &["metrics::", "tracing::", "\"metrics\"", "\"tracing\""],
        &[("src/events/", ANY), ("crates/device/src/", 1)],
    ),
    (
        &[
            "aead::",
            "aes::",
            "aes_gcm",
            "aws_lc_",
            "chacha20::",
            "chacha20poly1305",
            "hkdf::",
            "hmac::",
            "p256::",
            "pbkdf2::",
            "poly1305::",
            "sha1::",
            "sha2::",
            "use aes",
            "use hkdf",
            "use hmac",
            "use sha1",
            "use sha2",
            "xaes_256_gcm",
        ],
        &[
            ("src/crypto/", ANY),
            ("crates/device/src/", 2),
            ("crates/migrate/src/", 1),
        ],
    ),
    (&["ctutils"], &[("src/keys/key/", 1), ("src/session/", 1)]),
    // Kept for the process or a thread: two programs in one process do not meet.
    (
        &[" static ", " thread_local!"],
        &[
            ("src/crypto/", 4),
            ("src/session/", 1),
            ("crates/device/src/", 1),
        ],
    ),
];

type Folders = &'static [(&'static str, usize)];

/// The whole folder may.
const ANY: usize = usize::MAX;
