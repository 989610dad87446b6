//! Waiting for a fleet to have a ring.

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use hardtack::settings::show_duration;

use super::{
    file,
    health::{self, Health, HealthCheck},
};
use crate::{
    answer::{self, Answer, Failure},
    time,
};

/// Wait until every instance has a ring
///
/// Asks the health check of each instance, over plain HTTP, until all of them show the
/// fingerprint of the ring in one round. Names on standard error the instances that do
/// not. The exit code is 1 if the time is up before that.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Wait {
    /// The health check of each instance, not of the proxy in front: http://10.0.0.1:8080/health
    #[arg(required = true, value_name = "URL")]
    instances: Vec<HealthCheck>,
    #[command(flatten)]
    wanted: Wanted,
    /// The time after which to give up
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration, default_value = "10m")]
    timeout: Duration,
    /// The pause between two rounds
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration, default_value = "2s")]
    every: Duration,
}

/// Ring that the instances should have.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Wanted {
    /// The file that holds the key ring
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The fingerprint of the key ring, where the file is not at hand
    #[arg(long, value_name = "FINGERPRINT", value_parser = fingerprint)]
    fingerprint: Option<String>,
}

fn fingerprint(text: &str) -> Result<String, &'static str> {
    health::fingerprint(text)
        .ok_or("expected a fingerprint of 16 hexadecimal digits, as `hardtack ring show` prints it")
}

impl Wanted {
    fn fingerprint(self) -> Result<String, Failure> {
        match self.keys {
            Some(path) => Ok(file::read_ring(&path)?.fingerprint().to_string()),
            None => Ok(self.fingerprint.expect("one of the two is required")),
        }
    }
}

impl Wait {
    pub(super) fn run(self) -> Answer {
        let wanted = self.wanted.fingerprint()?;
        let begun = Instant::now();
        let mut told = String::new();
        loop {
            let round = Round::ask(&self.instances);
            let count = format!("fingerprint {wanted} on {}", round.count(&wanted));
            if round.has_all(&wanted) {
                answer::print(&count)?;
                return Ok(true);
            }
            let progress = format!("{count}; {}", round.others(&wanted));
            if progress != told {
                answer::note(&progress);
                told = progress;
            }
            let left = self.timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                let duration = show_duration(self.timeout);
                return Err(Failure::No(format!(
                    "gave up after {duration}: {count}; if an instance has refused the ring, its log says why"
                )));
            }
            thread::sleep(self.every.min(left));
        }
    }
}

/// Answers of all instances.
struct Round<'a>(Vec<(&'a HealthCheck, Health)>);

impl Round<'_> {
    fn ask(instances: &[HealthCheck]) -> Round<'_> {
        let mut answers = Vec::with_capacity(instances.len());
        for some in instances.chunks(MOST_AT_ONCE) {
            thread::scope(|scope| {
                let asked: Vec<_> = some
                    .iter()
                    .map(|instance| (instance, scope.spawn(|| instance.ask())))
                    .collect();
                answers.extend(asked.into_iter().map(|(instance, asked)| {
                    let health = asked.join();
                    (
                        instance,
                        health.unwrap_or(Health::Silent("it panicked".to_owned())),
                    )
                }));
            });
        }
        Round(answers)
    }

    fn has_all(&self, wanted: &str) -> bool {
        self.0.iter().all(|(_, health)| health.has(wanted))
    }

    fn count(&self, wanted: &str) -> String {
        let have = self.0.iter().filter(|(_, health)| health.has(wanted));
        format!("{} of {} instances", have.count(), self.0.len())
    }

    /// Returns the instances without the ring, with their answers.
    fn others(&self, wanted: &str) -> String {
        let others = self.0.iter().filter(|(_, health)| !health.has(wanted));
        let others: Vec<_> = others
            .map(|(instance, health)| format!("{instance} {health}"))
            .collect();
        let shown = others[..others.len().min(MOST_SHOWN)].join("; ");
        match others.len().saturating_sub(MOST_SHOWN) {
            0 => shown,
            more => format!("{shown}; and {more} others"),
        }
    }
}

const MOST_AT_ONCE: usize = 64;
const MOST_SHOWN: usize = 8;
