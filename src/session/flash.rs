use super::handle::Session;
use crate::state::{Payload, SessionError};

/// Messages that one request leaves for a later one, such as "Saved" after a form. They travel in the
/// session (SPEC.md § 5.3) and count towards its size. The usual queue is `""`.
impl<T: Payload> Session<T> {
    /// Leaves a message, behind those that the queue has. Messages that no page shows stay, and take room:
    /// where that may happen use [`flash_once`](Self::flash_once).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// session.flash("", "Saved")?;
    /// # let session = cookie.load(cookie.save(&session)?, Clock::system());
    /// // In the next request:
    /// assert_eq!(session.flashes("")?, ["Saved"]);
    /// assert!(session.flashes("")?.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors).
    pub fn flash(&self, queue: &str, message: &str) -> Result<(), SessionError> {
        self.change(|state| state.flash(queue, message))
    }

    /// Leaves a message, unless the queue has the same one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// session.flash_once("warning", "The disk is full")?;
    /// session.flash_once("warning", "The disk is full")?;
    /// assert_eq!(session.peek_flashes("warning").len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors).
    pub fn flash_once(&self, queue: &str, message: &str) -> Result<(), SessionError> {
        self.change(|state| state.flash_once(queue, message))
    }

    /// The messages of a queue, oldest first, which are then gone.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// session.flash("", "first")?;
    /// session.flash("errors", "of another queue")?;
    /// session.flash("", "second")?;
    /// assert_eq!(session.flashes("")?, ["first", "second"]);
    /// assert_eq!(session.peek_flashes("errors").len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AfterHead`](SessionError::AfterHead) and [`InsideUpdate`](SessionError::InsideUpdate).
    pub fn flashes(&self, queue: &str) -> Result<Vec<String>, SessionError> {
        self.try_enter(|mut entered| {
            if entered.state.peek_flashes(queue).is_empty() {
                return Ok(Vec::new());
            }
            entered.check_open()?;
            entered.state.flashes(queue)
        })?
    }

    /// The messages of a queue, oldest first, which stay.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// session.flash("", "Saved")?;
    /// assert_eq!(session.peek_flashes(""), ["Saved"]);
    /// assert_eq!(session.peek_flashes(""), ["Saved"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn peek_flashes(&self, queue: &str) -> Vec<String> {
        self.see(|state| state.peek_flashes(queue))
    }
}
