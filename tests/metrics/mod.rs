//! Metrics as a recorder gets them, docs/alerts.yml, and docs/dashboard.json, which Grafana imports.

#[cfg(all(feature = "axum", feature = "metrics"))]
mod counts;
#[cfg(all(feature = "axum", feature = "metrics"))]
mod gauges;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::common::repository::Repository;

/// All metrics, each with its labels.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let table = Repository::read().table("src/events/metrics.toml");
    let metrics = table.into_iter().filter(|(name, _)| name != "values");
    let row = |(name, metric): (String, toml::Value)| {
        let labels = metric["labels"].clone().try_into().unwrap();
        (format!("hardtack_{name}"), labels)
    };
    metrics.map(row).collect()
}

fn dashboard() -> Value {
    serde_json::from_str(Repository::read().text("docs/dashboard.json")).unwrap()
}

/// The expressions of all panels, and the query of the variable `purpose`.
fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    let expressions = targets.map(|target| &target["expr"]);
    let variable = &dashboard["templating"]["list"][1]["query"]["query"];
    let queries = expressions.chain([variable]);
    queries
        .map(|query| query.as_str().unwrap().to_owned())
        .collect()
}

/// The words of a query outside its texts and variables.
fn words(query: &str) -> impl Iterator<Item = &str> {
    let outside = query.split('"').step_by(2);
    let words = outside
        .flat_map(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && !"_$".contains(c)));
    words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Returns the metrics that a query names, with labels of these alone.
fn metrics_of(query: &str) -> BTreeSet<String> {
    let table = table();
    let (metrics, others): (Vec<_>, Vec<_>) =
        words(query).partition(|word| word.starts_with("hardtack_"));
    let metrics: BTreeSet<_> = (metrics.iter())
        .map(|metric| metric.trim_end_matches("_bucket").to_owned())
        .collect();
    let labels = |metric: &String| {
        table
            .get(metric)
            .unwrap_or_else(|| panic!("no row: {query}"))
    };
    let labels: BTreeSet<_> = metrics.iter().flat_map(labels).collect();
    assert!(!metrics.is_empty(), "{query}");
    for word in others {
        let is_known = OF_PROMETHEUS.contains(&word) || labels.contains(&word.to_owned());
        assert!(is_known, "{word} is no label of {metrics:?}: {query}");
    }
    metrics
}

#[test]
fn the_dashboard_names_metrics_and_labels_of_the_table_alone_and_every_metric() {
    let queries = queries(&dashboard()).into_iter();
    let shown: BTreeSet<_> = queries.flat_map(|query| metrics_of(&query)).collect();
    assert_eq!(shown, table().into_keys().collect());
}

#[test]
fn the_alerts_name_metrics_labels_and_variants_that_exist() {
    let repository = Repository::read();
    // The series that a rule records has the labels of its metric.
    let alerts = repository.text("docs/alerts.yml");
    let alerts = alerts.replace("hardtack:in_use", "hardtack_info");
    let rules = alerts.split(" expr: ").skip(1);
    let expressions: Vec<_> = rules
        // The first of the keys that may follow, or the next rule.
        .map(|rule| rule.split("\n      - ").next().unwrap())
        .map(|rule| rule.split("\n        labels:").next().unwrap())
        .map(|rule| rule.split("\n        for:").next().unwrap())
        .collect();
    assert!(expressions.len() > 5);
    let reasons = repository.reasons();
    let is_in_the_code = |variant: &str| {
        let mut files = repository.files.iter();
        let name = match variant.strip_suffix(".*") {
            Some(begins) => format!("\"{begins}"),
            None => format!("\"{variant}\""),
        };
        reasons.contains(variant)
            || files.any(|(path, text)| path.starts_with("src/") && text.contains(&name))
    };
    for expression in expressions {
        metrics_of(expression);
        let variants = expression.split('"').skip(1).step_by(2);
        for variant in variants.flat_map(|variants| variants.split('|')) {
            assert!(is_in_the_code(variant), "{variant} in {expression}");
        }
    }
}

#[test]
fn every_panel_asks_the_chosen_source_and_has_a_place_of_its_own() {
    let dashboard = dashboard();
    let mut taken = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
        let [x, y, w, h] =
            ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24, "{panel}");
        let cells = (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y)));
        for cell in cells {
            assert!(taken.insert(cell), "{panel}");
        }
    }
}

/// Functions and words of PromQL and Grafana, and labels that Prometheus adds.
const OF_PROMETHEUS: [&str; 25] = [
    "and",
    "bool",
    "by",
    "count",
    "group",
    "group_left",
    "group_right",
    "histogram_quantile",
    "increase",
    "instance",
    "job",
    "label_values",
    "last_over_time",
    "le",
    "max",
    "min",
    "offset",
    "on",
    "or",
    "rate",
    "sum",
    "time",
    "unless",
    "up",
    "vector",
];
