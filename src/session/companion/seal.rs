use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    base::{Reason, UnixSeconds, unix_seconds},
    crypto::{random, scratch::Wiped},
    keys::PurposeSlot,
    session::{SaveError, SessionId, SessionInfo},
    state::{Body, Metadata, wire_issued},
    token::{self, Context},
};

/// Tokens of a [`Companion`](super::Companion) for one purpose, under the keys and labels of its cookie. Each is about
/// a session, and carries a payload of fixed length. Its body has the form of a session's body ([SPEC.md § 5]).
///
/// [SPEC.md § 5]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#5-body
pub struct Seal {
    pub(crate) slot: Arc<PurposeSlot>,
    /// Time for which a token opens, or `None` if its date is not checked.
    pub(crate) lasts: Option<Duration>,
    /// Time by which clocks may differ.
    pub(crate) skew: Duration,
}

impl Seal {
    /// Seals a token about the session `id` at `now`. `issued` is the time that it carries.
    ///
    /// # Errors
    ///
    /// Returns an error if the random generator fails, or if the clock shows a time before 2026 or after 7 February
    /// 2162.
    pub fn seal(
        &self,
        context: &Context,
        id: SessionId,
        issued: SystemTime,
        payload: &[u8],
        now: SystemTime,
    ) -> Result<String, SaveError> {
        let now = unix_seconds(now);
        wire_issued(now).ok_or_else(|| SaveError::new(SaveError::CLOCK))?;
        let keys = self.slot.keys();
        let metadata = bare(id, unix_seconds(issued));
        let body_len = metadata.len() + payload.len();
        let mut text = String::with_capacity(token::token_len(keys.mode(), body_len));
        let (key, random) = (keys.sealing(now), random::from_thread()?);
        let write = |body: &mut Vec<u8>| metadata.write(&[], payload, 0, body);
        token::seal_without_hyphens(key, context, random, body_len, write, &mut text);
        Ok(text)
    }

    /// Opens a token. Returns the session that it is about, with the time and the key of the token, and the payload.
    ///
    /// # Errors
    ///
    /// Returns the [`Reason`] why the token does not open.
    pub fn open<const N: usize>(
        &self,
        context: &Context,
        token: impl AsRef<[u8]>,
        now: SystemTime,
    ) -> Result<(SessionId, SessionInfo, [u8; N]), Reason> {
        let now = unix_seconds(now);
        self.slot.keep_up();
        let keys = self.slot.keys();
        let opened = token::open(&keys, context, now, token.as_ref());
        let (key_id, body) = opened.map_err(|refused| refused.reason)?;
        let (id, metadata, payload) = read(body).ok_or(Reason::Malformed)?;
        self.check(metadata.issued, now)?;
        Ok((id, SessionInfo::of(&metadata, key_id), payload))
    }

    fn check(&self, issued: UnixSeconds, now: UnixSeconds) -> Result<(), Reason> {
        match self.lasts.map(|lasts| lasts.as_secs()) {
            Some(_) if issued > now.saturating_add(self.skew.as_secs()) => Err(Reason::NotYetValid),
            Some(lasts) if now >= issued.saturating_add(lasts) => Err(Reason::Expired),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal")
            .field("purpose", &self.slot.purpose.name())
            .field("lasts", &self.lasts)
            .finish_non_exhaustive()
    }
}

/// Reads a body. Returns `None` unless it has only an id, dates and a payload of this length.
fn read<const N: usize>(body: Wiped) -> Option<(SessionId, Metadata, [u8; N])> {
    let body = Body::parse(body, None)?;
    let metadata = body.metadata;
    let id = SessionId(metadata.sid?);
    let expected = Metadata {
        age: metadata.age,
        ..bare(id, metadata.issued)
    };
    let is_bare = metadata == expected && body.flash().is_empty() && body.padding_len() == 0;
    let payload = body.payload().try_into().ok()?;
    is_bare.then_some((id, metadata, payload))
}

fn bare(id: SessionId, issued: UnixSeconds) -> Metadata {
    Metadata {
        issued,
        sid: Some(*id.as_bytes()),
        ..Metadata::default()
    }
}
