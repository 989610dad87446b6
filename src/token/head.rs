//! The first bytes of a token: its format, and the id of its key (SPEC.md § 4).

use crate::{
    base::reason::Reason,
    crypto::suite::Suite,
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

pub(super) const HEAD_LEN: usize = 5;
