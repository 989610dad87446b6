//! The end of a session's request: closes the session, and returns the outcome as plain data.

use std::fmt;

use super::{
    error::SaveError,
    events,
    handle::Session,
    lock::{Contents, Loaded},
    sealer::Sealer,
};
use crate::{
    base::time::UnixSeconds,
    cookie::PartNumbers,
    state::{Allowed, BodyToSeal, Circumstances, Saving, State},
    token::Context,
};

/// The change of a client's token at the end of its session's use. `T` is the token, or what carries it.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionToken, carrier::TokenChange};
/// # use std::time::SystemTime;
/// # let tokens = SessionToken::encrypted("mobile", EncryptionKey::generate()?).build()?;
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
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a session is not saved unless its token is sent"]
pub enum TokenChange<T = String> {
    /// The client keeps the token that it has, or has none.
    #[default]
    Keep,
    /// The client stores this token in place of the one that it has.
    Store(T),
    /// The session has ended: the client drops its token.
    Drop,
}

/// The extent to which a response depends on its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    Untouched,
    /// The session was read or refreshed.
    Touched,
    /// The content was written, or the session has ended.
    Written,
}

/// The outcome of a session for its response.
pub(crate) struct Finished<R> {
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "for adapters"))]
    pub(crate) touch: Touch,
    pub(crate) change: TokenChange<R>,
    /// The news for the session's device.
    pub(crate) device: DeviceNews,
    pub(crate) arrived: Arrived,
}

/// The facts about a request that its response depends on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Arrived {
    /// The parts that the request carried.
    pub(crate) carried: PartNumbers,
    /// The time of the request.
    pub(crate) now: UnixSeconds,
}

/// The news of a response for the device of its session.
#[derive(Default)]
pub(crate) struct DeviceNews {
    /// The offer to register a device, as the field `Secure-Session-Registration` carries it.
    pub(crate) registration: Option<String>,
    /// The `Set-Cookie` fields about a session that the client no longer has.
    pub(crate) set_cookies: Vec<String>,
}

/// A session that the client is to store.
pub(crate) struct Store<'a, T> {
    sealer: &'a Sealer,
    context: &'a Context,
    state: State<'a, T>,
    body: BodyToSeal,
    pub(crate) arrived: Arrived,
}

impl<T> Session<T> {
    /// Finishes the request for the session: closes it, and decides what becomes of the client's token. `store` is called
    /// if the client is to store the session, and seals it.
    pub(crate) fn finish<R>(
        &self,
        sealer: &Sealer,
        circumstances: Circumstances,
        store: impl FnOnce(&Store<'_, T>) -> Result<R, SaveError>,
    ) -> Result<Finished<R>, SaveError> {
        if !self.is_of(sealer) {
            return Err(SaveError::ForeignSession);
        }
        let mut guard = self.lock.lock().map_err(|_| SaveError::InsideUpdate)?;
        let was_closed = guard.close();
        let Contents {
            arrival,
            loaded,
            is_touched,
            ..
        } = &mut *guard;
        let Some(loaded) = loaded.as_mut().filter(|_| *is_touched) else {
            return Ok(Finished::keep(Touch::Untouched));
        };
        // A session is saved once, and this response still depends on it.
        if was_closed {
            return Ok(Finished::keep(Touch::Touched));
        }
        let Loaded {
            data,
            outcome,
            carried,
        } = loaded;
        let state = data.under(&self.lock.sealer.policy);
        let reseal = sealer.must_reseal(*outcome, state.now());
        let saving = state.saving(circumstances, arrival.is_subresource, reseal);
        let arrived = Arrived {
            carried: *carried,
            now: state.now(),
        };
        Store::new(sealer, arrival.context(sealer), state, arrived).carry_out(saving, store)
    }

    /// Returns `true` if the session was loaded by `sealer`, or by one that seals the same way.
    fn is_of(&self, sealer: &Sealer) -> bool {
        let loader = &*self.lock.sealer;
        std::ptr::eq(loader, sealer) || loader.is_like(sealer)
    }
}

impl<'a, T> Store<'a, T> {
    pub(super) fn new(
        sealer: &'a Sealer,
        context: &'a Context,
        state: State<'a, T>,
        arrived: Arrived,
    ) -> Store<'a, T> {
        Store {
            sealer,
            context,
            state,
            body: BodyToSeal::AsArrived,
            arrived,
        }
    }

    /// Carries out the decision.
    pub(super) fn carry_out<R>(
        self,
        saving: Saving,
        store: impl FnOnce(&Store<'_, T>) -> Result<R, SaveError>,
    ) -> Result<Finished<R>, SaveError> {
        let (touch, body) = match saving {
            Saving::Store(body) => (Touch::Written, body),
            Saving::Refresh(body) => (Touch::Touched, body),
            Saving::Drop => return self.dropped(),
            Saving::Keep => return Ok(Finished::keep(Touch::Touched)),
            Saving::NoRoom => {
                events::refresh_was_left_out(self.sealer.slot.purpose().name());
                return Ok(Finished::keep(Touch::Touched));
            }
        };
        match (Store { body, ..self }).stored(touch, store) {
            // A refresh is optional, so it does not fail a response.
            Err(_) if touch == Touch::Touched => Ok(Finished::keep(touch)),
            finished => finished,
        }
    }

    fn stored<R>(
        self,
        touch: Touch,
        store: impl FnOnce(&Store<'_, T>) -> Result<R, SaveError>,
    ) -> Result<Finished<R>, SaveError> {
        Ok(Finished {
            touch,
            change: TokenChange::Store(store(&self)?),
            device: self.sealer.device_news(self.context, &self.state, false)?,
            arrived: self.arrived,
        })
    }

    fn dropped<R>(self) -> Result<Finished<R>, SaveError> {
        Ok(Finished {
            touch: Touch::Written,
            change: TokenChange::Drop,
            device: self.sealer.device_news(self.context, &self.state, true)?,
            arrived: self.arrived,
        })
    }

    /// The length of the token that [`seal_into`](Self::seal_into) appends.
    pub(crate) fn token_len(&self) -> usize {
        self.sealer.token_len(&self.state, self.body)
    }

    /// Seals the session, and appends the token.
    pub(crate) fn seal_into(&self, text: &mut String) -> Result<(), SaveError> {
        self.sealer.seal(self.context, &self.state, self.body, text)
    }

    /// Seconds for which a browser is to keep the cookie. `None`: until it is closed.
    pub(crate) fn max_age(&self) -> Option<u64> {
        self.state.max_age()
    }

    /// The most that may be sent.
    pub(crate) fn allowed(&self) -> Allowed {
        self.state.allowed(self.body)
    }
}

impl<R> Finished<R> {
    fn keep(touch: Touch) -> Finished<R> {
        Finished {
            touch,
            change: TokenChange::Keep,
            device: DeviceNews::default(),
            arrived: Arrived::default(),
        }
    }
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
