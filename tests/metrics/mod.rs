//! Metrics as a recorder gets them, and the table and the dashboard that name them.

#[cfg(all(feature = "axum", feature = "metrics"))]
mod counts;
mod dashboard;

use std::collections::{BTreeMap, BTreeSet};

use crate::common::repository::Repository;

/// The metrics that docs/metrics.md lists, each with its labels.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let repository = Repository::read();
    let rows = repository.text("docs/metrics.md").lines();
    let rows = rows.filter(|line| line.starts_with("| `hardtack_"));
    let rows = rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(quoted).collect();
        let [_, name, labels, ..] = &cells[..] else {
            panic!("{row}")
        };
        (name[0].clone(), labels.iter().cloned().collect())
    });
    rows.collect()
}

/// The texts between backticks.
fn quoted(cell: &str) -> Vec<String> {
    let words = cell.split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

#[test]
fn the_table_has_a_row_for_each_name_in_the_code() {
    let repository = Repository::read();
    let code = repository.text("src/events/names.rs").split('"');
    let names: BTreeSet<_> = code.filter(|text| text.starts_with("hardtack_")).collect();
    let table = table();
    assert_eq!(names, table.keys().map(String::as_str).collect());
    assert!(table.len() > 5);
}
