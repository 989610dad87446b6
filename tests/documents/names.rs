//! The documents name files, functions, tests and examples that exist, and README.md and SECURITY.md are right about
//! places in the code and features of dependencies. Examples hide nothing, and comments open with a noun or a verb.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use crate::{
    common::repository::Repository,
    documents::architecture::{code, is_of_a_name, without_tests},
};

#[test]
fn every_file_that_a_document_names_exists() {
    let repository = Repository::read();
    let mut count = 0;
    for document in DOCUMENTS {
        let text = repository.text(document);
        let paths = quoted(text).chain(tree(text)).filter(|word| is_path(word));
        for path in paths {
            assert!(has(repository, path), "{document} names `{path}`");
            count += 1;
        }
    }
    assert!(count > 100, "they name {count}");
}

#[test]
fn every_test_that_a_document_names_exists() {
    let repository = Repository::read();
    for document in DOCUMENTS {
        for name in quoted(repository.text(document)).filter(|word| is_test(word)) {
            let mut files = repository.files.iter();
            let exists = files.any(|(path, text)| path.ends_with(".rs") && has_test(text, name));
            assert!(exists, "{document} names the test `{name}`");
        }
    }
}

/// `token::open` is what the folder `src/token/` declares as `open`, in whatever file.
#[test]
fn what_a_document_names_in_a_room_is_declared_there() {
    let repository = Repository::read();
    let mut count = 0;
    for document in DOCUMENTS {
        let names = quoted(repository.text(document)).filter(|word| is_identifier(word));
        let names = names.filter_map(|name| name.split_once("::"));
        // What begins with a type or the crate stands in any room.
        let is_room = |first: &str| {
            let is_crate = ["crate", "hardtack", "super"].contains(&first);
            !is_crate && first.starts_with(char::is_lowercase)
        };
        for (room, name) in names.filter(|(first, _)| is_room(first)) {
            let folders = [format!("src/{room}/"), format!("crates/{room}/src/")];
            let is_there = repository.files.iter().any(|(path, text)| {
                let is_in_room = folders.iter().any(|folder| path.starts_with(folder));
                is_in_room && declares(&code(text), name)
            });
            assert!(is_there, "{document}: {folders:?} do not declare `{name}`");
            count += 1;
        }
    }
    assert!(count > 140, "they name {count}");
}

/// Otherwise somebody who renames a file has to look for its path in prose.
#[test]
fn at_most_one_page_names_a_file_of_the_library() {
    let repository = Repository::read();
    let paths = repository.files.iter().map(|(path, _)| path);
    for file in paths.filter_map(|path| path.strip_prefix("src/")) {
        let names = |text: &str| {
            let forms = [format!("`src/{file}`"), format!("`{file}`")];
            forms.iter().any(|form| text.contains(form))
        };
        let pages = repository
            .files
            .iter()
            .filter(|(path, _)| path.ends_with(".md"));
        let naming: Vec<_> = pages
            .filter(|(_, text)| names(text))
            .map(|(path, _)| path)
            .collect();
        assert!(naming.len() <= 1, "{naming:?} name src/{file}");
    }
}

#[test]
fn every_identifier_of_the_map_is_in_the_code() {
    let repository = Repository::read();
    let code: Vec<_> = (repository.files.iter())
        .filter(|(path, _)| is_library(path))
        .map(|(_, text)| code(text))
        .collect();
    let words: BTreeSet<_> = (code.iter())
        .flat_map(|text| text.split(|c| !is_of_a_name(c)))
        .collect();
    let methods =
        quoted(repository.text(".github/CONTRIBUTING.md")).filter(|name| name.contains("::"));
    let named = quoted(repository.text("ARCHITECTURE.md")).chain(methods);
    let identifiers: Vec<_> = named
        .filter(|name| name.len() > 1 && is_identifier(name) && !is_test(name))
        .flat_map(|name| name.split("::"))
        .collect();
    assert!(identifiers.len() > 50, "there are {}", identifiers.len());
    for identifier in identifiers {
        assert!(words.contains(identifier), "the map names `{identifier}`");
    }
}

#[test]
fn every_example_is_listed() {
    let repository = Repository::read();
    let manifest = repository
        .text("examples/demo/Cargo.toml")
        .split("[[example]]");
    let names = manifest.skip(1).map(|example| {
        let (_, name) = example.split_once("name = \"").unwrap();
        name.split_once('"').unwrap().0
    });
    let list = repository.text("examples/README.md");
    for name in names {
        let row = format!("\n- `{name}`: ");
        assert!(list.contains(&row), "examples/README.md has no {name}");
    }
}

/// CI runs the first in jobs on several systems, and all at once only every week.
#[test]
#[cfg(unix)]
fn every_step_of_the_gate_is_a_job() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut help = Command::new("bash");
    let output = help.args([".ci/run", "--help"]).current_dir(root).output();
    let help = String::from_utf8(output.unwrap().stdout).unwrap();
    let (gate, rest) = help.split_once("The other steps").unwrap();
    let steps = |list: &str| -> BTreeSet<String> {
        let lines = list.lines().filter_map(|line| line.strip_prefix("  "));
        let names = lines.map(|line| line.split(' ').next().unwrap());
        names.map(str::to_owned).collect()
    };
    assert!(steps(rest).len() > 10, "{rest}");
    let workflow = (Repository::read()).text(".github/workflows/ci.yml");
    let (_, jobs) = workflow.split_once("'[\"formatting\"").unwrap();
    let (jobs, _) = jobs.split_once("]'").unwrap();
    let jobs = jobs.split('"').skip(1).step_by(2);
    let first = ["tests", "formatting"].map(str::to_owned);
    let jobs: BTreeSet<_> = jobs.map(str::to_owned).chain(first).collect();
    assert_eq!(jobs, steps(gate));
}

/// A scanner that looks for keys finds those of tests alone.
#[test]
fn the_exceptions_for_secret_scanners_are_the_places_with_keys() {
    let repository = Repository::read();
    let page = repository.text("docs/review/data.md");
    let [pattern, excepted] = page.split("```text\n").skip(1).collect::<Vec<_>>()[..] else {
        panic!("a pattern and a list")
    };
    let [pattern, excepted] = [pattern, excepted].map(|block| block.split_once("```").unwrap().0);
    assert!(repository.text("SPEC.md").contains(pattern.trim_end()));
    let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let has_key = |text: &str| {
        let mut rests = text.split("hardtack_key_v1_").skip(1);
        rests.any(|rest| {
            let is_suite = ["xaes_", "xcha_", "sign_"]
                .iter()
                .any(|it| rest.starts_with(it));
            is_suite && rest.bytes().take(53).filter(is_of_token).count() == 53
        })
    };
    let with_keys = repository.files.iter().filter(|(_, text)| has_key(text));
    let with_keys: Vec<_> = with_keys.map(|(path, _)| path).collect();
    for path in &with_keys {
        let is_excepted = excepted.lines().any(|place| path.starts_with(place));
        assert!(is_excepted, "{path} has a key");
    }
    for place in excepted.lines() {
        let is_needed = with_keys.iter().any(|path| path.starts_with(place));
        assert!(is_needed, "{place} has none");
    }
}

/// Somebody who misses what another library has finds a reason and a remedy.
#[test]
fn the_limits_have_an_answer_for_what_other_libraries_have() {
    let (_, section) = (Repository::read().text("docs/limits.md"))
        .split_once("\n## What there is not\n")
        .unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    for other in OTHERS_HAVE {
        let mut rows = section.lines().map(|row| row.split('|').map(str::trim));
        let row = rows.find(|row| row.clone().nth(1) == Some(other));
        let row: Vec<_> = row.unwrap_or_else(|| panic!("no row {other}")).collect();
        assert!(row.len() == 5 && row[1..4].iter().all(|cell| !cell.is_empty()));
    }
}

/// A search in rustdoc for a method of another library finds the one that takes its place.
#[test]
fn methods_of_other_libraries_are_names_here_or_aliases() {
    let repository = Repository::read();
    let sources = repository.files.iter();
    let code: String = sources
        .filter(|(path, _)| path.starts_with("src/"))
        .map(|(_, text)| text.as_str())
        .collect();
    let lines = code.lines().map(str::trim);
    let aliases = lines.filter(|line| line.starts_with("#[doc(alias"));
    let aliases: BTreeSet<_> = aliases.flat_map(|line| line.split('"')).collect();
    let page = repository.text("docs/moving.md");
    let mut count = 0;
    for library in ["tower-sessions", "actix-session"] {
        let (_, section) = page.split_once(&format!("\n## From {library}\n")).unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        let cells = section.lines().filter_map(|row| row.split('|').nth(1));
        for name in cells.flat_map(quoted).flat_map(methods) {
            let is_there = declares(&code, name) || aliases.contains(name);
            assert!(is_there, "a search for `{name}` of {library} finds nothing");
            count += 1;
        }
    }
    assert!(count > 20, "there are {count}");
}

/// A reader of a page sees all of an example.
#[test]
fn no_page_hides_lines_of_its_examples() {
    let repository = Repository::read();
    let folders = [
        "README.md",
        "docs/",
        "crates/device/README.md",
        "crates/migrate/README.md",
        "crates/migrate/docs/",
    ];
    let is_page = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
    let mut blocks = 0;
    for (path, text) in repository.files.iter().filter(|(path, _)| is_page(path)) {
        for block in text.split("\n```rust").skip(1) {
            let (block, _) = block.split_once("\n```").unwrap();
            let hidden = block.lines().find(|line| line.starts_with("# "));
            assert_eq!(hidden, None, "{path}");
            blocks += 1;
        }
    }
    assert!(blocks > 16, "there are {blocks} examples");
}

#[test]
fn no_doc_comment_opens_with_a_question_word() {
    let repository = Repository::read();
    let is_source = |path: &str| {
        let folders = [
            "src/",
            "crates/cli/src/",
            "crates/derive/src/",
            "crates/device/src/",
            "crates/migrate/src/",
        ];
        folders.iter().any(|folder| path.starts_with(folder)) && path.ends_with(".rs")
    };
    for (path, text) in repository.files.iter().filter(|(path, _)| is_source(path)) {
        let mut is_first = true;
        for line in text.lines().map(str::trim_start) {
            let comment = ["///", "//!"]
                .iter()
                .find_map(|mark| line.strip_prefix(mark));
            let word = comment.and_then(|comment| comment.split_whitespace().next());
            let is_question = word.is_some_and(|word| QUESTION_WORDS.contains(&word));
            assert!(!(is_first && is_question), "{path}: {line}");
            is_first = comment.is_none();
        }
    }
}

/// README.md promises that nothing else is read, and SECURITY.md that an auditor needs to look nowhere else.
#[test]
fn what_is_outside_of_the_program_is_asked_in_one_place() {
    let repository = Repository::read();
    for (words, places) in PLACES {
        let sources = repository.files.iter().filter(|(path, _)| is_library(path));
        let uses = |line: &&str| {
            let is_comment = line.trim_start().starts_with("//");
            !is_comment && words.iter().any(|word| line.contains(word))
        };
        let mut used = vec![0; places.len()];
        for (path, text) in sources {
            if let Some(line) = without_tests(text).lines().find(uses) {
                let place = places.iter().position(|(room, _)| path.starts_with(room));
                used[place.unwrap_or_else(|| panic!("{path}, not in {places:?}: {line}"))] += 1;
            }
        }
        for ((room, most), files) in places.iter().zip(used) {
            assert!(
                (1..=*most).contains(&files),
                "{words:?} are in {files} files of {room}"
            );
        }
    }
}

/// Two programs in one process do not meet, as two tests do not.
#[test]
fn nothing_is_kept_for_the_process_or_a_thread_but_in_few_places() {
    let repository = Repository::read();
    let is_item = |line: &str| {
        let item = line.trim_start().trim_start_matches("pub(crate) ");
        item.starts_with("static ") || item.starts_with("thread_local!")
    };
    let keeps = |(path, text): &&(String, String)| is_library(path) && text.lines().any(is_item);
    let places = repository.files.iter().filter(keeps);
    let mut rooms: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, _) in places {
        let (room, _) = path.rsplit_once('/').unwrap();
        *rooms.entry(room).or_default() += 1;
    }
    assert_eq!(rooms, BTreeMap::from(KEPT));
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
        let is_line_of = |line: &&str| line.split(' ').next() == Some(library);
        let line =
            (tree.lines().find(is_line_of)).unwrap_or_else(|| panic!("{library} is not used"));
        assert!(line.contains("zeroize"), "{line}");
    }
}

/// A file or, where `path` ends with `/`, a folder. Folders in front may be left out.
fn has(repository: &Repository, path: &str) -> bool {
    let inner = format!("/{path}");
    repository.files.iter().any(|(file, _)| {
        let file = format!("/{file}");
        if path.ends_with('/') {
            file.contains(&inner)
        } else {
            file.ends_with(&inner)
        }
    })
}

/// Returns `true` if the text declares what the last part of `path` names.
fn declares(text: &str, path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap();
    ["const", "enum", "fn", "struct", "trait"]
        .iter()
        .any(|kind| {
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
    let above: Vec<_> = above
        .take_while(|line| !line.is_empty() && *line != "}")
        .collect();
    let has = |start| above.iter().any(|line| line.starts_with(start));
    (has("#[test]") || has("#[tokio::test")) && !has("#[ignore")
}

/// The texts between backticks, outside code blocks.
pub(crate) fn quoted(text: &str) -> impl Iterator<Item = &str> + Clone {
    let outside = text.split("```").step_by(2);
    outside.flat_map(|text| text.split('`').skip(1).step_by(2))
}

/// The words of the first block of ARCHITECTURE.md, which is a tree of files.
fn tree(text: &str) -> impl Iterator<Item = &str> {
    let block = text.split("```text\nsrc/").nth(1).unwrap_or_default();
    let words = block
        .split("```")
        .next()
        .into_iter()
        .flat_map(str::split_whitespace);
    words.map(|word| word.trim_matches(|c: char| "(),;:".contains(c)))
}

/// The names of methods in a piece of code: those that are called, or the whole piece.
fn methods(code: &str) -> impl Iterator<Item = &str> {
    let calls = code.match_indices(['(', '<']).map(|(end, _)| &code[..end]);
    let names = calls.chain([code]).filter_map(|before| {
        let before = before.trim_end_matches("::");
        let name = before.rsplit(|c: char| !is_of_a_name(c)).next();
        name.filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
    });
    // What a call returns or takes is none.
    names.filter(|name| !["await", "duration"].contains(name))
}

fn is_identifier(word: &str) -> bool {
    word.chars().all(|c| is_of_a_name(c) || c == ':')
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

const DOCUMENTS: [&str; 7] = [
    "ARCHITECTURE.md",
    ".github/CONTRIBUTING.md",
    "SECURITY.md",
    "docs/review/audit.md",
    "docs/review/checklists.md",
    "docs/review/evidence.md",
    "tests/README.md",
];

/// First cells of a table. A row goes only if hardtack has what it names.
const OTHERS_HAVE: [&str; 21] = [
    "Attributes for one response",
    "`SameSite` by the request",
    "A second `Set-Cookie` of the session's name (`overwrite: false`)",
    "Compression (Rack's `ZipJSON`, itsdangerous' zlib)",
    "CSRF tokens for one form or request (Rails, Play)",
    "CSRF tokens for another host",
    "CSRF tokens in a cookie (double submit)",
    "CSRF tokens in the address",
    "Another header for the CSRF token",
    "A header that requests must have",
    "A check of `Referer`",
    "Refusing a GET by another site's `<script>`",
    "An empty session after a failed CSRF check (Rails' `null_session`)",
    "`QUERY` as a safe method",
    "Replacing all entries in one call",
    "Flash messages other than strings",
    "Cookies without `HttpOnly`",
    "Cookies without a signature",
    "`Priority`",
    "Tokens that are valid only later",
    "Keys from passwords, or from other libraries",
];

const QUESTION_WORDS: [&str; 7] = ["What", "Whether", "How", "Where", "Who", "Whom", "Which"];

/// Words of code, and the only rooms that may contain them, each with the most files of it that may.
const PLACES: [(&[&str], Rooms); 7] = [
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
];

type Rooms = &'static [(&'static str, usize)];

/// The whole room may.
const ANY: usize = usize::MAX;

/// Of a thread: a generator, buffers, and in tests counts; an address that tells threads apart. Of the process: the encoder,
/// which does not change. By room, how many files.
const KEPT: [(&str, usize); 3] = [
    ("crates/device/src", 1),
    ("src/crypto", 4),
    ("src/session", 1),
];

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
