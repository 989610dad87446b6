//! The session of a request, until the head of its response is made.

use std::sync::Arc;

use super::{failure::Failure, framework::Fields};
use crate::{
    carrier::{SessionCookie, SessionHeader},
    session::Session,
    state::Payload,
};

/// The carrier of a layer's sessions.
pub(super) enum AnyCarrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
}

impl<T> AnyCarrier<T> {
    /// Returns the name of the cookie or header.
    pub(super) fn name(&self) -> &str {
        match self {
            AnyCarrier::Cookie(cookie) => cookie.name().as_str(),
            AnyCarrier::Header(header) => &header.name,
        }
    }
}

/// A session whose response head has not been made yet.
pub(super) struct PendingSession<T> {
    pub(super) carrier: Arc<AnyCarrier<T>>,
    pub(super) session: Session<T>,
    pub(super) is_finished: bool,
}

impl<T: Payload> PendingSession<T> {
    /// Saves the session in a response with this status and these fields, and closes it. After a failure the response
    /// has to become a 500.
    pub(super) fn finish(
        &mut self,
        status: u16,
        response: &mut impl Fields,
    ) -> Result<(), Failure> {
        let saved = match &*self.carrier {
            _ if self.session.was_left_alone() => Ok(()),
            AnyCarrier::Cookie(cookie) => cookie.finish_in(&self.session, status, response),
            AnyCarrier::Header(header) => header.finish_in(&self.session, status, response),
        };
        self.is_finished = true;
        saved.map_err(|error| Failure::Save(error).logged())
    }
}

/// Closes the session if the request was cancelled or failed, so that changes by a handle that lives on are errors.
impl<T> Drop for PendingSession<T> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.session.close();
        }
    }
}
