//! Methods for layers, besides [`Session::finish`]. Feature `tower`.

use std::sync::Arc;

use super::{events, handle::Session, lock::Contents};
use crate::state::{Payload, SessionError};

impl<T: Payload> Session<T> {
    /// Touches the session.
    pub(crate) fn touch(&self) {
        self.with(|_| ());
    }

    /// Reads the session without touching it.
    pub(crate) fn verify(&self) {
        // An error: this thread is inside an `update` of the session, which has read it.
        let read = |contents: &mut Contents<T>| _ = contents.read(&self.lock.sealer);
        let _ = self.lock.with_contents(read);
    }
}

impl<T> Session<T> {
    /// Makes the session empty and read-only, because its request belongs to no context.
    pub(crate) fn refuse(&self) {
        events::context_missed(self.lock.sealer.slot.purpose().name());
        let refuse =
            |contents: &mut Contents<T>| contents.closed = Some(|| SessionError::NoContext);
        let _ = self.lock.with_contents(refuse);
    }

    /// Returns `true` if the application did not touch the session, and has no handle left to do so.
    pub(crate) fn was_left_alone(&mut self) -> bool {
        let lock = Arc::get_mut(&mut self.lock);
        lock.is_some_and(|lock| !lock.get_mut().is_touched)
    }

    /// Returns `true` if another handle of the session is alive.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.lock) > 1
    }

    /// Makes the session read-only from now on.
    pub(crate) fn close(&self) {
        // An error: this thread is inside an `update` of the session.
        let _ = self.lock.with_contents(Contents::close);
    }
}
