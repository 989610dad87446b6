use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use clap::Args;
use hardtack::{
    keys::{KeyId, KeyRole},
    settings::show_span,
};
use serde_json::{Value, json};

use super::{
    AnyRing, file,
    lifetime::{self, Lifetime, Longest},
};
use crate::{
    answer::{self, Answer, Failure},
    moment::{self, Moment, show},
};

/// Check a ring for mistakes and oddities
///
/// The exit code is 1 if a program would refuse the ring.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Check {
    /// The file that holds the key ring; `-` is standard input
    file: PathBuf,
    /// Check the ring at this time: 2026-12-15T00:00:00Z, or +1h from now; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    #[command(flatten)]
    lifetime: Lifetime,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A mistake, for which a program refuses the ring, or an oddity.
struct Finding {
    level: &'static str,
    word: &'static str,
    key: Option<KeyId>,
    sentence: String,
}

impl Finding {
    fn wrong(word: &'static str, key: Option<KeyId>, sentence: String) -> Finding {
        Finding {
            level: WRONG,
            ..Finding::odd(word, key, sentence)
        }
    }

    fn odd(word: &'static str, key: Option<KeyId>, sentence: impl Into<String>) -> Finding {
        Finding {
            level: "odd",
            word,
            key,
            sentence: sentence.into(),
        }
    }
}

impl Check {
    pub(super) fn run(self) -> Answer {
        let now = moment::now()?;
        let at = self.at.unwrap_or(Moment::NOW).resolve(now)?;
        let longest = self.lifetime.longest()?;
        let text = file::read(&self.file)?;
        let ring = text.parse::<AnyRing>();
        let mut findings = match &ring {
            Ok(ring) => self.of_lifetime(ring, longest, now)?,
            Err(error) => vec![Finding::wrong("unreadable", None, error.to_string())],
        };
        let ring = ring.ok();
        findings.extend(ring.iter().flat_map(|ring| self.of_ring(ring, at)));
        findings.extend(of_file(&self.file, &text));
        let report = Report {
            at,
            longest,
            is_good: findings.iter().all(|finding| finding.level != WRONG),
            serves: ring.as_ref().and_then(AnyRing::serves),
            fingerprint: ring.map(|ring| ring.fingerprint().to_string()),
            findings,
        };
        answer::print(&if self.json {
            report.as_json().to_string()
        } else {
            report.as_text()
        })?;
        Ok(report.is_good)
    }

    /// Returns the keys that retire on living sessions, each with a command that mends it.
    fn of_lifetime(
        &self,
        ring: &AnyRing,
        longest: Longest,
        now: SystemTime,
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        // As in the command that mends it.
        let skew = moment::parse_span(lifetime::SKEW).map_err(Failure::usage)?;
        for overlap in ring.cut_short(longest.span) {
            let (id, file) = (overlap.key, self.file.display());
            let end = moment::after(overlap.seal_from, longest.span.saturating_add(skew))?;
            let lifetime = show_span(longest.span).replace(' ', "");
            let options = match end > now {
                true => format!(" --at {} --lifetime {lifetime}", show(end)),
                false => String::new(),
            };
            let sentence = format!(
                "key {id} is accepted for {} after key {} begins to seal, so sessions of {} are cut \
                 short, and the application does not start; `hardtack ring retire {file} {id}{options}` mends that",
                show_span(overlap.span()),
                overlap.next,
                show_span(longest.span)
            );
            findings.push(Finding::wrong("retires-early", Some(id), sentence));
        }
        Ok(findings)
    }

    fn of_ring(&self, ring: &AnyRing, at: SystemTime) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (keys, file) = (ring.keys(), self.file.display());
        for (place, key) in keys.iter().enumerate() {
            let id = key.id;
            let (word, sentence) = match ring.role(key, at) {
                KeyRole::Retired => (
                    "retired",
                    format!(
                        "key {id} no longer opens anything; `hardtack ring retire {file} {id}` removes it"
                    ),
                ),
                KeyRole::Sealing if place == 0 && key.seal_from.is_some() => (
                    "seal-from",
                    format!("key {id} is the first to seal, so its seal_from has no effect"),
                ),
                KeyRole::Accepted if key.accept_until.is_none() => (
                    "accepted-for-ever",
                    format!(
                        "key {id} is accepted without end, `hardtack ring retire {file} {id} --at TIME` sets one"
                    ),
                ),
                _ => continue,
            };
            findings.push(Finding::odd(word, Some(id), sentence));
        }
        if keys.len() == 1 {
            let sentence = "there is one key; a rotation adds another";
            findings.push(Finding::odd("single-key", None, sentence));
        }
        if let Some(moment) = ring.not_before().filter(|moment| *moment > at) {
            let sentence = format!(
                "not_before is in the future: until {} no one can stay signed in",
                show(moment)
            );
            findings.push(Finding::odd("not-before", None, sentence));
        }
        findings
    }
}

struct Report {
    at: SystemTime,
    longest: Longest,
    is_good: bool,
    serves: Option<Duration>,
    /// `None`: the file is not a ring.
    fingerprint: Option<String>,
    findings: Vec<Finding>,
}

impl Report {
    fn as_json(&self) -> Value {
        let findings = self.findings.iter().map(|finding| {
            json!({
                "level": finding.level,
                "finding": finding.word,
                "key": finding.key.map(|key| key.to_string()),
                "sentence": finding.sentence,
            })
        });
        json!({
            "at": show(self.at),
            "good": self.is_good,
            "lifetime": self.longest.span.as_secs(),
            "assumed": self.longest.is_assumed,
            "serves": self.serves.map(|span| span.as_secs()),
            "fingerprint": self.fingerprint,
            "findings": findings.collect::<Vec<_>>(),
        })
    }

    fn as_text(&self) -> String {
        let lifetime = match self.serves {
            None => "of any lifetime".to_owned(),
            Some(serves) if self.is_good => format!("of up to {}", show_span(serves)),
            Some(_) => format!("of up to {}", show_span(self.longest.span)),
        };
        let verdict = if self.is_good { "good" } else { "not good" };
        let mut lines = vec![match &self.fingerprint {
            Some(print) => format!("{verdict} for sessions {lifetime}, fingerprint {print}"),
            None => verdict.to_owned(),
        }];
        lines.extend(self.serves.and_then(|_| self.longest.assumption()));
        let findings = self.findings.iter();
        lines.extend(findings.map(|finding| format!("{}: {}", finding.level, finding.sentence)));
        lines.join("\n")
    }
}

fn of_file(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(mode) = mode(path).filter(|mode| mode & !0o600 != 0) {
        let sentence = format!(
            "the file has mode {mode:04o}, so others may read the keys; `chmod 600` prevents that"
        );
        findings.push(Finding::odd("mode", None, sentence));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        let sentence = "the last line has no line feed, so a line that is appended would join it";
        findings.push(Finding::odd("no-line-feed", None, sentence));
    }
    findings
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = path.metadata().ok()?;
    Some(metadata.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}

const WRONG: &str = "wrong";
