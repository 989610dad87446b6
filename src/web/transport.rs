use http::HeaderMap;

use super::head::Fields;
use crate::{
    base::clock::Clock,
    carrier::{SessionCookie, SessionHeader},
    session::{SaveError, Session},
    token::Context,
};

/// The carrier of a layer's sessions.
pub(super) enum Transport<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
}

impl<T> Transport<T> {
    /// The name of the cookie or header.
    pub(super) fn name(&self) -> &str {
        match self {
            Transport::Cookie(cookie) => cookie.name().as_str(),
            Transport::Header(header) => &header.name,
        }
    }

    pub(super) fn load_from(
        &self,
        request: &impl Fields,
        clock: Clock,
        context: Option<Context>,
    ) -> Session<T> {
        match self {
            Transport::Cookie(cookie) => cookie.arrive_from(request, clock, context),
            Transport::Header(header) => header.arrive_from(request, clock, context),
        }
    }

    /// The session of a request that belongs to no context: empty, whatever the request brought, and not to be
    /// written.
    pub(super) fn refuse(&self, clock: Clock) -> Session<T> {
        let session = self.load_from(&HeaderMap::new(), clock, None);
        session.refuse();
        session
    }

    pub(super) fn finish_in(
        &self,
        session: &Session<T>,
        status: u16,
        response: &mut impl Fields,
    ) -> Result<(), SaveError> {
        match self {
            Transport::Cookie(cookie) => cookie.finish_in(session, status, response),
            Transport::Header(header) => header.finish_in(session, status, response),
        }
    }
}

impl<T> Clone for Transport<T> {
    fn clone(&self) -> Self {
        match self {
            Transport::Cookie(cookie) => Transport::Cookie(cookie.clone()),
            Transport::Header(header) => Transport::Header(header.clone()),
        }
    }
}
