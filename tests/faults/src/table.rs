//! The table of faults.

use std::{fs, path::Path};

use serde::Deserialize;

/// A fault that somebody could make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) name: String,
    /// First column of the row of SECURITY.md that would be wrong, or the bold word of a paragraph.
    #[allow(dead_code, reason = "for the tests of the table")]
    row: String,
    pub(crate) file: String,
    pub(crate) find: String,
    pub(crate) with: String,
    /// Beginnings of the names of tests.
    pub(crate) tests: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    fault: Vec<Fault>,
}

/// Reads the table of the repository at `root`.
pub(crate) fn read(root: &Path) -> Vec<Fault> {
    let text = fs::read_to_string(root.join("tests/faults/faults.toml"));
    let table: Table = toml::from_str(&text.expect("the table")).expect("a table of faults");
    table.fault
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, path::PathBuf};

    use super::*;
    use crate::with_faults;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn text(path: impl AsRef<Path>) -> String {
        fs::read_to_string(root().join(path)).unwrap_or_default()
    }

    /// Returns the first and the last column of the rows about attempts.
    fn rows(document: &str) -> Vec<(&str, &str)> {
        let lines = document.lines().filter_map(|line| line.strip_prefix('|'));
        let cells = lines.filter_map(|line| {
            let mut cells = line.trim_end_matches('|').split('|').map(str::trim);
            cells.next().zip(cells.next_back())
        });
        let rows = cells.filter(|(first, _)| !NO_ROWS.contains(first));
        rows.collect()
    }

    /// Returns the boundaries of SECURITY.md, without the tables about FIPS, and the one that a package has.
    fn boundaries() -> String {
        let documents = text("SECURITY.md") + &text("device/README.md");
        let is_boundary = |part: &&str| {
            let headings = ["Boundary ", "What each theft gives"];
            headings.iter().any(|heading| part.starts_with(heading))
        };
        let parts = documents.split("\n## ").filter(is_boundary);
        let parts = parts.map(|part| part.split("\n### ").next().unwrap_or_default());
        parts.collect::<Vec<_>>().join("\n")
    }

    /// Returns the table of tests/README.md about what README.md promises.
    fn promises() -> String {
        let document = text("tests/README.md");
        let mut parts = document.split("\n## ");
        let part = parts.find(|part| part.starts_with("What README.md promises"));
        part.expect("the section").to_owned()
    }

    /// A row without a fault could be a promise that no test keeps.
    #[test]
    fn every_row_of_security_has_a_fault() {
        let (document, faults) = (boundaries(), read(&root()));
        let rows = rows(&document);
        assert!(rows.len() > 40, "there are {}", rows.len());
        for (row, shown_by) in rows {
            let has_fault = faults.iter().any(|fault| fault.row == row);
            // The faults of JavaScript are in js/test/faults/.
            let mut names = shown_by.split('`').skip(1).step_by(2);
            let is_elsewhere = names.all(|name| name.starts_with("js/"));
            assert!(has_fault || is_elsewhere, "no fault is about {row:?}");
        }
    }

    /// A reader of a row finds what would notice that it is wrong.
    #[test]
    fn every_fault_is_noticed_by_tests_that_its_row_names() {
        let (document, promises) = (boundaries(), promises());
        let rows = [rows(&document), rows(&promises)].concat();
        let mut unnamed = Vec::new();
        for fault in read(&root()) {
            let Some((_, shown_by)) = rows.iter().find(|(row, _)| *row == fault.row) else {
                let paragraph = format!("\n**{}**", fault.row);
                assert!(document.contains(&paragraph), "{:?} is no row", fault.row);
                continue;
            };
            let is_named = |test: &String| {
                let words = words(test);
                let last = words.last().copied().unwrap_or_default();
                let mut starts = (1..=words.len()).map(|count| words[..count].join("/"));
                shown_by.contains(&format!("`{last}`"))
                    || shown_by.contains(&format!("`{last}.rs`"))
                    || (words[0] == "vectors" && names_vectors(shown_by, words[1]))
                    || starts.any(|path| {
                        let names = [format!("{path}.rs`"), format!("{path}/`")];
                        names.iter().any(|name| shown_by.contains(name))
                    })
            };
            let Fault {
                name, row, tests, ..
            } = &fault;
            let left = tests.iter().filter(|test| !is_named(test));
            unnamed.extend(left.map(|test| format!("{name}: {row:?} does not name {test}")));
        }
        assert!(unnamed.is_empty(), "{unnamed:#?}");
    }

    /// A row that names a test says that the test would fail.
    #[test]
    fn every_test_that_a_row_names_notices_a_fault_of_it() {
        let (document, faults) = (boundaries(), read(&root()));
        let mut left = Vec::new();
        for (row, shown_by) in rows(&document) {
            let of_row = faults.iter().filter(|fault| fault.row == row);
            let tests: Vec<_> = of_row.flat_map(|fault| &fault.tests).collect();
            for name in shown_by.split('`').skip(1).step_by(2) {
                let notices = tests.iter().any(|test| is_in(name, test));
                left.extend((is_of_tests(name) && !notices).then(|| format!("{row:?}: {name}")));
            }
        }
        assert!(left.is_empty(), "{left:#?}");
    }

    /// Returns `true` if a row names a file or folder of Rust tests, a file of vectors, or a test.
    fn is_of_tests(name: &str) -> bool {
        let is_file = [".rs", "/", ".json"].iter().any(|end| name.ends_with(end));
        let is_test = name.matches('_').count() > 2 && !name.contains(['(', ':', '.', '/']);
        let is_elsewhere = ELSEWHERE.iter().any(|folder| name.starts_with(folder));
        (is_file || is_test) && !is_elsewhere
    }

    /// Returns `true` if a test has this name, is in the file or folder of this name, or reads it.
    fn is_in(name: &str, test: &str) -> bool {
        let words = words(test);
        let file = name.trim_end_matches(".rs").trim_end_matches('/');
        let mut paths = (1..=words.len()).map(|count| words[..count].join("/"));
        (words[0] == "vectors" && names_vectors(&format!("`{name}`"), words[1]))
            || paths.any(|path| format!("tests/{path}").ends_with(file) || file.ends_with(&path))
    }

    /// Returns `true` if a row names a file of vectors that a runner of vectors reads.
    fn names_vectors(shown_by: &str, runner: &str) -> bool {
        let code = text(format!("tests/vectors/run/{runner}.rs"));
        let calls = code.split("for_each(\"").skip(1);
        let mut files = calls.filter_map(|call| call.split('"').next());
        files.any(|file| shown_by.contains(&format!("{file}.json`")))
    }

    #[test]
    fn every_fault_can_be_made() {
        let faults = read(&root());
        let names: HashSet<_> = faults.iter().map(|fault| &fault.name).collect();
        assert_eq!(names.len(), faults.len(), "a name stands twice");
        for Fault {
            name,
            file,
            find,
            with,
            ..
        } in &faults
        {
            assert_eq!(
                text(file).matches(find).count(),
                1,
                "{name}: {find:?} in {file}"
            );
            assert!(
                with.contains("FAULT"),
                "{name}: nothing is asked in {with:?}"
            );
            let made = with_faults(Path::new(file), text(file), &faults);
            let question = format!("is_made({name:?})");
            assert!(made.contains(&question), "{name}: another fault is there");
        }
    }

    #[test]
    fn every_test_of_a_fault_exists() {
        for Fault { name, tests, .. } in read(&root()) {
            assert!(!tests.is_empty(), "{name} has no tests");
            for path in tests {
                assert!(exists(&path), "{name}: there is no {path}");
            }
        }
    }

    fn words(path: &str) -> Vec<&str> {
        let words = path.split("::");
        words
            .filter(|word| !matches!(*word, "" | "tests"))
            .collect()
    }

    /// Returns `true` if a path names a file or folder of tests, and a test in it if its last word does.
    fn exists(path: &str) -> bool {
        let words = words(path);
        let is_file = |words: &[&str]| {
            let file = words.join("/").replacen("vectors", "vectors/run", 1);
            FOLDERS.iter().find_map(|folder| {
                let candidates = [
                    format!("{folder}/{file}.rs"),
                    format!("{folder}/{file}/mod.rs"),
                ];
                candidates
                    .into_iter()
                    .find(|path| root().join(path).exists())
            })
        };
        match (is_file(&words), words.split_last()) {
            (Some(_), _) => true,
            (None, Some((test, file))) => {
                // Programs of one file have tests without a path.
                let file = is_file(file).unwrap_or(WITHOUT_PATHS.to_owned());
                text(file).contains(&format!("fn {test}("))
            }
            (None, None) => false,
        }
    }

    const FOLDERS: [&str; 4] = ["tests", "src", "device/tests", "migrate/tests"];
    const WITHOUT_PATHS: &str = "tests/memory/tests/wiped.rs";
    /// Code, and tests that the program does not run.
    const ELSEWHERE: [&str; 6] = [
        "src/",
        "device/src/",
        "migrate/src/",
        "js/",
        "fuzz/",
        "cli/",
    ];
    const NO_ROWS: [&str; 5] = ["---", "Attempt", "Mistake or attempt", "Promise", "Stolen"];
}
