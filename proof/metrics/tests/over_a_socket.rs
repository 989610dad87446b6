//! What Prometheus finds at `/metrics`, and a real one that answers the questions of docs/dashboard.json.

#![allow(clippy::unwrap_used, reason = "tests")]

mod site;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use hardtack_scenarios::{Client, Method, Program, free_ports, fresh_key, until};
use serde_json::Value;

/// What is in the folder docs.
fn document(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    fs::read_to_string(docs.join(name)).unwrap()
}

/// A running example, and the folder with its keys.
struct Site {
    client: Client,
    folder: PathBuf,
}

impl Site {
    fn start(name: &str) -> Site {
        let (server, folder) = site::start(name);
        let client = Client::of(server);
        Site { client, folder }
    }

    /// Makes every event that a visitor, another site and a new ring can make, once at least.
    fn is_busy(&self) {
        let visitor = self.client.stranger();
        for expected in ["visit 1\n", "visit 2\n"] {
            assert_eq!(visitor.get("/").text, expected);
        }
        let forger = self.client.stranger();
        forger.browser().set("__Host-session", "forged");
        assert_eq!(forger.get("/").text, "visit 1\n");
        let long = "x".repeat(5_000);
        let note = visitor.request(Method::POST, "/note").body(long);
        assert_eq!(visitor.send(note).status, 413);
        let from_elsewhere =
            visitor.with(Method::POST, "/sign-out", "origin", "https://evil.example");
        assert_eq!(from_elsewhere.status, 403);
        let sign_out = visitor.request(Method::POST, "/sign-out");
        assert_eq!(visitor.send(sign_out).status, 200);
    }

    /// Replaces the ring by one in which a key ends too early, and waits until `/health` shows it.
    fn rotates(&self) {
        // The time in the rest changes, too.
        let fingerprint = || {
            let health = self.client.get("/health").text;
            let line = health.lines().find(|line| line.starts_with("fingerprint "));
            line.map(str::to_owned)
        };
        let before = fingerprint();
        let [new, old] = [fresh_key(), fresh_key()];
        let ring = format!(
            "{new} seal_from=2026-01-01T00:00:00Z\n{old} accept_until=2026-01-01T00:01:00Z\n"
        );
        fs::write(self.folder.join("keys"), ring).unwrap();
        until("the ring is replaced", || fingerprint() != before);
    }

    /// The lines of `/metrics` that are no comments.
    fn metrics(&self) -> Vec<String> {
        let text = self.client.get("/metrics").text;
        let lines = text.lines().filter(|line| line.starts_with("hardtack_"));
        lines.map(str::to_owned).collect()
    }
}

/// The names of the table in docs/metrics.md.
fn listed() -> BTreeSet<String> {
    let text = document("metrics.md");
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `hardtack_"));
    let names = rows.map(|row| format!("hardtack_{}", row.split_once('`').unwrap().0));
    names.collect()
}

#[test]
fn every_metric_of_the_table_is_scraped_and_no_other() {
    let site = Site::start("scrape");
    site.is_busy();
    site.rotates();
    let found = site.metrics();
    let name = |line: &String| {
        let name = line.split(['{', ' ']).next().unwrap();
        let name = name.strip_suffix("_bucket").unwrap_or(name);
        let of_histogram = name.strip_suffix("_sum").or(name.strip_suffix("_count"));
        of_histogram.unwrap_or(name).to_owned()
    };
    assert_eq!(found.iter().map(name).collect::<BTreeSet<_>>(), listed());
    for line in [
        r#"hardtack_sessions_read_total{purpose="__Host-session",outcome="Rejected",reason="Encoding"} 1"#,
        r#"hardtack_sessions_written_total{purpose="__Host-session",change="Began"} 1"#,
        r#"hardtack_sessions_written_total{purpose="__Host-session",change="Began",reason="Encoding"} 1"#,
        r#"hardtack_sessions_returned_total{purpose="__Host-session",change="Began"} 3"#,
        r#"hardtack_sessions_written_total{purpose="__Host-session",change="Ended"} 1"#,
        r#"hardtack_failures_total{failure="Full"} 1"#,
        r#"hardtack_csrf_refusals_total{refusal="OtherHost"} 1"#,
        "hardtack_keys_dropped_total 1",
    ] {
        assert!(
            found.iter().any(|found| found == line),
            "{line} in {found:#?}"
        );
    }
}

#[test]
fn the_health_check_has_the_keys_in_use() {
    let site = Site::start("health");
    let answer = site.client.get("/health");
    assert_eq!(answer.field("cache-control"), "no-store");
    assert!(answer.text.starts_with("seals "), "{}", answer.text);
    assert!(answer.has("\nfingerprint "), "{}", answer.text);
}

/// Starts a Prometheus that scrapes a site each second. Also returns its address.
fn prometheus_of(site: &Site) -> (Program, String) {
    let target = site.client.base().trim_start_matches("http://");
    let config = format!(
        "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\n\
         rule_files: [rules.yml]\n\
         scrape_configs: [{{ job_name: site, static_configs: [{{ targets: ['{target}'] }}] }}]\n"
    );
    fs::write(site.folder.join("prometheus.yml"), config).unwrap();
    // A source is refused for five minutes before somebody is woken.
    let rules = document("alerts.yml").replace("        for: 5m\n", "");
    fs::write(site.folder.join("rules.yml"), rules).unwrap();
    let [port] = free_ports();
    let address = format!("127.0.0.1:{port}");
    let data = site.folder.join("data");
    let _ = fs::remove_dir_all(&data);
    let program = env::var("PROMETHEUS").unwrap_or("prometheus".to_owned());
    let mut program = Command::new(program);
    program.current_dir(&site.folder).args([
        "--config.file=prometheus.yml",
        "--log.level=warn",
        &format!("--storage.tsdb.path={}", data.display()),
        &format!("--web.listen-address={address}"),
    ]);
    (Program::start(&mut program), format!("http://{address}"))
}

/// The expressions of the dashboard, as Grafana sends them.
fn expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&document("dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    let sent = targets.map(|target| {
        let expression = target["expr"].as_str().unwrap();
        expression
            .replace("$__rate_interval", "5m")
            .replace("$purpose", ".*")
    });
    sent.collect()
}

#[test]
#[ignore = "needs prometheus, or its path in PROMETHEUS"]
fn a_real_prometheus_evaluates_each_expression_of_the_dashboard() {
    let site = Site::start("prometheus");
    let (_prometheus, base) = prometheus_of(&site);
    let prometheus = Client::of_url(&base);
    let ask = |expression: &str| {
        let answer = prometheus.form("/api/v1/query", &[("query", expression)]);
        let answer = answer.json();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    };
    let ready = || prometheus.request(Method::GET, "/-/ready").send().ok();
    until("Prometheus is ready", || {
        ready().is_some_and(|answer| answer.status().is_success())
    });
    let is_firing = |alert: &str| {
        let alert = format!("ALERTS{{alertname={alert:?},alertstate=\"firing\"}}");
        !ask(&alert).is_empty()
    };
    // The first key that is lost, once Prometheus has seen that none was.
    until("Prometheus has scraped", || {
        !ask("hardtack_keys_dropped_total == 0").is_empty()
    });
    site.rotates();
    until("the lost key has its alert", || {
        is_firing("a key was lost, or retires too early")
    });
    site.is_busy();
    let good = fs::read(site.folder.join("keys")).unwrap();
    fs::write(site.folder.join("keys"), "cut off").unwrap();
    let of_source = "a source of keys is refused or hangs: a restart would fail";
    until("the refused source has its alert", || is_firing(of_source));
    fs::write(site.folder.join("keys"), good).unwrap();
    until("the alert ends with the refusal", || !is_firing(of_source));
    // A rate needs two scrapes of a series.
    let rate = "sum(count_over_time(hardtack_sessions_read_total[5m])) > 8";
    until("Prometheus has scraped twice", || !ask(rate).is_empty());
    for expression in expressions() {
        assert!(!ask(&expression).is_empty(), "{expression}");
    }
}
