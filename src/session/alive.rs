//! Check whether a session would still open, for work that outlives its request.

use super::handle::Session;
use crate::state::Payload;

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
            loaded.state.is_vouched_for(now) && loaded.would_open(sealer, now)
        })
    }
}
