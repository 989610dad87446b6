//! Sealing and opening tokens (SPEC.md § 4, § 6, and § 7 up to the tag).

mod context;

use std::ops::Range;

pub(crate) use context::{Binding, LabelError, Reserved};
pub use context::{Context, ContextError};

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    crypto::{
        base64url,
        cipher::RANDOM_LEN,
        scratch::Scratch,
        suite::{HEAD_LEN, Mode, Suite},
    },
    keys::{KeyId, PurposeKey, PurposeKeys},
};

/// A verified token.
pub(crate) struct Opened {
    pub(crate) key_id: KeyId,
    /// Range of the decrypted body in the buffer.
    pub(crate) body: Range<usize>,
}

/// The reason why a token does not open, and the key that it names, if that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) reason: Reason,
    pub(crate) key_id: Option<KeyId>,
}

/// Verifies and opens `token` in `buffer`, in the order of SPEC.md § 7. The body is not read before the tag is
/// verified.
pub(crate) fn open(
    keys: &PurposeKeys,
    mode: Mode,
    binding: Binding<'_>,
    now: UnixSeconds,
    token: &[u8],
    buffer: &mut Scratch,
) -> Result<Opened, Refused> {
    let unread = |reason| Refused {
        reason,
        key_id: None,
    };
    let blob = decode(token, buffer).map_err(unread)?;
    let (head, suite, key_id) = read_head(blob).map_err(unread)?;
    if suite.mode() != mode {
        return Err(unread(Reason::WrongMode));
    }

    let refused = |reason| Refused {
        reason,
        key_id: Some(key_id),
    };
    let key = keys
        .find(key_id)
        .filter(|key| key.head == head)
        .ok_or(refused(Reason::UnknownKey))?;
    if key.is_retired(now) {
        return Err(refused(Reason::RetiredKey));
    }
    if blob.len() < smallest(mode) {
        return Err(refused(Reason::TooShort));
    }
    let aad = binding.aad(&head);
    let body = key.cipher.open(&aad, blob).ok_or(refused(Reason::Auth))?;
    Ok(Opened { key_id, body })
}

/// The public parts of a token. Nothing is verified.
pub(crate) struct Peeked {
    pub(crate) suite: Suite,
    pub(crate) key_id: KeyId,
    /// Decoded length.
    pub(crate) bytes: usize,
}

/// Reads what needs no key.
pub(crate) fn peek(token: &[u8]) -> Result<Peeked, Reason> {
    let mut buffer = Scratch::borrow();
    let blob = decode(token, &mut buffer)?;
    let (_, suite, key_id) = read_head(blob)?;
    if blob.len() < smallest(suite.mode()) {
        return Err(Reason::TooShort);
    }
    Ok(Peeked {
        suite,
        key_id,
        bytes: blob.len(),
    })
}

fn read_head(blob: &[u8]) -> Result<([u8; HEAD_LEN], Suite, KeyId), Reason> {
    let head: [u8; HEAD_LEN] = *blob.first_chunk().ok_or(Reason::TooShort)?;
    let [format, id @ ..] = head;
    let suite = Suite::from_format(format).ok_or(Reason::UnknownFormat)?;
    Ok((head, suite, KeyId(id)))
}

/// Bytes of the smallest blob.
const fn smallest(mode: Mode) -> usize {
    mode.overhead() + SMALLEST_BODY
}

/// A token under construction. Its body is written where it is then sealed.
pub(crate) struct Draft<'a> {
    key: &'a PurposeKey,
    blob: &'a mut Vec<u8>,
}

impl<'a> Draft<'a> {
    /// Starts a token for a body of `body_len` bytes.
    pub(crate) fn new(key: &'a PurposeKey, body_len: usize, buffer: &'a mut Scratch) -> Draft<'a> {
        let blob = buffer.start(key.mode.overhead() + body_len);
        blob.extend_from_slice(&key.head);
        blob.resize(HEAD_LEN + key.mode.nonce_len(), 0);
        Draft { key, blob }
    }

    /// The buffer to append the body to.
    pub(crate) fn body(&mut self) -> &mut Vec<u8> {
        self.blob
    }

    /// Seals the token and appends it to `text`. `random` is new at every call.
    pub(crate) fn seal(self, binding: Binding<'_>, random: &[u8; RANDOM_LEN], text: &mut String) {
        let Draft { key, blob } = self;
        key.cipher.seal(&binding.aad(&key.head), random, blob);
        base64url::encode(blob, text);
    }
}

fn decode<'a>(token: &[u8], buffer: &'a mut Scratch) -> Result<&'a mut [u8], Reason> {
    if token.len() > LONGEST_TOKEN {
        return Err(Reason::TooLong);
    }
    let blob = buffer.zeroed(base64url::longest_decoded(token.len()));
    let len = base64url::decode(token, blob).ok_or(Reason::Encoding)?;
    Ok(&mut blob[..len])
}

/// Characters of eight full cookies, which decode to 24,576 bytes.
pub(crate) const LONGEST_TOKEN: usize = 8 * 4096;
/// Bytes of flags, `issued` and the shortest age.
pub(crate) const SMALLEST_BODY: usize = 6;
