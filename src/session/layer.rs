//! Methods for layers, besides [`Session::closing`]. Feature `tower`.

use std::sync::Arc;

use super::{closed::Closed, handle::Session, lock::Contents};
use crate::{cookie::Values, events, state::Payload};

impl<T: Payload> Session<T> {
    /// Returns `true` if the application did not touch the session, and has no handle left to do so, so that its response
    /// owes nothing to it. A handle that a body or a task still has counts as a touch.
    pub(crate) fn was_left_alone(&mut self) -> bool {
        match Arc::get_mut(&mut self.lock) {
            Some(lock) => {
                let (sealer, contents) = lock.get_mut();
                // One that was verified beforehand.
                if let Some(loaded) = contents.loaded.as_mut().filter(|_| !contents.is_touched) {
                    loaded.tell(sealer);
                }
                !contents.is_touched && !sealer.policy.counts_every_request()
            }
            None => self.with(|_| false),
        }
    }

    /// Reads the session without touching it.
    pub(crate) fn verify(&self) {
        // An error: this thread is inside an `update` of the session, which has read it.
        let read = |contents: &mut Contents<T>| _ = contents.load(&self.lock.sealer);
        let _ = self.lock.untouched(read);
    }
}

impl<T> Session<T> {
    /// Makes the session empty and read-only, because its request belongs to no context.
    pub(crate) fn refuse(&self) {
        events::context_missed(self.lock.sealer.slot.purpose.name());
        let _ = self.lock.untouched(|contents| {
            (contents.arrival.values, contents.arrival.old) = (Values::default(), None);
            contents.closed = Some(Closed::NoContext);
        });
    }
}
