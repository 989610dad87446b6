//! The documents for reviews: each row of docs/review/checklists.md points to a test or to a heading,
//! docs/review/evidence.md has a row for each threat of SECURITY.md and names sections that exist, and
//! docs/review/dependencies.md has every direct dependency.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::{
    common::repository::Repository,
    documents::names::{is_test, quoted},
};

/// `documents.rs` looks for the tests, and `links.rs` for the headings.
#[test]
fn every_row_of_the_checklists_points_to_a_test_or_a_heading() {
    let repository = Repository::read();
    let (mut status, mut count) = ("", 0);
    for line in repository.text("docs/review/checklists.md").lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", first, place, ""] = cells[..] else {
            continue;
        };
        match first {
            "Satisfied" | "Needs a store" => status = first,
            "---" => {}
            _ => {
                let has_test = quoted(place).any(is_test);
                let has_link = status == "Needs a store" && place.contains("](");
                assert!(has_test || has_link, "{line}");
                count += 1;
            }
        }
    }
    assert!(count > 44, "there are {count} rows");
}

/// `documents.rs` looks for the files, functions and tests that the rows name.
#[test]
fn every_threat_has_its_evidence_under_the_same_number() {
    let repository = Repository::read();
    let model = repository.text("SECURITY.md");
    let (mut threats, mut boundary) = (Vec::new(), 0);
    for line in model.lines() {
        if let Some(heading) = line.strip_prefix("## Boundary ") {
            boundary += 1;
            assert!(heading.starts_with(&format!("{boundary}: ")), "{heading}");
        } else if let Some(item) = line.strip_prefix("- **").filter(|item| is_numbered(item)) {
            threats.push(item.split(' ').next().unwrap());
        }
    }
    let evidence = repository.text("docs/review/evidence.md");
    let rows = evidence
        .lines()
        .filter(|line| line.starts_with("| ") && !cell(line, 1).is_empty());
    let (numbered, named): (Vec<&str>, Vec<&str>) = rows.partition(|row| is_numbered(cell(row, 1)));
    for row in &numbered {
        assert!(quoted(row).next().is_some(), "{row}");
    }
    assert!(threats.len() > 30, "there are {} threats", threats.len());
    let numbers: Vec<_> = numbered.iter().map(|row| cell(row, 1)).collect();
    assert_eq!(threats, numbers);
    for name in named.iter().map(|row| cell(row, 1)) {
        assert!(model.contains(&format!("**{name}")), "{name}");
    }
}

#[test]
fn every_section_that_the_evidence_names_exists() {
    let repository = Repository::read();
    let pages = ["SPEC.md", "docs/spec/carriers.md", "docs/spec/writer.md"];
    let specification = pages.map(|page| repository.text(page)).concat();
    let evidence = repository.text("docs/review/evidence.md");
    let sections: Vec<_> = evidence.split("§ ").skip(1).collect();
    assert!(sections.len() > 25, "it names {}", sections.len());
    for rest in sections {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap();
        let number = rest[..end].trim_end_matches('.');
        let is_there = [format!("\n- **{number}** "), format!("# {number} ")]
            .iter()
            .any(|head| specification.contains(head));
        assert!(is_there, "there is no § {number}");
    }
}

/// So that no claim about the faults that are noticed is read for code in which none is made.
#[test]
fn the_mutants_are_of_the_code_that_matters_most_or_the_page_says_why_not() {
    let repository = Repository::read();
    let tool: Table = repository.text(".cargo/mutants.toml").parse().unwrap();
    let globs = tool["examine_globs"].as_array().unwrap().iter();
    let rooms: Vec<_> = globs
        .filter_map(|glob| glob.as_str()?.strip_suffix("**"))
        .collect();
    let (_, left_out) = (repository.text("tests/README.md"))
        .split_once("\n### Rooms that are left out\n")
        .unwrap();
    let (left_out, _) = left_out.split_once("\n## ").unwrap();
    let rows = left_out.lines().filter(|line| line.starts_with("| `"));
    let left_out: Vec<_> = rows.flat_map(|row| quoted(cell(row, 1))).collect();
    assert!(
        rooms.len() > 5 && left_out.len() > 3,
        "{rooms:?}, {left_out:?}"
    );
    let section = most_important(repository);
    for item in section.lines().filter(|line| line.starts_with("- `")) {
        let name = quoted(item).next().unwrap();
        let room = format!("src/{}/", name.split_once("::").unwrap().0);
        let is_in = |rooms: &[&str]| rooms.contains(&room.as_str());
        assert!(is_in(&rooms) != is_in(&left_out), "{name}");
    }
}

#[test]
fn the_table_of_dependencies_has_every_direct_one() {
    let repository = Repository::read();
    let text = repository.text("docs/review/dependencies.md");
    for (package, manifest) in PACKAGES {
        let mut rows = text.lines().filter(|line| line.starts_with("| "));
        let row = rows.find(|row| cell(row, 1) == package).unwrap();
        let listed: BTreeSet<_> = quoted(row).collect();
        let manifest: Table = repository.text(manifest).parse().unwrap();
        let needed = direct(&manifest);
        assert_eq!(
            listed,
            needed.iter().map(String::as_str).collect(),
            "{package}"
        );
    }
}

/// The list of the code that matters most.
fn most_important(repository: &Repository) -> &str {
    let text = repository.text("docs/review/audit.md");
    let (_, section) = text
        .split_once("\n## The code that matters most\n")
        .unwrap();
    section.split("\n## ").next().unwrap()
}

fn is_numbered(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn cell(row: &str, index: usize) -> &str {
    row.split('|').nth(index).unwrap().trim()
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

/// As the table calls them, and their manifests.
const PACKAGES: [(&str, &str); 5] = [
    ("hardtack", "Cargo.toml"),
    ("hardtack-device", "crates/device/Cargo.toml"),
    ("hardtack-migrate", "crates/migrate/Cargo.toml"),
    ("hardtack-cli", "crates/cli/Cargo.toml"),
    ("hardtack-derive", "crates/derive/Cargo.toml"),
];
