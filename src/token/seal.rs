//! Sealing a token (SPEC.md § 4 and § 6).

use super::{
    context::{AadRoom, Context},
    head::{HEAD_LEN, head_of},
    length::blob_len,
};
use crate::{
    crypto::{base64url, cipher::RANDOM_LEN, random::RandomError, scratch::Scratch},
    keys::PurposeKey,
};

/// Reason why nothing was sealed (SPEC.md § 14.5).
pub(crate) enum SealError {
    /// A token cannot carry the time that the clock shows.
    Clock,
    Random(RandomError),
}

impl From<RandomError> for SealError {
    fn from(error: RandomError) -> SealError {
        SealError::Random(error)
    }
}

/// A token under construction. Its body is written where it is then sealed.
pub(crate) struct Draft<'a> {
    key: &'a PurposeKey,
    blob: &'a mut Vec<u8>,
}

impl<'a> Draft<'a> {
    /// Starts a token for a body of `body_len` bytes.
    pub(crate) fn new(key: &'a PurposeKey, body_len: usize, buffer: &'a mut Scratch) -> Draft<'a> {
        let mode = key.info.suite.mode();
        let blob = buffer.start(blob_len(mode, body_len));
        blob.extend_from_slice(&head_of(key));
        blob.resize(HEAD_LEN + mode.nonce_len(), 0);
        Draft { key, blob }
    }

    /// Returns the buffer to append the body to.
    pub(crate) fn body(&mut self) -> &mut Vec<u8> {
        self.blob
    }

    /// Seals the token and appends it to `text`. `random` is new at every call.
    pub(crate) fn seal(self, context: &Context, random: &[u8; RANDOM_LEN], text: &mut String) {
        let Draft { key, blob } = self;
        let head = head_of(key);
        let tag = key.material.cipher.seal(
            &context.aad(&head, &mut AadRoom::default()),
            random,
            &mut blob[HEAD_LEN..],
        );
        blob.extend_from_slice(&tag);
        base64url::encode(blob, text);
    }
}
