use super::{carrier_core::CarrierCore, outcome::Outcome};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::PartNumbers,
    events::{self, labels::Change},
    keys::{KeyId, KeyRole, PurposeKeys},
    state::{Decision, Standing, State},
    token::OffBy,
};

/// A session that was read.
pub(crate) struct Loaded<T> {
    pub(crate) state: State<T>,
    /// Outcome of opening, or `Revoked` once the application has said that the session has ended.
    pub(crate) outcome: Outcome,
    /// If a date is why the token did not open, or if it was sealed too late for its key.
    pub(super) off_by: Option<OffBy>,
    /// Length of all tokens, until the outcome is reported.
    pub(super) unreported_bytes: Option<usize>,
    /// Parts that the request carried.
    pub(super) carried: PartNumbers,
    /// Key that sealed the session that was taken over, or that `sign_in`, `renew` or `invalidate` began, if it was
    /// sealed.
    pub(super) begun_under: Option<KeyId>,
}

impl<T> Loaded<T> {
    #[inline]
    pub(super) fn new(state: State<T>, carried: PartNumbers) -> Loaded<T> {
        Loaded {
            state,
            outcome: Outcome::Absent,
            off_by: None,
            unreported_bytes: None,
            carried,
            begun_under: None,
        }
    }

    /// Returns the outcome of reading, for the application.
    pub(super) fn outcome(&self) -> Outcome {
        if self.state.arrived_unvalidated() {
            self.outcome.rejected(Reason::Unvalidated)
        } else {
            self.outcome
        }
    }

    /// Reports the outcome once, after reading. For a session that waits for an answer, that is with the answer or at
    /// the end of the request.
    pub(super) fn report(&mut self, core: &CarrierCore) {
        if let Some(token_bytes) = self.unreported_bytes.take() {
            core.report(self.outcome(), token_bytes, self.off_by, self.state.now);
        }
    }

    /// Returns the key under which the session that outlives the request arrived or began, or `None` if it is not
    /// sealed yet.
    pub(super) fn key_id(&self) -> Option<KeyId> {
        if self.state.is_replaced() {
            self.begun_under
        } else {
            self.outcome.opened_under().or(self.begun_under)
        }
    }

    /// Returns `true` if the session's token would still open at `now`, apart from `revalidate_after`, or if no session
    /// outlives the request. Checks only what can change while the program runs, which the tag cannot.
    pub(super) fn would_open(&self, core: &CarrierCore, now: UnixSeconds) -> bool {
        let Some((metadata, payload)) = self.state.lasting() else {
            return true;
        };
        core.slot.keep_up();
        let keys = core.slot.keys();
        let key_id = self.key_id().unwrap_or_else(|| keys.sealing_id(now));
        !matches!(keys.role(key_id, now), None | Some(KeyRole::Retired))
            && core.check(metadata, payload, key_id, &keys, now).is_ok()
            && self.state.admitted.lasts_at(now)
    }

    /// Returns the standing, under the keys at the end of the request, of the session that arrived (docs/spec/writer.md
    /// § 8.14.1). Does not ask `revoked_if` again, which gave its answer when the session was read.
    pub(super) fn standing(&self, core: &CarrierCore, keys: &PurposeKeys) -> Standing {
        let Some(arrived) = self.state.received.arrived() else {
            return Standing::Good;
        };
        if arrived.metadata.issued < core.slot.not_before(keys) {
            return Standing::Lapsed;
        }
        // A session that was taken over has no key.
        let Some(key_id) = self.outcome.opened_under() else {
            return Standing::Good;
        };
        // The time of reading counts, so that nothing is lost if the key retires while the request runs.
        match keys.role(key_id, self.state.now) {
            None | Some(KeyRole::Retired) => Standing::Lapsed,
            Some(KeyRole::Accepted) => Standing::UnderEarlierKey,
            Some(KeyRole::Sealing | KeyRole::Planned) => Standing::Good,
        }
    }

    /// Counts the changes that the client makes. Called when nothing of the write can fail any more.
    pub(super) fn note_written(&self, decision: Decision, core: &CarrierCore) {
        for &change in self.changes(decision) {
            events::count_written(1, core.slot.purpose.name(), change, self.outcome.reason());
        }
    }

    /// Returns the changes that the client makes.
    pub(super) fn changes(&self, decision: Decision) -> &'static [Change] {
        match decision {
            Decision::Drop => &[Change::Ended],
            // A sign-out that leaves a message, for example.
            Decision::Store(_) if self.state.has_replaced() => &[Change::Ended, Change::Began],
            Decision::Store(_) if self.state.is_renewed() => &[Change::SignedIn],
            Decision::Store(_) if self.state.is_new() => &[Change::Began],
            Decision::Store(_) => &[Change::Changed],
            Decision::Refresh(_) => &[Change::Refreshed],
            Decision::Reseal(_) => &[Change::Resealed],
            _ => &[],
        }
    }
}
