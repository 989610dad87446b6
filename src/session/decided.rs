//! A session whose request has ended, with the decision about its token, which is sealed here.

use super::{
    carrier_core::CarrierCore,
    loaded::Loaded,
    lock::Held,
    save_error::{SaveError, SaveProblem},
};
use crate::{
    cookie::{CompanionFields, PartNumbers},
    crypto::{cipher::RANDOM_LEN, random},
    events,
    keys::SlotKeys,
    state::{BodyToSeal, Dependence, State},
    token,
};

/// A session at the end of its request: read-only, and with its lock held until its token is written.
pub(crate) struct Decided<'a, T> {
    pub(super) held: Held<'a, T>,
    /// Core of the carrier that saves the session. It may differ from the core that loaded it. The rings of both were
    /// equal when they were compared, but one may have been replaced since.
    pub(super) core: &'a CarrierCore,
    pub(crate) dependence: Dependence,
    pub(crate) change: Change,
    pub(crate) of_companion: CompanionFields,
}

/// Change of the client's token.
pub(crate) enum Change {
    Keep,
    Store(ToSeal),
    Drop,
}

/// A body to seal, with the keys and the random bytes for it, so that sealing cannot fail.
pub(crate) struct ToSeal {
    /// Keys of the decision. If the ring is replaced in between, the new ring must not seal a session that it would
    /// refuse.
    keys: SlotKeys,
    pub(crate) body: BodyToSeal,
    /// R, which a signed token does not use (SPEC.md § 6.3).
    random: [u8; RANDOM_LEN],
}

impl ToSeal {
    /// Draws the random bytes. Fails if there are none, or if no token can have the time.
    pub(super) fn new<T>(
        body: BodyToSeal,
        state: &State<T>,
        keys: SlotKeys,
    ) -> Result<ToSeal, SaveError> {
        if !state.has_writable_time() {
            return Err(SaveProblem::CLOCK.into());
        }
        let random = random::from_thread()?;
        Ok(ToSeal { keys, body, random })
    }
}

impl<'a, T> Decided<'a, T> {
    /// Holds a session, and leaves the client's token alone.
    pub(super) fn new(held: Held<'a, T>, core: &'a CarrierCore) -> Decided<'a, T> {
        Decided {
            held,
            core,
            dependence: Dependence::Untouched,
            change: Change::Keep,
            of_companion: CompanionFields::default(),
        }
    }

    pub(crate) fn state(&self) -> &State<T> {
        &self.loaded().state
    }

    /// Returns the numbers of the parts that the request carried.
    pub(crate) fn carried(&self) -> PartNumbers {
        self.loaded().carried
    }

    fn loaded(&self) -> &Loaded<T> {
        let loaded = self.held.contents.loaded.as_ref();
        loaded.expect("the token of a session that was not read stays")
    }

    /// Returns the length of what [`seal_into`](Self::seal_into) appends.
    pub(crate) fn token_len(&self, to_seal: &ToSeal) -> usize {
        token::token_len(to_seal.keys.mode(), self.state().body_len(to_seal.body))
    }

    /// Seals the session, and appends its token to `text`.
    pub(crate) fn seal_into(&self, to_seal: &ToSeal, text: &mut String) {
        let ToSeal { keys, body, random } = to_seal;
        let state = self.state();
        let (key, body_len) = (keys.sealing(state.now), state.body_len(*body));
        // The body is written where it is sealed, so that no copy of it has to be overwritten.
        let before = text.len();
        let write = |blob: &mut Vec<u8>| state.write_body(*body, blob);
        token::seal_without_hyphens(key, self.held.context(), *random, body_len, write, text);
        events::sealed(self.core.slot.purpose.name(), text.len() - before);
    }
}
