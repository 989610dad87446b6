//! Companions of a cookie's sessions.

use std::sync::Arc;

use crate::session::{Companion, OldCookies};

pub(crate) struct Companions {
    #[cfg(feature = "device-bound")]
    pub(crate) devices: Option<Arc<crate::device::Devices>>,
    pub(crate) old_cookies: Option<Arc<dyn OldCookies>>,
}

impl Companions {
    /// Returns the companion that judges each session.
    pub(crate) fn of_sessions(&self) -> Option<Arc<dyn Companion>> {
        #[cfg(feature = "device-bound")]
        return self.devices.clone().map(|devices| devices as _);
        #[cfg(not(feature = "device-bound"))]
        None
    }
}
