//! The end of a session's request: closes the session, and seals what the client is to store.

use std::cmp;

use super::{
    events, handle::Session, lock::Contents, outcome::Outcome, save_error::SaveError,
    sealer::Sealer,
};
use crate::{
    base::time::UnixSeconds,
    cookie::{PartNumbers, SetCookies},
    crypto::{random, scratch::Scratch},
    state::{BodyToSeal, Circumstances, Decision, SessionError, State, TokenChange, Touch},
    token::{self, Context, Draft, SealError},
};

/// The outcome of a session for its response.
pub(crate) struct Finished<R> {
    pub(crate) touch: Touch,
    pub(crate) change: TokenChange<R>,
    /// The fields for the session's device.
    pub(crate) device: SetCookies,
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

/// A session that the client is to store.
pub(crate) struct Store<'a, T> {
    sealer: &'a Sealer,
    context: &'a Context,
    pub(crate) state: &'a State<T>,
    pub(crate) body: BodyToSeal,
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
        let loader = &*self.lock.sealer;
        if !std::ptr::eq(loader, sealer) && !loader.is_like(sealer) {
            return Err(SaveError::ForeignSession);
        }
        let finished = self.lock.with_contents(|contents| {
            let was_closed = contents.close();
            let Some(loaded) = contents.loaded.as_ref().filter(|_| contents.is_touched) else {
                return Ok(Finished::keep(Touch::Untouched));
            };
            // A session is saved once, and this response still depends on it.
            if was_closed {
                return Ok(Finished::keep(Touch::Touched));
            }
            loaded.tell_if_unasked(sealer);
            let arrival = &contents.arrival;
            let state = &loaded.state;
            let reseal = sealer.must_reseal(loaded.outcome, state.now);
            let decision = state.finish(circumstances, arrival.is_subresource, reseal);
            let context = arrival.context(sealer);
            sealer.carry_out(decision, context, state, loaded.carried, store)
        });
        finished.map_err(|_| SaveError::InsideUpdate)?
    }
}

impl<T> Contents<T> {
    /// Makes the session read-only from now on. Returns `true` if it already was.
    pub(super) fn close(&mut self) -> bool {
        self.closed.replace(|| SessionError::AfterHead).is_some()
    }
}

impl Sealer {
    /// Returns `true` if a session that was read with this outcome is to be sealed again under a newer key.
    fn must_reseal(&self, outcome: Outcome, now: UnixSeconds) -> bool {
        matches!(outcome, Outcome::OpenedUnderAcceptedKey { key_id }
            if self.slot.keys().place_of(key_id, now) == Some(cmp::Ordering::Less))
    }

    /// Carries out the decision about a session.
    pub(crate) fn carry_out<T, R>(
        &self,
        decision: Decision,
        context: &Context,
        state: &State<T>,
        carried: PartNumbers,
        store: impl FnOnce(&Store<'_, T>) -> Result<R, SaveError>,
    ) -> Result<Finished<R>, SaveError> {
        let arrived = Arrived {
            carried,
            now: state.now,
        };
        let session = |body| Store {
            sealer: self,
            context,
            state,
            body,
            arrived,
        };
        let (touch, change) = match decision {
            Decision::Keep => return Ok(Finished::keep(Touch::Touched)),
            Decision::KeepTooLarge => {
                events::refresh_was_left_out(self.slot.purpose.name());
                return Ok(Finished::keep(Touch::Touched));
            }
            Decision::Drop => (Touch::Written, TokenChange::Drop),
            Decision::Store(body) => (Touch::Written, TokenChange::Store(store(&session(body))?)),
            Decision::Refresh(body) => match store(&session(body)) {
                Ok(stored) => (Touch::Touched, TokenChange::Store(stored)),
                // A refresh is optional, so it does not fail a response.
                Err(_) => return Ok(Finished::keep(Touch::Touched)),
            },
        };
        events::written(self.slot.purpose.name(), decision, state.is_new());
        let is_dropped = matches!(change, TokenChange::Drop);
        let device = match self.companion() {
            Some(companion) => {
                let departed = state.departure(is_dropped);
                let renewed = state.renewed_sid().filter(|_| !is_dropped);
                companion.fields_for(context, departed, renewed, state.now)?
            }
            None => SetCookies::default(),
        };
        Ok(Finished {
            touch,
            change,
            device,
            arrived,
        })
    }
}

impl<T> Store<'_, T> {
    /// Returns the length of the token that [`seal_into`](Self::seal_into) appends.
    pub(crate) fn token_len(&self) -> usize {
        token::token_len(self.sealer.mode, self.state.body_len(self.body))
    }

    /// Seals the session, and appends the token.
    pub(crate) fn seal_into(&self, text: &mut String) -> Result<(), SaveError> {
        let keys = self.sealer.slot.keys();
        let mut buffer = Scratch::borrow();
        let key = keys.sealing(self.state.now);
        let mut draft = Draft::new(key, self.state.body_len(self.body), &mut buffer);
        if !self.state.write_body(self.body, draft.body()) {
            return Err(SealError::Clock.into());
        }
        let before = text.len();
        draft.seal(self.context, &random::from_thread()?, text);
        events::sealed(self.sealer.slot.purpose.name(), text.len() - before);
        Ok(())
    }
}

impl<R> Finished<R> {
    fn keep(touch: Touch) -> Finished<R> {
        Finished {
            touch,
            change: TokenChange::Keep,
            device: SetCookies::default(),
            arrived: Arrived::default(),
        }
    }
}
