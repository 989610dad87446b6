use std::task::{Context, Poll, ready};

use super::framework::Fields;
use crate::{
    carrier::{SessionCookie, SessionHeader},
    session::CarrierCore,
    state::Payload,
};

/// Carrier of a layer's sessions.
pub(super) enum AnyCarrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
}

impl<T> AnyCarrier<T> {
    /// Waits until the followed rings of the sessions are up to date, if the process stood still. Then no session of the
    /// request blocks its thread for that.
    #[inline]
    pub(super) fn poll_kept_up(&self, task: &Context<'_>) -> Poll<()> {
        ready!(self.core().slot.poll_kept_up(task));
        if let AnyCarrier::Cookie(cookie) = self
            && let Some(old) = &cookie.fields.old_cookies
        {
            ready!(old.poll_kept_up(task));
        }
        Poll::Ready(())
    }

    pub(super) fn core(&self) -> &CarrierCore {
        match self {
            AnyCarrier::Cookie(cookie) => &cookie.carrier.core,
            AnyCarrier::Header(header) => &header.carrier.core,
        }
    }
}

impl<T: Payload> AnyCarrier<T> {
    /// Returns `true` if the response sets or drops the session more than once, so that all but one of these writes
    /// have to go.
    pub(super) fn is_set_again_in<F: Fields>(&self, response: &F) -> bool {
        match self {
            AnyCarrier::Cookie(cookie) => cookie.is_set_again_in(response.values(&F::SET_COOKIE)),
            AnyCarrier::Header(header) => {
                let name = F::name(header.response_header());
                response.values(&name).nth(1).is_some()
            }
        }
    }
}
