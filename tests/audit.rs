//! The documents for reviews: each row of docs/checklists.md points to a test that exists or to a heading,
//! docs/audit.md counts the lines that it sends auditors to, and docs/dependencies.md has every direct dependency.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::{
    common::repository::Repository,
    documents::{has_test, is_path, is_test, quoted},
};

#[test]
fn every_row_of_the_checklists_points_to_a_test_or_a_heading() {
    let repository = Repository::read();
    let mut count = 0;
    for line in repository.text("docs/checklists.md").lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", _, _, status, place, ""] = cells[..] else {
            continue;
        };
        if matches!(status, "Status" | "---") {
            continue;
        }
        assert!(STATUSES.contains(&status), "{line}");
        let tests = quoted(place).filter(|word| is_test(word));
        let is_pointing = match status {
            "satisfied" => tests.clone().count() > 0,
            _ => tests.clone().count() > 0 || place.contains("]("),
        };
        assert!(is_pointing, "{line}");
        for test in tests {
            let mut paths = quoted(place).filter(|word| is_path(word));
            let is_there = paths.any(|path| has_test(repository.text(path), test));
            assert!(is_there, "`{test}` is in no file of its row");
        }
        count += 1;
    }
    assert!(count > 100, "there are {count} rows");
}

/// By a tenth at most, so that an edit does not have to come with a count.
#[test]
fn the_lines_that_auditors_are_sent_to_are_counted() {
    let repository = Repository::read();
    let text = repository.text("docs/audit.md");
    let (_, section) = text
        .split_once("## The 600 lines that matter most")
        .unwrap();
    let (section, _) = section.split_once("```sh").unwrap();
    let mut sum = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let path = quoted(row).next().unwrap();
        let told: usize = row.split('|').nth(2).unwrap().trim().parse().unwrap();
        let code = repository.text(path).split("\n#[cfg(test)]\n").next();
        let is_code = |line: &&str| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with("//")
        };
        let found = code.unwrap().lines().filter(is_code).count();
        assert!(
            found.abs_diff(told) * 10 <= told,
            "{path} has {found}, not {told}"
        );
        sum += found;
    }
    assert!((550..=660).contains(&sum), "together they have {sum}");
}

#[test]
fn the_table_of_dependencies_has_every_direct_one() {
    let repository = Repository::read();
    let text = repository.text("docs/dependencies.md");
    for (package, manifest) in PACKAGES {
        let (_, section) = text.split_once(&format!("\n## {package}\n")).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let listed: BTreeSet<_> = rows.flat_map(|row| quoted(row).next()).collect();
        let manifest: Table = repository.text(manifest).parse().unwrap();
        let needed = direct(&manifest);
        assert_eq!(
            listed,
            needed.iter().map(String::as_str).collect(),
            "{package}"
        );
    }
}

/// Of all platforms, without our own packages.
fn direct(manifest: &Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(|targets| targets.values());
    let tables = tables.filter_map(Value::as_table).chain([manifest]);
    let dependencies = tables.filter_map(|table| table.get("dependencies")?.as_table());
    let names = dependencies.flat_map(|table| table.iter());
    let foreign = names.filter(|(_, dependency)| dependency.get("path").is_none());
    foreign.map(|(name, _)| name.clone()).collect()
}

/// The path of `link` on `page`, from the root of the repository.
const STATUSES: [&str; 6] = [
    "satisfied",
    "application",
    "store",
    "not shown",
    "not followed",
    "does not apply",
];

const PACKAGES: [(&str, &str); 4] = [
    ("hardtack", "Cargo.toml"),
    ("hardtack-migrate", "migrate/Cargo.toml"),
    ("hardtack-cli", "cli/Cargo.toml"),
    ("hardtack-derive", "derive/Cargo.toml"),
];
