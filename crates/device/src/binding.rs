use std::sync::Arc;

use hardtack::{Session, SessionError, carrier::SessionCookieBuilder, session::Payload};

use super::{devices::Devices, options::DeviceBound};

/// Adds the setting `device_bound` to the builder of a cookie.
pub trait BindToDevice {
    /// Binds sessions to the visitor's device, from the next [`sign_in`](Session::sign_in) or
    /// [`renew`](Session::renew) on, if the browser supports it. A stolen cookie then soon opens nothing
    /// elsewhere.
    ///
    /// [`renew_id`](Session::renew_id) keeps the device of a bound session. If the id changes while the browser
    /// registers its key, the session stays unbound until the next `sign_in` or `renew`.
    ///
    /// Serve the two endpoints by [`CompanionLayer`](hardtack::companion::CompanionLayer) or by
    /// [`respond`](hardtack::SessionCookie::respond).
    #[must_use]
    fn device_bound(self, settings: DeviceBound) -> Self;
}

impl<T> BindToDevice for SessionCookieBuilder<T> {
    fn device_bound(self, settings: DeviceBound) -> Self {
        self.companion(move |setup| Ok(Arc::new(Devices::new(&settings, setup)?)))
    }
}

/// Standing of a session with the visitor's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceBinding {
    /// The session belongs to no device, or this program cannot read it. Most browsers never register a device.
    Unbound,
    /// The request proved that it comes from the session's device.
    Bound,
    /// The session that arrived needs the proof of a device, which the request does not bring. The application sees an
    /// empty session, which refuses every change except `sign_in`, `renew`, `invalidate` and `discard`.
    Stale,
}

impl DeviceBinding {
    /// Returns the standing of `session` with the visitor's device.
    ///
    /// A [`Stale`](DeviceBinding::Stale) session refuses changes with [`SessionError::Stale`]. If a handler returns
    /// this error, the response is a 403 instead of a 500.
    ///
    /// A bound session is [alive](Session::is_alive) at most until the bound cookie that came with it expires, and an
    /// unbound session at most until its grace ends, if a device is required. Let the page of a bound session connect
    /// again, because the browser refreshes the cookie for that request.
    #[must_use]
    pub fn of<T: Payload>(session: &Session<T>) -> DeviceBinding {
        match session.device() {
            Err(SessionError::Stale) => DeviceBinding::Stale,
            Ok(Some(_)) => DeviceBinding::Bound,
            _ => DeviceBinding::Unbound,
        }
    }
}
