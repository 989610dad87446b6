//! The alerts of docs/alerts.yml, each in its incident and in those of the others, at two magnitudes.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    env,
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Minute at which an incident begins, in a site that has run well until then.
const BEGINS: u64 = 75;

/// Minute at which an incident ends, and all is as before.
const ENDS: u64 = BEGINS + 90;

/// Minutes that are simulated.
const LASTS: u64 = ENDS + 30;

/// Sites with one request a second, and with a thousand. The numbers below are of one with five.
const MAGNITUDES: [f64; 2] = [0.2, 200.0];

/// A counter by its growth in a minute, or a gauge by its value: before the incident and in it.
#[derive(Clone, Copy)]
enum Metric {
    Counter(f64, f64),
    /// Grows by so many in the first minute of the incident, whatever the magnitude.
    Once(f64),
    Gauge(f64, f64),
    /// Changes that many minutes after the incident has begun.
    LateGauge(f64, f64, u64),
    /// Has the second value for so many minutes.
    BriefGauge(f64, f64, u64),
    /// A counter by its growth in a minute before the incident, in its first half hour, and later.
    Fading(f64, f64, f64),
    /// Grows by so much in a minute of the incident, whatever the magnitude.
    Trickle(f64),
    /// Is 1, and 0 in so many of four minutes of the incident.
    Flapping(u64),
    /// Is 1 in the hour before the incident, or in all other minutes.
    HourBefore(bool),
    /// Is absent in the half hour before the incident, 0 in its first minutes, and else 1.
    Starting(u64),
}

use Metric::{
    BriefGauge, Counter, Fading, Flapping, Gauge, HourBefore, LateGauge, Once, Starting, Trickle,
};

impl Metric {
    fn at(self, minute: u64, magnitude: f64) -> f64 {
        let in_it = minute.clamp(BEGINS, ENDS) - BEGINS;
        match self {
            Counter(before, after) => {
                magnitude * (before * (minute - in_it) as f64 + after * in_it as f64)
            }
            Fading(before, first, later) => {
                let in_first = in_it.min(30);
                let counted = before * (minute - in_it) as f64 + first * in_first as f64;
                magnitude * (counted + later * (in_it - in_first) as f64)
            }
            Once(count) => count * in_it.min(1) as f64,
            Trickle(count) => (count * in_it as f64).floor(),
            Flapping(_) if in_it == 0 || minute > ENDS => 1.0,
            Flapping(down) => f64::from(in_it % 4 >= down),
            Starting(_) if in_it == 0 && minute > BEGINS - 30 => f64::NAN,
            Starting(late) => f64::from(in_it == 0 || in_it > late),
            HourBefore(it) => f64::from((minute > BEGINS - 60 && in_it == 0) == it),
            Gauge(before, _) | LateGauge(before, ..) if minute > ENDS => before,
            Gauge(before, _) if in_it == 0 => before,
            LateGauge(before, _, late) if in_it <= late => before,
            BriefGauge(before, _, brief) if in_it == 0 || in_it > brief => before,
            Gauge(_, after) | LateGauge(_, after, _) | BriefGauge(_, after, _) => after,
        }
    }
}

/// The metrics of both instances, `a` and `b`, by name and labels.
struct Site {
    series: BTreeMap<String, Metric>,
    /// Instance and minute of the incident of a scrape that fails.
    missed: Option<(&'static str, u64)>,
}

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

/// A session that begins in place of a rejected one, by a page or by a sign-in.
fn replaced(change: &str, reason: &str) -> String {
    written(&format!(r#"{change}",reason="{reason}"#))
}

/// Sessions that came soon after they began so.
fn returned(change: &str) -> String {
    format!(r#"hardtack_sessions_returned_total{{purpose="session",change="{change}""#)
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
const LACKED: &str = r#"hardtack_program_lacks_ring_seconds{purpose="session""#;
const NOT_BEFORE: &str = r#"hardtack_not_before_seconds{purpose="session""#;

impl Site {
    /// Six requests a second.
    fn well() -> Site {
        let mut site = Site {
            series: BTreeMap::new(),
            missed: None,
        };
        site.stays(&read("Opened", ""), 150.0);
        site.stays(&read("Absent", ""), 30.0);
        site.stays(&rejected("Idle"), 3.0);
        site.stays(&rejected("UnknownKey"), 0.0);
        site.stays(&returned("Began"), 4.0);
        site.stays(&returned("SignedIn"), 8.0);
        site.stays(&returned("Written"), 50.0);
        let written_in_a_minute = [
            ("Began", 1.0),
            ("SignedIn", 2.0),
            ("Changed", 60.0),
            ("Refreshed", 8.0),
            ("Ended", 1.0),
        ];
        for (change, count) in written_in_a_minute {
            site.stays(&written(change), count);
        }
        site.bytes(SHORT);
        site.both(&info("1", "1"), Gauge(1.0, 1.0));
        site.both(UP, Gauge(1.0, 1.0));
        site.both(REFUSED, Gauge(0.0, 0.0));
        site.both(NOT_BEFORE, Gauge(0.0, 0.0));
        site.both(LACKED, Gauge(0.0, 0.0));
        site
    }

    /// A night with a request in two minutes.
    fn quiet(&mut self) {
        let returned = ["Began", "SignedIn", "Written"].map(returned);
        let written = ["Began", "SignedIn", "Changed", "Refreshed", "Ended"].map(written);
        let read = [read("Opened", ""), read("Absent", "")].into_iter();
        for name in read.chain(returned).chain(written) {
            self.stays(&name, 0.5);
        }
        self.stays(&rejected("Idle"), 0.0);
    }

    fn stays(&mut self, name: &str, in_a_minute: f64) {
        self.both(name, Counter(in_a_minute, in_a_minute));
    }

    /// Changes these counters of both instances.
    fn turns(&mut self, counters: &[(String, f64, f64)]) {
        for (name, before, after) in counters {
            self.both(name, Counter(*before, *after));
        }
    }

    fn both(&mut self, name: &str, metric: Metric) {
        for instance in ["a", "b"] {
            self.one(instance, name, metric);
        }
    }

    fn one(&mut self, instance: &str, name: &str, metric: Metric) {
        let comma = if name.ends_with('{') { "" } else { "," };
        self.series
            .insert(format!(r#"{name}{comma}instance="{instance}"}}"#), metric);
    }

    /// Tokens up to each size of a minute, in an incident.
    fn bytes(&mut self, counts: [f64; 8]) {
        let sizes = ["256", "512", "1024", "2048", "2500", "3072", "4096", "+Inf"];
        for ((size, before), count) in sizes.iter().zip(SHORT).zip(counts) {
            let name = format!(r#"hardtack_token_bytes_bucket{{purpose="session",le="{size}""#);
            self.both(&name, Counter(before, count));
        }
    }
}

/// Tokens of a minute up to each size.
const SHORT: [f64; 8] = [30.0, 60.0, 70.0, 73.0, 73.0, 73.0, 73.0, 73.0];

const UP: &str = "up{";

const REJECTS: &str = "programs disagree, and one of them signs visitors out";
const RING: &str = "programs disagree: another ring";
const SETTINGS: &str = "programs disagree: other settings";
const LACKS: &str = "a program lacks the ring: it seals under an earlier key";
const DOWN: &str = "a program is down";
const EARLIER: &str = "an earlier ring is back";
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
const FAILED: &str =
    "sessions not saved, errors in handlers, a wrong setup, failed or hanging queries";
const NO_RETURN: &str = "visitors sign in again and again, or their sessions do not come back";
const FORMS: &str = "forms are refused: pages come without TLS, or a proxy changes `Host`";
const SIGNED_OUT: &str =
    "visitors are signed out: another program writes the cookie, or has another `application`";
const REFRESHES: &str = "refreshes come again and again: a proxy drops some `Set-Cookie`";
const CANARY: &str = "programs have other settings";
const FOREIGN: &str = "another program writes a cookie of this name";
const ONE_IN_TEN: &str = "one session in ten is rejected";
const GROW: &str = "sessions grow";

/// Alerts that can wait until morning. The others wake somebody.
const WARNINGS: [&str; 4] = [CANARY, FOREIGN, ONE_IN_TEN, GROW];

const MAJORITY: &str = "two programs of three are rolled back, and are the majority";

struct Incident {
    name: String,
    changes: Box<dyn Fn(&mut Site)>,
    /// Minutes in which these alerts begin to fire, and no others.
    within: u64,
    alerts: &'static [(&'static str, Named)],
    /// Those that end before the incident does, because they tell of one event.
    brief: &'static [&'static str],
}

impl Incident {
    fn brief(mut self, alerts: &'static [&'static str]) -> Incident {
        self.brief = alerts;
        self
    }
}

/// The instances that an alert names, each by a letter, or none.
type Named = &'static str;

fn incident(
    name: &str,
    within: u64,
    alerts: &'static [(&'static str, Named)],
    changes: impl Fn(&mut Site) + 'static,
) -> Incident {
    let (name, changes) = (name.to_owned(), Box::new(changes));
    Incident {
        name,
        changes,
        within,
        alerts,
        brief: &[],
    }
}

/// Incidents with their alerts. One with a single event fires at its first.
#[rustfmt::skip]
fn incidents() -> Vec<Incident> {
    let opened = || read("Opened", "");
    let absent = || read("Absent", "");
    let mut incidents = vec![
    incident("nothing", 60, &[], |_| ()),

    // Days and nights.
    incident("nobody comes at night", 15, &[], move |site| {
        for (name, before) in [(opened(), 150.0), (returned("Written"), 50.0), (returned("Began"), 4.0), (returned("SignedIn"), 8.0), (written("Began"), 1.0), (written("SignedIn"), 2.0), (written("Refreshed"), 8.0)] {
            site.both(&name, Counter(before, 0.0));
        }
        site.one("a", &written("Began"), Once(1.0));
    }),
    incident("nobody comes but a crawler", 30, &[], move |site| {
        site.turns(&[(opened(), 150.0, 10.0), (absent(), 30.0, 60.0), (written("Began"), 1.0, 60.0), (returned("Written"), 50.0, 2.0)]);
        site.turns(&[(returned("Began"), 4.0, 0.2), (returned("SignedIn"), 8.0, 0.4), (written("SignedIn"), 2.0, 0.1), (written("Refreshed"), 8.0, 0.5)]);
    }),
    incident("a crawler, to each of whose requests a page stores something", 60, &[], move |site| {
        site.turns(&[(absent(), 30.0, 130.0), (written("Began"), 1.0, 101.0)]);
    }),
    incident("the probe, on three kinds of pages", 60, &[], move |site| {
        site.turns(&[(absent(), 30.0, 33.0), (written("Began"), 1.0, 4.0), (opened(), 150.0, 153.0)]);
    }),
    incident("everyone signs in in the morning", 60, &[], move |site| {
        site.turns(&[(opened(), 150.0, 600.0), (absent(), 30.0, 120.0), (written("SignedIn"), 2.0, 40.0), (returned("SignedIn"), 8.0, 112.0), (written("Changed"), 60.0, 240.0), (returned("Written"), 50.0, 150.0)]);
    }),
    incident("everyone signs in again after an outage", 30, &[], move |site| {
        site.turns(&[(written("SignedIn"), 2.0, 20.0), (returned("SignedIn"), 8.0, 80.0), (rejected("Idle"), 3.0, 15.0)]);
    }),
    incident("a monitor that signs in and keeps nothing, and the visitors go to bed", 90, &[], move |site| {
        site.turns(&[(opened(), 100.0, 5.0), (absent(), 30.0, 10.0), (written("SignedIn"), 7.5, 5.25), (returned("SignedIn"), 10.0, 0.8)]);
        site.turns(&[(rejected("Idle"), 3.0, 0.2), (written("Changed"), 60.0, 3.0), (written("Refreshed"), 8.0, 0.4)]);
    }),
    incident("a monitor that signs in more often than all visitors, and keeps nothing", 90, &[], move |site| {
        site.turns(&[(written("SignedIn"), 50.0, 50.0), (returned("SignedIn"), 8.0, 7.0)]);
    }),
    incident("pages of a release ask for less", 60, &[], move |site| {
        site.turns(&[(opened(), 150.0, 90.0), (returned("SignedIn"), 8.0, 5.0)]);
    }),

    // Programs that disagree.
    incident("a program has another ring, which opens the same sessions for now", 19, &[(RING, "ab")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("2", "1"), Gauge(0.0, 1.0));
    }),
    incident("a program has another ring, and one scrape fails", 19, &[(RING, "ab")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("2", "1"), Gauge(0.0, 1.0));
        site.missed = Some(("b", 9));
    }),
    incident("a program has other settings, and one scrape of the other fails", 12, &[(SETTINGS, "ab")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("b", &rejected("Idle"), Counter(3.0, 12.0));
        site.missed = Some(("a", 6));
    }),
    incident("a program has another ring, and signs visitors out", 5, &[(REJECTS, "b")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("2", "1"), Gauge(0.0, 1.0));
        site.one("b", &rejected("UnknownKey"), Counter(0.0, 40.0));
    }),
    incident("a program has other settings", 10, &[(SETTINGS, "ab")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("b", &rejected("Idle"), Counter(3.0, 12.0));
    }),
    incident("a canary with a longer timeout", 33, &[(CANARY, "ab")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("b", &rejected("Idle"), Counter(3.0, 2.0));
    }),
    incident("a tenant has another name in one program", 5, &[(REJECTS, "b"), (SIGNED_OUT, "")], move |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("b", &opened(), Counter(150.0, 15.0));
        site.one("b", &rejected("Auth"), Counter(0.0, 135.0));
        site.one("a", &rejected("Auth"), Counter(0.0, 14.0));
        site.both(&replaced("SignedIn", "Auth"), Counter(0.0, 20.0));
        site.both(&returned("SignedIn"), Counter(8.0, 88.0));
    }),
    incident("a program without metrics has another `application`, and visitors give up", 8, &[(SIGNED_OUT, "")], move |site| {
        site.turns(&[(written("SignedIn"), 2.0, 9.0), (returned("SignedIn"), 8.0, 46.0), (rejected("Auth"), 0.0, 8.0)]);
        site.both(&replaced("SignedIn", "Auth"), Fading(0.0, 3.0, 1.8));
    }),
    incident("forged cookies during a rotation within its plan", 15, &[], |site| {
        site.one("b", &info("1", "1"), LateGauge(1.0, 0.0, 13));
        site.one("b", &info("2", "1"), LateGauge(0.0, 1.0, 13));
        site.one("a", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("a", &info("2", "1"), Gauge(0.0, 1.0));
        site.both(&rejected("UnknownKey"), Counter(0.0, 100.0));
    }),
    incident("a few cookies of a key that was removed for long come to one program in a quiet night, during a rotation", 15, &[], move |site| {
        site.quiet();
        site.one("b", &info("1", "1"), LateGauge(1.0, 0.0, 13));
        site.one("b", &info("2", "1"), LateGauge(0.0, 1.0, 13));
        site.one("a", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("a", &info("2", "1"), Gauge(0.0, 1.0));
        site.one("a", &rejected("UnknownKey"), Once(3.0));
    }),
    incident("a few cookies of a key that was removed for long come to a canary in a quiet night", 20, &[], move |site| {
        site.quiet();
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2"), Gauge(0.0, 1.0));
        site.one("b", &rejected("UnknownKey"), Trickle(0.25));
    }),
    incident("a program allows HTTP, so its cookie has another name", 10, &[(NAME, "ab")], |site| {
        site.one("b", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("b", &info("1", "2").replace("session", "other"), Gauge(0.0, 1.0));
    }),
    incident("a cookie is new in all programs", 12, &[], |site| {
        site.both(&info("1", "2").replace("session", "other"), Gauge(0.0, 1.0));
    }),
    incident("two rings of one purpose, of which one lacks in a program", 19, &[(RING, "a")], |site| {
        site.both(&info("2", "1"), Gauge(1.0, 1.0));
        site.one("b", &info("2", "1"), Gauge(1.0, 0.0));
    }),
    incident("two rings and two cookies of one purpose in each program", 30, &[], |site| {
        site.both(&info("2", "1"), Gauge(1.0, 1.0));
        site.both(&info("1", "1"), Gauge(2.0, 2.0));
    }),
    incident("a rotation whose last push takes the fifteen minutes of its plan", 40, &[], move |site| {
        site.one("a", &info("1", "1"), Gauge(1.0, 0.0));
        site.one("a", &info("2", "1"), Gauge(0.0, 1.0));
        site.one("b", &info("1", "1"), LateGauge(1.0, 0.0, 15));
        site.one("b", &info("2", "1"), LateGauge(0.0, 1.0, 15));
        site.both(&opened(), Counter(150.0, 50.0));
        site.both(&read("OpenedUnderAcceptedKey", ""), Counter(0.0, 100.0));
    }),
    incident("a function that Prometheus does not see misses a rotation", 2, &[(LACKS, "ab")], |site| {
        // Until the end, more of its sessions come.
        site.both(LACKED, Gauge(0.0, 10_000.0));
        site.both(&replaced("SignedIn", "UnknownKey"), Counter(0.0, 0.5));
    }),
    incident("an old program is started again", 2, &[(LACKS, "a")], |site| {
        site.one("a", LACKED, Gauge(0.0, 4_500.0));
    }).brief(&[LACKS]),
    incident("a program is down", 4, &[(DOWN, "b")], |site| site.one("b", UP, Gauge(1.0, 0.0))),
    incident("a program crashes again and again, and some scrapes find it up", 6, &[(DOWN, "b")], |site| site.one("b", UP, Flapping(3))),
    incident("a program crashes now and then", 60, &[], |site| site.one("b", UP, Flapping(1))),
    incident("a program comes back after half an hour, and takes two minutes to start", 10, &[], |site| site.one("b", UP, Starting(2))),
    incident("a program restarts", 10, &[], |site| site.one("b", UP, BriefGauge(1.0, 0.0, 1))),
    incident("another target is down", 10, &[], |site| site.one("c", UP, Gauge(1.0, 0.0))),

    // Rings.
    incident("a ring file is cut off", 7, &[(SOURCE, "a")], |site| {
        site.one("a", REFUSED, Gauge(0.0, 4_500.0));
    }),
    incident("two polls of a secret store fail", 30, &[], |site| {
        site.one("a", REFUSED, BriefGauge(0.0, 4_500.0, 3));
    }),
    incident("an old version from the store", 3, &[(LOST, "ab"), (UNDER_LOST, "ab")], |site| {
        site.both("hardtack_keys_dropped_total{", Once(1.0));
        site.both(&dropped(), Counter(0.0, 60.0));
        site.both(&replaced("SignedIn", "UnknownKey"), Counter(0.0, 30.0));
        site.both(&returned("SignedIn"), Counter(8.0, 120.0));
    }).brief(&[LOST]),
    incident("the only programs start with a wrong ring", 6, &[(SIGNED_OUT, "")], move |site| {
        site.turns(&[(opened(), 150.0, 100.0), (rejected("UnknownKey"), 0.0, 100.0)]);
        site.turns(&[(replaced("SignedIn", "UnknownKey"), 0.0, 20.0), (returned("SignedIn"), 8.0, 88.0)]);
    }),
    incident("all programs restart with an old ring, and the page of the sign-in begins a session", 8, &[(SIGNED_OUT, "")], move |site| {
        site.turns(&[(opened(), 150.0, 100.0), (rejected("UnknownKey"), 0.0, 40.0), (replaced("Began", "UnknownKey"), 0.0, 20.0)]);
        site.turns(&[(written("SignedIn"), 2.0, 20.0), (returned("SignedIn"), 8.0, 80.0)]);
    }),
    incident("visitors come back whose key has been removed for long", 60, &[], |site| {
        site.turns(&[(replaced("SignedIn", "RetiredKey"), 4.0, 0.0), (replaced("SignedIn", "UnknownKey"), 0.0, 4.0)]);
    }),
    incident("a key is lost that few use", 2, &[(LOST, "b")], |site| {
        site.one("b", "hardtack_keys_dropped_total{", Once(1.0));
        site.one("b", &dropped(), Once(1.0));
    }).brief(&[LOST]),
    incident("all programs are restarted with a backup from before a leak", 2, &[(EARLIER, "ab")], |site| {
        site.both(&info("1", "1"), HourBefore(false));
        site.both(&info("2", "1"), HourBefore(true));
    }).brief(&[EARLIER]),
    incident("a backup from before a leak", 2, &[(CAME_BACK, "a")], |site| {
        site.one("a", "hardtack_keys_returned_total{", Once(1.0));
    }).brief(&[CAME_BACK]),
    incident("a `not_before` in the future, with which each visitor signs in again and again", 20, &[(NOBODY, "ab"), (ONE_IN_TEN, ""), (NO_RETURN, "")], move |site| {
        site.both(NOT_BEFORE, Gauge(0.0, 90_000.0));
        site.turns(&[(opened(), 150.0, 0.0), (written("SignedIn"), 2.0, 40.0), (returned("SignedIn"), 8.0, 60.0), (rejected("Revoked"), 0.0, 150.0), (written("Refreshed"), 8.0, 0.0)]);
    }),
    incident("a `not_before` ten minutes ahead", 5, &[(NOBODY, "ab")], |site| {
        site.both(NOT_BEFORE, Gauge(0.0, (60 * BEGINS + 600) as f64));
    }).brief(&[NOBODY]),
    incident("a `not_before` that has passed", 5, &[], |site| {
        site.both(NOT_BEFORE, Gauge(0.0, 4_500.0));
    }),
    incident("a clock is ahead", 2, &[(CLOCK, "b")], |site| {
        site.one("b", &rejected("NotYetValid"), Once(1.0));
    }).brief(&[CLOCK]),
    incident("another program has the key", 2, &[(MALFORMED, "b")], |site| {
        site.one("b", &rejected("Malformed"), Once(1.0));
    }).brief(&[MALFORMED]),

    // Releases.
    incident("a rollback to a release with an older schema", 2, &[(SCHEMA, "b")], |site| {
        site.one("b", &rejected("Payload"), Once(1.0));
        site.one("b", &failed("UnreadableSchema"), Once(1.0));
    }).brief(&[SCHEMA]),
    incident(MAJORITY, 12, &[(SETTINGS, "abc"), (SCHEMA, "bc"), (REJECTS, "bc")], move |site| {
        site.one("c", UP, Gauge(1.0, 1.0));
        for instance in ["b", "c"] {
            site.one(instance, &info("1", "1"), Gauge(1.0, 0.0));
            site.one(instance, &info("1", "2"), Gauge(0.0, 1.0));
            site.one(instance, &rejected("Payload"), Counter(0.0, 100.0));
        }
        site.one("c", &opened(), Counter(150.0, 50.0));
    }),
    incident("a release of one program stores too much", 6, &[(FULL, "b")], |site| {
        site.one("b", &failed("Full"), Counter(0.0, 10.0));
    }),
    incident("a release stores too much", 6, &[(FULL, "ab")], |site| {
        site.both(&written("Changed"), Counter(60.0, 50.0));
        site.both(&failed("Full"), Counter(0.0, 10.0));
    }),
    incident("a visitor stores too much", 10, &[], |site| {
        site.one("a", &failed("Full"), Once(5.0));
    }),
    incident("a visitor of a quiet night stores too much", 15, &[], move |site| {
        site.quiet();
        site.one("a", &failed("Full"), Once(3.0));
    }),
    incident("the database is gone", 3, &[(FAILED, "")], |site| {
        site.both(&failed("Validation"), Counter(0.0, 20.0));
    }),
    incident("a query of a hundred fails", 30, &[], |site| {
        site.both(&failed("Validation"), Counter(0.0, 1.5));
    }),
    incident("the database hangs, and with it the site", 4, &[(FAILED, "")], move |site| {
        site.turns(&[(failed("ValidationHangs"), 0.0, 8.0), (opened(), 150.0, 2.0), (absent(), 30.0, 1.0), (written("Changed"), 60.0, 0.0)]);
    }),
    incident("a release of a program reads another type in a change of twenty", 9, &[(FAILED, "")], |site| {
        site.one("b", &failed("Session"), Counter(0.0, 3.0));
    }),
    incident("a release of a program fails in a change of twenty", 9, &[(FAILED, "")], |site| {
        site.one("b", &failed("ServerError"), Counter(0.0, 3.0));
    }),
    incident("one visitor's session has a wrong type, and a store fails now and then", 30, &[], |site| {
        site.one("b", &failed("Session"), Once(4.0));
        site.both(&failed("Validation"), Once(2.0));
    }),

    // Proxies and browsers.
    incident("a proxy drops `Set-Cookie`, and earlier sessions still open", 5, &[(NO_RETURN, "")], move |site| {
        site.turns(&[(returned("Began"), 4.0, 0.0), (returned("SignedIn"), 8.0, 0.0), (absent(), 30.0, 180.0)]);
        site.turns(&[(written("Began"), 1.0, 10.0), (written("SignedIn"), 2.0, 10.0)]);
    }),
    incident("a proxy drops nineteen `Set-Cookie` of twenty", 5, &[(NO_RETURN, "")], move |site| {
        site.turns(&[(returned("Began"), 4.0, 0.2), (returned("SignedIn"), 8.0, 0.4), (absent(), 30.0, 180.0)]);
        site.turns(&[(written("Began"), 1.0, 10.0), (written("SignedIn"), 2.0, 10.0)]);
    }),
    incident("a proxy drops each `Set-Cookie` of a site without sign-ins", 8, &[(NO_RETURN, "")], move |site| {
        site.turns(&[(written("SignedIn"), 0.0, 0.0), (returned("SignedIn"), 0.0, 0.0), (returned("Began"), 16.0, 0.0)]);
        site.turns(&[(written("Began"), 4.0, 40.0), (absent(), 30.0, 180.0)]);
    }),
    incident("a new site, whose proxy drops most `Set-Cookie`", 8, &[(NO_RETURN, "")], move |site| {
        for name in [opened(), returned("Began"), returned("SignedIn"), written("Changed"), written("Refreshed"), rejected("Idle")] {
            site.both(&name, Counter(0.0, 0.0));
        }
        site.turns(&[(absent(), 0.0, 180.0), (written("Began"), 0.0, 10.0), (written("SignedIn"), 0.0, 10.0), (returned("SignedIn"), 0.0, 1.0)]);
    }),
    incident("a proxy drops long `Cookie` fields, so half of the visitors sign in again and again", 7, &[(NO_RETURN, "")], move |site| {
        site.turns(&[(written("SignedIn"), 2.0, 11.0), (returned("SignedIn"), 8.0, 20.0), (absent(), 30.0, 60.0), (opened(), 150.0, 120.0)]);
    }),
    incident("a program without metrics has another `name`, and visitors give up", 9, &[(NO_RETURN, "")], |site| {
        site.both(&written("SignedIn"), Fading(2.0, 12.0, 4.0));
        site.both(&returned("SignedIn"), Fading(8.0, 28.0, 11.2));
    }),
    incident("a browser update: three browsers of ten drop each new cookie", 9, &[(NO_RETURN, "")], move |site| {
        site.turns(&[(written("SignedIn"), 2.0, 6.0), (returned("SignedIn"), 8.0, 5.6), (absent(), 30.0, 50.0), (opened(), 150.0, 130.0)]);
    }),
    incident("a proxy drops long `Set-Cookie` fields", 10, &[(REFRESHES, "")], |site| {
        site.turns(&[(written("Refreshed"), 8.0, 60.0), (returned("Written"), 50.0, 20.0)]);
    }),
    incident("one of two proxies drops each `Set-Cookie`, and more visitors come than before", 12, &[(REFRESHES, "")], move |site| {
        site.turns(&[(opened(), 150.0, 190.0), (written("Refreshed"), 8.0, 20.0), (returned("Written"), 50.0, 40.0)]);
        site.turns(&[(written("SignedIn"), 2.0, 3.5), (returned("SignedIn"), 8.0, 10.0)]);
    }),
    incident("a deploy with a shorter `refresh_after`", 60, &[], move |site| {
        site.turns(&[(written("Refreshed"), 8.0, 40.0), (returned("Written"), 50.0, 75.0)]);
    }),
    incident("a proxy drops long `Set-Cookie` fields, while visitors leave", 12, &[(REFRESHES, "")], move |site| {
        site.turns(&[(opened(), 150.0, 100.0), (written("Refreshed"), 8.0, 40.0), (returned("Written"), 50.0, 10.0)]);
    }),
    incident("a proxy drops long `Set-Cookie` fields, while visitors come", 10, &[(REFRESHES, "")], move |site| {
        site.turns(&[(opened(), 150.0, 200.0), (written("Refreshed"), 8.0, 90.0), (returned("Written"), 50.0, 20.0)]);
    }),
    incident("a proxy drops long `Set-Cookie` fields, and the site asks about its sessions each minute", 12, &[(REFRESHES, "")], move |site| {
        site.turns(&[(written("Refreshed"), 20.0, 60.0), (returned("Written"), 50.0, 20.0)]);
    }),
    incident("a message brings visitors back, each to one page", 60, &[], move |site| {
        site.turns(&[(opened(), 150.0, 210.0), (written("Refreshed"), 8.0, 66.0)]);
    }),
    incident("a few visitors of the night look at a page now and then", 60, &[], move |site| {
        site.turns(&[(opened(), 150.0, 30.0), (written("Refreshed"), 8.0, 10.0), (returned("Written"), 50.0, 5.0)]);
    }),
    incident("visitors become slow at noon", 60, &[], move |site| {
        site.turns(&[(opened(), 150.0, 60.0), (written("Refreshed"), 8.0, 16.0), (returned("Written"), 50.0, 8.0)]);
    }),
    incident("pages come without TLS", 2, &[(FORMS, "")], move |site| {
        site.turns(&[(opened(), 150.0, 0.0), (absent(), 30.0, 180.0), (refused("PlainHttp"), 0.0, 60.0)]);
        for change in ["Began", "SignedIn", "Changed", "Refreshed"] {
            site.both(&written(change), Counter(3.0, 0.0));
        }
        site.turns(&[(returned("SignedIn"), 8.0, 0.0), (returned("Began"), 4.0, 0.0)]);
    }),
    incident("a proxy changes `Host`, and one browser of ten is older", 3, &[(FORMS, "")], |site| {
        site.both(&written("Changed"), Counter(60.0, 54.0));
        site.both(&refused("OtherHost"), Counter(0.0, 8.0));
    }),
    incident("forms that another site makes browsers send, and old pages", 60, &[], |site| {
        site.both(&refused("CrossSite"), Counter(0.0, 100.0));
        site.both(&refused("OtherHost"), Counter(0.0, 2.0));
        site.both(&refused("WrongToken"), Counter(0.0, 100.0));
    }),

    // Cookies of others.
    incident("an Express program on the same host, which few visitors use", 7, &[(FOREIGN, "")], |site| {
        site.both(&rejected("Incomplete"), Counter(0.0, 100.0));
    }),
    incident("forged cookies with the id of the key in use, on a page that begins a session", 60, &[(ONE_IN_TEN, "")], |site| {
        site.turns(&[(rejected("Auth"), 0.0, 600.0), (replaced("Began", "Auth"), 0.0, 600.0)]);
    }),
    incident("a scanner with nonsense in the cookie, on a page that begins a session", 60, &[(ONE_IN_TEN, ""), (FOREIGN, "")], |site| {
        site.turns(&[(rejected("Encoding"), 0.0, 100.0), (replaced("Began", "Encoding"), 0.0, 100.0)]);
    }),
    incident("a scanner with nonsense has been there all night, and everyone signs in in the morning", 60, &[(ONE_IN_TEN, ""), (FOREIGN, "")], move |site| {
        site.turns(&[(rejected("Encoding"), 100.0, 100.0), (replaced("Began", "Encoding"), 100.0, 100.0)]);
        site.turns(&[(opened(), 150.0, 600.0), (written("SignedIn"), 2.0, 40.0), (returned("SignedIn"), 8.0, 150.0)]);
    }),
    incident("a scanner with nonsense comes while everyone signs in in the morning", 60, &[(ONE_IN_TEN, ""), (FOREIGN, "")], move |site| {
        site.turns(&[(rejected("Encoding"), 0.0, 200.0), (replaced("Began", "Encoding"), 0.0, 200.0)]);
        site.turns(&[(opened(), 150.0, 600.0), (written("SignedIn"), 2.0, 40.0), (returned("SignedIn"), 8.0, 150.0)]);
    }),
    incident("a nonsense cookie in forty seconds", 60, &[], |site| {
        site.turns(&[(rejected("Encoding"), 0.0, 1.5), (replaced("Began", "Encoding"), 0.0, 1.5)]);
    }),
    incident("a program has a shorter timeout", 30, &[(ONE_IN_TEN, "")], |site| {
        site.one("b", &rejected("Idle"), Counter(3.0, 100.0));
    }),
    incident("a thousand forged cookies", 60, &[], |site| {
        site.one("a", &rejected("UnknownKey"), Once(1_000.0));
    }),
    incident("an hour of forged cookies", 60, &[], |site| {
        site.both(&rejected("UnknownKey"), Counter(0.0, 600.0));
        site.both(&replaced("Began", "UnknownKey"), Counter(0.0, 600.0));
    }),

    // Sizes.
    incident("sessions have 2,100 characters", 75, &[], |site| {
        site.bytes([0.0, 0.0, 0.0, 0.0, 73.0, 73.0, 73.0, 73.0]);
    }),
    incident("carts of two kilobytes", 30, &[(GROW, "ab")], |site| {
        site.bytes([10.0, 20.0, 30.0, 40.0, 40.0, 73.0, 73.0, 73.0]);
    }),
    ];
    for reason in ["Auth", "Encoding", "Incomplete", "TooLong", "TooShort", "UnknownFormat"] {
        let name = format!("another program writes the cookie, or has another application: {reason}");
        incidents.push(incident(&name, 6, &[(SIGNED_OUT, "")], move |site| {
            site.turns(&[(replaced("SignedIn", reason), 0.0, 3.5), (rejected(reason), 0.0, 8.0), (returned("SignedIn"), 8.0, 22.0)]);
        }));
        let name = format!("as above, and the page of the sign-in begins a session: {reason}");
        incidents.push(incident(&name, 10, &[(SIGNED_OUT, "")], move |site| {
            site.turns(&[(replaced("Began", reason), 0.0, 7.5), (rejected(reason), 0.0, 8.0), (written("SignedIn"), 2.0, 9.5), (returned("SignedIn"), 8.0, 38.0)]);
        }));
    }
    incidents
}

/// A file for `promtool test rules`.
fn tests(rules: &str, magnitude: f64) -> String {
    let mut text = "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n".to_owned();
    for incident in incidents() {
        add_test(&mut text, &incident, magnitude, rules);
    }
    text
}

fn add_test(text: &mut String, incident: &Incident, magnitude: f64, rules: &str) {
    let mut site = Site::well();
    (incident.changes)(&mut site);
    let name = format!("{}, {magnitude}", incident.name);
    writeln!(text, "- name: {name:?}\n  interval: 1m\n  input_series:").unwrap();
    for (series, metric) in &site.series {
        let missed = site.missed.filter(|(instance, _)| {
            !series.starts_with(UP) && series.contains(&format!("instance=\"{instance}\""))
        });
        let values = (0..=LASTS).map(|minute| match missed {
            Some((_, late)) if minute == BEGINS + late => "stale".to_owned(),
            _ => match metric.at(minute, magnitude) {
                absent if absent.is_nan() => "stale".to_owned(),
                value => value.to_string(),
            },
        });
        let values = values.collect::<Vec<_>>().join(" ");
        writeln!(text, "  - {{ series: {series:?}, values: {values:?} }}").unwrap();
    }
    let within = incident.within;
    let firing = r#"ALERTS{alertstate="firing"}"#;
    let expression =
        format!("group by (alertname, instance, severity) (max_over_time({firing}[{within}m:1m]))");
    writeln!(text, "  promql_expr_test:").unwrap();
    add_query(text, &expression, BEGINS + within, &expected(incident, &[]));
    // They last as long as it does.
    let names = incident.alerts.iter().map(|(alert, _)| *alert);
    let names = names.collect::<Vec<_>>().join("|");
    let expression = format!(
        "group by (alertname, instance, severity) (ALERTS{{alertstate=\"firing\",alertname=~{names:?}}})"
    );
    add_query(text, &expression, ENDS, &expected(incident, incident.brief));
    let expression = r#"ALERTS{alertstate="firing",severity="critical"}"#;
    add_query(text, expression, ENDS + 25, &[]);
    let at = BEGINS + within;
    if incident.name == MAJORITY {
        let instances = ["b", "c"].map(|it| format!("{{instance={it:?}}}"));
        add_query(text, &above(rules, SETTINGS), at, &instances);
    }
}

/// The alerts of an incident but those, with their labels.
fn expected(incident: &Incident, brief: &[&str]) -> Vec<String> {
    let mut expected = Vec::new();
    for (alert, named) in incident.alerts {
        if brief.contains(alert) {
            continue;
        }
        let severity = if WARNINGS.contains(alert) {
            "warning"
        } else {
            "critical"
        };
        let labels = format!("alertname={alert:?},severity={severity:?}");
        let instances = named.chars().map(|it| format!(",instance=\"{it}\""));
        let instances = instances.collect::<Vec<_>>();
        let instances = if instances.is_empty() {
            vec![String::new()]
        } else {
            instances
        };
        expected.extend(instances.iter().map(|it| format!("{{{labels}{it}}}")));
    }
    expected
}

fn add_query(text: &mut String, expression: &str, at: u64, labels: &[String]) {
    writeln!(text, "  - expr: {expression:?}\n    eval_time: {at}m").unwrap();
    if !labels.is_empty() {
        writeln!(text, "    exp_samples:").unwrap();
    }
    for labels in labels {
        writeln!(text, "    - {{ labels: {labels:?}, value: 1 }}").unwrap();
    }
}

/// An expression with the instances whose value of the alert is above 0.3.
fn above(rules: &str, alert: &str) -> String {
    let (_, rule) = rules
        .split_once(&format!("- alert: {alert:?}\n        expr: |\n"))
        .unwrap();
    let expression = rule.split("\n        for:").next().unwrap();
    let expression: Vec<_> = expression.split_whitespace().collect();
    let expression = expression.join(" ");
    format!("group by (instance) (({expression}) > 0.3)")
}

#[test]
#[ignore = "needs promtool, or its path in PROMTOOL"]
fn each_alert_fires_in_its_incident_and_stays_silent_in_the_others() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alerts");
    fs::create_dir_all(&folder).unwrap();
    let rules = include_str!("../../../docs/alerts.yml");
    fs::write(folder.join("rules.yml"), rules).unwrap();
    let promtool = env::var("PROMTOOL").unwrap_or("promtool".to_owned());
    let started = MAGNITUDES.map(|magnitude| {
        let file = format!("tests-{magnitude}.yml");
        fs::write(folder.join(&file), tests(rules, magnitude)).unwrap();
        let mut promtool = Command::new(&promtool);
        promtool.current_dir(&folder).args(["test", "rules", &file]);
        promtool.stdout(Stdio::piped()).stderr(Stdio::piped());
        promtool.spawn().unwrap()
    });
    for started in started {
        let ran = started.wait_with_output().unwrap();
        let said = [ran.stdout, ran.stderr].concat();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&said));
    }
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
        assert!(incidents().iter().any(fires), "{rule} has no incident");
    }
}
