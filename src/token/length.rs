//! Lengths of sealed tokens, and the longest token that is read.

use super::head::HEAD_LEN;
use crate::crypto::{
    base64url,
    suite::{Mode, TAG_LEN},
};

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

/// Characters of eight full cookies, which decode to 24,576 bytes.
pub(crate) const LONGEST_TOKEN: usize = 8 * 4096;
/// Bytes of flags, `issued` and the shortest age.
pub(crate) const SMALLEST_BODY: usize = 6;
