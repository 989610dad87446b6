//! CSRF tokens: a masked tag over the name of a session (SPEC.md § 13).

use std::fmt;

use ctutils::CtEq;

use super::handle::Session;
use crate::{
    base::{debug_by_display, time::UnixSeconds},
    crypto::{base64url, random, suite::TAG_LEN},
    keys::{PurposeKey, PurposeKeys},
    state::{Payload, SessionError, csrf_name},
    token::Context,
};

/// Tokens for forms. A token shows that a form came from a page of this session. The cookie carries nothing more for
/// this than the session's id.
impl<T: Payload> Session<T> {
    /// Returns a token for a form, or for the header `x-csrf-token`: 43 characters, with a fresh random mask at every
    /// call. Creates the session's id if it has no id yet, unless the session cannot be read
    /// ([`Unreadable`](SessionError::Unreadable)); its forms can sign in and out. A new id, as from
    /// [`renew`](Session::renew), invalidates earlier tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let token = session.csrf_token()?;
    /// let form = format!(r#"<input type="hidden" name="csrf_token" value="{token}">"#);
    /// assert!(session.verify_csrf(&token).is_ok());
    /// # let _ = form;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a failure of the random generator, or [`InsideUpdate`](SessionError::InsideUpdate). If the session has
    /// no id yet, or waits for [`validate`](Session::validate), any of the errors of [every change](Session#errors) is
    /// possible.
    pub fn csrf_token(&self) -> Result<String, SessionError> {
        let mask = random::from_thread()?;
        let mut held = self.try_access()?;
        let state = held.state();
        let (now, issued) = (state.now, state.draft_metadata().issued);
        // While a session waits for the application's answer, its earlier tokens pass, but it gets no new token.
        let name = match state.csrf_name().filter(|_| !state.awaits_answer()) {
            Some(name) => name,
            None => csrf_name(held.ensure_id()?, issued),
        };
        let keys = held.core.slot.keys();
        let mut token = String::new();
        random::write_without_hyphens(mask, &mut token, |mask, token| {
            *token = render(&keys, held.context(), now, &name, *mask);
        });
        Ok(token)
    }

    /// Checks that `token` was rendered for this session under its present id. Tokens rendered under an earlier key stay
    /// valid as long as that key is accepted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// let token = session.csrf_token()?;
    /// assert!(session.verify_csrf(&token).is_ok());
    /// session.renew()?;
    /// let error = session.verify_csrf(&token).unwrap_err();
    /// assert!(error.to_string().ends_with("load the page again"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error for any other token. Answer the request with 403.
    ///
    /// # Panics
    ///
    /// Inside an `update` of the same session.
    pub fn verify_csrf(&self, token: &str) -> Result<(), CsrfError> {
        let mut held = self.access();
        let (name, now) = (held.state().csrf_name(), held.state().now);
        let keys = held.core.slot.keys();
        name.filter(|name| check(&keys, held.context(), now, name, token))
            .map(drop)
            .ok_or(CsrfError(()))
    }

    /// Returns `true` if a token of this session can be right, for which the session needs an id.
    #[cfg(feature = "tower")]
    pub(crate) fn has_csrf_tokens(&self) -> bool {
        self.access().state().csrf_name().is_some()
    }
}

/// Error for a CSRF token that is not of the session under its present id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CsrfError(());

debug_by_display!(CsrfError);

impl fmt::Display for CsrfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the CSRF token is not of this session; it may be older than the last sign-in, so load the page again",
        )
    }
}

impl std::error::Error for CsrfError {}

/// Renders a token for `session` under the key that seals at `now`. Each call needs a fresh `mask`, so that compressed
/// pages do not repeat the same bytes (BREACH).
pub(crate) fn render(
    keys: &PurposeKeys,
    context: &Context,
    now: UnixSeconds,
    session: &[u8],
    mask: [u8; TAG_LEN],
) -> String {
    let secret = secret(keys.sealing(now), context, session);
    let mut token = String::with_capacity(TOKEN_LEN);
    let masked = std::array::from_fn(|i| mask[i] ^ secret[i]);
    base64url::encode([mask, masked].as_flattened(), &mut token);
    token
}

/// Returns `true` if `token` was rendered for `session` under a key that is accepted at `now`. Takes constant time for
/// every token of the right form.
pub(crate) fn check(
    keys: &PurposeKeys,
    context: &Context,
    now: UnixSeconds,
    session: &[u8],
    token: &str,
) -> bool {
    let mut bytes = [0; base64url::longest_decoded(TOKEN_LEN)];
    if token.len() != TOKEN_LEN || base64url::decode(token.as_bytes(), &mut bytes).is_none() {
        return false;
    }
    let given: [u8; TAG_LEN] = std::array::from_fn(|i| bytes[i] ^ bytes[TAG_LEN + i]);
    keys.accepted(now).fold(false, |is_right, key| {
        is_right | bool::from(secret(key, context, session).ct_eq(&given))
    })
}

/// Returns `HMAC(K_csrf, u32(len ctx) || ctx || session)`, cut to 16 bytes.
fn secret(key: &PurposeKey, context: &Context, session: &[u8]) -> [u8; TAG_LEN] {
    key.material.csrf.compute(&[context.encoded(), session])
}

/// Characters of a mask and a masked tag, 16 bytes each, in base64url.
const TOKEN_LEN: usize = 43;
