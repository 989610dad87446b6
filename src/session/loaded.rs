//! A session that was read.

use super::outcome::Outcome;
use crate::{
    cookie::PartNumbers,
    state::{SessionError, State},
};

/// A session that was read.
pub(crate) struct Loaded<T> {
    pub(crate) state: State<T>,
    pub(crate) outcome: Outcome,
    /// Parts that the request carried.
    pub(super) carried: PartNumbers,
    /// Session that the application is to be asked about. `state` is withheld as long as it is here.
    pub(super) waiting: Option<Box<Waiting<T>>>,
}

/// A session that waits for the answer of the application.
pub(super) struct Waiting<T> {
    pub(super) state: State<T>,
    pub(super) outcome: Outcome,
    /// Length of all tokens. `None`: the outcome was told.
    pub(super) token_bytes: Option<usize>,
    /// The application could not answer.
    pub(super) error: Option<SessionError>,
}

impl<T> Loaded<T> {
    #[inline]
    pub(crate) fn new(state: State<T>, carried: PartNumbers) -> Loaded<T> {
        Loaded {
            state,
            outcome: Outcome::Absent,
            carried,
            waiting: None,
        }
    }

    /// Returns the session that the application is asked about, and its outcome: the one that waits, or the one in use.
    pub(super) fn subject(&self) -> (&State<T>, Outcome) {
        match &self.waiting {
            Some(waiting) if self.state.awaits_answer() => (&waiting.state, waiting.outcome),
            _ => (&self.state, self.outcome),
        }
    }
}
