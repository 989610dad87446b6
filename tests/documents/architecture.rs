//! The files of `src/` import each other as ARCHITECTURE.md lists and draws them, and few of them reach out of the program.

use std::collections::BTreeSet;

use super::imports::Modules;
use crate::common::repository::Repository;

#[test]
fn each_file_can_be_read_after_those_that_it_imports() {
    let repository = Repository::read();
    let (files, imports) = imports(repository);
    let order = order(repository);
    let place = |file: &str| order.iter().position(|listed| listed == file);
    for (at, file) in order.iter().enumerate() {
        assert!(files.contains(&**file), "{file} is listed, and is no file");
        assert_eq!(place(file), Some(at), "{file} is listed twice");
    }
    // A table of contents is neither imported nor imports.
    let is_imported = |file: &str| {
        imports
            .iter()
            .any(|(one, other)| [*one, *other].contains(&file))
    };
    for file in files {
        let is_listed = place(file).is_some() || file.ends_with("mod.rs") && !is_imported(file);
        assert!(is_listed, "ARCHITECTURE.md does not list {file}");
    }
    for (file, other) in imports {
        assert!(
            place(other) < place(file),
            "{file} imports {other}, which is listed after it"
        );
    }
}

#[test]
fn the_folders_import_each_other_as_the_picture_shows() {
    let repository = Repository::read();
    let picture = picture(repository);
    let mut used = BTreeSet::new();
    for (file, other) in imports(repository).1 {
        let [folder, of_other] = [file, other].map(folder_of);
        if folder == of_other {
            continue;
        }
        let drawn = picture.iter().find(|(name, _)| *name == folder);
        let (_, drawn) = drawn.unwrap_or_else(|| panic!("{folder} is in no picture"));
        let is_drawn = |name: &&&str| of_other == **name || folder_of_all(of_other) == **name;
        let Some(arrow) = drawn.iter().find(is_drawn) else {
            panic!("{file} imports {other}, and no arrow shows it");
        };
        used.insert((folder, *arrow));
    }
    for (folder, drawn) in &picture {
        for other in drawn {
            assert!(
                used.contains(&(folder, other)),
                "nothing in {folder} imports {other}"
            );
        }
    }
}

/// So an auditor can read the folder alone.
#[test]
fn what_is_finished_knows_nothing_of_the_rest() {
    for (path, text) in &Repository::read().files {
        if !path.starts_with("src/format/") || !path.ends_with(".rs") {
            continue;
        }
        let code = code(text);
        for (number, line) in code.lines().enumerate() {
            let leaves = line
                .split("crate::")
                .skip(1)
                .any(|path| !path.starts_with("format"));
            assert!(!leaves, "{path} imports from outside: {line}");
            let found = OUTSIDE.iter().find(|word| line.contains(**word));
            assert!(found.is_none(), "{path}, line {number} of its code: {line}");
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
    let files = [
        ("lib.rs", "pub use keys::Key;"),
        ("base/mod.rs", "mod clock;"),
        (
            "keys/mod.rs",
            "mod key;\npub use key::Key;\npub(crate) use self::key as text;",
        ),
        (
            "keys/key.rs",
            "use std::fmt;\nuse super::super::base::{\n    clock::Clock,\n    time,\n};\ntime::now()",
        ),
        (
            "base/clock.rs",
            "macro_rules! hours {}\npub(crate) use hours;",
        ),
        ("base/time.rs", "fn f() { \"crate::Key\" }"),
        (
            "web.rs",
            "fn f() -> crate::Key { crate::base::clock::hours!(); crate::keys::text::parse() }",
        ),
    ];
    let imports = Modules::read(files.map(|(path, text)| (path, text.to_owned()))).imports();
    let expected = [
        ("keys/key.rs", "base/clock.rs"),
        ("keys/key.rs", "base/time.rs"),
        ("web.rs", "base/clock.rs"),
        ("web.rs", "keys/key.rs"),
    ];
    assert!(imports.into_iter().eq(expected));
}

/// The files of `src/`, and their imports. Those that stand in no folder are apart.
fn imports(
    repository: &'static Repository,
) -> (
    BTreeSet<&'static str>,
    BTreeSet<(&'static str, &'static str)>,
) {
    let files = repository.files.iter().filter_map(|(path, text)| {
        let path = path
            .strip_prefix("src/")
            .filter(|path| path.ends_with(".rs"))?;
        (!path.starts_with("guide")).then(|| (path, code(text)))
    });
    let files: Vec<_> = files.collect();
    let is_apart = |path: &str| ["lib.rs", "fuzzing.rs", "packages.rs"].contains(&path);
    let paths = files
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| !is_apart(path))
        .collect();
    let mut imports = Modules::read(files).imports();
    imports.retain(|(file, other)| !is_apart(file) && !is_apart(other));
    (paths, imports)
}

/// The files in the order of ARCHITECTURE.md, in lines of a folder and its files.
fn order(repository: &Repository) -> Vec<String> {
    let mut folder = "";
    let mut order = Vec::new();
    for line in block_after(repository, "## Reading order").lines().skip(1) {
        let mut words = line.split_whitespace();
        if !line.starts_with(' ') {
            folder = words.next().unwrap_or_default();
        }
        order.extend(words.map(|name| format!("{folder}/{name}.rs")));
    }
    order
}

/// Returns the folder of a file, as ARCHITECTURE.md names it.
fn folder_of(file: &str) -> &str {
    let rest = file.strip_prefix("format/").unwrap_or(file);
    let depth = file.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
    &file[..depth]
}

fn folder_of_all(folder: &str) -> &str {
    folder.split('/').next().unwrap_or_default()
}

/// The folders from top to bottom, each with the folders it may import.
fn picture(repository: &Repository) -> Vec<(&str, Vec<&str>)> {
    let lines = block_after(repository, "## Dependencies")
        .lines()
        .skip(1)
        .map(|line| {
            let (folder, known) = line.split_once("──→").unwrap_or((line, ""));
            let known = known.split(',').map(str::trim);
            (
                folder.trim(),
                known.filter(|folder| !folder.is_empty()).collect(),
            )
        });
    lines.collect()
}

fn block_after<'a>(repository: &'a Repository, heading: &str) -> &'a str {
    let (_, text) = repository
        .text("ARCHITECTURE.md")
        .split_once(heading)
        .unwrap();
    text.split("```").nth(1).unwrap()
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
    (
        &["rand::", "StdRng", "SysRng"],
        &[("src/format/crypto/", 1)],
    ),
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
            ("src/format/crypto/", ANY),
            ("crates/device/src/", 2),
            ("crates/migrate/src/", 1),
        ],
    ),
    (
        &["ctutils"],
        &[("src/format/keys/key/", 1), ("src/session/", 1)],
    ),
    // Kept for the process or a thread: two programs in one process do not meet.
    (
        &[" static ", " thread_local!"],
        &[
            ("src/format/crypto/", 4),
            ("src/session/", 1),
            ("crates/device/src/", 1),
        ],
    ),
];

type Folders = &'static [(&'static str, usize)];

/// The whole folder may.
const ANY: usize = usize::MAX;

/// No part of what is finished waits, reads from outside or reports.
const OUTSIDE: [&str; 14] = [
    "Condvar",
    "Mutex",
    "RwLock",
    "Instant",
    "SystemTime::now",
    "env::",
    "fs::",
    "File::",
    "http::",
    "io::",
    "metrics::",
    "net::",
    "thread::",
    "tracing::",
];
