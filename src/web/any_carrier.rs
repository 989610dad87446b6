use super::framework::Fields;
use crate::{
    carrier::{SessionCookie, token::SessionToken},
    state::Payload,
};

/// Carrier of a layer's sessions.
pub(super) enum AnyCarrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionToken<T>),
}

impl<T> AnyCarrier<T> {
    /// Returns the name of the purpose: the cookie's name, or `header:` and the header's.
    pub(super) fn name(&self) -> &str {
        let (AnyCarrier::Cookie(SessionCookie { token, .. }) | AnyCarrier::Header(token)) = self;
        token.core.slot.purpose.name()
    }
}

impl<T: Payload> AnyCarrier<T> {
    /// Returns `true` if the response sets or drops the session more than once, so that all but one of these writes
    /// have to go.
    pub(super) fn is_set_again_in<F: Fields>(&self, response: &F) -> bool {
        match self {
            AnyCarrier::Cookie(cookie) => cookie.is_set_again_in(response.values(&F::SET_COOKIE)),
            AnyCarrier::Header(tokens) => tokens
                .response_header()
                .is_some_and(|name| response.values(&F::name(name)).nth(1).is_some()),
        }
    }
}
