//! CSRF tokens of a session (SPEC.md § 13).

use super::{csrf_mask as mask, handle::Session};
use crate::{
    crypto::random,
    state::{Payload, SessionError},
};

/// Tokens for forms. A token proves that a form came from a page of this session; for this, the cookie carries nothing
/// but the session's id.
impl<T: Payload> Session<T> {
    /// Returns a token for a form, or for the header `x-csrf-token`: 43 characters, different at every call. Creates
    /// the session's id if there is none. A new id, as from [`renew`](Session::renew), invalidates earlier tokens.
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors) if the session has no id yet, and an error if the random
    /// generator fails.
    pub fn csrf_token(&self) -> Result<String, SessionError> {
        let mask = random::from_thread()?;
        self.try_with(|mut session| {
            // A session that waits for the answer of the application has tokens that pass, and gets no new one.
            if session.state.csrf_name().is_none() || session.state.awaits_answer() {
                session.ensure_id()?;
            }
            // No token is made for a name that anyone knows. A session without one is withheld.
            let name = session.state.csrf_name();
            let name = name.ok_or(SessionError::UnreadablePayload)?;
            let (keys, now) = (session.sealer.slot.keys(), session.state.now);
            Ok(mask::render(&keys, session.context, now, &name, mask))
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
        self.with(|session| {
            let (keys, now) = (session.sealer.slot.keys(), session.state.now);
            let is_of = |name: [u8; 12]| mask::check(&keys, session.context, now, &name, token);
            session.state.csrf_name().is_some_and(is_of)
        })
    }
}
