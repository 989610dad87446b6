//! What docs/metrics.md and docs/dashboard.json say.

use std::{fmt::Write, fs, path::Path};

pub(crate) fn document(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    fs::read_to_string(docs.join(name)).unwrap()
}

/// The alerts of the tables as a file of rules for Prometheus.
pub(crate) fn rules() -> String {
    let text = document("metrics.md");
    let (_, section) = text.split_once("\n## Alerts\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut rules = "groups:\n- name: hardtack\n  rules:\n".to_owned();
    for row in section.lines().filter(|row| row.contains("hardtack_")) {
        // A `|` of an expression is escaped.
        let row = row.replace("\\|", "\u{1}");
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, name, expression, lasts, _] = cells[..] else {
            panic!("{row}")
        };
        let expression = expression.trim_matches('`').replace('\u{1}', "|");
        let lasts = if lasts.is_empty() { "0m" } else { lasts };
        write!(
            rules,
            "  - alert: {name:?}\n    expr: {expression:?}\n    for: {lasts}\n"
        )
        .unwrap();
    }
    rules
}
