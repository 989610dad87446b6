//! What a cookie, a header and bare tokens have in common.

use std::{fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use super::{
    cookie::SessionCookie,
    header::SessionHeader,
    inspect::TokenContent,
    keys_in_use::KeysInUse,
    token::{SessionToken, TokenChange},
};
use crate::{
    base::{
        clock::{Clock, system_now},
        clone_by_fields,
        reason::Reason,
        time::{unix_seconds, unix_seconds_from},
    },
    cookie::Values,
    crypto::suite::Mode,
    events,
    session::{Arrival, CarrierCore, Change, Predecessor, SaveError, Session},
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
        core.slot.log_in_use(system_now(), events::sessions_built);
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
        let decided = session.close(&self.core, response)?;
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

/// What every carrier has.
macro_rules! carries_sessions {
    ($($Carrier:ident),+) => {$(
        impl<T: Payload> $Carrier<T> {
            /// Returns the mode: whether the content is encrypted, or can be read without a key.
            #[must_use]
            pub fn mode(&self) -> Mode {
                self.carrier.core.slot.keys().mode()
            }

            /// Reads the content of `token`, in the context and with the timeouts of these sessions. It is for tools:
            /// it loads no session, and calls `revoked_if` but not `on_outcome`.
            ///
            /// # Errors
            ///
            /// Returns the [`Reason`] why the token does not open. A token that opens is no error if its session is
            /// refused by its dates, revoked, or cannot be read; [`TokenContent::refused`] has the reason.
            #[doc(hidden)]
            pub fn inspect(
                &self,
                token: impl AsRef<[u8]>,
                now: SystemTime,
            ) -> Result<TokenContent, Reason> {
                self.carrier.inspect(token.as_ref(), now)
            }
        }

        impl<T> fmt::Debug for $Carrier<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let slot = &self.carrier.core.slot;
                f.debug_struct(stringify!($Carrier))
                    .field("name", &slot.purpose.name())
                    .field("mode", &slot.keys().mode())
                    .finish_non_exhaustive()
            }
        }
    )+};
}
carries_sessions!(SessionCookie, SessionHeader, SessionToken);

/// Methods that a header and bare tokens share with a cookie, whose own have the examples.
macro_rules! like_a_cookie {
    ($($Carrier:ident),+) => {$(
        impl<T: Payload> $Carrier<T> {
            /// Returns the keys in use at a time, and problems that last, for health checks, like
            /// [`SessionCookie::keys_in_use`](crate::SessionCookie::keys_in_use).
            #[must_use]
            pub fn keys_in_use(&self, now: SystemTime) -> KeysInUse {
                KeysInUse::of(&self.carrier.core, unix_seconds(now))
            }

            /// Refuses every session that was issued before `time`, from now on. See
            /// [`SessionCookie::raise_not_before`](crate::SessionCookie::raise_not_before).
            pub fn raise_not_before(&self, time: SystemTime) {
                let time = unix_seconds_from(time);
                self.carrier.core.slot.raise_not_before(time);
            }

            /// Returns the same for the sessions of `context` instead of the builder's. See
            /// [`SessionCookie::in_context`](crate::SessionCookie::in_context).
            #[must_use]
            pub fn in_context(&self, context: Context) -> Self {
                let mut same = self.clone();
                same.carrier.context = Some(Arc::new(context));
                same
            }
        }
    )+};
}
like_a_cookie!(SessionHeader, SessionToken);
