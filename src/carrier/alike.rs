//! Methods that a cookie, a header and bare tokens have alike.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{
    cookie::SessionCookie, header::SessionHeader, keys_in_use::KeysInUse, token::SessionToken,
};
use crate::{
    base::{unix_seconds, unix_seconds_from},
    crypto::suite::Mode,
    state::Payload,
    token::Context,
};

/// What every carrier has.
macro_rules! carries_sessions {
    ($($Carrier:ident),+) => {$(
        impl<T: Payload> $Carrier<T> {
            /// Returns the mode: whether the content is encrypted, or can be read without a key.
            #[must_use]
            pub fn mode(&self) -> Mode {
                self.carrier.core.slot.keys().mode()
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

            /// Rejects every session that was issued before `time`, from now on. See
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
