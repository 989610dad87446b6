use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::Args;
use hardtack::{
    keys::{KeyId, KeyRole, RingEvent},
    packages::{KeyInfo, show_duration},
};
use serde_json::{Value, json};

use super::{
    KeyRing, KeyRingExt,
    edit::{NOT_KNOWN, UNLESS},
    file,
    findings::{ERROR, Finding, of_file, of_leaks, of_loss},
    keys::Overlap,
    notes::Notes,
    overlap::{self, OverlapOptions},
    show::leaked,
};
use crate::{
    output::{self, CommandResult, Failure, HARDTACK},
    time::{self, Time, show},
};

/// Check a ring for errors
///
/// The exit code is 1 if programs refuse the ring, if it ends a key while sessions under it are
/// valid, if that is not known, or if nobody can stay signed in for more than a day.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Check {
    /// The file that holds the key ring; `-` is standard input
    file: PathBuf,
    /// Check the ring at this time: 2026-12-15T00:00:00Z, or +1h from now; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,
    #[command(flatten)]
    overlap: OverlapOptions,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) fn run(self) -> CommandResult {
        let now = time::now()?;
        let at = self.at.unwrap_or(Time::NOW).resolve(now)?;
        let (given, keeps_unknown_keys) = self.overlap.read()?;
        let text = file::read(&self.file)?;
        let noted = overlap::noted(&text);
        let overlap = given.or(noted.clone().unwrap_or_default());
        let notes = Notes::read(&text);
        let mut findings = Vec::new();
        let ring = text.parse::<KeyRing>();
        let has_leaked = |id| (notes.as_ref()).is_ok_and(|notes| notes.leaked(id).is_some());
        let used = ring.iter().flat_map(used_overlaps);
        // A key that leaked is to end, whatever it sealed.
        let is_planned = ring.iter().any(|ring| ring.planned_leak(now).is_some());
        let used = used.filter(|overlap| !is_planned && !has_leaked(overlap.key));
        let used: Vec<_> = used.collect();
        match &ring {
            Ok(ring) => {
                let of_overlaps = self.of_overlaps(&used, overlap, at, now)?;
                let of_ring = self.of_ring(ring, &of_overlaps, has_leaked, at).into_iter();
                findings.extend(of_ring.filter(|finding| {
                    !keeps_unknown_keys || ![RETIRED, FOR_EVER].contains(&finding.word)
                }));
                findings.splice(..0, of_overlaps);
                findings.splice(..0, of_leaks(ring, &notes, at));
            }
            Err(error) => findings.push(Finding::error("unreadable", None, error.to_string())),
        }
        findings.extend(self.of_note(given, &noted));
        let lost = ring.as_ref().ok().into_iter();
        findings.extend(lost.flat_map(|ring| of_loss(ring, notes.as_ref().ok())));
        findings.extend(of_file(&self.file, &text));
        let ring = ring.ok();
        let report = Report {
            at,
            seals: ring.as_ref().map(|ring| ring.sealing(at)),
            next: ring.as_ref().and_then(|ring| ring.next_event(at)),
            overlap,
            serves: serves(&used, at),
            fingerprint: ring.map(|ring| ring.fingerprint().to_string()),
            notes: notes.unwrap_or_default(),
            findings,
        };
        output::print(&if self.json {
            report.as_json().to_string()
        } else {
            report.as_text()
        })?;
        Ok(report.is_valid())
    }

    /// Returns the file as an argument of another command line.
    fn argument(&self) -> String {
        output::argument(&self.file.to_string_lossy())
    }

    /// Returns the finding about the overlap that the file notes, if any.
    fn of_note(
        &self,
        given: Option<Duration>,
        noted: &Result<Option<Duration>, String>,
    ) -> Option<Finding> {
        match (noted, given) {
            (Err(error), _) => Some(Finding::error("malformed-overlap", None, error)),
            (Ok(Some(noted)), Some(given)) if *noted < given => {
                let (noted, given) = (overlap::compact(*noted), overlap::compact(given));
                let file = self.file.display();
                let sentence = format!(
                    "{file} notes `# overlap={noted}`, and these options need more; change that line to `# \
                     overlap={given}`"
                );
                Some(Finding::warning("short-overlap", None, sentence))
            }
            _ => None,
        }
    }

    /// Returns findings about keys that retire before their tokens end, each with a command that fixes it. Tokens that
    /// have ended by `at` do not count. If `needed` is not known, returns at most one finding, which says so.
    fn of_overlaps(
        &self,
        used: &[Overlap],
        needed: Option<Duration>,
        at: SystemTime,
        now: SystemTime,
    ) -> Result<Vec<Finding>, Failure> {
        let Some(needed) = needed else {
            let unknown = serves(used, at).map(|_| Finding::error(UNKNOWN, None, NOT_KNOWN));
            return Ok(unknown.into_iter().collect());
        };
        let mut findings = Vec::new();
        for short in used.iter().filter(|overlap| overlap.serves(at) < needed) {
            let (id, file) = (short.key, self.argument());
            let end = time::after(short.seal_from, needed)?;
            let (options, until) = (self.overlap.repeated(), show(end));
            let fix = match (end > now, short.accept_until > now) {
                (false, _) => format!("`{HARDTACK} ring retire {file} {id}{options}`"),
                (true, true) => {
                    format!("`{HARDTACK} ring retire {file} {id} --at {until}{options}`")
                }
                (true, false) => {
                    format!("accept_until={until} in its line, by hand, if nobody else has the key")
                }
            };
            let sentence = format!(
                "key {id} retires at {}, and tokens that it sealed may be valid until {until}: their visitors are then signed \
                 out. Fix: {fix}",
                show(short.accept_until)
            );
            findings.push(Finding::error("retires-early", Some(id), sentence));
        }
        Ok(findings)
    }

    /// Returns findings about the ring. `early` has the findings about keys that are needed for longer, which must not
    /// be removed.
    fn of_ring(
        &self,
        ring: &KeyRing,
        early: &[Finding],
        has_leaked: impl Fn(KeyId) -> bool,
        at: SystemTime,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (keys, file) = (ring.keys(), self.argument());
        for (place, key) in keys.iter().enumerate() {
            let id = key.id;
            let (word, sentence) = match ring.role(id, at) {
                Some(KeyRole::Retired) if early.iter().all(|finding| finding.key != Some(id)) => (
                    RETIRED,
                    format!(
                        "key {id} no longer opens anything; remove it with `{HARDTACK} ring retire {file} {id}`, {UNLESS}"
                    ),
                ),
                Some(KeyRole::Sealing)
                    if place == 0 && key.seal_from.is_some_and(|from| from > at) =>
                {
                    (
                        "seal-from",
                        format!(
                            "key {id} seals already, because no other key can, so its seal_from has no effect"
                        ),
                    )
                }
                Some(KeyRole::Accepted) if key.accept_until.is_none() && !has_leaked(id) => (
                    FOR_EVER,
                    format!(
                        "key {id} never retires, `{HARDTACK} ring retire {file} {id} --at TIME` sets a time"
                    ),
                ),
                _ => continue,
            };
            findings.push(Finding::warning(word, Some(id), sentence));
        }
        for Overlap {
            key,
            next,
            seal_from,
            ..
        } in hand_overs(ring).filter(|end| end.seal_from > at)
        {
            let sentence = format!(
                "key {key} opens nothing from {} on, the moment key {next} takes over, so everyone is signed out then; that is \
                 right only after a leak",
                show(seal_from)
            );
            findings.push(Finding::warning("signs-out", Some(key), sentence));
        }
        if let Some(time) = ring.not_before().filter(|time| *time > at) {
            let sentence = format!(
                "not_before is in the future: until {} no one can stay signed in",
                show(time)
            );
            let is_long = time
                .duration_since(at)
                .is_ok_and(|wait| wait > LONGEST_WAIT);
            findings.push(if is_long {
                let sentence = format!(
                    "{sentence}; if the time is mistyped, set it to when all sessions were to end"
                );
                Finding::error("not-before", None, sentence)
            } else {
                Finding::warning("not-before", None, sentence)
            });
        }
        findings
    }
}

struct Report {
    at: SystemTime,
    /// Key that seals, or `None` if the file is not a ring.
    seals: Option<KeyInfo>,
    /// Next change of a role.
    next: Option<RingEvent>,
    /// Overlap that keys need, or `None` if it is not known.
    overlap: Option<Duration>,
    /// Longest need of keys for which the ring is valid, or `None` if it is valid for any.
    serves: Option<Duration>,
    /// Fingerprint of the ring, or `None` if the file is not a ring.
    fingerprint: Option<String>,
    notes: Notes,
    findings: Vec<Finding>,
}

impl Report {
    fn is_valid(&self) -> bool {
        self.findings.iter().all(|finding| finding.level != ERROR)
    }

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
            "valid": self.is_valid(),
            "overlap": self.overlap.map(|duration| duration.as_secs()),
            "serves": self.serves.map(|duration| duration.as_secs()),
            "fingerprint": self.fingerprint,
            "seals": self.seals.map(|key| key.id.to_string()),
            "seals_since": self.seals_since().map(show),
            "next": self.next.map(|next| next.to_string()),
            "leaked": leaked(&self.notes),
            "findings": findings.collect::<Vec<_>>(),
        })
    }

    fn as_text(&self) -> String {
        let mut first = self.verdict();
        let print = self.fingerprint.iter();
        first.extend(print.map(|print| format!(", fingerprint {print}")));
        let findings = self
            .findings
            .iter()
            .map(|finding| format!("{}: {}", finding.level, finding.sentence));
        let leaks = self
            .notes
            .leaks()
            .map(|(key, from)| format!("leaked: {key} is to open nothing from {}", show(from)));
        [Some(first), self.since(), self.coming()]
            .into_iter()
            .flatten()
            .chain(leaks)
            .chain(findings)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn seals_since(&self) -> Option<SystemTime> {
        self.seals?.seal_from.filter(|from| *from <= self.at)
    }

    /// Returns a sentence about the key that seals, with which a clock that is slow is noticed.
    fn since(&self) -> Option<String> {
        let id = self.seals?.id;
        let since = self.seals_since().map(|since| {
            let ago = show_duration(self.at.duration_since(since).unwrap_or_default());
            let since = show(since);
            format!(" since {since}, {ago} ago: an instance without this ring rejects its sessions")
        });
        Some(format!("key {id} seals{}", since.unwrap_or_default()))
    }

    fn coming(&self) -> Option<String> {
        let next = self.next?;
        Some(format!("next: {next}"))
    }

    fn verdict(&self) -> String {
        let is_unknown = self.findings.iter().any(|finding| finding.word == UNKNOWN);
        match (self.is_valid(), self.serves) {
            (true, None) => "valid for any application".to_owned(),
            (true, Some(serves)) => {
                let overlap = show_duration(self.overlap.unwrap_or(serves));
                format!("valid for an overlap of {overlap}")
            }
            (false, Some(serves)) if is_unknown => {
                let serves = show_duration(serves);
                format!(
                    "not known to be valid: it is for an overlap of up to {serves}, and nothing says what yours is"
                )
            }
            _ => "not valid".to_owned(),
        }
    }
}

/// Returns the longest need of keys for which the ring is valid, or `None` if it is valid for any.
fn serves(used: &[Overlap], at: SystemTime) -> Option<Duration> {
    used.iter().map(|overlap| overlap.serves(at)).min()
}

/// Returns the overlaps of keys under which sessions may be valid. If another key took over by `not_before`, the
/// sessions under the earlier key are refused, so its end, as after a leak, is not too early. Nor is an end as the next
/// key begins, or at the same time as such an end: both are meant to end sessions.
fn used_overlaps(ring: &KeyRing) -> impl Iterator<Item = Overlap> {
    let (not_before, ends) = (ring.not_before(), hand_overs(ring).collect::<Vec<_>>());
    let is_meant = move |overlap: &Overlap| {
        ends.iter()
            .any(|end| end.accept_until == overlap.accept_until)
            || not_before.is_some_and(|time| time >= overlap.seal_from)
    };
    ring.overlaps().filter(move |overlap| !is_meant(overlap))
}

/// Returns the keys that end as the next one begins.
fn hand_overs(ring: &KeyRing) -> impl Iterator<Item = Overlap> {
    let overlaps = ring.overlaps();
    overlaps.filter(|overlap| overlap.accept_until == overlap.seal_from)
}

const UNKNOWN: &str = "unknown-overlap";
const RETIRED: &str = "retired";
const FOR_EVER: &str = "accepted-for-ever";
/// Longest time until `not_before` that is no mistake.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);
