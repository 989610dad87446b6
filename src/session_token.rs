use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{
    body::{Circumstances, Map, Payload, Verdict},
    clock::Clock,
    cookie::Values,
    error::SaveError,
    seal::LONGEST_TOKEN,
    sealer::Sealer,
    session::{Arrival, Session},
};

/// Sessions in a bare token, for where cookies cannot go: a mobile client, a message, a queue. A cheap
/// clone.
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
    /// # Errors
    ///
    /// A failing random generator, and a clock that shows a time before 2026 or after 2162.
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError> {
        let saved = session.close(|arrival, touched| {
            let Some(touched) = touched else {
                return Ok(TokenChange::None);
            };
            let state = &touched.state;
            let write = |age| {
                let context = arrival.context.as_ref().unwrap_or(&self.sealer.context);
                let mut token = String::with_capacity(self.sealer.token_len(state, age));
                self.sealer.seal(context, state, age, &mut token)?;
                Ok(TokenChange::Set(token))
            };
            let reseal = self.sealer.must_reseal(touched.outcome, state.now());
            match state.settle(Circumstances::default(), reseal) {
                Verdict::Leave => Ok(TokenChange::None),
                Verdict::Expire => Ok(TokenChange::End),
                Verdict::Write { age } | Verdict::Refresh { age } => write(age),
            }
        });
        saved.unwrap_or(Ok(TokenChange::None))
    }
}

/// What becomes of a token at the end of its session's use.
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
