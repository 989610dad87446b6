//! Text of a ring, line by line, or key by key if commas separate the keys. A change keeps everything else: comments,
//! blank lines, order, line ends.

use std::{
    ops::Range,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub(super) use hardtack::packages::{ACCEPT_UNTIL, SEAL_FROM};
use hardtack::{
    KeyRing,
    keys::KeyId,
    packages::{NOT_BEFORE, has_commas},
};
use zeroize::Zeroizing;

use super::{
    notes::{self, MADE, OVERLAP},
    overlap,
};
use crate::{key::NewKey, time::show};

pub(super) struct RingText {
    lines: Vec<Line>,
    line_end: &'static str,
    /// White space after a ring in one line.
    tail: String,
}

struct Line {
    /// Text of the line, including its line end.
    text: Zeroizing<String>,
    key: Option<KeyId>,
}

impl RingText {
    /// Reads the text of a ring, before or after it is parsed.
    pub(super) fn new(text: &str) -> RingText {
        if has_commas(text) {
            return RingText::in_one_line(text);
        }
        RingText {
            lines: text.split_inclusive('\n').map(Line::new).collect(),
            line_end: if text.contains("\r\n") { "\r\n" } else { "\n" },
            tail: String::new(),
        }
    }

    /// Like [`new`](Self::new), for the value of a variable. One line stays one line, even if it has a single key or
    /// none yet.
    pub(super) fn of_variable(text: &str) -> RingText {
        let ring = text.trim();
        if ring.contains('\n') || ring.starts_with('#') {
            RingText::new(text)
        } else {
            RingText::in_one_line(text)
        }
    }

    fn in_one_line(text: &str) -> RingText {
        let (keys, tail) = text.split_at(text.trim_end().len());
        let mut one = RingText {
            lines: keys.split_inclusive(',').map(Line::new).collect(),
            line_end: ",",
            tail: tail.to_owned(),
        };
        if let Some(last) = one.lines.len().checked_sub(1) {
            one.end_line(last);
        }
        one
    }

    /// Returns `true` if commas separate the keys, or would separate more keys. Such a ring has no comments.
    pub(super) fn is_in_one_line(&self) -> bool {
        self.line_end == ","
    }

    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut parts: Vec<_> = self.lines.iter().map(|line| line.text.as_str()).collect();
        if let Some(last) = parts.last_mut().filter(|_| self.is_in_one_line()) {
            *last = last.trim_end_matches(',');
        }
        parts.push(&self.tail);
        // Allocated in the exact size, because growing would leave a copy of the keys behind.
        let len = parts.iter().map(|part| part.len()).sum();
        let mut text = Zeroizing::new(String::with_capacity(len));
        text.extend(parts);
        text
    }

    /// Returns `true` if the text has keys, or a mistake, and not only comments and a `not_before`.
    pub(super) fn has_keys(&self) -> bool {
        let is_other = |word: &str| word.starts_with('#') || word.starts_with(NOT_BEFORE);
        let mut words = self.lines.iter().map(Line::first_word);
        words.any(|word| !word.is_empty() && !is_other(word))
    }

    /// Returns the ids of the keys, and the keys themselves.
    pub(super) fn keys(&self) -> impl Iterator<Item = (KeyId, &str)> {
        self.lines
            .iter()
            .filter_map(|line| Some((line.key?, line.first_word())))
    }

    /// Sets a time of a key, or removes it. `name` is [`SEAL_FROM`] or [`ACCEPT_UNTIL`].
    pub(super) fn set(&mut self, id: KeyId, name: &str, time: Option<SystemTime>) {
        if let Some(at) = self.position(id) {
            self.lines[at].set(name, time);
        }
    }

    pub(super) fn add(&mut self, key: &NewKey) {
        self.insert_after_keys(&key.text);
    }

    /// Removes a key, and the note of when it was made.
    pub(super) fn remove(&mut self, id: KeyId) {
        self.remove_notes(MADE, id);
        self.lines.retain(|line| line.key != Some(id));
    }

    pub(super) fn remove_notes(&mut self, name: &str, id: KeyId) {
        self.lines
            .retain(|line| !notes::is_about(&line.text, name, id));
    }

    /// Moves the key `id` before `other`, unless it is already before it.
    pub(super) fn move_before(&mut self, id: KeyId, other: KeyId) {
        let positions = self.position(id).zip(self.position(other));
        if let Some((from, to)) = positions.filter(|(from, to)| from > to) {
            self.end_line(from);
            self.lines[to..=from].rotate_right(1);
        }
    }

    pub(super) fn set_not_before(&mut self, time: SystemTime) {
        let known = |line: &&mut Line| line.first_word().starts_with(NOT_BEFORE);
        match self.lines.iter_mut().find(known) {
            Some(line) => line.set(NOT_BEFORE, Some(time)),
            None => self.insert_after_keys(&format!("{NOT_BEFORE}{}", show(time))),
        }
    }

    /// Notes the overlap of keys in place of an earlier note, or at the top.
    pub(super) fn note_overlap(&mut self, overlap: Duration) {
        let duration = overlap::compact(overlap);
        let mut lines = self.lines.iter_mut();
        match lines.find_map(|line| Some((notes::noted_at(&line.text, OVERLAP)?, line))) {
            Some((place, line)) => line.replace(place, &duration),
            None => self.insert(0, &format!("# {OVERLAP}{duration}")),
        }
    }

    /// Adds a note after those at the top. A ring in one line has none.
    pub(super) fn note(&mut self, note: &str) {
        if !self.is_in_one_line() {
            let mut lines = self.lines.iter();
            let at = lines.position(|line| !notes::is_note(&line.text));
            self.insert(at.unwrap_or(self.lines.len()), note);
        }
    }

    fn insert(&mut self, at: usize, line: &str) {
        if at > 0 {
            self.end_line(at - 1);
        }
        self.lines.insert(at, Line::new(line));
        self.end_line(at);
    }

    fn position(&self, id: KeyId) -> Option<usize> {
        self.lines.iter().position(|line| line.key == Some(id))
    }

    fn insert_after_keys(&mut self, line: &str) {
        let last_key = self.lines.iter().rposition(|line| line.key.is_some());
        let at = last_key.map_or(self.lines.len(), |last| last + 1);
        self.insert(at, line);
    }

    /// Adds the end of a line, which the last line of a file may lack.
    fn end_line(&mut self, at: usize) {
        let line = &mut self.lines[at];
        if line.text.bytes().last() != self.line_end.bytes().last() {
            let end = line.text.len();
            line.replace(end..end, self.line_end);
        }
    }
}

impl Line {
    fn new(text: &str) -> Line {
        let mut line = Line {
            text: Zeroizing::new(text.to_owned()),
            key: None,
        };
        let key = line.first_word().parse().ok();
        line.key = key.map(|key: KeyRing| key.sealing_key(UNIX_EPOCH));
        line
    }

    fn first_word(&self) -> &str {
        let mut words = self.text.split(BLANK);
        words.find(|word| !word.is_empty()).unwrap_or_default()
    }

    /// Sets the word that begins with `name`, adds it, or removes it together with the space before it.
    fn set(&mut self, name: &str, time: Option<SystemTime>) {
        let word = time.map(|time| format!("{name}{}", show(time)));
        let end_of_words = |text: &str| text.trim_end_matches(BLANK).len();
        match (self.text.find(name), word) {
            (Some(start), Some(word)) => self.replace(start..self.end_of_word(start), &word),
            (Some(start), None) => {
                let space = end_of_words(&self.text[..start]);
                self.replace(space..self.end_of_word(start), "");
            }
            (None, Some(word)) => {
                let end = end_of_words(&self.text);
                let is_alone = self.text.trim_matches(BLANK) == self.first_word();
                let space = if is_alone { "  " } else { " " };
                self.replace(end..end, &format!("{space}{word}"));
            }
            (None, None) => {}
        }
    }

    fn end_of_word(&self, start: usize) -> usize {
        let len = self.text[start..].find(BLANK);
        len.map_or(self.text.len(), |len| start + len)
    }

    fn replace(&mut self, range: Range<usize>, with: &str) {
        let parts = [&self.text[..range.start], with, &self.text[range.end..]];
        let len = parts.iter().map(|part| part.len()).sum();
        let mut text = Zeroizing::new(String::with_capacity(len));
        text.extend(parts);
        self.text = text;
    }
}

/// White space and separators. The end of a line counts, and the line of a key has a comma only at its end.
const BLANK: [char; 5] = [' ', '\t', '\r', '\n', ','];

#[cfg(test)]
mod tests {
    use hardtack::EncryptionKey;
    use proptest::prelude::*;

    use super::*;

    fn key() -> String {
        EncryptionKey::generate()
            .unwrap()
            .expose_secret()
            .to_string()
    }

    /// Returns a ring as people write it. Its keys may have times.
    fn strings() -> impl Strategy<Value = String> {
        let time = "seal_from=2030-0[1-9]-01T00:00:00Z";
        let key_line = ("[ \t]{0,2}", prop::option::of(time), "[ \t]{0,2}").prop_map(
            |(before, time, after)| match time {
                Some(time) => format!("{before}{} {time}{after}", key()),
                None => format!("{before}{}{after}", key()),
            },
        );
        let line = prop_oneof![key_line, "[ \t]{0,2}(#[ -~]{0,20})?"];
        let lines = prop::collection::vec(line, 0..6);
        (lines, prop::bool::ANY, prop::bool::ANY).prop_map(|(mut lines, is_dos, is_ended)| {
            lines.push(key());
            let line_end = if is_dos { "\r\n" } else { "\n" };
            let end = if is_ended { line_end } else { "" };
            lines.join(line_end) + end
        })
    }

    fn read(text: &RingText) -> KeyRing {
        text.to_text().parse().unwrap()
    }

    proptest! {
        // A failing case becomes a test, not a line of a file.
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_not_changed_stays_to_the_last_byte(text in strings()) {
            prop_assert_eq!(&*RingText::new(&text).to_text(), &text);
        }

        #[test]
        fn a_time_that_is_set_is_read_and_one_that_is_taken_away_leaves_no_trace(
            text in strings(),
            at in any::<prop::sample::Index>(),
        ) {
            let mut edited = RingText::new(&text);
            let keys = read(&edited).keys();
            let key = at.get(&keys);
            let time = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
            edited.set(key.id, SEAL_FROM, Some(time));
            let found = read(&edited).keys().into_iter().find(|found| found.id == key.id);
            prop_assert_eq!(found.unwrap().seal_from, Some(time));
            edited.set(key.id, SEAL_FROM, key.seal_from);
            prop_assert_eq!(&*edited.to_text(), &text);
        }

        #[test]
        fn a_note_is_a_line_that_is_replaced(text in strings(), seconds in 1..100_000_000_u64) {
            let overlap = Duration::from_secs(seconds);
            let mut edited = RingText::new(&text);
            edited.note_overlap(Duration::from_secs(1));
            let mut edited = RingText::new(&edited.to_text());
            edited.note_overlap(overlap);
            let noted = edited.to_text();
            prop_assert_eq!(overlap::noted(&noted), Ok(Some(overlap)));
            prop_assert_eq!(noted.split_once('\n').unwrap().1, &text);
            prop_assert!(!read(&edited).keys().is_empty());
        }

        #[test]
        fn a_key_that_is_added_and_removed_leaves_no_more_than_a_line_end(text in strings()) {
            let mut edited = RingText::new(&text);
            let count = read(&edited).keys().len();
            let new = NewKey::make(crate::key::SuiteName::Xcha).ok().unwrap();
            edited.add(&new);
            prop_assert_eq!(read(&edited).keys().len(), count + 1);
            edited.remove(new.id);
            let left = edited.to_text();
            prop_assert_eq!(left.trim_end_matches(['\r', '\n']), text.trim_end_matches(['\r', '\n']));
        }
    }
}
