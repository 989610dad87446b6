use std::{fmt, sync::Arc, time::SystemTime};

use super::{inspect::TokenContent, token::SessionToken};
use crate::{
    base::{clock::Clock, clone_by_fields, reason::Reason},
    cookie::Values,
    crypto::suite::Mode,
    session::{SaveError, Session},
    state::{Asked, Map, Payload, TokenChange},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions in a request header and a response header, for clients without cookies. Cloning is cheap.
///
/// Cookies are not read. Sessions never travel in a URL, because URLs end up in histories, logs and `Referer`.
///
/// # Examples
///
/// ```
/// use hardtack::{Clock, EncryptionKey, SessionHeader, carrier::TokenChange};
///
/// let header = SessionHeader::encrypted("authorization", EncryptionKey::generate()?).build()?;
///
/// let session = header.load(None::<&str>, Clock::system());
/// session.insert("user", 42)?;
/// let TokenChange::Store(token) = header.save(&session)? else {
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
    pub(crate) name: Arc<str>,
    pub(crate) response_name: Arc<str>,
}

impl<T> SessionHeader<T> {
    /// Returns the name of the request header, in lower case.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the response header, in lower case: `session-token`, or the name given to
    /// [`response_name`](crate::carrier::SessionHeaderBuilder::response_name).
    #[must_use]
    pub fn response_name(&self) -> &str {
        &self.response_name
    }

    /// Loads the session of a request. `values` are the values of the header, usually one or none. If there are two
    /// different values, neither opens. In `Authorization`, `Bearer` and one space before the
    /// token are skipped.
    #[must_use]
    pub fn load(
        &self,
        values: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        self.arrive(values, clock.into(), None, Asked::default())
    }

    /// Ends the request for `session`, which can only be read from then on. Returns what becomes of the client's token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader, carrier::TokenChange};
    /// # let header = SessionHeader::encrypted("x-session", EncryptionKey::generate()?).build()?;
    /// let session = header.load(["of an earlier key"], Clock::system());
    /// session.invalidate()?;
    /// // Sent as an empty field.
    /// assert_eq!(header.save(&session)?, TokenChange::Drop);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`SessionToken::save`].
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError>
    where
        T: Payload,
    {
        self.token.save(session)
    }

    /// Returns the mode: whether the content is encrypted, or can be read without a key.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.token.mode()
    }

    /// Refuses every session issued before `time`, from now on and in this program. See
    /// [`SessionCookie::raise_not_before`](crate::SessionCookie::raise_not_before).
    pub fn raise_not_before(&self, time: SystemTime) {
        self.token.raise_not_before(time);
    }

    /// Returns the same header for the sessions of `context`, in place of the builder's; see
    /// [`SessionCookie::in_context`](crate::SessionCookie::in_context).
    #[must_use]
    pub fn in_context(&self, context: Context) -> SessionHeader<T> {
        SessionHeader {
            token: self.token.in_context(context),
            ..self.clone()
        }
    }

    pub(crate) fn arrive(
        &self,
        values: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: Clock,
        context: Option<Arc<Context>>,
        asked: Asked,
    ) -> Session<T> {
        let mut tokens = Values::default();
        for value in values {
            let token = token_in(&self.name, value.as_ref());
            tokens.push(token, LONGEST_TOKEN);
        }
        self.token.arrive(tokens, None, clock, context, asked)
    }

    /// Reads the content of `token` at `now`. For tools; see
    /// [`SessionCookie::inspect`](crate::SessionCookie::inspect).
    ///
    /// # Errors
    ///
    /// Returns the [`Reason`] why the token does not open.
    pub fn inspect(&self, token: impl AsRef<[u8]>, now: SystemTime) -> Result<TokenContent, Reason>
    where
        T: Payload,
    {
        self.token.inspect(token, now)
    }
}

/// Returns the token in the value of a request header, whose name is in lower case: in `authorization` without the
/// scheme `Bearer`, which may be in any case.
fn token_in<'a>(header: &str, value: &'a [u8]) -> &'a [u8] {
    let value = value.trim_ascii();
    match value.split_first_chunk::<7>() {
        Some((scheme, token))
            if header == "authorization" && scheme.eq_ignore_ascii_case(b"Bearer ") =>
        {
            token
        }
        _ => value,
    }
}

clone_by_fields!(SessionHeader<T> { token, name, response_name });

impl<T> fmt::Debug for SessionHeader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHeader")
            .field("name", &self.name)
            .field("token", &self.token)
            .finish()
    }
}
