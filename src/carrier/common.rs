//! What a cookie, a header and bare tokens have in common.

use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{
    base::{Clock, clone_by_fields, system_now},
    cookie::Values,
    events,
    session::{Arrival, CarrierCore, Change, Decided, ReceivedOldCookies, SaveError, Session},
    state::{Dependence, Payload, RequestFacts, ResponseFacts},
    token::Context,
};

/// Core of a carrier, and the context of its sessions.
pub(crate) struct Carrier<T> {
    pub(crate) core: Arc<CarrierCore>,
    /// Context of the sessions, or `None` for the builder's.
    pub(crate) context: Option<Arc<Context>>,
    content: PhantomData<fn() -> T>,
}

impl<T: Payload> Carrier<T> {
    /// Returns a carrier that was just built, which is logged.
    pub(super) fn new(core: CarrierCore) -> Carrier<T> {
        events::begin_session_counters(core.slot.purpose.name());
        core.slot
            .log_in_use(system_now(), events::sessions_are_ready);
        Carrier {
            core: Arc::new(core),
            context: None,
            content: PhantomData,
        }
    }

    /// Begins a request that brought these values.
    #[inline]
    pub(super) fn new_session(
        &self,
        values: Values,
        old: Option<Box<ReceivedOldCookies>>,
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

    /// Closes `session`, of whose response these facts are known. This is the one way out, for cookies and headers alike.
    pub(super) fn close<'a>(
        &'a self,
        session: &'a Session<T>,
        response: ResponseFacts,
    ) -> Result<Decided<'a, T>, SaveError> {
        session.close(&self.core, response)
    }

    /// Finishes the use of `session`. Returns the extent to which its response depends on it, and the change of its
    /// token.
    pub(crate) fn finish(
        &self,
        session: &Session<T>,
        response: ResponseFacts,
    ) -> Result<(Dependence, TokenChange), SaveError> {
        let decided = self.close(session, response)?;
        let change = match &decided.change {
            Change::Keep => TokenChange::Keep,
            Change::Store(to_seal) => {
                let mut token = String::with_capacity(decided.token_len(to_seal));
                decided.seal_into(to_seal, &mut token);
                TokenChange::Store(token)
            }
            Change::Drop => TokenChange::Drop,
        };
        Ok((decided.dependence, change))
    }
}

clone_by_fields!(Carrier<T> { core, context, content });

/// Change of a client's token at the end of its session's use.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionToken, carrier::TokenChange};
/// # use std::time::SystemTime;
/// # let tokens = SessionToken::encrypted(EncryptionKey::generate()?, "mobile").build()?;
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
