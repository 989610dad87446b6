//! The standing of a session towards its device, as plain data (docs/spec/devices.md § 16.3).

#![cfg_attr(
    not(feature = "device-bound"),
    allow(dead_code, reason = "nobody asks for a device")
)]

use super::{
    bytes::layout::{DeviceId, Sid},
    data::{State, Withheld},
};
use crate::base::time::UnixSeconds;

/// The device of a session, as [`Session::binding`](crate::Session::binding) returns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceBinding {
    /// The session belongs to no device. Most browsers never register one.
    Unbound,
    /// The request proved that it comes from the session's device.
    Bound,
    /// A session arrived that has to prove its device, and does not. The application sees an empty session, which
    /// refuses every change but `renew` and `invalidate`.
    Stale,
}

/// A session that opened, as the bound cookies of its request admit it.
pub(crate) struct Admitted {
    pub(crate) device: Option<DeviceId>,
    /// The first second at which the same request would be refused. `None`: never for the sake of a device.
    pub(crate) until: Option<UnixSeconds>,
}

/// A session whose device, or whose browser about to register one, is told that it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    Bound(DeviceId),
    /// Issued at that moment, with an offer that may still be on its way.
    Unbound(Sid, UnixSeconds),
}

impl<T> State<T> {
    pub(crate) fn binding(&self) -> DeviceBinding {
        match (self.withheld(), self.metadata.device) {
            (Some(Withheld::Stale), _) => DeviceBinding::Stale,
            (_, Some(_)) => DeviceBinding::Bound,
            (_, None) => DeviceBinding::Unbound,
        }
    }

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
