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
    let alerts = repository.text("docs/alerts.yml").lines();
    let alerts = alerts.filter(|line| !line.trim_start().starts_with('#'));
    let alerts = alerts.map(|line| format!("{line}\n")).collect::<String>();
    let rules: Vec<_> = alerts.split("\n      - ").skip(1).collect();
    let expression = |rule: &str| {
        let (_, after) = rule.split_once(" expr: ")?;
        // The first of the keys that may follow.
        let ends = ["\n        labels:", "\n        for:", "\n  - name:"];
        let end = ends.iter().filter_map(|key| after.find(key)).min();
        Some(after[..end.unwrap_or(after.len())].to_owned())
    };
    let recorded = rules.iter().filter_map(|rule| {
        let (name, _) = rule.strip_prefix("record: ")?.split_once('\n')?;
        // A series that keeps its own past has the labels of what it begins with.
        Some((name, expression(rule)?.replace(name, "hardtack_info")))
    });
    let recorded: Vec<_> = recorded.collect();
    let with_recorded = |mut expression: String| {
        while let Some((name, of)) = recorded.iter().find(|(name, _)| expression.contains(name)) {
            expression = expression.replace(name, of);
        }
        expression
    };
    let expressions = rules.iter().filter_map(|rule| expression(rule));
    // What is held depends on alerts alone.
    let expressions: Vec<_> = (expressions.filter(|it| it.contains("hardtack")))
        .map(with_recorded)
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
        metrics_of(&expression);
        let parts: Vec<_> = expression.split('"').collect();
        let compared = parts.chunks(2).filter(|pair| {
            let label = pair[0].trim_end_matches(['=', '~', '!']);
            let is_of_alerts = ["alertname", "alertstate", "compares"]
                .iter()
                .any(|it| label.ends_with(it));
            label != pair[0] && !is_of_alerts
        });
        for variant in compared.flat_map(|pair| pair[1].split('|')) {
            // A recorded series calls a session that came back by what was written.
            let variant = variant.trim_end_matches("Returned");
            assert!(
                variant.is_empty() || is_in_the_code(variant),
                "{variant} in {expression}"
            );
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
const OF_PROMETHEUS: [&str; 31] = [
    "alertname",
    "alertstate",
    "and",
    "avg_over_time",
    "bool",
    "by",
    "compares",
    "count",
    "group",
    "group_left",
    "group_right",
    "histogram_quantile",
    "ignoring",
    "increase",
    "instance",
    "job",
    "label_replace",
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
