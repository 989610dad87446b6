use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{
    body::{Circumstances, Map, Payload, Verdict},
    clock::Clock,
    cookie::Values,
    error::SaveError,
    seal::LONGEST_TOKEN,
    sealer::Sealer,
    session::{Arrival, Finish, Session, Touched},
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
        let arrival = Arrival {
            values,
            clock: clock.into(),
            context: None,
            is_subresource: false,
        };
        Session::new(Arc::clone(&self.sealer), arrival)
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
        if !session.is_of(&self.sealer) {
            return Err(SaveError::OfAnother);
        }
        let finish = session.finish(|arrival, Touched { state, outcome }| {
            let write = |age| {
                let context = arrival.context.as_ref().unwrap_or(&self.sealer.context);
                let mut token = String::with_capacity(self.sealer.token_len(state, age));
                self.sealer.seal(context, state, age, &mut token)?;
                Ok(TokenChange::Set(token))
            };
            let reseal = self.sealer.must_reseal(*outcome, state.now());
            match state.settle(Circumstances::default(), reseal) {
                Verdict::Leave => Ok(TokenChange::None),
                Verdict::Expire => Ok(TokenChange::End),
                Verdict::Write { age } => write(age),
                // What could as well be left out does not fail anything.
                Verdict::Refresh { age } => Ok(write(age).unwrap_or(TokenChange::None)),
            }
        });
        match finish? {
            Finish::Settled(change) => change,
            Finish::Read | Finish::Untouched => Ok(TokenChange::None),
        }
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
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a session is not saved unless its token is sent"]
pub enum TokenChange {
    /// It stays as it is.
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
