use http::{Response, request::Parts};

use super::{Beside, Companion};
use crate::session::{decided::Decided, handle::Session, opening::Opening};

impl<T> Session<T> {
    /// Lets `companion` answer the request that brought this session. Returns the response, and the session if the
    /// response carries it sealed again. The outcome of reading it is not reported, and neither `judge` nor
    /// `revalidate_after` is asked about it.
    pub(crate) fn respond_by(
        &self,
        companion: &dyn Companion,
        request: &Parts,
    ) -> (Response<String>, Option<Decided<'_, T>>) {
        let held = self.access();
        let (core, arrival) = (held.core, &held.contents.arrival);
        let now = arrival.clock.seconds();
        core.slot.keep_up();
        let opening = Opening::new(core, arrival.context.as_deref(), now);
        let mut beside = Beside::new(opening, &arrival.values);
        let response = companion.respond(request, Some(&mut beside));
        let bound = beside.bound();
        let decided = bound.and_then(|arrived| Decided::of_bound(held, arrived, now));
        (response, decided)
    }
}
