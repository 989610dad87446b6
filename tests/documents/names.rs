//! The documents of reviewers and maintainers name files, functions and tests that exist, and are right about places in the
//! code and features of dependencies.

use std::{collections::BTreeSet, process::Command};

use crate::{
    common::repository::Repository,
    documents::architecture::{code, is_of_a_name},
};

/// `token::open` is what the folder `src/token/` declares as `open`, in whatever file.
#[test]
fn what_a_document_names_exists() {
    let repository = Repository::read();
    let library: Vec<_> = (repository.files.iter())
        .filter(|(path, _)| is_library(path) || path.starts_with("crates/"))
        .map(|(path, text)| (path, code(text)))
        .collect();
    let words: BTreeSet<_> = (library.iter())
        .flat_map(|(_, code)| code.split(|c| !is_of_a_name(c)))
        .collect();
    let mut count = 0;
    for document in DOCUMENTS {
        let text = repository.text(document);
        let is_of_code = ["ARCHITECTURE.md", ".github/CONTRIBUTING.md"].contains(&document);
        for name in quoted(text).chain(tree(text)).filter(|name| name.len() > 1) {
            let room = name.split_once("::").filter(|(first, _)| is_room(first));
            let exists = match room {
                _ if is_path(name) => has(repository, name),
                _ if !name.chars().all(|c| is_of_a_name(c) || c == ':') => continue,
                _ if is_test(name) => (repository.files.iter())
                    .any(|(path, text)| path.ends_with(".rs") && has_test(text, name)),
                Some((room, name)) => {
                    let folders = [format!("src/{room}/"), format!("crates/{room}/src/")];
                    let is_in_room = |path: &str| folders.iter().any(|it| path.starts_with(it));
                    (library.iter()).any(|(path, code)| is_in_room(path) && declares(code, name))
                }
                None if name.contains("::") || document == DOCUMENTS[0] => {
                    !is_of_code || name.split("::").all(|word| words.contains(word))
                }
                None => continue,
            };
            assert!(exists, "{document} names `{name}`");
            count += 1;
        }
    }
    assert!(count > 300, "they name {count}");
}

/// CI runs the first in jobs on several systems, and all at once only every week.
#[test]
#[cfg(unix)]
fn every_step_of_the_gate_is_a_job() {
    let mut help = Command::new("bash");
    help.args([".ci/run", "--help"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let help = String::from_utf8(help.output().unwrap().stdout).unwrap();
    let (gate, _) = help.split_once("The other steps").unwrap();
    let steps = gate
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let workflow = Repository::read().text(".github/workflows/ci.yml");
    for step in steps.filter(|step| *step != "tests") {
        assert!(
            workflow.contains(&format!("\"{step}\"")),
            "no job runs {step}"
        );
    }
}

/// A scanner that looks for keys finds those of tests alone.
#[test]
fn the_exceptions_for_secret_scanners_have_every_place_with_a_key() {
    let repository = Repository::read();
    let page = repository.text("docs/review/data.md");
    let blocks: Vec<_> = page.split("```").skip(1).step_by(2).collect();
    let (pattern, excepted) = (blocks[0].lines().nth(1).unwrap(), blocks[1]);
    assert!(repository.text("SPEC.md").contains(pattern));
    for (path, text) in &repository.files {
        let mut rests = text.split("hardtack_key_v1_").skip(1);
        let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let has_key = rests.any(|rest| rest.len() > 52 && rest.bytes().take(53).all(is_of_key));
        let is_excepted = excepted
            .lines()
            .skip(1)
            .any(|place| path.starts_with(place));
        assert!(!has_key || is_excepted, "{path} has a key");
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
                let place = places.iter().position(|(room, _)| path.starts_with(room));
                used[place.unwrap_or_else(|| panic!("{path}, not in {places:?}: {line}"))] += 1;
            }
        }
        for ((room, most), files) in places.iter().zip(used) {
            let is_right = (1..=*most).contains(&files);
            assert!(is_right, "{words:?} are in {files} files of {room}");
        }
    }
}

/// Resolved as for a dependent crate, without the features that tests add.
#[test]
fn the_libraries_that_hold_secrets_overwrite_them() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--edges", "normal", "--prefix", "none"]);
    cargo.args(["--package", "hardtack", "--package", "hardtack-migrate"]);
    let output = cargo.args(["--format", "{p} {f}"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).unwrap();
    for library in OVERWRITING {
        let mut lines = tree
            .lines()
            .filter(|line| line.split(' ').next() == Some(library));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("{library} is not used"));
        assert!(line.contains("zeroize"), "{line}");
    }
}

/// A file or, where `path` ends with `/`, a folder. Folders in front may be left out.
fn has(repository: &Repository, path: &str) -> bool {
    let inner = format!("/{path}");
    repository.files.iter().any(|(file, _)| {
        let file = format!("/{file}");
        file.ends_with(&inner) || path.ends_with('/') && file.contains(&inner)
    })
}

/// Returns `true` if the text declares what the last part of `path` names.
fn declares(text: &str, path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap();
    let kinds = ["const", "enum", "fn", "struct", "trait"];
    kinds.iter().any(|kind| {
        let head = format!("{kind} {name}");
        let mut found = text.split(&head).skip(1);
        found.any(|rest| !rest.starts_with(is_of_a_name))
    })
}

/// Returns `true` if the text has a test of this name that runs.
fn has_test(text: &str, name: &str) -> bool {
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else {
        return false;
    };
    let above = before.rsplit('\n').skip(1).map(str::trim);
    let mut above = above.take_while(|line| !line.is_empty() && *line != "}");
    let (mut is_test, mut is_ignored) = (false, false);
    above.by_ref().for_each(|line| {
        is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        is_ignored |= line.starts_with("#[ignore");
    });
    is_test && !is_ignored
}

/// The texts between backticks, outside code blocks.
pub(crate) fn quoted(text: &str) -> impl Iterator<Item = &str> + Clone {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|text| text.split('`').skip(1).step_by(2))
}

/// The files of the first block of ARCHITECTURE.md, which is a tree of them.
fn tree(text: &str) -> impl Iterator<Item = &str> {
    let block = text.split("```text\nsrc/").nth(1).unwrap_or_default();
    let words = block
        .split("```")
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let words = words.map(|word| word.trim_matches(|c: char| "(),;:".contains(c)));
    words.filter(|word| is_path(word))
}

/// What begins with a type or the crate stands in any room.
fn is_room(first: &str) -> bool {
    let is_crate = ["crate", "hardtack", "super"].contains(&first);
    !is_crate && first.starts_with(char::is_lowercase)
}

fn is_path(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let extensions = [".js", ".rs", ".md", ".json", ".py", ".toml", "/"];
    let has_name = word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    has_name && word.chars().all(is_plain) && extensions.iter().any(|end| word.ends_with(end))
}

/// The crate, bound sessions, and the formats of other libraries.
fn is_library(path: &str) -> bool {
    let folders = ["src/", "crates/device/src/", "crates/migrate/src/"];
    folders.iter().any(|folder| path.starts_with(folder))
}

/// The names of tests are sentences.
pub(crate) fn is_test(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.chars().all(is_plain) && word.matches('_').count() >= 4
}

const DOCUMENTS: [&str; 8] = [
    "ARCHITECTURE.md",
    ".github/CONTRIBUTING.md",
    "SECURITY.md",
    "docs/review/audit.md",
    "docs/review/checklists.md",
    "docs/review/evidence.md",
    "proof/README.md",
    "tests/README.md",
];

/// Words of code, and the only rooms that may contain them, each with the most files of it that may.
const PLACES: [(&[&str], Rooms); 8] = [
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

type Rooms = &'static [(&'static str, usize)];

/// The whole room may.
const ANY: usize = usize::MAX;

/// All that hold a key, a state made of one, or a key stream.
const OVERWRITING: [&str; 13] = [
    "aes",
    "aes-gcm",
    "block-buffer",
    "chacha20",
    "chacha20poly1305",
    "digest",
    "ghash",
    "hmac",
    "poly1305",
    "polyval",
    "sha1",
    "sha2",
    "xaes-256-gcm",
];
