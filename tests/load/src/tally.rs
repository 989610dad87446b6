//! Counts of what was sent and answered.

use std::{collections::BTreeMap, fmt, sync::Mutex};

/// Counts, shared by all threads.
#[derive(Default)]
pub(crate) struct Tally(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// By kind of request and status.
    answers: BTreeMap<(&'static str, u16), u64>,
    rotations: u64,
    mistakes: Vec<String>,
}

impl Tally {
    /// Counts an answer. One of 5xx is a mistake.
    pub(crate) fn answered(&self, kind: &'static str, status: u16) {
        self.with(|counts| *counts.answers.entry((kind, status)).or_default() += 1);
        if status >= 500 {
            self.mistake(format!("{kind}: {status}"));
        }
    }

    pub(crate) fn rotated(&self, is_taken: bool) {
        self.with(|counts| counts.rotations += 1);
        if !is_taken {
            self.mistake("a ring was refused".to_owned());
        }
    }

    /// Notes what must not happen. A few tell enough.
    pub(crate) fn mistake(&self, mistake: String) {
        self.with(|counts| {
            if counts.mistakes.len() < MOST_MISTAKES {
                counts.mistakes.push(mistake);
            }
        });
    }

    /// Returns the mistakes, one of which is that less was done than the program is for.
    pub(crate) fn mistakes(&self, least_rotations: u64) -> Vec<String> {
        self.with(|counts| {
            let has_all = KINDS
                .iter()
                .all(|kind| counts.answers.keys().any(|(known, _)| known == kind));
            let mut mistakes = counts.mistakes.clone();
            mistakes.extend((!has_all).then(|| "a kind of request was never sent".to_owned()));
            let has_rotated = counts.rotations >= least_rotations;
            mistakes.extend((!has_rotated).then(|| "keys were rotated too rarely".to_owned()));
            mistakes
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut Counts) -> R) -> R {
        work(&mut self.0.lock().expect("nobody panicked"))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.with(|counts| {
            let answers = counts.answers.iter();
            let lines =
                answers.map(|((kind, status), count)| format!("{count:>10}  {kind}: {status}\n"));
            lines.collect::<String>() + &format!("{:>10}  rotations", counts.rotations)
        });
        f.write_str(&lines)
    }
}

/// All kinds of requests.
pub(crate) const KINDS: [&str; 6] = [
    "counted",
    "large",
    "tampered",
    "garbage",
    "too long",
    "mixed parts",
];
const MOST_MISTAKES: usize = 20;
