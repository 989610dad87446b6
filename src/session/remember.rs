use std::time::Duration;

use super::handle::Session;
use crate::state::{Payload, SessionError};

/// Lifetimes of single sessions (SPEC.md § 8). Spans are in whole seconds and count from now.
impl<T: Payload> Session<T> {
    /// Remembers the session for `span` from now ("remember me"): it outlives the browser's session, and has no idle
    /// timeout until then.
    ///
    /// The end is at most [`remember_up_to`](crate::carrier::SessionCookieBuilder::remember_up_to) after the session
    /// was issued, and never after the end that [`limit_to`](Self::limit_to) sets. A later call replaces an earlier
    /// one.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    /// #     .remember_up_to(Duration::from_secs(90 * 86_400))
    /// #     .build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    ///
    /// session.renew()?;
    /// session.remember_for(Duration::from_secs(30 * 86_400))?;
    /// assert!(session.is_persistent());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), and [`NotRemembering`](SessionError::NotRemembering) where
    /// the cookie was built without
    /// `remember_up_to`.
    pub fn remember_for(&self, span: Duration) -> Result<(), SessionError> {
        self.change(|state| state.remember_for(span.as_secs()))
    }

    /// Undoes [`remember_for`](Self::remember_for): the session ends with the browser's session, and by its
    /// timeouts. An end that [`limit_to`](Self::limit_to) set stays.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let month = Duration::from_secs(30 * 86_400);
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).remember_up_to(month).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// session.remember_for(month)?;
    /// session.forget()?;
    /// assert!(!session.is_persistent());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    pub fn forget(&self) -> Result<(), SessionError> {
        self.change(|state| state.forget())
    }

    /// Ends the session at the latest `span` from now, for example when an identity provider's token ends.
    ///
    /// The session cannot outlive its timeouts. Of several calls the earliest end counts. Only
    /// [`sign_in`](Self::sign_in), [`invalidate`](Self::invalidate), or [`renew`](Self::renew) in a later request, lifts
    /// it, so call this after every `sign_in`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let now = SystemTime::now();
    /// # let session = cookie.load(None::<&str>, now);
    ///
    /// session.insert("user", 42)?;
    /// session.limit_to(Duration::from_secs(300))?;
    /// # let fields = cookie.save(&session)?;
    /// # assert!(!cookie.load(&fields, now + Duration::from_secs(298)).is_new());
    /// let later = cookie.load(&fields, now + Duration::from_secs(300));
    /// assert!(later.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    pub fn limit_to(&self, span: Duration) -> Result<(), SessionError> {
        self.change(|state| state.limit_to(span.as_secs()))
    }

    /// Returns `true` if the session was issued or [renewed](Session::renew) less than `span` ago. If not, ask for the
    /// password again before an important action.
    ///
    /// `false` for a session that has not been sent yet, unless it was renewed in this request.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    ///
    /// assert!(!session.is_recent(Duration::from_secs(300)));
    /// session.renew()?;
    /// assert!(session.is_recent(Duration::from_secs(300)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "nothing is refused by this alone"]
    pub fn is_recent(&self, span: Duration) -> bool {
        self.with(|session| session.state.is_recent(span.as_secs()))
    }
}
