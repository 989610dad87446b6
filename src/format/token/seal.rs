//! Sealing a token (SPEC.md § 4 and § 6).

use super::{
    context::{AadRoom, Context},
    layout::{HEAD_LEN, blob_len, head_of},
};
use crate::format::{
    crypto::{base64url, cipher::RANDOM_LEN, random, scratch::Wiped, suite::Mode},
    keys::PurposeKey,
};

/// Seals like [`seal`], and draws other random bytes while the token has `--` (SPEC.md § 6.6). A signed token depends on
/// none.
pub(crate) fn seal_without_hyphens(
    key: &PurposeKey,
    context: &Context,
    random: [u8; RANDOM_LEN],
    body_len: usize,
    write: impl Fn(&mut Vec<u8>),
    text: &mut String,
) {
    let seal = |random: &[u8; RANDOM_LEN], text: &mut String| {
        seal(key, context, random, body_len, &write, text);
    };
    match key.info.suite.mode() {
        Mode::Encrypted => random::write_without_hyphens(random, text, seal),
        Mode::UnencryptedButSigned => seal(&random, text),
    }
}

/// Seals a token under `key`, and appends it to `text`. `random` must be new at every call. `write` appends the body of
/// `body_len` bytes, which is sealed in place.
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
