//! The alerts of docs/alerts.yml, each in its incident and in those of the others.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, env, fmt::Write, fs, path::Path, process::Command};

/// Minute at which an incident begins, in a site that has run well for an hour.
const BEGINS: u64 = 70;

/// Minutes that are simulated.
const LASTS: u64 = 140;

/// A counter by its growth in a minute, or a gauge by its value: before the incident and in it.
#[derive(Clone, Copy)]
enum Metric {
    Counter(u64, u64),
    /// Grows by so many in the first minute of the incident.
    Once(u64),
    Gauge(f64, f64),
    /// Changes that many minutes after the incident has begun.
    LateGauge(f64, f64, u64),
}

use Metric::{Counter, Gauge, LateGauge, Once};

impl Metric {
    fn at(self, minute: u64) -> f64 {
        let in_it = minute.saturating_sub(BEGINS);
        match self {
            Counter(before, after) => (before * minute.min(BEGINS) + after * in_it) as f64,
            Once(count) => (count * in_it.min(1)) as f64,
            Gauge(before, _) if minute <= BEGINS => before,
            LateGauge(before, _, late) if in_it <= late => before,
            Gauge(_, after) | LateGauge(_, after, _) => after,
        }
    }
}

/// The metrics of both instances, `a` and `b`, by name and labels.
struct Site(BTreeMap<String, Metric>);

fn read(outcome: &str, more: &str) -> String {
    format!(r#"hardtack_sessions_read_total{{purpose="session",outcome="{outcome}"{more}"#)
}

fn rejected(reason: &str) -> String {
    read("Rejected", &format!(r#",reason="{reason}""#))
}

fn dropped() -> String {
    read("Rejected", r#",reason="UnknownKey",known="dropped""#)
}

fn written(change: &str) -> String {
    format!(r#"hardtack_sessions_written_total{{purpose="session",change="{change}""#)
}

fn replaced(reason: &str) -> String {
    written(&format!(r#"Began",reason="{reason}"#))
}

fn failed(failure: &str) -> String {
    format!(r#"hardtack_failures_total{{failure="{failure}""#)
}

fn refused(refusal: &str) -> String {
    format!(r#"hardtack_csrf_refusals_total{{refusal="{refusal}""#)
}

fn info(ring: &str, settings: &str) -> String {
    format!(r#"hardtack_info{{purpose="session",fingerprint="{ring}",settings="{settings}""#)
}

const REFUSED: &str = r#"hardtack_source_refused_since_seconds{purpose="session""#;
const RETURNED: &str = r#"hardtack_sessions_returned_total{purpose="session""#;
const NOT_BEFORE: &str = r#"hardtack_not_before_seconds{purpose="session""#;

impl Site {
    /// Five requests a second.
    fn well() -> Site {
        let mut site = Site(BTreeMap::new());
        for reason in [
            "TooLong",
            "Incomplete",
            "Encoding",
            "TooShort",
            "UnknownFormat",
            "UnknownKey",
            "Auth",
            "Malformed",
            "NotYetValid",
            "Revoked",
            "Payload",
        ] {
            site.both(&rejected(reason), Counter(0, 0));
        }
        site.both(&dropped(), Counter(0, 0));
        site.both(&read("Opened", ""), Counter(150, 150));
        site.both(&read("Absent", ""), Counter(30, 30));
        site.both(&rejected("Idle"), Counter(3, 3));
        for reason in ["Auth", "Incomplete"] {
            site.both(&replaced(reason), Counter(0, 0));
        }
        site.both(RETURNED, Counter(4, 4));
        for (change, count) in [("Began", 3), ("Changed", 60), ("Refreshed", 10)] {
            site.both(&written(change), Counter(count, count));
        }
        for failure in [
            "Session",
            "Full",
            "UnreadableSchema",
            "UnreadableKey",
            "Save",
            "Setup",
            "Validation",
        ] {
            site.both(&failed(failure), Counter(0, 0));
        }
        for refusal in ["CrossSite", "PlainHttp", "WrongToken"] {
            site.both(&refused(refusal), Counter(0, 0));
        }
        site.both("hardtack_keys_dropped_total{", Counter(0, 0));
        site.both("hardtack_keys_returned_total{", Counter(0, 0));
        site.bytes(SHORT);
        site.both(&info("1", "1"), Gauge(1.0, 1.0));
        site.both(REFUSED, Gauge(0.0, 0.0));
        site.both(NOT_BEFORE, Gauge(0.0, 0.0));
        site
    }

    fn both(&mut self, name: &str, metric: Metric) {
        for instance in ["a", "b"] {
            self.one(instance, name, metric);
        }
    }

    fn one(&mut self, instance: &str, name: &str, metric: Metric) {
        let comma = if name.ends_with('{') { "" } else { "," };
        self.0
            .insert(format!(r#"{name}{comma}instance="{instance}"}}"#), metric);
    }

    /// Tokens up to each size of a minute, in an incident.
    fn bytes(&mut self, counts: [u64; 8]) {
        let sizes = ["256", "512", "1024", "2048", "2500", "3072", "4096", "+Inf"];
        for ((size, before), count) in sizes.iter().zip(SHORT).zip(counts) {
            let name = format!(r#"hardtack_token_bytes_bucket{{purpose="session",le="{size}""#);
            self.both(&name, Counter(before, count));
        }
    }
}

/// Tokens of a minute up to each size.
const SHORT: [u64; 8] = [30, 60, 70, 73, 73, 73, 73, 73];

const DISAGREE: &str = "programs disagree: another ring or other settings";
const NAME: &str = "programs disagree: a cookie has another name";
const SOURCE: &str = "a source of keys is refused or hangs: a restart would fail";
const LOST: &str = "a key was lost, or retires too early";
const CAME_BACK: &str = "a key came back";
const UNDER_LOST: &str = "sessions under a lost key come";
const NOBODY: &str = "nobody can stay signed in before `not_before`";
const CLOCK: &str = "a clock is wrong: `NotYetValid`";
const MALFORMED: &str = "`Malformed`";
const SCHEMA: &str = "sessions of another schema: `Payload`";
const FULL: &str = "full sessions: a change in twenty is refused";
const FAILED: &str = "sessions not saved, errors in handlers, a wrong setup, failed queries";
const NO_RETURN: &str =
    "sessions begin and do not come back: the browser drops the cookie, or a proxy does";
const FORMS: &str = "forms are refused: pages come without TLS, or a proxy changes `Host`";
const SIGNED_OUT: &str =
    "visitors are signed out: another program writes the cookie, or has another `application`";
const FOREIGN: &str = "another program writes a cookie of this name";
const ONE_IN_TEN: &str = "one session in ten is rejected";
const GROW: &str = "sessions grow";

const MAJORITY: &str = "two programs of three are rolled back, and are the majority";

struct Incident {
    name: &'static str,
    changes: fn(&mut Site),
    /// Minutes after which these alerts fire, and no others.
    after: u64,
    alerts: &'static [(&'static str, Named)],
}

/// The instances that an alert names, each by a letter, or none.
type Named = &'static str;

/// An incident with a single event fires at its first.
#[rustfmt::skip]
const INCIDENTS: &[Incident] = &[
    Incident { name: "nothing", after: 60, alerts: &[], changes: |_| () },
    Incident { name: "nobody comes at night", after: 15, alerts: &[], changes: |site| {
        site.both(&read("Opened", ""), Counter(150, 0));
        site.both(RETURNED, Counter(4, 0));
        site.both(&written("Began"), Counter(3, 0));
        site.one("a", &written("Began"), Once(1));
    } },
    Incident { name: "a program has another ring", after: 12, alerts: &[(DISAGREE, "ab")], changes: |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("2", "1"), Gauge(0.0, 1.0));
        site.one("b", &rejected("UnknownKey"), Counter(0, 40));
    } },
    Incident { name: "a program has other settings", after: 12, alerts: &[(DISAGREE, "ab")], changes: |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
    } },
    Incident { name: "a program allows HTTP, so its cookie has another name", after: 12, alerts: &[(NAME, "ab")], changes: |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2").replace("session", "other"), Gauge(0.0, 1.0));
    } },
    Incident { name: "a cookie is new in all programs", after: 12, alerts: &[], changes: |site| {
        site.both(&info("1", "2").replace("session", "other"), Gauge(0.0, 1.0));
    } },
    Incident { name: "two rings of one purpose, of which one lacks in a program", after: 12, alerts: &[(DISAGREE, "a")], changes: |site| {
        site.both(&info("2", "1"), Gauge(1.0, 1.0));
        site.one("b", &info("2", "1"), Gauge(1.0, 0.0));
    } },
    Incident { name: "two rings and two cookies of one purpose in each program", after: 12, alerts: &[], changes: |site| {
        site.both(&info("2", "1"), Gauge(1.0, 1.0));
        site.both(&info("1", "1"), Gauge(2.0, 2.0));
    } },
    Incident { name: "a rotation", after: 30, alerts: &[], changes: |site| {
        site.one("a", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("a", &info("2", "1"), Gauge(0.0, 1.0));
        site.one("b", &info("1", "1"), LateGauge(1.0, 0.0, 8));
        site.one("b", &info("2", "1"), LateGauge(0.0, 1.0, 8));
        site.both(&read("Opened", ""), Counter(150, 50));
        site.both(&read("OpenedUnderAcceptedKey", ""), Counter(0, 100));
    } },
    Incident { name: "a ring file is cut off", after: 2, alerts: &[(SOURCE, "a")], changes: |site| {
        site.one("a", REFUSED, Gauge(0.0, 4_200.0));
    } },
    Incident { name: "an old version from the store", after: 3, alerts: &[(LOST, "ab"), (UNDER_LOST, "ab")], changes: |site| {
        site.both("hardtack_keys_dropped_total{", Once(1));
        site.both(&dropped(), Counter(0, 60));
    } },
    Incident { name: "a key is lost that few use", after: 2, alerts: &[(LOST, "b")], changes: |site| {
        site.one("b", "hardtack_keys_dropped_total{", Once(1));
        site.one("b", &dropped(), Once(1));
    } },
    Incident { name: "a backup from before a leak", after: 2, alerts: &[(CAME_BACK, "a")], changes: |site| {
        site.one("a", "hardtack_keys_returned_total{", Once(1));
    } },
    Incident { name: "a `not_before` in the future, with which each visitor signs in again and again", after: 20, alerts: &[(NOBODY, "ab"), (ONE_IN_TEN, "")], changes: |site| {
        site.both(NOT_BEFORE, Gauge(0.0, 90_000.0));
        site.both(&read("Opened", ""), Counter(150, 0));
        site.both(&written("Began"), Counter(3, 40));
        site.both(RETURNED, Counter(4, 60));
        site.both(&rejected("Revoked"), Counter(0, 150));
    } },
    Incident { name: "a `not_before` that has passed", after: 5, alerts: &[], changes: |site| {
        site.both(NOT_BEFORE, Gauge(0.0, 4_200.0));
    } },
    Incident { name: "a clock is ahead", after: 2, alerts: &[(CLOCK, "b")], changes: |site| {
        site.one("b", &rejected("NotYetValid"), Once(1));
    } },
    Incident { name: "another program has the key", after: 2, alerts: &[(MALFORMED, "b")], changes: |site| {
        site.one("b", &rejected("Malformed"), Once(1));
    } },
    Incident { name: "a rollback to a release with an older schema", after: 2, alerts: &[(SCHEMA, "b")], changes: |site| {
        site.one("b", &rejected("Payload"), Once(1));
        site.one("b", &failed("UnreadableSchema"), Once(1));
    } },
    Incident { name: MAJORITY, after: 12, alerts: &[(DISAGREE, "abc"), (SCHEMA, "bc")], changes: |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("b", &rejected("Payload"), Counter(0, 100));
        site.one("c", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("c", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("c", &rejected("Payload"), Counter(0, 100));
        site.one("c", &read("Opened", ""), Counter(150, 50));
    } },
    Incident { name: "a release of one program stores too much", after: 10, alerts: &[(FULL, "b")], changes: |site| {
        site.one("b", &failed("Full"), Counter(0, 10));
    } },
    Incident { name: "a release stores too much", after: 10, alerts: &[(FULL, "ab")], changes: |site| {
        site.both(&written("Changed"), Counter(60, 50));
        site.both(&failed("Full"), Counter(0, 10));
    } },
    Incident { name: "a visitor stores too much", after: 10, alerts: &[], changes: |site| {
        site.one("a", &failed("Full"), Once(5));
    } },
    Incident { name: "the database is gone", after: 6, alerts: &[(FAILED, "")], changes: |site| {
        site.both(&failed("Validation"), Counter(0, 10));
    } },
    Incident { name: "a release reads another type", after: 6, alerts: &[(FAILED, "")], changes: |site| {
        site.both(&failed("Session"), Counter(0, 10));
    } },
    Incident { name: "a proxy drops `Set-Cookie`, and earlier sessions still open", after: 4, alerts: &[(NO_RETURN, "")], changes: |site| {
        site.both(RETURNED, Counter(4, 0));
        site.both(&read("Absent", ""), Counter(30, 180));
        site.both(&written("Began"), Counter(3, 40));
    } },
    Incident { name: "pages come without TLS", after: 10, alerts: &[(FORMS, "")], changes: |site| {
        site.both(&read("Opened", ""), Counter(150, 0));
        site.both(&read("Absent", ""), Counter(30, 180));
        for change in ["Began", "Changed", "Refreshed"] {
            site.both(&written(change), Counter(3, 0));
        }
        site.both(&refused("PlainHttp"), Counter(0, 60));
    } },
    Incident { name: "a proxy changes `Host` for one of two programs", after: 20, alerts: &[(FORMS, "")], changes: |site| {
        site.one("b", &written("Changed"), Counter(60, 0));
        site.one("b", &refused("CrossSite"), Counter(0, 60));
    } },
    Incident { name: "forms that another site makes browsers send, and old pages", after: 20, alerts: &[], changes: |site| {
        site.both(&refused("CrossSite"), Counter(0, 5));
        site.both(&refused("WrongToken"), Counter(0, 100));
    } },
    Incident { name: "an Express program on the same host, which few visitors use", after: 7, alerts: &[(FOREIGN, "")], changes: |site| {
        site.both(&rejected("Incomplete"), Counter(0, 100));
    } },
    Incident { name: "an Express program on the same host, which signs visitors out", after: 10, alerts: &[(FOREIGN, ""), (ONE_IN_TEN, ""), (SIGNED_OUT, "")], changes: |site| {
        site.both(RETURNED, Counter(4, 20));
        site.both(&rejected("Incomplete"), Counter(0, 100));
        site.both(&replaced("Incomplete"), Counter(0, 20));
    } },
    Incident { name: "a function that Prometheus does not see has another application", after: 10, alerts: &[(SIGNED_OUT, "")], changes: |site| {
        site.both(&rejected("Auth"), Counter(0, 15));
        site.both(&replaced("Auth"), Counter(0, 10));
        site.both(RETURNED, Counter(4, 10));
    } },
    Incident { name: "forged cookies with the id of the key in use", after: 60, alerts: &[(ONE_IN_TEN, "")], changes: |site| {
        site.both(&rejected("Auth"), Counter(0, 600));
    } },
    Incident { name: "a program has a shorter timeout", after: 30, alerts: &[(ONE_IN_TEN, "")], changes: |site| {
        site.one("b", &rejected("Idle"), Counter(3, 100));
    } },
    Incident { name: "sessions have 2,100 characters", after: 75, alerts: &[], changes: |site| {
        site.bytes([0, 0, 0, 0, 73, 73, 73, 73]);
    } },
    Incident { name: "carts of two kilobytes", after: 30, alerts: &[(GROW, "ab")], changes: |site| {
        site.bytes([10, 20, 30, 40, 40, 73, 73, 73]);
    } },
    Incident { name: "a thousand forged cookies", after: 2, alerts: &[], changes: |site| {
        site.one("a", &rejected("UnknownKey"), Once(1_000));
    } },
    Incident { name: "an hour of forged cookies", after: 60, alerts: &[], changes: |site| {
        site.both(&rejected("UnknownKey"), Counter(0, 600));
    } },
];

/// A file for `promtool test rules`.
fn tests(rules: &str) -> String {
    let mut text = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n".to_owned();
    for incident in INCIDENTS {
        let mut site = Site::well();
        (incident.changes)(&mut site);
        writeln!(
            text,
            "- name: {:?}\n  interval: 1m\n  input_series:",
            incident.name
        )
        .unwrap();
        for (series, metric) in &site.0 {
            let values = (0..=LASTS).map(|minute| metric.at(minute).to_string());
            let values = values.collect::<Vec<_>>().join(" ");
            writeln!(text, "  - {{ series: {series:?}, values: {values:?} }}").unwrap();
        }
        let firing = r#"group by (alertname, instance) (ALERTS{alertstate="firing"})"#;
        let at = BEGINS + incident.after;
        writeln!(
            text,
            "  promql_expr_test:\n  - expr: {firing:?}\n    eval_time: {at}m\n    exp_samples:"
        )
        .unwrap();
        for (alert, named) in incident.alerts {
            let labels = match *named {
                "" => vec![format!("{{alertname={alert:?}}}")],
                named => named
                    .chars()
                    .map(|instance| format!("{{alertname={alert:?},instance=\"{instance}\"}}"))
                    .collect(),
            };
            for labels in labels {
                writeln!(text, "    - {{ labels: {labels:?}, value: 1 }}").unwrap();
            }
        }
        if incident.name == MAJORITY {
            let expression = above(rules, DISAGREE);
            writeln!(
                text,
                "  - expr: {expression}\n    eval_time: {at}m\n    exp_samples:"
            )
            .unwrap();
            for instance in ["b", "c"] {
                let labels = format!("{{instance={instance:?}}}");
                writeln!(text, "    - {{ labels: {labels:?}, value: 1 }}").unwrap();
            }
        }
        if incident.alerts.is_empty() {
            // The key alone would be null.
            text = text
                .trim_end()
                .trim_end_matches("exp_samples:")
                .trim_end()
                .to_owned()
                + "\n";
        }
    }
    text
}

/// An expression with the instances whose value of the alert is above 0.3.
fn above(rules: &str, alert: &str) -> String {
    let (_, rule) = rules
        .split_once(&format!("- alert: {alert:?}\n        expr: |\n"))
        .unwrap();
    let expression = rule.split("\n        for:").next().unwrap();
    let expression: Vec<_> = expression.split_whitespace().collect();
    let expression = expression.join(" ");
    format!(
        "{:?}",
        format!("group by (instance) (({expression}) > 0.3)")
    )
}

#[test]
#[ignore = "needs promtool, or its path in PROMTOOL"]
fn each_alert_fires_in_its_incident_and_stays_silent_in_the_others() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alerts");
    fs::create_dir_all(&folder).unwrap();
    let rules = include_str!("../../../docs/alerts.yml");
    fs::write(folder.join("rules.yml"), rules).unwrap();
    fs::write(folder.join("tests.yml"), tests(rules)).unwrap();
    let promtool = env::var("PROMTOOL").unwrap_or("promtool".to_owned());
    let mut promtool = Command::new(promtool);
    let ran = promtool
        .current_dir(&folder)
        .args(["test", "rules", "tests.yml"]);
    let ran = ran.output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&said));
    for rule in rules
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("- alert: "))
    {
        let fires = |incident: &Incident| {
            incident
                .alerts
                .iter()
                .any(|(alert, _)| rule == format!("{alert:?}"))
        };
        assert!(INCIDENTS.iter().any(fires), "{rule} has no incident");
    }
}
