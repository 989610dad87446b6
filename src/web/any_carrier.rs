use crate::carrier::{SessionCookie, token::SessionToken};

/// Carrier of a layer's sessions.
pub(super) enum AnyCarrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionToken<T>),
}

impl<T> AnyCarrier<T> {
    /// Returns the name of the cookie or header.
    pub(super) fn name(&self) -> &str {
        let (AnyCarrier::Cookie(SessionCookie { token, .. }) | AnyCarrier::Header(token)) = self;
        token.core.slot.purpose.name()
    }
}
