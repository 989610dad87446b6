//! Layout of a token: its first bytes (SPEC.md § 4), its lengths, and the longest token that is read.

use crate::format::{
    base::Reason,
    crypto::{
        base64url,
        suite::{Mode, Suite, TAG_LEN},
    },
    keys::{KeyId, PurposeKey},
};

/// `format (1 byte) || key id (4 bytes)`, at the start of every token.
pub(super) type Head = [u8; HEAD_LEN];

/// Returns the head of the tokens that `key` seals.
pub(super) fn head_of(key: &PurposeKey) -> Head {
    let KeyId([a, b, c, d]) = key.info.id;
    [key.info.suite.format(), a, b, c, d]
}

/// Reads the head of a token. It is not verified.
pub(super) fn read_head([format, id @ ..]: Head) -> Result<(Suite, KeyId), Reason> {
    let suite = Suite::from_format(format).ok_or(Reason::UnknownFormat)?;
    Ok((suite, KeyId(id)))
}

/// Returns the length of a token for a body of `body_len` bytes, before encoding: `head || nonce || body || tag`.
pub(super) const fn blob_len(mode: Mode, body_len: usize) -> usize {
    HEAD_LEN + mode.nonce_len() + body_len + TAG_LEN
}

/// Returns the bytes that a token has in addition to its body, before encoding.
pub(crate) const fn overhead(mode: Mode) -> usize {
    blob_len(mode, 0)
}

/// Characters of a token for a body of `body_len` bytes.
pub(crate) const fn token_len(mode: Mode, body_len: usize) -> usize {
    base64url::encoded_len(blob_len(mode, body_len))
}

pub(super) const HEAD_LEN: usize = 5;
/// Characters of eight full cookies, which decode to 24,576 bytes (SPEC.md § 4.5).
pub(crate) const LONGEST_TOKEN: usize = 8 * 4096;
/// Bytes of flags, `issued` and the shortest age.
pub(crate) const SMALLEST_BODY: usize = 6;
