//! Leaves a session to its request without a decision, for a layer: nobody touched it, or its request has no context or
//! no response.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::handle::Session;
use crate::{
    events,
    state::{Payload, SessionError},
};

impl<T: Payload> Session<T> {
    /// Returns `true` if the response does not depend on the session: the application neither touched it nor has a
    /// handle left to do so, and not every request counts. A handle that a body or a task still has counts as a touch.
    pub(crate) fn release_if_untouched(&self) -> bool {
        let is_alone = Arc::strong_count(&self.lock) == 1;
        let Ok(mut held) = self.lock.hold() else {
            return false;
        };
        if !is_alone {
            held.contents.is_touched = true;
            held.read();
        }
        held.report();
        !held.contents.is_touched && !held.core.policy.counts_every_request()
    }
}

impl<T> Session<T> {
    /// Makes the session empty and read-only, because its request belongs to no context.
    pub(crate) fn close_without_context(&self) {
        events::context_missed(self.lock.core.slot.purpose.name());
        if let Ok(mut held) = self.lock.hold() {
            let arrival = &mut held.contents.arrival;
            (arrival.values, arrival.old) = (Default::default(), None);
            held.make_read_only(SessionError::NoContext);
        }
    }

    /// Makes the session read-only, and saves nothing of it, because its request was cancelled or failed.
    pub(crate) fn abandon(&self) {
        let close = || {
            // An error means that this thread is inside an `update` of the session.
            let Ok(mut held) = self.lock.hold() else {
                return;
            };
            held.make_read_only(SessionError::AfterHead);
            held.report();
        };
        // Nobody is left to see a panic of `on_outcome`, because the request is gone, perhaps by another panic.
        let _ = catch_unwind(AssertUnwindSafe(close));
    }
}
