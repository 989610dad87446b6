//! A key ring as text (SPEC.md § 3.5).

use std::{error::Error, fmt, str::FromStr};

use super::{
    key::Key,
    key_text::{KeyError, looks_like_a_key},
    ring_key::RingKey,
};
use crate::base::{
    debug_by_display,
    time::{self, EPOCH, UnixSeconds},
};

/// The keys of one text, as listed, and its `not_before` or 0. Not a ring yet, since another text may have the
/// rest.
pub(crate) struct PartialRing<K> {
    pub(super) keys: Vec<RingKey<K>>,
    pub(super) not_before: UnixSeconds,
}

impl<K: Key> FromStr for PartialRing<K> {
    type Err = RingTextError;

    fn from_str(text: &str) -> Result<Self, RingTextError> {
        parse(text)
    }
}

fn parse<K: Key>(whole: &str) -> Result<PartialRing<K>, RingTextError> {
    let text = whole.trim_ascii();
    let is_comment = |line: &str| line.trim_start_matches(BLANK).starts_with('#');
    let has_commas = text
        .lines()
        .any(|line| line.contains(',') && !is_comment(line));
    let items: &mut dyn Iterator<Item = &str> = if has_commas {
        &mut text.split(',')
    } else {
        &mut text.lines()
    };
    // Lines are counted from the start of the untrimmed text, as in an editor.
    let before = &whole[..whole.len() - whole.trim_ascii_start().len()];
    let first = 1 + before.matches('\n').count();
    let mut keys = Vec::new();
    let mut not_before = None;
    for (number, item) in (first..).zip(items) {
        let fail = |problem| RingTextError { number, problem };
        let item = item.trim_matches(BLANK);
        if item.is_empty() || is_comment(item) {
            if has_commas {
                return Err(fail(TextProblem::BlankBetweenCommas));
            }
        } else if let Some(moment) = item.strip_prefix(NOT_BEFORE) {
            let moment = parse_not_before(moment).map_err(fail)?;
            if not_before.replace(moment).is_some() {
                return Err(fail(TextProblem::Repeated(NOT_BEFORE)));
            }
        } else {
            keys.push(parse_key(item).map_err(fail)?);
        }
    }
    Ok(PartialRing {
        keys,
        not_before: not_before.unwrap_or(0),
    })
}

fn parse_not_before(text: &str) -> Result<UnixSeconds, TextProblem> {
    if text.contains(BLANK) {
        return Err(TextProblem::AfterNotBefore);
    }
    parse_moment(text).ok_or(TextProblem::Time(NOT_BEFORE))
}

/// `key attribute=time attribute=time`
fn parse_key<K: Key>(item: &str) -> Result<RingKey<K>, TextProblem> {
    let mut words = item.split(BLANK).filter(|word| !word.is_empty());
    let key = words.next().unwrap_or_default();
    if key != key.trim_ascii() {
        // Parsing a key ignores white space around it, but in a ring only spaces and tabs separate words.
        return Err(TextProblem::Key(KeyError::Encoding));
    }
    let mut key = RingKey::new(key.parse().map_err(TextProblem::Key)?);
    let (mut seal_from, mut accept_until) = (None, None);
    for word in words {
        let (attribute, slot, moment) = if let Some(moment) = word.strip_prefix(SEAL_FROM) {
            (SEAL_FROM, &mut seal_from, moment)
        } else if let Some(moment) = word.strip_prefix(ACCEPT_UNTIL) {
            (ACCEPT_UNTIL, &mut accept_until, moment)
        } else {
            let is_key = looks_like_a_key(word);
            return Err(if is_key {
                TextProblem::SecondKey
            } else {
                TextProblem::Attribute
            });
        };
        let moment = parse_moment(moment).ok_or(TextProblem::Time(attribute))?;
        if slot.replace(moment).is_some() {
            return Err(TextProblem::Repeated(attribute));
        }
    }
    if let Some(moment) = seal_from {
        key = key.seal_from(time::system_time(moment));
    }
    if let Some(moment) = accept_until {
        key = key.accept_until(time::system_time(moment));
    }
    Ok(key)
}

/// In the range of the format.
fn parse_moment(text: &str) -> Option<UnixSeconds> {
    let seconds = time::unix_seconds(time::parse_moment(text)?);
    (seconds >= EPOCH).then_some(seconds)
}

/// An error in the text of a key ring, with the number of the entry: a line, or the text between two commas.
pub struct RingTextError {
    number: usize,
    problem: TextProblem,
}

#[derive(Debug)]
enum TextProblem {
    Key(KeyError),
    SecondKey,
    Attribute,
    AfterNotBefore,
    Repeated(&'static str),
    Time(&'static str),
    BlankBetweenCommas,
}

#[cfg(test)]
impl RingTextError {
    /// The word for this error in the vectors.
    pub(super) fn word(&self) -> &'static str {
        match &self.problem {
            TextProblem::Key(KeyError::WrongKind { .. }) => "mixed",
            TextProblem::Key(_) => "key",
            TextProblem::SecondKey
            | TextProblem::Attribute
            | TextProblem::AfterNotBefore
            | TextProblem::Repeated(_) => "attribute",
            TextProblem::Time(_) => "time",
            TextProblem::BlankBetweenCommas => "blank",
        }
    }
}

debug_by_display!(RingTextError);

impl fmt::Display for RingTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key ring, entry {}: ", self.number)?;
        match &self.problem {
            TextProblem::Key(error) => error.fmt(f),
            TextProblem::SecondKey => KeyError::Several.fmt(f),
            TextProblem::Attribute => f.write_str(
                "unknown attribute after the key, expected `seal_from=` or `accept_until=`",
            ),
            TextProblem::Repeated(attribute) => write!(f, "`{attribute}` is given twice"),
            TextProblem::AfterNotBefore => {
                write!(
                    f,
                    "`{NOT_BEFORE}` stands alone, expected nothing after its time"
                )
            }
            TextProblem::Time(attribute) => write!(
                f,
                "`{attribute}` expects a time like `2026-12-15T00:00:00Z`, from 2026 on"
            ),
            TextProblem::BlankBetweenCommas => {
                f.write_str("an entry between commas is empty or a comment, expected a key")
            }
        }
    }
}

impl Error for RingTextError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            TextProblem::Key(error) => error.source(),
            _ => None,
        }
    }
}

/// Separates words. Line ends and commas separate entries.
const BLANK: [char; 2] = [' ', '\t'];
const NOT_BEFORE: &str = "not_before=";
const SEAL_FROM: &str = "seal_from=";
const ACCEPT_UNTIL: &str = "accept_until=";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::key::EncryptionKey;

    #[test]
    fn an_attribute_after_not_before_is_refused_in_words_about_it() {
        let ring: Result<PartialRing<EncryptionKey>, _> =
            "not_before=2026-12-15T00:00:00Z old".parse();
        let sentence = ring.err().unwrap().to_string();
        let expected =
            "key ring, entry 1: `not_before=` stands alone, expected nothing after its time";
        assert_eq!(sentence, expected);
    }

    #[test]
    fn an_error_counts_lines_as_an_editor_does() {
        let ring: Result<PartialRing<EncryptionKey>, _> = "\n# old\n\nno key\n".parse();
        let sentence = ring.err().unwrap().to_string();
        assert!(sentence.starts_with("key ring, entry 4: "), "{sentence}");
    }
}
