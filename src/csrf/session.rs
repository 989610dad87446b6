//! CSRF tokens of a session (SPEC.md § 13).

use super::mask;
use crate::{
    crypto::random,
    session::{LockedSession, Session},
    state::{Payload, SessionError},
};

/// Tokens for forms. A token proves that a form came from a page of this session; the cookie carries nothing for it but
/// the session's id.
impl<T: Payload> Session<T> {
    /// Returns a token for a form, or for the header `x-csrf-token`: 43 characters, different at every call. Creates
    /// the session's id if there is none. A new id, as from [`renew`](Session::renew), invalidates earlier tokens.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// let form = format!(
    ///     r#"<input type="hidden" name="csrf_token" value="{}">"#,
    ///     session.csrf_token()?,
    /// );
    /// # assert!(form.contains("value="));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors) if the session has no id yet, and a failing random generator.
    pub fn csrf_token(&self) -> Result<String, SessionError> {
        let mask = random::from_thread()?;
        self.try_with(|mut session| {
            if session.state.csrf_name().is_none() {
                session.ensure_id()?;
            }
            let LockedSession {
                state,
                sealer,
                context,
                ..
            } = session;
            let name = state.csrf_name().unwrap_or_default();
            Ok(mask::render(
                &sealer.slot.keys(),
                context,
                state.now(),
                &name,
                mask,
            ))
        })?
    }

    /// Returns `true` if `token` is one that this session rendered. Tokens rendered under an earlier key stay valid as
    /// long as that key is accepted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// let token = session.csrf_token()?;
    /// assert!(session.verify_csrf(&token));
    /// session.renew()?;
    /// assert!(!session.verify_csrf(&token));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "nothing is refused by this alone"]
    pub fn verify_csrf(&self, token: &str) -> bool {
        self.with(
            |LockedSession {
                 state,
                 sealer,
                 context,
                 ..
             }| {
                state.csrf_name().is_some_and(|name| {
                    mask::check(&sealer.slot.keys(), context, state.now(), &name, token)
                })
            },
        )
    }
}
