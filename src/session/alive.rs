//! Check whether a session would still open, for work that outlives its request, and for the end of each request.

use super::{handle::Session, sealer::Sealer};
use crate::{
    base::time::UnixSeconds,
    keys::{KeyId, KeyRole, PurposeKeys},
    state::{Payload, Standing, State},
};

impl<T: Payload> Session<T> {
    /// Returns `true` if the session that arrived would still open now, or the one that a sign-in has begun in its place.
    /// A new session that nobody signed in to is alive.
    ///
    /// Checks the clock, the key ring, `not_before` and
    /// [`revoked_if`](crate::carrier::SessionCookieBuilder::revoked_if) again. It is for work that outlives its
    /// request, such as a WebSocket or a streaming body. With
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after) it is also `false` once the last answer
    /// is older than the interval, and so for every session that still waits for `validate`.
    /// [`validate`](Self::validate) makes the same check, and then asks again.
    ///
    /// A key that is dropped from its [`SharedKeyRing`](crate::keys::SharedKeyRing), or retires, ends every session
    /// that arrived or began under it. If the browser has received the session under a newer key since, its next request
    /// opens.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let sealer = &*self.lock.sealer;
        self.with_contents(|contents| {
            let (loaded, arrival) = contents.read(sealer);
            let now = arrival.clock.now();
            let state = &loaded.state;
            state.is_vouched_for(now) && sealer.would_open(state, loaded.key_id(), now)
        })
    }
}

impl Sealer {
    /// Returns `true` if the token of a session that opened would still open at `now`, whatever the application says of
    /// it. Asks only what can change while the program runs; the tag cannot.
    pub(super) fn would_open<T>(
        &self,
        state: &State<T>,
        key_id: Option<KeyId>,
        now: UnixSeconds,
    ) -> bool {
        let Some((metadata, payload)) = state.lasting() else {
            return true;
        };
        let keys = self.slot.keys();
        let key_id = key_id.unwrap_or_else(|| keys.sealing_id(now));
        keys.accepts(key_id, now)
            && self.check(metadata, payload, key_id, &keys, now).is_ok()
            && state.admitted_until.is_none_or(|end| now < end)
    }

    /// Returns the standing of a session under `keys`, those at the end of its request (docs/spec/writer.md § 8.14.1).
    /// Does not ask `revoked_if` again, which gave its answer when the session was read.
    pub(super) fn standing<T>(
        &self,
        keys: &PurposeKeys,
        state: &State<T>,
        opened_under: Option<KeyId>,
    ) -> Standing {
        let Some((arrived, _)) = state.arrived() else {
            return Standing::Good;
        };
        if arrived.issued < self.not_before(keys) {
            return Standing::Lapsed;
        }
        // A session that was taken over has none.
        let Some(key_id) = opened_under else {
            return Standing::Good;
        };
        // The time of reading, so that nothing is lost by a key that retires while the request runs.
        match keys.role(key_id, state.now) {
            None | Some(KeyRole::Retired) => Standing::Lapsed,
            Some(KeyRole::Accepted) => Standing::UnderEarlierKey,
            Some(KeyRole::Sealing | KeyRole::Planned) => Standing::Good,
        }
    }
}
