//! Check whether a session would still open, for work that outlives its request, and for the end of each request.

use std::cmp;

use super::{handle::Session, loaded::Loaded, outcome::Outcome, sealer::Sealer};
use crate::{
    base::time::UnixSeconds,
    keys::{KeyId, PurposeKeys},
    state::{Payload, Standing, State},
};

impl<T: Payload> Session<T> {
    /// Returns `true` if the session that arrived would still open now, or the one that a sign-in has begun in its place.
    /// A new session that nobody signed in to is alive.
    ///
    /// Checks the clock, the key ring, `not_before` and
    /// [`revoked_if`](crate::carrier::SessionCookieBuilder::revoked_if) again. It is for work that outlives its
    /// request, such as a WebSocket or a streaming body. With
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after) it is `false` when the last answer is
    /// older than the span, which that of a session that waits for `validate` is; [`validate`](Self::validate) checks the
    /// same and asks again.
    ///
    /// A key that is dropped from its [`SharedKeyRing`](crate::keys::SharedKeyRing), or retires, ends every session
    /// that arrived under it. If the browser has received the session under a newer key since, its next request opens.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// # let fields = cookie.save(&session)?;
    /// let session = cookie.load(&fields, Clock::system());
    /// assert!(session.is_alive());
    /// cookie.raise_not_before(SystemTime::now() + Duration::from_secs(60));
    /// assert!(!session.is_alive());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let sealer = &*self.lock.sealer;
        self.with_contents(|contents| {
            let loaded = Loaded::of(&mut contents.loaded, sealer, &mut contents.arrival);
            let (state, outcome) = loaded.subject();
            sealer.is_alive(state, outcome, contents.arrival.clock.now())
        })
    }
}

impl Sealer {
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
        let Some((metadata, payload)) = state.lasting() else {
            return true;
        };
        let keys = self.slot.keys();
        let key_id = sealed_under(&keys, outcome, now);
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
        outcome: Outcome,
    ) -> Standing {
        let Some((arrived, _)) = state.arrived() else {
            return Standing::Good;
        };
        // The moment of reading, so that nothing is lost by a key that retires while the request runs.
        let now = state.now;
        let key_id = sealed_under(keys, outcome, now);
        if !keys.accepts(key_id, now) || arrived.issued < self.not_before(keys) {
            return Standing::Lapsed;
        }
        match keys.place_of(key_id, now) {
            Some(cmp::Ordering::Less) => Standing::UnderEarlierKey,
            _ => Standing::Good,
        }
    }
}

/// Returns the id of the key that sealed a session. For one that was taken over, this is the present sealing key.
pub(super) fn sealed_under(keys: &PurposeKeys, outcome: Outcome, now: UnixSeconds) -> KeyId {
    match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => key_id,
        _ => keys.sealing(now).info.id,
    }
}
