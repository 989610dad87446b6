//! Compares a session with the one that its response already has.

use super::{carrier_core::CarrierCore, handle::Session, opening::Opening};
use crate::{cookie::Values, state::Payload, token::LONGEST_TOKEN};

impl<T: Payload> Session<T> {
    /// Returns `true` if these values of the response are the session that arrived, refreshed or sealed again. If they
    /// are the only ones, a session that nobody touched is not read for that, because they stay in either case, and
    /// the result is `false`.
    pub(crate) fn arrived_as(&self, core: &CarrierCore, values: &Values, are_alone: bool) -> bool {
        // An error means that this thread is inside an `update` of the session, which cannot be saved then.
        let Ok(mut held) = self.lock.hold() else {
            return false;
        };
        if are_alone && !held.contents.is_touched {
            return false;
        }
        let now = held.state().now;
        let context = held.contents.arrival.context.as_deref();
        let opening = Opening::new(core, context, now);
        // A write has one token.
        let token = values.whole(LONGEST_TOKEN).next();
        let opened = token.and_then(|token| opening.open_own(&token.ok()?));
        opened.is_some_and(|opened| held.state().arrived_as(&opened))
    }
}
