use std::{fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use crate::{
    base::{clock::Clock, reason::Reason, time::unix_seconds_from},
    cookie::{PartNumbers, Values},
    crypto::suite::Mode,
    session::{Arrival, Carrier, Leaving, SaveError, Sealer, Session},
    state::{Map, Payload, SessionData, Unknown, read_value},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions in a bare token, for where cookies cannot go: a mobile client, a message, a queue. A cheap
/// clone.
///
/// A token opens under the purpose that it was sealed for only (SPEC.md § 3.2).
///
/// Built with [`SessionCookieBuilder::build_token`](crate::SessionCookieBuilder::build_token).
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use hardtack::{EncryptionKey, SessionCookie, TokenChange};
///
/// let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).build_token("mobile")?;
///
/// let session = tokens.load(None::<&str>, SystemTime::now());
/// session.insert("user", 42)?;
/// let TokenChange::Set(token) = tokens.save(&session)? else {
///     return Err("a session with content is written".into());
/// };
///
/// let session = tokens.load(Some(&token), SystemTime::now());
/// assert_eq!(session.get("user")?, Some(42));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct SessionToken<T = Map> {
    pub(crate) sealer: Arc<Sealer>,
    /// Responses that the application let others store may carry sessions.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "for adapters"))]
    pub(crate) shared_caching: bool,
    pub(crate) payload: PhantomData<fn() -> T>,
}

impl<T: Payload> SessionToken<T> {
    /// The session of `token`. Never fails: what does not open is a new session.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, TokenChange};
    /// # use std::time::SystemTime;
    /// # let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).build_token("mobile")?;
    /// let session = tokens.load(Some("forged"), SystemTime::now());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load(&self, token: Option<impl AsRef<[u8]>>, clock: impl Into<Clock>) -> Session<T> {
        let mut values = Values::default();
        if let Some(token) = token {
            values.push(token.as_ref(), LONGEST_TOKEN);
        }
        self.arrive(values, clock.into(), None, false)
    }

    /// Ends the use of `session`: from now on it can only be read. Says what becomes of its token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, TokenChange};
    /// # use std::time::SystemTime;
    /// # let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).build_token("mobile")?;
    /// let session = tokens.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.len(), 0);
    /// assert_eq!(tokens.save(&session)?, TokenChange::None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A failing random generator, a clock that shows a time before 2026 or after 2162, and a session
    /// that another token or a cookie loaded.
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError> {
        Ok(session.finish(self, &Unknown)?.output)
    }

    /// Whether the content can be read without a key.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Mode, SessionCookie, SigningKey};
    ///
    /// let tokens = SessionCookie::unencrypted_but_signed(SigningKey::generate()?).build_token("mobile")?;
    /// assert_eq!(tokens.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.sealer.mode
    }

    /// Refuses every session issued before `moment`, from now on and in this program. See
    /// [`SessionCookie::raise_not_before`](crate::SessionCookie::raise_not_before).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).build_token("mobile")?;
    ///
    /// tokens.raise_not_before(SystemTime::now());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn raise_not_before(&self, moment: SystemTime) {
        self.sealer.raise_not_before(unix_seconds_from(moment));
    }
}

impl<T: SessionData> SessionToken<T> {
    /// The value that `token` holds, for whoever only reads it, such as a gateway: without a session, and
    /// without asking for memory but what the value itself needs.
    ///
    /// The token is verified as [`load`](Self::load) would (SPEC.md § 7), and the application is told
    /// ([`on_outcome`](crate::SessionCookieBuilder::on_outcome)).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Reason, SessionCookie, SessionData, TokenChange};
    /// use serde::{Deserialize, Serialize};
    /// # use std::time::{Duration, SystemTime};
    ///
    /// #[derive(Serialize, Deserialize, Default)]
    /// struct Login {
    ///     user: u64,
    /// }
    ///
    /// impl SessionData for Login {
    ///     const LABEL: &str = "login";
    ///     const SCHEMA: u32 = 1;
    /// }
    ///
    /// let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>();
    /// let tokens = tokens.build_token("api")?;
    /// # let now = SystemTime::now();
    /// # let session = tokens.load(None::<&str>, now);
    /// # session.replace(Login { user: 42 })?;
    /// # let TokenChange::Set(token) = tokens.save(&session)? else { return Err("sent".into()) };
    /// assert_eq!(tokens.open(&token, now).map(|login| login.user), Ok(42));
    /// let tomorrow = now + Duration::from_secs(86_400);
    /// assert_eq!(tokens.open(&token, tomorrow).map(|login| login.user), Err(Reason::Expired));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The [`Reason`] why it does not open: for logs. Whoever sent the token is better not told.
    pub fn open(&self, token: impl AsRef<[u8]>, clock: impl Into<Clock>) -> Result<T, Reason> {
        self.open_with(token, clock, read_value)
    }
}

impl<T> SessionToken<T> {
    /// What `decode` makes of a token's schema and payload, from which it may borrow: for whoever looks at
    /// a part of the value, or makes no value of it at all. `None` means that it cannot be read
    /// ([`Reason::Payload`]).
    ///
    /// The schema is that of [`SessionData`], 0 for a dictionary, whose payload is a MessagePack map. The
    /// bytes are overwritten afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData, TokenChange};
    /// # use serde::{Deserialize, Serialize};
    /// # use std::time::SystemTime;
    /// #[derive(Serialize, Deserialize, Default)]
    /// struct Login {
    ///     user: u64,
    ///     name: String,
    /// }
    /// # impl SessionData for Login {
    /// #     const LABEL: &str = "login";
    /// #     const SCHEMA: u32 = 1;
    /// # }
    ///
    /// /// The same fields, and no copy of the name.
    /// #[derive(Deserialize)]
    /// struct LoginView<'a> {
    ///     user: u64,
    ///     name: &'a str,
    /// }
    /// # let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).typed::<Login>();
    /// # let tokens = tokens.build_token("api")?;
    /// # let now = SystemTime::now();
    /// # let session = tokens.load(None::<&str>, now);
    /// # session.replace(Login { user: 42, name: "Ada".to_owned() })?;
    /// # let TokenChange::Set(token) = tokens.save(&session)? else { return Err("sent".into()) };
    ///
    /// let is_ada = tokens.open_with(&token, now, |schema, payload| {
    ///     let login: LoginView = postcard::from_bytes(payload).ok()?;
    ///     (schema == Login::SCHEMA).then_some(login.user == 42 && login.name == "Ada")
    /// });
    /// assert_eq!(is_ada, Ok(true));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The [`Reason`] why it does not open: for logs. Whoever sent the token is better not told.
    pub fn open_with<R>(
        &self,
        token: impl AsRef<[u8]>,
        clock: impl Into<Clock>,
        decode: impl FnOnce(u32, &[u8]) -> Option<R>,
    ) -> Result<R, Reason> {
        self.sealer.open(token.as_ref(), clock.into().now(), decode)
    }
}

impl<T> SessionToken<T> {
    pub(crate) fn arrive(
        &self,
        values: Values,
        clock: Clock,
        context: Option<Context>,
        is_subresource: bool,
    ) -> Session<T> {
        let arrival = Arrival {
            values,
            clock,
            context,
            is_subresource,
        };
        Session::new(Arc::clone(&self.sealer), arrival)
    }
}

impl<T> Carrier<T> for SessionToken<T> {
    type Output = TokenChange;

    fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    fn set(&self, leaving: Leaving<'_, T>) -> Result<TokenChange, SaveError> {
        let mut token = String::with_capacity(leaving.token_len());
        leaving.seal(&mut token)?;
        Ok(TokenChange::Set(token))
    }

    fn end(&self, _: PartNumbers) -> TokenChange {
        TokenChange::End
    }
}

/// What becomes of a token at the end of its session's use.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie, TokenChange};
/// # use std::time::SystemTime;
/// # let tokens = SessionCookie::encrypted(EncryptionKey::generate()?).build_token("mobile")?;
/// # let session = tokens.load(Some("of an earlier key"), SystemTime::now());
/// # session.invalidate()?;
/// let (field, value) = match tokens.save(&session)? {
///     TokenChange::Set(token) => ("session-token", token),
///     TokenChange::End => ("session-token", String::new()),
///     _ => return Ok(()),
/// };
/// assert_eq!((field, value.as_str()), ("session-token", ""));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a session is not saved unless its token is sent"]
pub enum TokenChange {
    /// It stays as it is.
    #[default]
    None,
    /// This token takes its place.
    Set(String),
    /// The session has ended: whoever holds the token is to drop it.
    End,
}

/// Does not show the token.
impl fmt::Debug for TokenChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenChange::None => f.write_str("None"),
            TokenChange::Set(token) => write!(f, "Set({} bytes)", token.len()),
            TokenChange::End => f.write_str("End"),
        }
    }
}

impl<T> Clone for SessionToken<T> {
    fn clone(&self) -> Self {
        SessionToken {
            sealer: Arc::clone(&self.sealer),
            shared_caching: self.shared_caching,
            payload: PhantomData,
        }
    }
}

impl<T> fmt::Debug for SessionToken<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionToken")
            .field("mode", &self.sealer.mode)
            .finish_non_exhaustive()
    }
}
