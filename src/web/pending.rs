//! The session of a request, until the head of its response is made.

use std::sync::Arc;

use super::{failure::Failure, framework::Fields};
use crate::{
    base::clock::Clock,
    carrier::{SessionCookie, SessionHeader},
    session::{SaveError, Session},
    state::Payload,
    token::Context,
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
    carrier: Arc<AnyCarrier<T>>,
    pub(super) session: Session<T>,
    is_finished: bool,
}

impl<T> PendingSession<T> {
    /// Loads the session of a request with these fields.
    pub(super) fn load(
        carrier: &Arc<AnyCarrier<T>>,
        request: &impl Fields,
        clock: Clock,
        context: Option<Context>,
    ) -> PendingSession<T> {
        let session = match &**carrier {
            AnyCarrier::Cookie(cookie) => cookie.arrive_from(request, clock, context),
            AnyCarrier::Header(header) => header.arrive_from(request, clock, context),
        };
        PendingSession {
            carrier: Arc::clone(carrier),
            session,
            is_finished: false,
        }
    }
}

impl<T: Payload> PendingSession<T> {
    /// Saves the session in a response with this status and these fields, and closes it. After a failure the response
    /// has to become a 500.
    pub(super) fn finish(
        &mut self,
        status: u16,
        response: &mut impl Fields,
    ) -> Result<(), Failure> {
        let saved = if self.session.was_left_alone() {
            Ok(())
        } else {
            self.save(status, response)
        };
        self.is_finished = true;
        saved.map_err(|error| Failure::Save(error).logged())
    }

    fn save(&self, status: u16, response: &mut impl Fields) -> Result<(), SaveError> {
        if self.session.is_shared() {
            // A body or a task goes on to read the session.
            self.session.touch();
        }
        match &*self.carrier {
            AnyCarrier::Cookie(cookie) => cookie.finish_in(&self.session, status, response),
            AnyCarrier::Header(header) => header.finish_in(&self.session, status, response),
        }
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
