//! Guesses the payload of a typed session, whose bytes do not describe themselves (SPEC.md § 5.5).

use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::value::hex;
use crate::time::show;

/// Returns the plausible parts of a payload in postcard's format, from left to right. Together they are all its bytes.
///
/// A text is a length of at least 2, and that many bytes of UTF-8 without control characters. Of the other bytes,
/// varints are numbers.
pub(super) fn guess(payload: &[u8]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let guessed = text(rest).or_else(|| number(rest));
        let (len, guess) = guessed.unwrap_or((1, Guess::Byte));
        let (bytes, after) = rest.split_at(len);
        parts.push(Part { bytes, guess });
        rest = after;
    }
    parts
}

/// A part of a payload.
#[derive(Debug, PartialEq)]
pub(super) struct Part<'a> {
    bytes: &'a [u8],
    guess: Guess<'a>,
}

#[derive(Debug, PartialEq)]
enum Guess<'a> {
    Text(&'a str),
    Number(u64),
    /// A byte that is neither text nor number.
    Byte,
}

impl Part<'_> {
    /// Returns the part as JSON, with `null` for a byte that is neither text nor number.
    pub(super) fn as_json(&self) -> Value {
        match self.guess {
            Guess::Text(text) => text.into(),
            Guess::Number(number) => number.into(),
            Guess::Byte => Value::Null,
        }
    }

    /// Returns the bytes in hexadecimal, and the guess next to the first of them.
    pub(super) fn as_lines(&self) -> impl Iterator<Item = String> {
        let mut guess = match self.guess {
            Guess::Text(text) => Value::from(text).to_string(),
            Guess::Number(number) => shown(number),
            Guess::Byte => "?".to_owned(),
        };
        let rows = self.bytes.chunks(BYTES_IN_A_ROW);
        rows.map(move |row| {
            let line = format!("{:<24}  {}", hex(row), std::mem::take(&mut guess));
            line.trim_end().to_owned()
        })
    }
}

/// Shows a number and its other meanings. Booleans, the absence of a value and the variant of an enum look the same.
fn shown(number: u64) -> String {
    // Zigzag: 0, -1, 1, -2, …
    let signed = (number >> 1) as i64 ^ -((number & 1) as i64);
    let as_time = |seconds| show(UNIX_EPOCH + Duration::from_secs(seconds));
    match number {
        0 | 1 => number.to_string(),
        _ if TIMES.contains(&number) => format!("{number}, or {}", as_time(number)),
        _ => format!("{number}, or {signed} if it is signed"),
    }
}

fn text(bytes: &[u8]) -> Option<(usize, Guess<'_>)> {
    let (head, len) = varint(bytes)?;
    let len = usize::try_from(len)
        .ok()
        .filter(|len| *len >= SHORTEST_TEXT)?;
    let text = bytes[head..].get(..len)?;
    let text = str::from_utf8(text).ok()?;
    let is_plain = !text.chars().any(char::is_control);
    is_plain.then_some((head + len, Guess::Text(text)))
}

fn number(bytes: &[u8]) -> Option<(usize, Guess<'_>)> {
    let (len, number) = varint(bytes)?;
    Some((len, Guess::Number(number)))
}

/// Returns the length of a varint, and its value: seven bits a byte, the lowest first, in the fewest bytes.
fn varint(bytes: &[u8]) -> Option<(usize, u64)> {
    let last = bytes.iter().take(10).position(|byte| byte & 0x80 == 0)?;
    let is_shortest = last == 0 || bytes[last] != 0;
    let is_in_range = last < 9 || bytes[last] == 1;
    let digits = bytes[..=last].iter().rev();
    let value = digits.fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    (is_shortest && is_in_range).then_some((last + 1, value))
}

/// Fewest bytes of a text. A text of one byte is more likely two small numbers.
const SHORTEST_TEXT: usize = 2;
const BYTES_IN_A_ROW: usize = 12;
/// Numbers that may be times: from 2020 to 2100, in seconds since 1970.
const TIMES: std::ops::Range<u64> = 1_577_836_800..4_102_444_800;

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(value: &impl serde::Serialize) -> Value {
        let bytes = postcard::to_stdvec(value).unwrap();
        guess(&bytes).iter().map(Part::as_json).collect()
    }

    #[test]
    fn texts_and_numbers_are_found_in_their_order() {
        assert_eq!(guessed(&(42_u64, "sv")), serde_json::json!([42, "sv"]));
        assert_eq!(
            guessed(&(Some("åsa@example.org"), true, None::<u8>, 1_800_000_000_u64)),
            serde_json::json!([1, "åsa@example.org", 1, 0, 1_800_000_000])
        );
        assert_eq!(
            guessed(&vec!["en", "sv", "de"]),
            serde_json::json!([3, "en", "sv", "de"])
        );
        assert_eq!(guessed(&u64::MAX), serde_json::json!([u64::MAX]));
        assert_eq!(
            guessed(&"x".repeat(300)),
            serde_json::json!(["x".repeat(300)])
        );
    }

    #[test]
    fn a_number_has_its_other_meanings_beside_it() {
        for (number, other) in [
            (0, "0"),
            (84, "84, or 42 if it is signed"),
            (85, "85, or -43 if it is signed"),
            (1_800_000_000, "1800000000, or 2027-01-15T08:00:00Z"),
            (
                u64::MAX,
                "18446744073709551615, or -9223372036854775808 if it is signed",
            ),
        ] {
            assert_eq!(shown(number), other);
        }
    }

    #[test]
    fn bytes_beyond_a_row_follow_without_a_guess() {
        let bytes = postcard::to_stdvec("twelve bytes").unwrap();
        let lines: Vec<_> = guess(&bytes)[0].as_lines().collect();
        assert_eq!(lines, ["0c7477656c76652062797465  \"twelve bytes\"", "73"]);
    }

    proptest::proptest! {
        #[test]
        fn no_byte_is_lost(bytes: Vec<u8>) {
            let parts = guess(&bytes);
            let joined: Vec<u8> = parts.iter().flat_map(|part| part.bytes.to_owned()).collect();
            proptest::prop_assert_eq!(joined, bytes);
        }
    }
}
