use std::{fmt, time::SystemTime};

use super::{
    builder::ConfigError,
    token::{SessionToken, TokenChange},
};
use crate::{
    base::{bearer, clock::Clock},
    cookie::Values,
    crypto::suite::Mode,
    keys::Purpose,
    session::{SaveError, Session},
    state::{Map, Payload},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions that travel in a request header instead of a cookie, and back in a response header. For
/// clients without cookies. A cheap clone.
///
/// Built with
/// [`SessionCookieBuilder::build_header`](crate::SessionCookieBuilder::build_header). Cookies are not
/// read. There is no such thing as a session in a URL: addresses end up in histories, logs and `Referer`.
///
/// # Examples
///
/// ```
/// use hardtack::{Clock, EncryptionKey, SessionCookie, TokenChange};
///
/// let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("authorization")?;
///
/// let session = header.load(None::<&str>, Clock::system());
/// session.insert("user", 42)?;
/// let TokenChange::Set(token) = header.save(&session)? else {
///     return Err("a session with content is written".into());
/// };
///
/// let session = header.load([format!("Bearer {token}")], Clock::system());
/// assert_eq!(session.get("user")?, Some(42));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct SessionHeader<T = Map> {
    pub(crate) token: SessionToken<T>,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) answer: String,
}

impl<T: Payload> SessionHeader<T> {
    /// The name of the request header, in lower case.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("X-Session")?;
    /// assert_eq!(header.name(), "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the response header, in lower case: `session-token`, or what
    /// [`answer_in`](Self::answer_in) said.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("x-session")?;
    /// assert_eq!(header.answer(), "session-token");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn answer(&self) -> &str {
        &self.answer
    }

    /// Sends the session back in the response header `name`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("x-session")?;
    /// assert_eq!(header.answer_in("X-Session")?.answer(), "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if that is no header's name.
    pub fn answer_in(self, name: &str) -> Result<SessionHeader<T>, ConfigError> {
        Purpose::header(name).ok_or(ConfigError::HeaderName)?;
        let answer = name.to_ascii_lowercase();
        Ok(SessionHeader { answer, ..self })
    }

    /// The session of a request: `values` are the values of the header, of which there is one or none.
    /// Two different ones open nothing. In `Authorization`, `Bearer ` before the token is skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, Outcome, Reason, SessionCookie};
    /// # let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("x-session")?;
    /// let session = header.load(["one", "another"], Clock::system());
    /// let Outcome::Rejected { reason, .. } = session.outcome() else { panic!() };
    /// assert_eq!(reason, Reason::Duplicate);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load<V>(&self, values: V, clock: impl Into<Clock>) -> Session<T>
    where
        V: IntoIterator,
        V::Item: AsRef<[u8]>,
    {
        self.arrive(values, clock.into(), None, false)
    }

    /// Ends the use of `session`: from now on it can only be read. Says what becomes of its token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie, TokenChange};
    /// # let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("x-session")?;
    /// let session = header.load(["of an earlier key"], Clock::system());
    /// session.invalidate()?;
    /// // To be sent as an empty field.
    /// assert_eq!(header.save(&session)?, TokenChange::End);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`SessionToken::save`].
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError> {
        self.token.save(session)
    }

    /// Whether the content can be read without a key.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Mode, SessionCookie, SigningKey};
    ///
    /// let header = SessionCookie::unencrypted_but_signed(SigningKey::generate()?).build_header("x-session")?;
    /// assert_eq!(header.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.token.mode()
    }

    /// Refuses every session issued before `moment`, from now on and in this program. See
    /// [`SessionCookie::raise_not_before`](crate::SessionCookie::raise_not_before).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("x-session")?;
    ///
    /// header.raise_not_before(SystemTime::now());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn raise_not_before(&self, moment: SystemTime) {
        self.token.raise_not_before(moment);
    }
}

impl<T> SessionHeader<T> {
    pub(crate) fn arrive<V>(
        &self,
        values: V,
        clock: Clock,
        context: Option<Context>,
        is_subresource: bool,
    ) -> Session<T>
    where
        V: IntoIterator,
        V::Item: AsRef<[u8]>,
    {
        let mut tokens = Values::default();
        for value in values {
            let token = bearer::token_in(&self.name, value.as_ref());
            tokens.push(token, LONGEST_TOKEN);
        }
        self.token.arrive(tokens, clock, context, is_subresource)
    }
}

impl<T> Clone for SessionHeader<T> {
    fn clone(&self) -> Self {
        SessionHeader {
            token: self.token.clone(),
            name: self.name.clone(),
            answer: self.answer.clone(),
        }
    }
}

impl<T> fmt::Debug for SessionHeader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHeader")
            .field("name", &self.name)
            .field("token", &self.token)
            .finish()
    }
}
