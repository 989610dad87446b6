//! Four tokens of a bound session: the bound cookie, the identifier, the offer and the challenge, each with a purpose of
//! its own and an age. Their bodies have the form of a session's (SPEC.md § 5): `issued`, a session id, and a payload that
//! depends on the purpose.

use std::sync::Arc;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    crypto::{es256::PublicKey, random, scratch::Scratch, sha256::sha256},
    keys::{KeyId, PurposeSlot},
    state::{DeviceId, Layout, Metadata, Sid, wire_issued},
    token::{self, Context, Draft, SealError},
};

/// One purpose, and the rules about its tokens.
pub(super) struct Seal {
    pub(super) slot: Arc<PurposeSlot>,
    /// Seconds for which a token opens. `None`: its date is not checked.
    pub(super) duration: Option<u64>,
    /// Seconds by which clocks may differ.
    pub(super) skew: u64,
}

/// Fields of an opened token.
pub(crate) struct Unsealed<const N: usize> {
    /// In Unix seconds.
    pub(crate) issued: UnixSeconds,
    pub(crate) sid: Sid,
    pub(crate) payload: [u8; N],
    pub(crate) key_id: KeyId,
}

impl Seal {
    /// Seals a token at `now`.
    pub(crate) fn seal(
        &self,
        context: &Context,
        sid: Sid,
        issued: UnixSeconds,
        payload: &[u8],
        now: UnixSeconds,
    ) -> Result<String, SealError> {
        wire_issued(now).ok_or(SealError::Clock)?;
        let keys = self.slot.keys();
        let metadata = metadata(sid, issued);
        let mut buffer = Scratch::borrow();
        let body_len = metadata.len() + payload.len();
        let mut draft = Draft::new(keys.sealing(now), body_len, &mut buffer);
        metadata.write(&[], payload, 0, draft.body());
        let mut text = String::with_capacity(token::token_len(keys.mode(), body_len));
        draft.seal(context, &random::from_thread()?, &mut text);
        Ok(text)
    }

    /// Opens a token.
    pub(crate) fn open<const N: usize>(
        &self,
        context: &Context,
        token: &[u8],
        now: UnixSeconds,
    ) -> Result<Unsealed<N>, Reason> {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let opened = token::open(&keys, context, now, token, &mut buffer)
            .map_err(|refused| refused.reason)?;
        let unsealed = Unsealed::parse(&buffer[opened.body()], opened.key_id());
        let unsealed = unsealed.ok_or(Reason::Malformed)?;
        let Unsealed { issued, .. } = unsealed;
        match self.duration {
            Some(_) if issued > now.saturating_add(self.skew) => Err(Reason::NotYetValid),
            Some(duration) if now >= issued.saturating_add(duration) => Err(Reason::Expired),
            _ => Ok(unsealed),
        }
    }
}

impl<const N: usize> Unsealed<N> {
    fn parse(body: &[u8], key_id: KeyId) -> Option<Unsealed<N>> {
        let layout = Layout::parse(body)?;
        let Metadata { issued, age, .. } = layout.metadata;
        let sid = layout.metadata.sid?;
        let bare = Metadata {
            age,
            ..metadata(sid, issued)
        };
        let is_padded = layout.payload.end < body.len();
        let is_bare = layout.metadata == bare && layout.flash.is_empty() && !is_padded;
        let payload = body[layout.payload].try_into().ok()?;
        is_bare.then_some(Unsealed {
            issued,
            sid,
            payload,
            key_id,
        })
    }
}

/// Returns the fields of a body that was issued for a session.
pub(super) fn metadata(sid: Sid, issued: UnixSeconds) -> Metadata {
    Metadata {
        issued,
        sid: Some(sid),
        ..Metadata::default()
    }
}

/// Returns the device of `key`, which was registered for the id `sid`: `SHA-256(key || sid)[0..16]`.
pub(crate) fn device_id(key: &PublicKey, sid: Sid) -> DeviceId {
    let hash = sha256(&[&key.to_bytes(), &sid]);
    std::array::from_fn(|i| hash[i])
}
