//! Sealing a token (SPEC.md § 4 and § 6).

use super::{
    context::{AadRoom, Context},
    head::{HEAD_LEN, head_of},
    length::blob_len,
};
use crate::{
    crypto::{base64url, cipher::RANDOM_LEN, scratch::Wiped},
    keys::PurposeKey,
};

/// Seals a token under `key`, and appends it to `text`. `random` must be new at every call. `write` appends the body of
/// `body_len` bytes, which is sealed in place.
#[inline]
pub(crate) fn seal(
    key: &PurposeKey,
    context: &Context,
    random: &[u8; RANDOM_LEN],
    body_len: usize,
    write: impl FnOnce(&mut Vec<u8>),
    text: &mut String,
) {
    let mode = key.info.suite.mode();
    let head = head_of(key);
    let mut buffer = Wiped::borrow();
    let blob = buffer.start(blob_len(mode, body_len));
    blob.extend_from_slice(&head);
    blob.resize(HEAD_LEN + mode.nonce_len(), 0);
    write(blob);
    let room = &mut AadRoom::default();
    let sealed = &mut blob[HEAD_LEN..];
    let tag = key
        .material
        .cipher
        .seal(&context.aad(&head, room), random, sealed);
    blob.extend_from_slice(&tag);
    base64url::encode(blob, text);
}
