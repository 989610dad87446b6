//! End of a session's request: closes the session, has `state/decide.rs` decide what becomes of the client's token, and
//! seals it.

#[cfg(feature = "tower")]
use std::sync::Arc;

use super::{
    SessionId, SessionInfo,
    closed::Closed,
    handle::Session,
    loaded::Loaded,
    lock::{Arrival, Contents, HeldContents},
    outcome::Outcome,
    save_error::{SaveError, SaveProblem},
    sealer::Sealer,
};
use crate::{
    base::time::{UnixSeconds, system_time},
    cookie::PartNumbers,
    crypto::{cipher::RANDOM_LEN, random},
    events,
    keys::SlotKeys,
    state::{
        BodyToSeal, Circumstances, Decision, Overhead, Payload, Said, State, TokenChange, Touch,
    },
    token::{self, Context},
};

/// A session at the end of its request: closed, and with its lock held until its token is written.
pub(crate) struct Closing<'a, T> {
    contents: HeldContents<'a, T>,
    sealer: &'a Sealer,
}

/// Effect of a request's end on its client.
#[derive(Default)]
pub(crate) struct Ending {
    pub(crate) touch: Touch,
    pub(crate) change: TokenChange<ToSeal>,
    /// Fields of the session's companion, by name and value.
    pub(crate) of_companion: Vec<(&'static str, String)>,
}

/// A body to seal, with the keys and the random bytes for it, so that sealing cannot fail.
pub(crate) struct ToSeal {
    /// Keys with which it was decided. If the ring is replaced in between, the new one does not seal what it would refuse.
    keys: SlotKeys,
    body: BodyToSeal,
    random: [u8; RANDOM_LEN],
}

/// A session that the client is to store.
pub(crate) struct Stored<'a, T> {
    pub(crate) sealer: &'a Sealer,
    pub(crate) context: &'a Context,
    pub(crate) state: &'a State<T>,
    pub(crate) to_seal: ToSeal,
    pub(crate) carried: PartNumbers,
}

impl<T: Payload> Session<T> {
    /// Lets the session go if the application did not touch it, and has no handle left to do so: its response then owes
    /// nothing to it. Returns `true` if so. A handle that a body or a task still has counts as a touch.
    #[cfg(feature = "tower")]
    pub(crate) fn release_if_untouched(&mut self) -> bool {
        let Some(lock) = Arc::get_mut(&mut self.lock) else {
            return self.with(|_| false);
        };
        let (sealer, contents) = lock.get_mut();
        // One that was verified beforehand.
        if let Some(loaded) = contents.loaded.as_mut().filter(|_| !contents.is_touched) {
            loaded.report(sealer);
        }
        !contents.is_touched && !sealer.policy.counts_every_request()
    }

    /// Closes the session at the end of its request, and decides what becomes of the client's token.
    #[inline(always)]
    pub(crate) fn closing<'a>(
        &'a self,
        sealer: &'a Sealer,
        circumstances: Circumstances,
    ) -> Result<(Closing<'a, T>, Ending), SaveError> {
        let loader = &*self.lock.sealer;
        if !std::ptr::eq(loader, sealer) && !loader.is_like(sealer) {
            return Err(SaveProblem::ForeignSession.into());
        }
        let contents = self.lock.hold();
        let mut contents = contents.map_err(|_| SaveProblem::InsideUpdate)?;
        contents.count_request(loader, circumstances);
        let was_closed = contents.close();
        let Contents {
            loaded,
            arrival,
            is_touched,
            ..
        } = &mut *contents;
        let mut ending = match loaded.as_mut().filter(|_| *is_touched) {
            None => Ending::default(),
            // A session is saved once, and this response still depends on it.
            Some(_) if was_closed => Ending::kept(),
            Some(loaded) => loaded.ending(sealer, circumstances, arrival)?,
        };
        if circumstances.said != Said::Nothing && ending.touch == Touch::Touched {
            // The response carries a session.
            ending.touch = Touch::Written;
        }
        Ok((Closing { contents, sealer }, ending))
    }
}

impl<T: Payload> Loaded<T> {
    /// Decides what becomes of the token of a session that was touched.
    fn ending(
        &mut self,
        sealer: &Sealer,
        circumstances: Circumstances,
        arrival: &Arrival,
    ) -> Result<Ending, SaveError> {
        self.report(sealer);
        let state = &self.state;
        let keys = sealer.slot.keys();
        let standing = self.standing(sealer, &keys);
        let decision = state.decide(circumstances, arrival.asked, standing);
        let context = arrival.context(sealer);
        let mut ending = Ending::of(decision, state, sealer, keys)?;
        if !matches!(ending.change, TokenChange::Keep)
            && let Some(companion) = sealer.companion()
        {
            let is_dropped = matches!(ending.change, TokenChange::Drop);
            let arrived_under = match self.outcome {
                Outcome::Rejected { key_id, .. } => key_id,
                outcome => outcome.opened_under(),
            };
            // A session that was taken over has no key.
            let sealing = || sealer.slot.keys().sealing_id(state.now);
            let key_id = arrived_under.unwrap_or_else(sealing);
            let departed = state.departed(is_dropped);
            let departed = departed.map(|session| SessionInfo::of(session, key_id));
            let renewed = state.renewed_sid().filter(|_| !is_dropped).map(SessionId);
            let now = system_time(state.now);
            ending.of_companion = companion.fields(context, departed.as_ref(), renewed, now)?;
        }
        if let TokenChange::Store(to_seal) = &ending.change
            && state.is_replaced()
        {
            let key_id = to_seal.keys.sealing_id(state.now);
            self.note_begun(sealer, context, key_id);
        }
        Ok(ending)
    }
}

impl<T> Closing<'_, T> {
    /// Returns the session to store.
    pub(crate) fn stored(&self, to_seal: ToSeal) -> Stored<'_, T> {
        let Loaded { state, carried, .. } = self.loaded();
        Stored {
            sealer: self.sealer,
            context: self.contents.arrival.context(self.sealer),
            state,
            to_seal,
            carried: *carried,
        }
    }

    /// Returns the parts that the request carried, and its time.
    pub(crate) fn arrived(&self) -> (PartNumbers, UnixSeconds) {
        let loaded = self.loaded();
        (loaded.carried, loaded.state.now)
    }

    fn loaded(&self) -> &Loaded<T> {
        let loaded = self.contents.loaded.as_ref();
        loaded.expect("the token of a session that was not read stays")
    }
}

impl<T> Contents<T> {
    /// Makes the session read-only from now on. Returns `true` if it already was.
    pub(super) fn close(&mut self) -> bool {
        self.closed.replace(Closed::AfterHead).is_some()
    }
}

impl Ending {
    /// Prepares what was decided about a session with these keys, without the fields of its companion.
    pub(super) fn of<T>(
        decision: Decision,
        state: &State<T>,
        sealer: &Sealer,
        keys: SlotKeys,
    ) -> Result<Ending, SaveError> {
        let purpose = sealer.slot.purpose.name();
        match decision {
            Decision::KeepTooLarge => events::refresh_was_left_out(purpose),
            Decision::KeepLapsed => events::change_of_a_lapsed_session(purpose),
            Decision::KeepHidden => events::new_session_was_not_stored(purpose),
            Decision::KeepSaid => events::change_was_left_out(purpose),
            _ => {}
        }
        let (touch, change) = match decision {
            Decision::Drop => (Touch::Written, TokenChange::Drop),
            Decision::Store(body) => {
                let to_seal = ToSeal::new(body, keys, state)?;
                (Touch::Written, TokenChange::Store(to_seal))
            }
            Decision::Refresh(body) => match ToSeal::new(body, keys, state) {
                Ok(to_seal) => (Touch::Touched, TokenChange::Store(to_seal)),
                // A refresh is optional, so it does not fail a response.
                Err(_) => return Ok(Ending::kept()),
            },
            _ => return Ok(Ending::kept()),
        };
        for change in decision.changes(state) {
            events::written(purpose, change);
        }
        Ok(Ending {
            touch,
            change,
            of_companion: Vec::new(),
        })
    }

    /// Keeps the client's token, on which the response depends.
    fn kept() -> Ending {
        Ending {
            touch: Touch::Touched,
            ..Ending::default()
        }
    }
}

impl ToSeal {
    fn new<T>(body: BodyToSeal, keys: SlotKeys, state: &State<T>) -> Result<ToSeal, SaveError> {
        if !state.has_writable_time() {
            return Err(SaveProblem::Clock.into());
        }
        let random = random::from_thread()?;
        Ok(ToSeal { keys, body, random })
    }
}

impl<T> Stored<'_, T> {
    /// Returns the length of the token that [`seal_into`](Self::seal_into) appends.
    pub(crate) fn token_len(&self) -> usize {
        token::token_len(self.sealer.mode, self.state.body_len(self.to_seal.body))
    }

    /// Returns the seconds for which a browser keeps the cookie. `None`: until the browser is closed.
    pub(crate) fn max_age(&self) -> Option<u64> {
        self.state.max_age(self.to_seal.body)
    }

    /// Returns the most characters of the token in each cookie, where each field has `overhead` bytes besides.
    pub(crate) fn part_len(&self, overhead: Overhead) -> usize {
        let allowed = self.state.allowed(self.to_seal.body);
        allowed.part_len(self.token_len(), overhead)
    }

    /// Seals the session, and appends the token.
    pub(crate) fn seal_into(&self, text: &mut String) {
        let ToSeal { keys, body, random } = &self.to_seal;
        let (key, body_len) = (keys.sealing(self.state.now), self.state.body_len(*body));
        let before = text.len();
        let write = |blob: &mut Vec<u8>| self.state.write_body(*body, blob);
        token::seal(key, self.context, random, body_len, write, text);
        events::sealed(self.sealer.slot.purpose.name(), text.len() - before);
    }
}
