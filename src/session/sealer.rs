//! Keys of one purpose and the policy of its sessions. Tokens are opened in `opening.rs`, and sealed in `closing.rs`.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    companion::Companion,
    duplicates::Duplicates,
    hooks::{Hooks, ReadEvent},
    outcome::Outcome,
};
use crate::{
    base::time::UnixSeconds,
    crypto::suite::Mode,
    keys::{KeyId, PurposeKeys, PurposeSlot},
    state::{Policy, State},
    token::Context,
};

pub(crate) struct Sealer {
    pub(crate) slot: Arc<PurposeSlot>,
    pub(crate) mode: Mode,
    /// Context of requests for which none is chosen.
    pub(crate) context: Context,
    pub(crate) duplicates: Duplicates,
    pub(crate) policy: Arc<Policy>,
    /// Sessions issued before this are refused. It only rises.
    pub(crate) not_before: AtomicU64,
    pub(crate) hooks: Hooks,
    /// Binds the sessions to devices.
    pub(crate) companion: Option<Arc<dyn Companion>>,
}

impl Sealer {
    /// Returns the companion of each session. Without feature `device-bound` the compiler leaves out all that needs one.
    #[inline]
    pub(crate) fn companion(&self) -> Option<&dyn Companion> {
        let companion = self.companion.as_deref();
        companion.filter(|_| cfg!(feature = "device-bound"))
    }

    /// Tells the outcome of reading: to logs, metrics and `on_outcome`, which may panic.
    #[inline]
    pub(super) fn tell(&self, outcome: Outcome, token_bytes: usize) {
        outcome.tell(self.slot.purpose.name(), token_bytes);
        if let Some(on_outcome) = &self.hooks.on_outcome {
            on_outcome(&ReadEvent {
                outcome,
                token_bytes,
            });
        }
    }

    pub(crate) fn not_before(&self, keys: &PurposeKeys) -> UnixSeconds {
        let not_before = self.not_before.load(Ordering::Relaxed);
        not_before.max(keys.not_before)
    }

    /// Returns `true` if the token of a session that opened would still open at `now`. Asks only what can change
    /// while the program runs; the tag cannot.
    pub(crate) fn is_alive<T>(&self, state: &State<T>, outcome: Outcome, now: UnixSeconds) -> bool {
        state.is_vouched_for(now) && self.is_alive_if_vouched_for(state, outcome, now)
    }

    /// [`is_alive`](Self::is_alive), but for the answer of the application.
    pub(super) fn is_alive_if_vouched_for<T>(
        &self,
        state: &State<T>,
        outcome: Outcome,
        now: UnixSeconds,
    ) -> bool {
        let Some((metadata, payload)) = state.arrived() else {
            return true;
        };
        let keys = self.slot.keys();
        let key_id = sealed_under(&keys, outcome, now);
        keys.find(key_id).is_some_and(|key| !key.is_retired(now))
            && self.check(metadata, payload, key_id, &keys, now).is_ok()
            && state.admitted_until.is_none_or(|end| now < end)
    }

    /// Returns `true` if both seal alike: for the same purpose and context, under the same ring, and both or neither for
    /// devices.
    pub(crate) fn is_like(&self, other: &Sealer) -> bool {
        self.context == other.context
            && self.companion().is_some() == other.companion().is_some()
            && self.slot.is_like(&other.slot)
    }

    /// Refuses sessions issued before `moment` from now on.
    pub(crate) fn raise_not_before(&self, moment: UnixSeconds) {
        self.not_before.fetch_max(moment, Ordering::Relaxed);
    }
}

/// Returns the id of the key that sealed a session. For one that was taken over, this is the present sealing key.
pub(super) fn sealed_under(keys: &PurposeKeys, outcome: Outcome, now: UnixSeconds) -> KeyId {
    match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => key_id,
        _ => keys.sealing(now).info.id,
    }
}
