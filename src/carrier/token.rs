use std::{fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use super::keys_in_use::KeysInUse;
use crate::{
    base::{
        clock::Clock,
        clone_by_fields,
        reason::Reason,
        time::{unix_seconds, unix_seconds_from},
    },
    cookie::Values,
    crypto::suite::Mode,
    events,
    session::{Arrival, CarrierCore, Change, Opening, Predecessor, SaveError, Session},
    state::{Dependence, Map, Payload, RequestFacts, ResponseFacts, SessionData},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions in tokens. A token travels in a [`header`](crate::carrier::SessionTokenBuilder::header), for clients
/// without cookies, or bare, in a message or a queue. Cloning is cheap.
///
/// A token opens only for the header, or the [`purpose`](crate::carrier::SessionTokenBuilder::purpose), that it was
/// sealed for ([SPEC.md § 3.2]). Both timeouts apply: by default, a token expires after 30 minutes without a refresh,
/// and after 12 hours at the latest. For a message that may wait longer, set
/// [`idle_timeout(None)`](crate::carrier::SessionBuilder::idle_timeout) and an
/// [`absolute_timeout`](crate::carrier::SessionBuilder::absolute_timeout).
///
/// [`load`](Self::load) returns an empty session for an expired token. To tell it from a new session, check
/// [`outcome`](Session::outcome), or call [`open`](Self::open) of a typed token.
///
/// No layer reads tokens from cookies or URLs. URLs end up in histories, logs and `Referer`.
///
/// # Examples
///
/// ```
/// use hardtack::{Clock, EncryptionKey, SessionToken, carrier::TokenChange};
///
/// let tokens = SessionToken::encrypted(EncryptionKey::generate()?)
///     .header("authorization")
///     .build()?;
///
/// let session = tokens.load(None::<&str>, Clock::system());
/// session.insert("user", 42)?;
/// let TokenChange::Store(token) = tokens.save(&session)? else {
///     return Err("a session with content is written".into());
/// };
///
/// let session = tokens.load([format!("Bearer {token}")], Clock::system());
/// assert_eq!(session.get("user")?, Some(42));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
pub struct SessionToken<T = Map> {
    pub(crate) core: Arc<CarrierCore>,
    /// Context of the sessions, or `None` for the builder's.
    pub(crate) context: Option<Arc<Context>>,
    /// Name of the response header, in lower case, or `None` for bare tokens.
    response_header: Option<Arc<str>>,
    payload: PhantomData<fn() -> T>,
}

impl<T: Payload> SessionToken<T> {
    /// Returns the name of the request header, in lower case, or `None` for bare tokens.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.core.slot.purpose.header_name()
    }

    /// Returns the name of the response header, in lower case, or `None` for bare tokens.
    #[must_use]
    pub fn response_header(&self) -> Option<&str> {
        self.response_header.as_deref()
    }

    /// Loads the session of a request. Never fails: if the token does not open, the session is new.
    ///
    /// `values` are the values of the header, or bare tokens: usually one or none. If two tokens differ, neither opens.
    /// In `Authorization`, the word `Bearer` and the space after it are skipped.
    #[must_use]
    pub fn load(
        &self,
        values: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        self.load_values(values, clock.into(), None, RequestFacts::default())
    }

    /// Ends the request for `session`, which is read-only afterwards. Returns whether the client keeps, replaces or
    /// drops its token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionToken, carrier::TokenChange};
    /// # let tokens = SessionToken::encrypted(EncryptionKey::generate()?).header("x-session").build()?;
    /// let session = tokens.load(["of an earlier key"], Clock::system());
    /// session.invalidate()?;
    /// // Sent as an empty header.
    /// assert_eq!(tokens.save(&session)?, TokenChange::Drop);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SaveError`], for example if a cookie loaded the session.
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError> {
        let (_, change) = self.finish(session, ResponseFacts::UNKNOWN)?;
        Ok(change)
    }

    /// Returns the mode: whether the content is encrypted, or can be read without a key.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.core.slot.keys().mode()
    }

    /// Returns the keys in use at a time, and problems that last, for health checks, like
    /// [`SessionCookie::keys_in_use`](crate::SessionCookie::keys_in_use).
    #[must_use]
    pub fn keys_in_use(&self, now: SystemTime) -> KeysInUse {
        KeysInUse::of(&self.core, unix_seconds(now))
    }

    /// Refuses every session of these tokens that was issued before `time`, from now on. See
    /// [`SessionCookie::raise_not_before`](crate::SessionCookie::raise_not_before).
    pub fn raise_not_before(&self, time: SystemTime) {
        self.core.slot.raise_not_before(unix_seconds_from(time));
    }

    /// Returns the same tokens for the sessions of `context` instead of the builder's. See
    /// [`SessionCookie::in_context`](crate::SessionCookie::in_context).
    #[must_use]
    pub fn in_context(&self, context: Context) -> SessionToken<T> {
        SessionToken {
            context: Some(Arc::new(context)),
            ..self.clone()
        }
    }

    #[inline]
    pub(super) fn open_by<R>(
        &self,
        token: &[u8],
        now: SystemTime,
        decode: impl FnOnce(u32, &[u8]) -> Option<R>,
    ) -> Result<R, Reason> {
        self.core.slot.keep_up();
        Opening::new(&self.core, self.context.as_deref(), unix_seconds(now)).open(token, decode)
    }

    /// Returns tokens that were just built, which is logged.
    pub(super) fn new(core: CarrierCore, response_header: Option<Arc<str>>) -> SessionToken<T> {
        events::begin_session_counters(core.slot.purpose.name());
        core.slot.log_in_use(None, events::sessions_built);
        SessionToken {
            core: Arc::new(core),
            context: None,
            response_header,
            payload: PhantomData,
        }
    }

    pub(crate) fn load_values(
        &self,
        values: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: Clock,
        context: Option<Arc<Context>>,
        request: RequestFacts,
    ) -> Session<T> {
        let mut tokens = Values::default();
        for value in values {
            let token = token_in(self.header(), value.as_ref());
            tokens.push(token, LONGEST_TOKEN);
        }
        self.new_session(tokens, None, clock, context, request)
    }

    /// Begins a request that brought these tokens.
    #[inline]
    pub(super) fn new_session(
        &self,
        values: Values,
        old: Option<Box<Predecessor>>,
        clock: Clock,
        context: Option<Arc<Context>>,
        request: RequestFacts,
    ) -> Session<T> {
        let arrival = Arrival {
            values,
            old,
            clock,
            context: context.or_else(|| self.context.clone()),
            request,
        };
        Session::new(Arc::clone(&self.core), arrival)
    }

    /// Finishes the use of `session`. Returns the extent to which its response depends on it, and the change of its
    /// token.
    pub(crate) fn finish(
        &self,
        session: &Session<T>,
        response: ResponseFacts,
    ) -> Result<(Dependence, TokenChange), SaveError> {
        let closed = session.close(&self.core, response)?;
        let change = match &closed.change {
            Change::Keep => TokenChange::Keep,
            Change::Store(to_seal) => {
                let mut token = String::with_capacity(closed.token_len(to_seal));
                closed.seal_into(to_seal, &mut token);
                TokenChange::Store(token)
            }
            Change::Drop => TokenChange::Drop,
        };
        Ok((closed.dependence, change))
    }
}

impl<T: SessionData> SessionToken<T> {
    /// Returns the value that `token` holds, without a session, for programs that only read it, such as a gateway.
    /// Usually allocates memory only for the value.
    ///
    /// The token is verified as in [`load`](Self::load) ([SPEC.md § 7]), but `Bearer` is not skipped.
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
    /// let tokens = SessionToken::encrypted(EncryptionKey::generate()?)
    ///     .purpose("api")
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
        self.open_by(token.as_ref(), now, T::decode)
    }
}

/// Returns the token in the value of the request header `header`, a name in lower case, without the white space around
/// the value. In `authorization`, the scheme `Bearer` is removed, in any case of letters. A bare token is the whole
/// value.
fn token_in<'a>(header: Option<&str>, value: &'a [u8]) -> &'a [u8] {
    let Some(header) = header else {
        return value;
    };
    let value = value.trim_ascii();
    match value.split_first_chunk::<7>() {
        Some((scheme, token)) if header == "authorization" && is_bearer(scheme) => token,
        _ => value,
    }
}

fn is_bearer(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"Bearer ")
}

clone_by_fields!(SessionToken<T> { core, context, response_header, payload });

impl<T> fmt::Debug for SessionToken<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionToken")
            .field("name", &self.core.slot.purpose.name())
            .field("mode", &self.core.slot.keys().mode())
            .finish_non_exhaustive()
    }
}

/// Change of a client's token at the end of its session's use.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionToken, carrier::TokenChange};
/// # use std::time::SystemTime;
/// # let tokens = SessionToken::encrypted(EncryptionKey::generate()?).purpose("mobile").build()?;
/// # let session = tokens.load(Some("of an earlier key"), SystemTime::now());
/// # session.invalidate()?;
/// let (field, value) = match tokens.save(&session)? {
///     TokenChange::Store(token) => ("session-token", token),
///     TokenChange::Drop => ("session-token", String::new()),
///     _ => return Ok(()),
/// };
/// assert_eq!((field, value.as_str()), ("session-token", ""));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a session is not saved unless its token is sent"]
pub enum TokenChange {
    /// The client keeps the token that it has, if any.
    #[default]
    Keep,
    /// The client stores this token in place of the token that it has.
    Store(String),
    /// The session has ended or was left empty, so the client drops its token.
    Drop,
}

/// Does not show the token.
impl fmt::Debug for TokenChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenChange::Keep => f.write_str("Keep"),
            TokenChange::Store(token) => write!(f, "Store({} bytes)", token.len()),
            TokenChange::Drop => f.write_str("Drop"),
        }
    }
}
