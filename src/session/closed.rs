//! Reasons why changes of a session can no longer be saved.

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
