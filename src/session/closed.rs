//! Reasons why changes of a session can no longer be saved.

#[cfg(feature = "http")]
use std::panic::{AssertUnwindSafe, catch_unwind};

#[cfg(feature = "http")]
use super::{handle::Session, lock::Contents};
#[cfg(feature = "tower")]
use crate::cookie::Values;
use crate::{events, state::SessionError};

#[derive(Clone, Copy)]
pub(super) enum Closed {
    /// The head of the response has been made.
    AfterHead,
    /// The request belongs to no context.
    #[cfg_attr(
        not(feature = "tower"),
        allow(dead_code, reason = "layers choose contexts")
    )]
    NoContext,
}

impl Closed {
    /// Returns the error of a change that comes too late, in a session of this name.
    pub(super) fn refuse(self, name: &str) -> SessionError {
        match self {
            Closed::AfterHead => {
                events::change_came_late(name);
                SessionError::AfterHead
            }
            Closed::NoContext => SessionError::NoContext,
        }
    }
}

#[cfg(feature = "tower")]
impl<T> Session<T> {
    /// Makes the session empty and read-only, because its request belongs to no context.
    pub(crate) fn refuse(&self) {
        events::context_missed(self.lock.sealer.slot.purpose.name());
        let _ = self.lock.with(|contents| {
            (contents.arrival.values, contents.arrival.old) = (Values::default(), None);
            contents.closed = Some(Closed::NoContext);
        });
    }
}

#[cfg(feature = "http")]
impl<T> Session<T> {
    /// Makes the session of a request that was cancelled or failed read-only from now on, so that nothing of it is saved.
    pub(crate) fn close(&self) {
        let close = |contents: &mut Contents<T>| {
            contents.close();
            if let Some(loaded) = &mut contents.loaded {
                loaded.report(&self.lock.sealer);
            }
        };
        // A panic of `on_outcome` has nobody to go to: the request is gone, perhaps by another panic.
        // An error: this thread is inside an `update` of the session.
        let _ = catch_unwind(AssertUnwindSafe(|| self.lock.with(close)));
    }
}
