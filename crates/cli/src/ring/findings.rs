//! Findings of `ring check` in a file and its notes.

use std::{path::Path, time::SystemTime};

use hardtack::keys::KeyId;

use super::{KeyRing, notes::Notes};
use crate::source::STANDARD_INPUT;

pub(super) struct Finding {
    /// [`ERROR`] or [`WARNING`].
    pub(super) level: &'static str,
    pub(super) word: &'static str,
    pub(super) key: Option<KeyId>,
    pub(super) sentence: String,
}

impl Finding {
    pub(super) fn error(
        word: &'static str,
        key: Option<KeyId>,
        sentence: impl Into<String>,
    ) -> Finding {
        Finding {
            level: ERROR,
            ..Finding::warning(word, key, sentence)
        }
    }

    pub(super) fn warning(
        word: &'static str,
        key: Option<KeyId>,
        sentence: impl Into<String>,
    ) -> Finding {
        Finding {
            level: WARNING,
            word,
            key,
            sentence: sentence.into(),
        }
    }
}

/// Returns the finding about a key that leaked, if its forgeries would live on.
pub(super) fn of_leaks(
    ring: &KeyRing,
    notes: &Result<Notes, String>,
    at: SystemTime,
) -> Option<Finding> {
    match notes {
        Ok(notes) => {
            let (id, sentence) = notes.forgeries(ring, at)?;
            Some(Finding::error(LEAK, Some(id), sentence))
        }
        Err(error) => Some(Finding::error(LEAK, None, error)),
    }
}

/// Returns warnings about a ring that may have been cut off or written over.
pub(super) fn of_loss(ring: &KeyRing, notes: Option<&Notes>) -> Vec<Finding> {
    let missing = notes.into_iter().flat_map(|notes| notes.missing(ring));
    let mut sentences: Vec<_> = missing
        .map(|id| {
            format!(
                "a note says that key {id} was made, and the ring lacks it: if the file was cut off or written over, \
                 restore it; else remove the note"
            )
        })
        .collect();
    if let [key] = ring.keys()[..] {
        let is_noted = notes.is_some_and(|notes| notes.made(key.id).is_some());
        let has_times = key.seal_from.or(key.accept_until).is_some();
        if !is_noted && !has_times {
            sentences.push(
                "this ring may be incomplete: it has a single key, without times and without a note of when the key was made; \
                 if programs use other keys, and nobody ended those after a leak, the file was cut off or overwritten, or belongs \
                 to another program: restore the ring with their keys"
                    .to_owned(),
            );
        }
    }
    let warning = |sentence| Finding::warning("cut-off", None, sentence);
    sentences.into_iter().map(warning).collect()
}

pub(super) fn of_file(path: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if path == Path::new(STANDARD_INPUT) {
        return findings;
    }
    if let Some(mode) = mode(path).filter(|mode| mode & 0o027 != 0) {
        let sentence = format!(
            "the file has mode {mode:04o}, so others than its owner and group may read the keys, or its group change them; `chmod g-w,o-rwx` prevents that"
        );
        findings.push(Finding::warning("mode", None, sentence));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        let sentence = "the file does not end with a line feed, so programs that watch it refuse it, because it may be half \
            written: restore it, or end it with one if it is whole";
        findings.push(Finding::error("no-line-feed", None, sentence));
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

pub(super) const ERROR: &str = "error";
const WARNING: &str = "warning";
const LEAK: &str = "leaked";
