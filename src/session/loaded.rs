//! A session that was read.

use super::{outcome::Outcome, sealer::Sealer};
use crate::{
    cookie::PartNumbers,
    keys::KeyId,
    state::{SessionError, State},
    token::Context,
};

/// A session that was read.
pub(crate) struct Loaded<T> {
    pub(crate) state: State<T>,
    pub(crate) outcome: Outcome,
    /// Parts that the request carried.
    pub(super) carried: PartNumbers,
    /// Session that the application is to be asked about. `state` is withheld as long as it is here.
    pub(super) waiting: Option<Box<Waiting<T>>>,
    /// Key under which the session was sealed that this request has begun in place of what arrived.
    pub(super) begun_under: Option<KeyId>,
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
            begun_under: None,
        }
    }

    /// Notes the key under which the session is sealed that this request has begun, and the end of its first grace.
    pub(super) fn has_begun(&mut self, sealer: &Sealer, context: &Context, key_id: KeyId) {
        let state = &mut self.state;
        self.begun_under = Some(key_id);
        state.admitted_until = sealer.admitted_until(context, &state.metadata, key_id, state.now);
    }

    /// Returns the session that the application is asked about, the one that waits or the one in use, and the key of its
    /// token. `None`: it has no token yet, or was taken over.
    pub(super) fn subject(&self) -> (&State<T>, Option<KeyId>) {
        match &self.waiting {
            Some(waiting) if self.state.awaits_answer() => {
                (&waiting.state, waiting.outcome.opened_under())
            }
            _ if self.state.is_replaced() => (&self.state, self.begun_under),
            _ => (&self.state, self.outcome.opened_under()),
        }
    }
}
