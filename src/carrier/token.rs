use std::time::SystemTime;

use super::common::{Carrier, TokenChange};
use crate::{
    base::{clock::Clock, clone_by_fields, reason::Reason, time::unix_seconds},
    cookie::Values,
    session::{Opening, SaveError, Session},
    state::{Map, Payload, RequestFacts, ResponseFacts, SessionData},
    token::LONGEST_TOKEN,
};

/// Sessions in bare tokens, which the program itself sends and receives: in a link, a message or a queue. Cloning is
/// cheap.
///
/// A token opens only for the purpose that it was sealed for ([SPEC.md § 3.2]). Both timeouts apply: by default, a token
/// expires after 30 minutes without a refresh, and after 12 hours at the latest. For a message that may wait longer, set
/// [`idle_timeout(None)`](crate::carrier::SessionBuilder::idle_timeout) and an
/// [`absolute_timeout`](crate::carrier::SessionBuilder::absolute_timeout).
///
/// [`load`](Self::load) returns an empty session for an expired token. To tell it from a new session, check
/// [`outcome`](Session::outcome), or call [`open`](Self::open) of a typed token. For tokens in a header of requests and
/// responses, use a [`SessionHeader`](crate::SessionHeader).
///
/// # Examples
///
/// ```
/// use hardtack::{Clock, EncryptionKey, SessionToken, carrier::TokenChange};
///
/// let jobs = SessionToken::encrypted(EncryptionKey::generate()?, "jobs").build()?;
///
/// let session = jobs.load(None::<&str>, Clock::system());
/// session.insert("user", 42)?;
/// let TokenChange::Store(token) = jobs.save(&session)? else {
///     return Err("a session with content is written".into());
/// };
///
/// let session = jobs.load([token], Clock::system());
/// assert_eq!(session.get("user")?, Some(42));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
pub struct SessionToken<T = Map> {
    pub(crate) carrier: Carrier<T>,
}

impl<T: Payload> SessionToken<T> {
    /// Loads the session of tokens, usually one or none. Never fails: if the token does not open, the session is new.
    /// If two tokens differ, neither opens.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionToken};
    /// # let jobs = SessionToken::encrypted(EncryptionKey::generate()?, "jobs").build()?;
    /// let session = jobs.load(["forged"], Clock::system());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load(
        &self,
        tokens: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        let mut values = Values::default();
        for token in tokens {
            values.push(token.as_ref(), LONGEST_TOKEN);
        }
        let request = RequestFacts::default();
        self.carrier
            .new_session(values, None, clock.into(), None, request)
    }

    /// Ends the use of `session`, which is read-only afterwards. Returns whether the holder keeps, replaces or drops its
    /// token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionToken};
    /// # let jobs = SessionToken::encrypted(EncryptionKey::generate()?, "jobs").build()?;
    /// # let session = jobs.load(None::<&str>, Clock::system());
    /// use hardtack::carrier::TokenChange;
    ///
    /// session.insert("user", 42)?;
    /// let TokenChange::Store(token) = jobs.save(&session)? else {
    ///     return Err("a session with content is written".into());
    /// };
    /// assert_eq!(jobs.load([token], Clock::system()).get("user")?, Some(42));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SaveError`], for example if a cookie loaded the session.
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError> {
        let (_, change) = self.carrier.finish(session, ResponseFacts::UNKNOWN)?;
        Ok(change)
    }
}

impl<T: SessionData> SessionToken<T> {
    /// Returns the value that `token` holds, without a session, for programs that only read it, such as a gateway.
    /// Usually allocates memory only for the value.
    ///
    /// The token is verified as in [`load`](Self::load) ([SPEC.md § 7]).
    /// [`on_outcome`](crate::carrier::SessionBuilder::on_outcome) is called.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{
    ///     EncryptionKey, SessionData, SessionToken, carrier::TokenChange, session::Reason,
    /// };
    /// use serde::{Deserialize, Serialize};
    /// # use std::time::{Duration, SystemTime};
    ///
    /// #[derive(Serialize, Deserialize, Default, PartialEq)]
    /// struct Login {
    ///     user: u64,
    /// }
    ///
    /// impl SessionData for Login {
    ///     const LABEL: &str = "login";
    ///     const SCHEMA: u32 = 1;
    /// }
    ///
    /// let tokens = SessionToken::encrypted(EncryptionKey::generate()?, "api")
    ///     .typed::<Login>()
    ///     .build()?;
    /// # let now = SystemTime::now();
    /// # let session = tokens.load(None::<&str>, now);
    /// # session.replace(Login { user: 42 })?;
    /// # let TokenChange::Store(token) = tokens.save(&session)? else { return Err("sent".into()) };
    /// assert_eq!(tokens.open(&token, now).map(|login| login.user), Ok(42));
    /// let tomorrow = now + Duration::from_secs(86_400);
    /// assert_eq!(tokens.open(&token, tomorrow).map(|login| login.user), Err(Reason::Expired));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the [`Reason`] why the token does not open, for logs. Do not show it to the sender of the token. With
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after), a token whose last answer is too old is
    /// [`Reason::Unvalidated`], because the application is not asked.
    ///
    /// [SPEC.md § 7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    #[inline]
    pub fn open(&self, token: impl AsRef<[u8]>, now: SystemTime) -> Result<T, Reason> {
        let (core, context) = (&self.carrier.core, self.carrier.context.as_deref());
        core.slot.keep_up();
        Opening::new(core, context, unix_seconds(now)).open(token.as_ref())
    }
}

clone_by_fields!(SessionToken<T> { carrier });
