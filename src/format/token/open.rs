//! Opening a token (SPEC.md § 7 up to the tag).

use super::{
    context::{AadRoom, Context},
    layout::{HEAD_LEN, LONGEST_TOKEN, SMALLEST_BODY, blob_len, read_head},
};
use crate::format::{
    base::{reason::Reason, time::UnixSeconds},
    crypto::{
        base64url,
        scratch::Wiped,
        suite::{Suite, TAG_LEN},
    },
    keys::{KeyId, PurposeKeys},
};

/// Reason why a token gives no session and, from SPEC.md § 7.4 on, the key that the token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) reason: Reason,
    pub(crate) key_id: Option<KeyId>,
    /// `true` if other instances may open the token, so that its session is withheld and not replaced.
    pub(crate) may_open_elsewhere: bool,
    /// If a date is the reason, or if the token was sealed too late for its key, which has retired.
    pub(crate) off_by: Option<OffBy>,
}

/// Seconds by which a time is out of range, for logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OffBy {
    /// Between the rejected date and `now` or `not_before`.
    Date(u64),
    /// By which the token was sealed too late for its key.
    Sealing(u64),
}

impl Rejected {
    /// Rejects a token that names this key.
    pub(crate) fn under(key_id: KeyId, reason: Reason) -> Rejected {
        Rejected {
            reason,
            key_id: Some(key_id),
            may_open_elsewhere: false,
            off_by: None,
        }
    }

    /// Keeps the first of several rejections, which may open elsewhere if any of them may.
    pub(crate) fn keep_first(kept: &mut Option<Rejected>, rejected: Rejected) {
        let first = kept.get_or_insert(rejected);
        first.may_open_elsewhere |= rejected.may_open_elsewhere;
    }
}

/// Makes a rejection that names no key.
impl From<Reason> for Rejected {
    fn from(reason: Reason) -> Rejected {
        Rejected {
            reason,
            key_id: None,
            may_open_elsewhere: false,
            off_by: None,
        }
    }
}

/// Verifies and opens `token`, in the order of SPEC.md § 7. Returns its key and its body, which is not read before the
/// tag is verified.
pub(crate) fn open(
    keys: &PurposeKeys,
    context: &Context,
    now: UnixSeconds,
    token: &[u8],
) -> Result<(KeyId, Wiped), Rejected> {
    let mut buffer = Wiped::borrow();
    let blob = decode(token, &mut buffer)?;
    let len = blob.len();
    let (head, sealed) = blob.split_first_chunk_mut().ok_or(Reason::TooShort)?;
    let (suite, key_id) = read_head(*head)?;
    if suite.mode() != keys.mode() {
        return Err(Reason::WrongMode.into());
    }

    let rejected = |reason| Rejected::under(key_id, reason);
    let key = keys
        .find(key_id)
        .filter(|key| key.info.suite == suite)
        .ok_or(rejected(Reason::UnknownKey))?;
    if key.is_retired(now) {
        return Err(rejected(Reason::RetiredKey));
    }
    if len < blob_len(suite.mode(), SMALLEST_BODY) {
        return Err(rejected(Reason::TooShort));
    }
    let room = &mut AadRoom::default();
    let opened = key.material.cipher.open(&context.aad(head, room), sealed);
    opened.ok_or(rejected(Reason::Auth))?;
    let body = HEAD_LEN + suite.mode().nonce_len()..len - TAG_LEN;
    Ok((key_id, buffer.give(body)))
}

/// Parts of a token that can be read without a key. They are not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// Suite that the token names.
    pub suite: Suite,
    /// Id of the key that the token names.
    pub key_id: KeyId,
}

impl TokenInfo {
    /// Reads the head of `token`.
    ///
    /// # Errors
    ///
    /// Returns the [`Reason`] why the text is not a token: `TooLong`, `Encoding`, `TooShort` or `UnknownFormat`.
    pub fn from_token(token: impl AsRef<[u8]>) -> Result<TokenInfo, Reason> {
        let mut buffer = Wiped::borrow();
        let blob = decode(token.as_ref(), &mut buffer)?;
        let head = *blob.first_chunk().ok_or(Reason::TooShort)?;
        let (suite, key_id) = read_head(head)?;
        if blob.len() < blob_len(suite.mode(), SMALLEST_BODY) {
            return Err(Reason::TooShort);
        }
        Ok(TokenInfo { suite, key_id })
    }
}

fn decode<'a>(token: &[u8], buffer: &'a mut Wiped) -> Result<&'a mut [u8], Reason> {
    if token.len() > LONGEST_TOKEN {
        return Err(Reason::TooLong);
    }
    let blob = buffer.zeroed(base64url::longest_decoded(token.len()));
    let len = base64url::decode(token, blob);
    len.and_then(|len| blob.get_mut(..len))
        .ok_or(Reason::Encoding)
}
