//! Settings of sessions that are saved with a response.

use super::{SessionBuilder, SessionHeaderBuilder};

/// For sessions in cookies and headers. With bare tokens, which no response carries, `build` refuses these.
impl<C, T> SessionBuilder<C, T> {
    /// Saves changes even with responses of a 5xx status. Default: off, so that such a response only ends a session, or
    /// writes it after an explicit [`save`](crate::Session::save).
    pub fn save_on_server_error(mut self) -> Self {
        self.options.save_on_server_error = true;
        self
    }

    /// Sends sessions with responses that shared caches may store. Default: off, so that such a response becomes
    /// `no-store` when its session changes.
    ///
    /// # Security
    ///
    /// A cache that stores `Set-Cookie` gives the session of one visitor to others.
    pub fn danger_allow_shared_caching(mut self) -> Self {
        self.options.shared_caching = true;
        self
    }
}

/// For headers.
impl<T> SessionHeaderBuilder<T> {
    /// Sends sessions back in the response header `name`. Default: `session-token`.
    ///
    /// A response has one token in this header. Two sessions that one request may bring need two names.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionHeader};
    /// let header = SessionHeader::encrypted("x-session", EncryptionKey::generate()?)
    ///     .response_name("X-Session")
    ///     .build()?;
    /// assert_eq!(header.response_name(), "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn response_name(mut self, name: impl Into<String>) -> Self {
        self.carrier.response_name = name.into();
        self
    }
}
