//! A key ring as text (SPEC.md § 3.5).

use std::{sync::Arc, time::SystemTime};

use super::member::{Member, RingKey};
use crate::format::{
    base::{EPOCH, UnixSeconds, parse_time, unix_seconds},
    crypto::{sha256::Prk, suite::Mode},
    keys::key::{KeyError, RawKey, looks, looks_like_a_key},
};

/// Keys in the order in which they are listed, and the latest `not_before`, or 0 without one. Another source may have
/// the rest of the ring.
#[derive(Default)]
pub(crate) struct Listing {
    /// Mode that all keys must have, or `None` before the first key.
    pub(crate) mode: Option<Mode>,
    pub(super) keys: Vec<Member<Arc<Prk>>>,
    pub(super) not_before: UnixSeconds,
}

impl Listing {
    /// Adds the keys and the `not_before` of a text. An error gives the number of the entry, counting lines as an
    /// editor does, or entries between commas.
    pub(crate) fn add(&mut self, whole: &str) -> Result<(), KeyError> {
        let keys = self.keys.len();
        let added = self.try_add(whole);
        let is_right = added.is_ok() && self.keys.len() > keys;
        match looks::of_ring(whole.trim_ascii()) {
            Some(look) if !is_right => Err(KeyError::new(format!("key ring {look}"))),
            _ => added,
        }
    }

    fn try_add(&mut self, whole: &str) -> Result<(), KeyError> {
        let text = whole.trim_ascii();
        let has_commas = has_commas(text);
        let before = &whole[..whole.len() - whole.trim_ascii_start().len()];
        let (first, items): (usize, &mut dyn Iterator<Item = &str>) = if has_commas {
            (1, &mut text.split(','))
        } else {
            (1 + before.matches('\n').count(), &mut text.lines())
        };
        let mut not_before = None;
        for (entry, item) in (first..).zip(items) {
            let fail = |problem| KeyError::new(format!("key ring, entry {entry}: {problem}"));
            let item = item.trim_matches(BLANK);
            if let Some(time) = item.strip_prefix(NOT_BEFORE) {
                if time.contains(BLANK) {
                    return Err(fail(KeyError::new(AFTER_NOT_BEFORE)));
                }
                set(&mut not_before, NOT_BEFORE, time).map_err(fail)?;
            } else if !item.is_empty() && !is_comment(item) {
                let key = parse_key(item, self.mode).map_err(fail)?;
                self.mode = Some(key.info.suite.mode());
                self.keys.push(key);
            } else if has_commas {
                return Err(fail(KeyError::new(BLANK_BETWEEN_COMMAS)));
            }
        }
        self.not_before = self.not_before.max(not_before.map_or(0, unix_seconds));
        Ok(())
    }
}

/// Returns `true` if commas, and not lines, separate the keys of a text.
#[must_use]
pub fn has_commas(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.contains(',') && !is_comment(line))
}

fn is_comment(line: &str) -> bool {
    line.trim_start_matches(BLANK).starts_with('#')
}

/// Parses `key attribute=time attribute=time`. Refuses a key that does not have the mode, if one is given.
fn parse_key(item: &str, mode: Option<Mode>) -> Result<Member<Arc<Prk>>, KeyError> {
    let mut words = item.split(BLANK).filter(|word| !word.is_empty());
    let key = words.next().unwrap_or_default();
    // Parsing a key ignores white space around it, but in a ring only spaces and tabs separate words.
    if key != key.trim_ascii() {
        return Err(KeyError::new(OTHER_BLANK));
    }
    let RingKey(mut key) = RingKey::of(&RawKey::parse(key, mode)?);
    for word in words {
        if let Some(time) = word.strip_prefix(SEAL_FROM) {
            set(&mut key.info.seal_from, SEAL_FROM, time)?;
        } else if let Some(time) = word.strip_prefix(ACCEPT_UNTIL) {
            set(&mut key.info.accept_until, ACCEPT_UNTIL, time)?;
        } else if looks_like_a_key(word) {
            return Err(KeyError::new(SECOND_KEY));
        } else {
            return Err(KeyError::new(UNKNOWN_ATTRIBUTE));
        }
    }
    Ok(key)
}

/// Sets the time of an attribute, which must not be before 2026 and must be given once.
fn set(slot: &mut Option<SystemTime>, attribute: &str, time: &str) -> Result<(), KeyError> {
    let time = parse_time(time).filter(|&time| unix_seconds(time) >= EPOCH);
    let problem = match time {
        None => "expects a time like `2026-12-15T00:00:00Z`, from 2026 on",
        Some(_) if slot.is_some() => "is given twice",
        Some(_) => {
            *slot = time;
            return Ok(());
        }
    };
    Err(KeyError::new(format!("`{attribute}` {problem}")))
}

/// Separates words. Line ends or commas separate entries.
const BLANK: [char; 2] = [' ', '\t'];
/// Word of the time before which sessions are rejected.
pub const NOT_BEFORE: &str = "not_before=";
/// Attribute of a key.
pub const SEAL_FROM: &str = "seal_from=";
/// Attribute of a key.
pub const ACCEPT_UNTIL: &str = "accept_until=";
const UNKNOWN_ATTRIBUTE: &str =
    "unknown attribute after the key, expected `seal_from=` or `accept_until=`";
const SECOND_KEY: &str = "expected an attribute after the key, found several keys; in a key ring, put each on a separate \
    line, or separate all by commas";
const AFTER_NOT_BEFORE: &str = "`not_before=` stands alone, expected nothing after its time";
const OTHER_BLANK: &str =
    "key has a line end or the like around it; separate keys by commas or by lines, not by both";
const BLANK_BETWEEN_COMMAS: &str = "an entry between commas is empty or a comment, expected a key";

#[cfg(test)]
mod tests {
    use super::Listing;
    use crate::EncryptionKey;

    #[test]
    fn an_attribute_after_not_before_is_refused_in_words_about_it() {
        let ring = Listing::default().add("not_before=2026-12-15T00:00:00Z old");
        let sentence = ring.err().unwrap().to_string();
        let expected =
            "key ring, entry 1: `not_before=` stands alone, expected nothing after its time";
        assert_eq!(sentence, expected);
    }

    #[test]
    fn keys_separated_by_commas_and_by_lines_are_refused_in_words_about_it() {
        let key = EncryptionKey::generate().unwrap().expose_secret();
        let ring = Listing::default().add(&format!("{},\n{}", *key, *key));
        let sentence = ring.err().unwrap().to_string();
        assert!(
            sentence.contains("entry 2: key has a line end"),
            "{sentence}"
        );
    }

    #[test]
    fn an_error_counts_lines_as_an_editor_does() {
        let ring = Listing::default().add("\n# old\n\nno key\n");
        let sentence = ring.err().unwrap().to_string();
        assert!(sentence.starts_with("key ring, entry 4: "), "{sentence}");
    }

    #[test]
    fn an_error_counts_keys_between_commas_whatever_precedes_them() {
        for text in ["no key,no key", "\n\nno key,no key", "  no key,\nno key\n"] {
            let ring = Listing::default().add(text);
            let sentence = ring.err().unwrap().to_string();
            assert!(sentence.starts_with("key ring, entry 1: "), "{sentence}");
        }
    }
}
