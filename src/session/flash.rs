//! Messages for the next page. By default, a 5xx leaves taken messages in the client's token (`state/decide.rs`).

use super::handle::Session;
use crate::state::{Payload, SessionError};

/// Flash messages, which one request leaves for a later one, such as "Saved" after a form. They travel in the
/// session (SPEC.md § 5.3) and count towards its size. The usual queue is `""`.
impl<T: Payload> Session<T> {
    /// Appends a message to a queue. Messages that no page takes stay in the session and use room. If that can happen,
    /// use [`flash_once`](Self::flash_once).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.flash("notice", "Saved.")?; // and redirect
    /// # let session = cookie.load(cookie.save(&session)?, SystemTime::now());
    /// // The next page:
    /// assert_eq!(session.take_flashes("notice")?, ["Saved."]);
    /// assert!(session.take_flashes("notice")?.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    pub fn flash(&self, queue: &str, message: &str) -> Result<(), SessionError> {
        self.change(|state| state.flash(queue, message))
    }

    /// Appends a message to a queue, unless the queue already has the same one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.flash_once("notice", "Your trial ends today.")?;
    /// session.flash_once("notice", "Your trial ends today.")?;
    /// assert_eq!(session.flashes("notice"), ["Your trial ends today."]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    pub fn flash_once(&self, queue: &str, message: &str) -> Result<(), SessionError> {
        self.change(|state| state.flash_once(queue, message))
    }

    /// Takes the messages of a queue, oldest first. A request that prefetches a page ([`Sec-Purpose` and similar
    /// headers](https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#rules-of-finish)) gets none, and
    /// leaves them for a page that the visitor asks for. [`SessionCookie::load`](crate::SessionCookie::load) does not
    /// see these headers.
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
    /// assert_eq!(session.take_flashes("")?, ["first", "second"]);
    /// assert_eq!(session.flashes("errors").len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`AfterHead`](SessionError::AfterHead) or [`InsideUpdate`](SessionError::InsideUpdate), and
    /// [`TooLarge`](SessionError::TooLarge) for a session that arrived in more than four cookies and does not fit
    /// without these messages either.
    pub fn take_flashes(&self, queue: &str) -> Result<Vec<String>, SessionError> {
        self.taken(|of| of == queue).map(without_queues)
    }

    /// Takes the messages of all queues, oldest first, each with its queue, for a layout that shows every message with
    /// its queue as the level. [`flashes`](Self::flashes) leaves messages in place, and asks for their queue. Otherwise
    /// works like [`take_flashes`](Self::take_flashes).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, Clock::system());
    /// session.flash("success", "Saved.")?;
    /// session.flash("warning", "Nobody has confirmed your address.")?;
    /// let mut page = String::new();
    /// for (level, text) in session.take_all_flashes()? {
    ///     page += &format!("<p class=\"{level}\">{text}</p>"); // a template escapes them
    /// }
    /// assert!(page.starts_with("<p class=\"success\">Saved.</p><p class=\"warning\">Nobody"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`take_flashes`](Self::take_flashes).
    pub fn take_all_flashes(&self) -> Result<Vec<(String, String)>, SessionError> {
        self.taken(|_| true)
    }

    fn taken(&self, of: impl Fn(&str) -> bool) -> Result<Vec<(String, String)>, SessionError> {
        let mut held = self.try_access()?;
        let taken = held.state().flashes(&of);
        if held.contents.arrival.request.is_prefetch {
            return Ok(Vec::new());
        }
        if !taken.is_empty() {
            held.change_any(|state| state.drop_flashes(of))?;
        }
        Ok(taken)
    }

    /// Returns the messages of a queue, oldest first, and leaves them there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.flash("notice", "Saved.")?;
    /// assert_eq!(session.flashes("notice"), ["Saved."]);
    /// assert_eq!(session.flashes("notice"), ["Saved."]); // still there
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn flashes(&self, queue: &str) -> Vec<String> {
        without_queues(self.access().state().flashes(|of| of == queue))
    }
}

fn without_queues(messages: Vec<(String, String)>) -> Vec<String> {
    messages.into_iter().map(|(_, message)| message).collect()
}
