use std::sync::Arc;

use hardtack::{Session, SessionError, carrier::SessionCookieBuilder, session::Payload};

use super::{devices::Devices, options::DeviceBound};

/// Gives the builder of a cookie the setting `device_bound`.
pub trait BindToDevice {
    /// Binds sessions to the visitor's device, from the next [`renew`](Session::renew) on, if the browser can do that.
    /// Cookies that were stolen then open nothing elsewhere.
    ///
    /// The two endpoints have to be served: by [`CompanionLayer`](hardtack::companion::CompanionLayer), or by
    /// [`answer`](hardtack::SessionCookie::answer).
    #[must_use]
    fn device_bound(self, settings: DeviceBound) -> Self;
}

impl<T> BindToDevice for SessionCookieBuilder<T> {
    fn device_bound(self, settings: DeviceBound) -> Self {
        self.companion(move |setup| Ok(Arc::new(Devices::new(&settings, setup)?)))
    }
}

/// Device of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceBinding {
    /// The session belongs to no device. Most browsers never register one.
    Unbound,
    /// The request proved that it comes from the session's device.
    Bound,
    /// The session that arrived has to prove its device, and does not. The application sees an empty session, which
    /// refuses every change but those that begin or end one, and `discard`.
    Stale,
}

impl DeviceBinding {
    /// Returns the session's standing with the visitor's device.
    ///
    /// A [`Stale`](DeviceBinding::Stale) session refuses changes with [`SessionError::Stale`]. If a handler returns this error,
    /// the response is a 403 and not a 500.
    ///
    /// A bound session stays [alive](Session::is_alive) as long as the bound cookie that came with it, and a session
    /// that has to be bound stays alive as long as its grace. The page then connects again, and for that the browser
    /// refreshes its cookie.
    #[must_use]
    pub fn of<T: Payload>(session: &Session<T>) -> DeviceBinding {
        match session.device() {
            Err(SessionError::Stale) => DeviceBinding::Stale,
            Ok(Some(_)) => DeviceBinding::Bound,
            _ => DeviceBinding::Unbound,
        }
    }
}
