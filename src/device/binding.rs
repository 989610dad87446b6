use crate::{
    session::Session,
    state::{Payload, Withheld},
};

/// Device of a session, as [`Session::binding`] returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceBinding {
    /// The session belongs to no device. Most browsers never register one.
    Unbound,
    /// The request proved that it comes from the session's device.
    Bound,
    /// The session that arrived has to prove its device, and does not. The application sees an empty session, which
    /// refuses every change but `renew`, `sign_in` and `invalidate`.
    Stale,
}

impl<T: Payload> Session<T> {
    /// Returns the session's standing with the visitor's device, where sessions are
    /// [bound](crate::carrier::SessionCookieBuilder::device_bound). Feature `device-bound`.
    ///
    /// A [`Stale`](DeviceBinding::Stale) session refuses every change but those that begin a new one, with
    /// [`SessionError::Stale`](crate::SessionError::Stale). If a handler returns this error, the response is a 403 and
    /// not a 500.
    ///
    /// A bound session stays [alive](Session::is_alive) as long as the bound cookie that came with it, and a session
    /// that has to be bound stays alive as long as its grace. The page then connects again, and for that the browser
    /// refreshes its cookie.
    #[must_use]
    pub fn binding(&self) -> DeviceBinding {
        self.with(|session| match session.state.withheld() {
            Some(Withheld::Stale) => DeviceBinding::Stale,
            _ if session.state.metadata.device.is_some() => DeviceBinding::Bound,
            _ => DeviceBinding::Unbound,
        })
    }
}
