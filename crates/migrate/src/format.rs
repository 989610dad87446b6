//! Functions and types that several formats share.

use std::{fmt, ops::Deref};

use base64::Engine;
use hardtack::session::Reason;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Password or key, which `Debug` does not show.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Secret {
        Secret(Zeroizing::new(bytes.into()))
    }
}

impl Deref for Secret {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Decodes a variant of base64.
pub(crate) fn decode(
    base64: &impl Engine,
    text: impl AsRef<[u8]>,
) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let bytes = base64.decode(text);
    bytes.map(Zeroizing::new).map_err(|_| Reason::Encoding)
}

/// Decompresses zlib. A small cookie can unpack to megabytes, so there is a limit.
pub(crate) fn unpack(compressed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let unpacked =
        miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(compressed, LONGEST_JSON);
    unpacked.map(Zeroizing::new).map_err(|_| Reason::Payload)
}

/// Refuses a wrong signature.
pub(crate) fn check(is_signed: bool) -> Result<(), Reason> {
    is_signed.then_some(()).ok_or(Reason::Auth)
}

/// Parses JSON. Refuses an integer beyond 64 bits, which `serde_json` would turn into a float.
pub(crate) fn parse<V: DeserializeOwned>(json: &[u8]) -> Result<V, Reason> {
    parse_with_id(json, |_| 0)
}

/// Like [`parse`], but one integer, which is not an entry, may have 128 bits.
pub(crate) fn parse_with_id<V: DeserializeOwned>(
    json: &[u8],
    id: impl FnOnce(&V) -> i128,
) -> Result<V, Reason> {
    let value = serde_json::from_slice(json).map_err(|_| Reason::Payload)?;
    let large = integers(json).filter(|integer| !fits_64_bits(integer));
    let of_id = usize::from(!fits_64_bits(id(&value).to_string().as_bytes()));
    (large.count() == of_id)
        .then_some(value)
        .ok_or(Reason::Payload)
}

/// Returns the numbers in valid JSON that have neither a fraction nor an exponent.
fn integers(json: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut is_in_text, mut is_escaped) = (false, false);
    let numbers = json.split(move |&byte| {
        is_in_text ^= byte == b'"' && !is_escaped;
        is_escaped = is_in_text && byte == b'\\' && !is_escaped;
        is_in_text || !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
    });
    // `e` also occurs in words.
    numbers.filter(|number| !number.is_empty() && !number.iter().any(|byte| b".eE".contains(byte)))
}

fn fits_64_bits(integer: &[u8]) -> bool {
    let text = str::from_utf8(integer).unwrap_or_default();
    text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok()
}

/// More bytes than any session has room for.
const LONGEST_JSON: usize = 64 * 1024;
