//! The documents for reviews: each row of docs/review/checklists.md points to a test or to a heading,
//! docs/review/evidence.md has a row for each threat of SECURITY.md and names sections that exist, and
//! docs/review/dependencies.md has every direct dependency.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::{
    common::repository::Repository,
    documents::names::{is_test, quoted},
};

/// `names.rs` looks for the tests, and the link checker for the headings.
#[test]
fn every_row_of_the_checklists_points_to_a_test_or_a_heading() {
    let page = Repository::read().text("docs/review/checklists.md");
    let mut status = "";
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        match cell(line, 1) {
            heading @ ("Satisfied" | "Needs a store") => status = heading,
            _ => {
                let place = cell(line, 2);
                let has_link = status == "Needs a store" && place.contains("](");
                assert!(quoted(place).any(is_test) || has_link, "{line}");
            }
        }
    }
    assert!(!status.is_empty());
}

/// `names.rs` looks for the files, functions and tests that the rows name.
#[test]
fn every_threat_has_its_evidence_under_the_same_number() {
    let repository = Repository::read();
    let model = repository.text("SECURITY.md");
    let is_numbered = |text: &&str| text.starts_with(|c: char| c.is_ascii_digit());
    let threats = model.lines().filter_map(|line| line.strip_prefix("- **"));
    let threats = threats.map(|threat| threat.split(' ').next().unwrap());
    let rows = repository.text("docs/review/evidence.md").lines();
    let rows = rows.filter(|line| line.starts_with("| ") && quoted(line).next().is_some());
    let (numbered, named): (Vec<&str>, _) = rows.map(|row| cell(row, 1)).partition(is_numbered);
    assert_eq!(threats.filter(is_numbered).collect::<Vec<_>>(), numbered);
    for name in named {
        assert!(model.contains(&format!("**{name}")), "{name}");
    }
}

#[test]
fn every_section_that_the_evidence_names_exists() {
    let repository = Repository::read();
    let pages = ["SPEC.md", "docs/spec/carriers.md", "docs/spec/writer.md"];
    let specification = pages.map(|page| repository.text(page)).concat();
    let sections = repository
        .text("docs/review/evidence.md")
        .split("§ ")
        .skip(1);
    for rest in sections {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap();
        let number = rest[..end].trim_end_matches('.');
        let heads = [format!("\n- **{number}** "), format!("# {number} ")];
        let is_there = heads.iter().any(|head| specification.contains(head));
        assert!(is_there, "there is no § {number}");
    }
}

#[test]
fn the_table_of_dependencies_has_every_direct_one() {
    let repository = Repository::read();
    let rows = repository.text("docs/review/dependencies.md").lines();
    for package in [
        "hardtack",
        "hardtack-device",
        "hardtack-migrate",
        "hardtack-cli",
        "hardtack-derive",
    ] {
        let manifest = match package.strip_prefix("hardtack-") {
            Some(name) => format!("crates/{name}/Cargo.toml"),
            None => "Cargo.toml".to_owned(),
        };
        let row = rows
            .clone()
            .find(|row| row.starts_with(&format!("| {package} |")));
        let listed: BTreeSet<_> = quoted(row.unwrap()).map(str::to_owned).collect();
        let manifest: Table = repository.text(&manifest).parse().unwrap();
        assert_eq!(listed, direct(&manifest), "{package}");
    }
}

fn cell(row: &str, index: usize) -> &str {
    row.split('|').nth(index).unwrap_or_default().trim()
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
