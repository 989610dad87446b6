//! Notes in the file of a ring: comments, which programs ignore.
//!
//! ```text
//! # overlap=31m
//! # made=c7e01b94 2027-03-01T06:00:00Z
//! # leaked=5a1f00c3 2027-03-01T06:15:00Z
//! ```
//!
//! A key that leaked opens nothing from the time of its note on, and must not come back.

use std::{ops::Range, time::SystemTime};

use hardtack::{keys::KeyId, packages::KeyInfo};

use super::KeyRing;
use crate::{output::Failure, time::show};

/// Notes about keys.
#[derive(Default)]
pub(super) struct Notes {
    made: Vec<About>,
    leaked: Vec<About>,
}

/// Id of a key as text, and a time.
type About = (String, SystemTime);

impl Notes {
    /// Reads the notes of a ring's text. A note about a leak must be readable, because the key might come back.
    pub(super) fn read(text: &str) -> Result<Notes, String> {
        let mut notes = Notes::default();
        for (line, number) in text.lines().zip(1..) {
            if let Some(place) = noted_at(line, MADE) {
                // Or an ordinary comment.
                notes.made.extend(about(&line[place]));
            }
            if let Some(place) = noted_at(line, LEAKED) {
                let leak = about(&line[place]).ok_or_else(|| {
                    format!(
                        "line {number} does not end with a key's id and a time, as in `# {LEAKED}c7e01b94 \
                         2027-03-01T06:00:00Z`; correct or remove it"
                    )
                })?;
                // The last note about a key counts.
                notes.leaked.retain(|(id, _)| *id != leak.0);
                notes.leaked.push(leak);
            }
        }
        Ok(notes)
    }

    /// Returns the time at which the key was made.
    pub(super) fn made(&self, id: KeyId) -> Option<SystemTime> {
        find(&self.made, id)
    }

    /// Returns the time from which the key opens nothing, because of a leak.
    pub(super) fn leaked(&self, id: KeyId) -> Option<SystemTime> {
        find(&self.leaked, id)
    }

    /// Returns the keys that leaked, also those that are gone, and the times from which they open nothing.
    pub(super) fn leaks(&self) -> impl Iterator<Item = (&str, SystemTime)> {
        self.leaked.iter().map(|(id, time)| (&**id, *time))
    }

    /// Returns the ids of keys that were made, and that the ring lacks although nothing says why.
    pub(super) fn missing(&self, ring: &KeyRing) -> impl Iterator<Item = &str> {
        let keys: Vec<_> = ring.keys().iter().map(|key| key.id.to_string()).collect();
        let made = self.made.iter().map(|(id, _)| &**id);
        made.filter(move |id| {
            !keys.iter().any(|key| key == id) && !self.leaked.iter().any(|(leaked, _)| leaked == id)
        })
    }

    /// Returns the latest time at which a key was made.
    pub(super) fn latest(&self) -> Option<SystemTime> {
        self.made.iter().map(|(_, time)| *time).max()
    }

    /// Returns a sentence about a key that leaked and whose forgeries would live on, if there is one.
    pub(super) fn forgeries(&self, ring: &KeyRing, now: SystemTime) -> Option<(KeyId, String)> {
        let keys = ring.keys();
        keys.iter().find_map(|key| {
            let (id, end) = (key.id, self.leaked(key.id)?);
            // A line that was put back with a time in the past opens nothing.
            if key.accept_until.is_some_and(|until| until <= now) {
                return None;
            }
            let Some(until) = key.accept_until.filter(|until| *until <= end) else {
                let end = show(end);
                let sentence = format!(
                    "key {id} is back after a leak and opens forgeries: a note says that it opens nothing from {end} on; \
                     remove its line, or give it accept_until={end}"
                );
                return Some((id, sentence));
            };
            let seals_before = |other: &&KeyInfo| {
                let begins = other.seal_from.is_some_and(|from| from > now && from < until);
                self.leaked(other.id).is_none() && (begins || ring.sealing_key(now) == other.id)
            };
            let other = keys.iter().find(seals_before)?.id;
            let sentence = format!(
                "key {id} has leaked and still opens until {}, so key {other} must not begin to seal before then: \
                 forgeries would be sealed again under it",
                show(until)
            );
            Some((id, sentence))
        })
    }
}

/// Reads the notes of a file.
pub(super) fn of(text: &str, path: &std::path::Path) -> Result<Notes, Failure> {
    Notes::read(text).map_err(|error| Failure::file("cannot read", path, error))
}

/// Returns the line of a note about a key.
pub(super) fn line(name: &str, id: KeyId, time: SystemTime) -> String {
    format!("# {name}{id} {}", show(time))
}

/// Returns the place of the value in a line that notes it. `name` ends with `=`.
pub(super) fn noted_at(line: &str, name: &str) -> Option<Range<usize>> {
    let comment = line.trim_start_matches(BLANK).strip_prefix('#')?;
    let note = comment.trim_start_matches(BLANK).strip_prefix(name)?;
    let start = line.len() - note.len();
    Some(start..start + note.trim_end().len())
}

/// Returns `true` if the line is a note of this name about this key.
pub(super) fn is_about(line: &str, name: &str, id: KeyId) -> bool {
    let note = noted_at(line, name).and_then(|place| about(&line[place]));
    note.is_some_and(|(of, _)| of == id.to_string())
}

/// Returns `true` if the line is a note.
pub(super) fn is_note(line: &str) -> bool {
    [OVERLAP, MADE, LEAKED]
        .iter()
        .any(|name| noted_at(line, name).is_some())
}

fn find(list: &[About], id: KeyId) -> Option<SystemTime> {
    let id = id.to_string();
    let found = list.iter().rfind(|(of, _)| *of == id);
    found.map(|(_, time)| *time)
}

fn about(note: &str) -> Option<About> {
    let (id, time) = note.trim().split_once(BLANK)?;
    let is_id = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let time = crate::time::parse(time.trim())?;
    is_id.then(|| (id.to_ascii_lowercase(), time))
}

pub(super) const OVERLAP: &str = "overlap=";
pub(super) const MADE: &str = "made=";
pub(super) const LEAKED: &str = "leaked=";
const BLANK: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use super::Notes;

    #[test]
    fn of_several_notes_about_one_key_the_last_line_counts() {
        let id = hardtack::EncryptionKey::generate().unwrap().id();
        let lines = |name| {
            format!("# {name}{id} 2027-03-01T08:00:00Z\n# {name}{id} 2027-03-01T06:00:00Z\n")
        };
        let notes = Notes::read(&(lines(super::LEAKED) + &lines(super::MADE))).unwrap();
        let last = crate::time::parse("2027-03-01T06:00:00Z");
        assert_eq!((notes.leaked(id), notes.made(id)), (last, last));
    }
}
