//! Tokens read without a session, for tools that show why a visitor was signed out: the command line and the lab.
//! No page shows them to applications, so they may change.

use std::{fmt, time::SystemTime};

use zeroize::Zeroizing;

use super::common::Carrier;
use crate::{
    base::{Reason, system_time, unix_seconds},
    cookie::Whole,
    session::{Candidate, Opening, SessionInfo},
    state::Payload,
};

/// Content of a token whose tag was verified. Its session may still be [refused](Self::refused).
///
/// `Debug` does not show the payload, which is overwritten when this is dropped.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use hardtack::{EncryptionKey, SessionCookie, session::Reason};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let then = SystemTime::now();
/// let field = cookie.cookie_for(then, |session| session.insert("user", 42))?;
/// let token = cookie.name().tokens_in([field]).remove(0)?;
///
/// // An hour later the session is past its idle timeout, and can still be inspected.
/// let content = cookie.inspect(&token, then + Duration::from_secs(3600))?;
/// assert_eq!(content.refused, Some(Reason::Idle));
/// assert_eq!(content.expires_at, content.session.created_at + Duration::from_secs(1800));
/// assert_eq!((content.schema, &content.payload[..]), (0, &b"\x81\xa4user\x2a"[..]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub struct TokenContent {
    /// Reason why no session is loaded from this token, or `None` if one is. A device's proof and the application's
    /// answer are not checked, because they need a request.
    pub refused: Option<Reason>,
    /// Id and dates of the session, and the key that sealed it.
    pub session: SessionInfo,
    /// Time at which the session ends by the current timeouts, without further activity.
    pub expires_at: SystemTime,
    /// `true` if the session's cookie outlives the browser's session, by the current settings.
    pub is_persistent: bool,
    /// `true` if the session holds flash messages.
    pub has_flash: bool,
    /// Number of padding bytes.
    pub padding: usize,
    /// Schema version of a typed payload, or 0 for a dictionary.
    pub schema: u32,
    /// Content that the application stored: a MessagePack map, or no bytes for an empty dictionary, which
    /// [`Map::decode`](crate::session::Map::decode) reads; or a type in postcard's format, which its
    /// [`decode`](crate::SessionData::decode) reads ([SPEC.md § 5.4], § 5.5).
    ///
    /// [SPEC.md § 5.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#54-dictionary-payload
    pub payload: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for TokenContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenContent")
            .field("refused", &self.refused)
            .field("session", &self.session)
            .field("schema", &self.schema)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl<T: Payload> Carrier<T> {
    pub(crate) fn inspect(&self, token: &[u8], now: SystemTime) -> Result<TokenContent, Reason> {
        // Follows SPEC.md § 7. From § 7.7 on, a failure is returned with the content.
        let (now, core) = (unix_seconds(now), &self.core);
        core.slot.keep_up();
        let opening = Opening::new(core, self.context.as_deref(), now);
        let Candidate { key_id, opened } = opening
            .verify(&Whole::in_one_cookie(token))
            .map_err(|refused| refused.reason)?;
        let (metadata, payload) = opened.session();
        let checked = core
            .check(metadata, payload, key_id, &opening.keys, now)
            .map_err(|refused| refused.reason);
        let read = checked.and_then(|()| T::accept(metadata.schema, payload));
        Ok(TokenContent {
            refused: read.err(),
            session: SessionInfo::of(metadata, key_id),
            expires_at: system_time(core.policy.lifetimes.expires_at(metadata)),
            is_persistent: core.policy.is_persistent(metadata),
            has_flash: !opened.flash().is_empty(),
            padding: opened.padding_len(),
            schema: metadata.schema,
            payload: Zeroizing::new(payload.to_vec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EncryptionKey, SessionCookie, token::TokenInfo};

    /// The head alone has the suite and the key, and is no token.
    #[test]
    fn a_token_that_is_cut_below_the_smallest_tells_nothing() {
        let key = EncryptionKey::generate().unwrap();
        let cookie = SessionCookie::encrypted(key).build().unwrap();
        let pair = cookie.cookie_for(SystemTime::now(), |session| session.insert("user", 42));
        let pair = pair.unwrap();
        let (_, token) = pair.split_once('=').unwrap();
        // 51 bytes (SPEC.md § 4.4).
        assert!(TokenInfo::from_token(&token[..68]).is_ok());
        for len in (4..68).step_by(4) {
            let cut = TokenInfo::from_token(&token[..len]);
            assert_eq!(cut.unwrap_err(), Reason::TooShort, "{len}");
        }
    }
}
