//! The four sealed things of a bound session. Each is a token with a purpose of its own, whose body has the form of a
//! session's (SPEC.md § 5): `issued` and a session id, and a payload that depends on the purpose.

use std::sync::Arc;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    crypto::{
        es256::PublicKey,
        hash::sha256,
        random::{self, RandomError},
        scratch::Scratch,
        suite::Mode,
    },
    keys::{KeyId, PurposeSlot},
    state::{DeviceId, Layout, Metadata, Sid},
    token::{self, Context, Draft},
};

/// One purpose, and the mode of its tokens.
pub(crate) struct Seal {
    slot: Arc<PurposeSlot>,
    mode: Mode,
}

/// The fields of a token that has opened.
pub(crate) struct Unsealed<const N: usize> {
    /// In Unix seconds.
    pub(crate) issued: UnixSeconds,
    pub(crate) sid: Sid,
    pub(crate) payload: [u8; N],
    pub(crate) key_id: KeyId,
}

impl Seal {
    pub(crate) fn new(slot: Arc<PurposeSlot>, mode: Mode) -> Seal {
        Seal { slot, mode }
    }

    /// Seals a token at `now`.
    pub(crate) fn seal(
        &self,
        context: &Context,
        sid: Sid,
        issued: UnixSeconds,
        payload: &[u8],
        now: UnixSeconds,
    ) -> Result<String, RandomError> {
        let keys = self.slot.keys();
        let metadata = metadata(sid, issued);
        let mut buffer = Scratch::borrow();
        let body_len = metadata.len() + payload.len();
        let mut draft = Draft::new(keys.sealing(now), body_len, &mut buffer);
        metadata.write(&[], payload, 0, draft.body());
        let mut text = String::with_capacity(token::token_len(self.mode, body_len));
        draft.seal(context, &random::from_thread()?, &mut text);
        Ok(text)
    }

    /// Opens a token. Its dates are not checked.
    pub(crate) fn open<const N: usize>(
        &self,
        context: &Context,
        token: &[u8],
        now: UnixSeconds,
    ) -> Result<Unsealed<N>, Reason> {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let opened = token::open(&keys, self.mode, context, now, token, &mut buffer)
            .map_err(|refused| refused.reason)?;
        let body = opened.body(&buffer);
        let read = || {
            let Layout {
                metadata: read,
                flash,
                payload,
            } = Layout::read(body)?;
            let bare = Metadata {
                age: read.age,
                ..metadata(read.sid?, read.issued)
            };
            let is_bare = read == bare && flash.is_empty() && payload.end == body.len();
            Some(Unsealed {
                issued: read.issued,
                sid: read.sid?,
                payload: body[payload].try_into().ok().filter(|_| is_bare)?,
                key_id: opened.key_id(),
            })
        };
        read().ok_or(Reason::Malformed)
    }
}

/// The fields of a body that was issued for a session.
fn metadata(sid: Sid, issued: UnixSeconds) -> Metadata {
    Metadata {
        issued,
        sid: Some(sid),
        ..Metadata::default()
    }
}

/// The device of `key`, which was registered for the id `sid`: `SHA-256(key || sid)[0..16]`.
pub(crate) fn device_id(key: &PublicKey, sid: Sid) -> DeviceId {
    let hash = sha256(&[&key.to_bytes(), &sid]);
    std::array::from_fn(|i| hash[i])
}
