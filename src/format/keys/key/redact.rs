//! Finds and hides keys that appear in other text by mistake.

use std::borrow::Cow;

use super::{
    info::{ANY_KEY_PREFIX, KEY_PREFIX},
    text::{ENCODED_LEN, is_checked_secret},
};

/// Hides the keys in a string, such as a line of a log or an error of another library.
///
/// A key is found by its prefix `hardtack_key_v1_`, even if the rest was changed or cut off. What follows the prefix in
/// the same word becomes `…`; a word has ASCII letters, digits, `_` and `-`. Without the prefix, only a whole secret with
/// its checksum is found, and the whole word becomes `…`.
///
/// The time grows with the length of the string. Long words cost most, because a key may end at each of their
/// characters.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, keys};
///
/// let key = EncryptionKey::generate()?.expose_secret();
/// let line = format!("cannot read /run/secrets/{}: not found", *key);
/// assert_eq!(keys::redact(&line), "cannot read /run/secrets/hardtack_key_v1_…: not found");
///
/// let (_, bare) = key.split_at("hardtack_key_v1_xaes_".len());
/// assert_eq!(keys::redact(&format!("unknown option `{bare}`")), "unknown option `…`");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// A part of a key without its prefix looks like any other text, and is shown. Redact a string before you shorten or
/// wrap it.
#[must_use]
pub fn redact(text: &str) -> String {
    let pieces = text.split_inclusive(|c| !is_of_key(c)).map(|piece| {
        let word = piece.trim_end_matches(|c| !is_of_key(c));
        let shown = match word.find(KEY_PREFIX) {
            None if !has_end_of_key(word) => return Cow::Borrowed(piece),
            // A key without its prefix may directly precede the next key.
            Some(start) if !has_end_of_key(&word[..start + KEY_PREFIX.len()]) => {
                &word[..start + KEY_PREFIX.len()]
            }
            _ => "",
        };
        Cow::Owned(format!("{shown}…{}", &piece[word.len()..]))
    });
    pieces.collect()
}

/// Returns `true` if `text` contains the prefix of keys of any version, or a whole secret with its checksum.
pub(crate) fn looks_like_a_key(text: &str) -> bool {
    let mut words = text.split(|c| !is_of_key(c));
    text.contains(ANY_KEY_PREFIX) || words.any(has_end_of_key)
}

/// Returns `text` in quotes for an error message, or says that it is a key.
pub(crate) fn quoted_unless_key(text: &str) -> String {
    if looks_like_a_key(text) {
        return "a key".to_owned();
    }
    format!("{text:?}")
}

/// Returns `true` if a part of `word` is the secret of a key and its checksum.
fn has_end_of_key(word: &str) -> bool {
    let mut parts = word.as_bytes().windows(ENCODED_LEN);
    parts.any(is_checked_secret)
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}
