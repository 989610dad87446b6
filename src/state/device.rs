//! Standing of a session towards its device, as plain data (docs/spec/devices.md § 16.3).

use super::{
    bytes::layout::{DeviceId, Sid},
    data::State,
};
use crate::base::time::UnixSeconds;

/// A session that opened, as the bound cookies of its request admit it.
#[allow(dead_code, reason = "a companion makes it")]
pub(crate) struct Admitted {
    pub(crate) device: Option<DeviceId>,
    /// First second at which the same request would be refused. `None`: never for the sake of a device.
    pub(crate) until: Option<UnixSeconds>,
}

/// An ended session. Its device is told, or the browser that may be about to register one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    Bound(DeviceId),
    /// Issued at that time, with an offer that may still be on its way.
    Unbound(Sid, UnixSeconds),
}

impl<T> State<T> {
    /// Returns the id for which the browser may register a device: the session was renewed in this request.
    pub(crate) fn renewed_sid(&self) -> Option<Sid> {
        self.metadata.sid.filter(|_| self.renewed)
    }

    /// Returns the session that opened, if its client keeps it no longer. `is_dropped`: the client drops it now.
    pub(crate) fn departure(&self, is_dropped: bool) -> Option<Departure> {
        let opened = self.opened?;
        match (opened.device, opened.sid) {
            (Some(device), _) if is_dropped || self.is_replaced() => Some(Departure::Bound(device)),
            // A registration for an id that the session no longer has would never be of use.
            (None, Some(sid)) if is_dropped || self.metadata.sid != Some(sid) => {
                Some(Departure::Unbound(sid, opened.issued))
            }
            _ => None,
        }
    }
}
