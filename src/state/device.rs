//! The standing of a session towards its device, as plain data (docs/spec/devices.md § 16.3).

use super::{
    State,
    data::{Ending, Withheld},
    layout::{DeviceId, Metadata, Sid},
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

/// The judgement about a session that opened, by the bound cookies of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "device-bound"),
    allow(dead_code, reason = "nobody judges")
)]
pub(crate) enum Standing {
    Admitted {
        device: Option<DeviceId>,
        /// The first second at which the same request would be refused. `None`: never for the sake of a device.
        until: Option<UnixSeconds>,
    },
    /// The session has to prove a device, and does not.
    Stale,
}

/// A session whose device, or whose browser about to register one, is told that it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    Bound(DeviceId),
    /// Issued at that moment, with an offer that may still be on its way.
    Unbound(Sid, UnixSeconds),
}

impl<T> State<'_, T> {
    pub(crate) fn binding(&self) -> DeviceBinding {
        match (self.withheld(), self.data.metadata.device) {
            (Some(Withheld::Stale), _) => DeviceBinding::Stale,
            (_, Some(_)) => DeviceBinding::Bound,
            (_, None) => DeviceBinding::Unbound,
        }
    }

    /// Withholds the session that opened, because it does not prove its device.
    pub(crate) fn withhold_stale(&mut self, metadata: Metadata) {
        self.data.withheld = Some(Withheld::Stale);
        self.data.opened = Some(metadata);
    }

    /// Notes the judgement about a session that [resumes](Self::resume). `became_bound`: its device has to be written.
    pub(crate) fn admit(&mut self, until: Option<UnixSeconds>, became_bound: bool) {
        self.data.admitted_until = until;
        self.data.became_bound = became_bound;
    }

    /// Returns `true` if the device, or the grace without one, would admit the session at `now`, too.
    pub(crate) fn is_admitted_at(&self, now: UnixSeconds) -> bool {
        self.data.admitted_until.is_none_or(|end| now < end)
    }

    /// The id for which the browser may register a device: the session was renewed in this request.
    pub(crate) fn renewed_sid(&self) -> Option<Sid> {
        self.data.metadata.sid.filter(|_| self.data.renewed)
    }

    /// The session that opened, if its client keeps it no longer. `is_dropped`: the client drops it now.
    pub(crate) fn departure(&self, is_dropped: bool) -> Option<Departure> {
        let is_replaced = self.data.renewed || self.data.ending == Ending::Invalidated;
        let opened = self.data.opened?;
        match (opened.device, opened.sid) {
            (Some(device), _) if is_dropped || is_replaced => Some(Departure::Bound(device)),
            // A registration for an id that the session no longer has would never be of use.
            (None, Some(sid)) if is_dropped || self.data.metadata.sid != Some(sid) => {
                Some(Departure::Unbound(sid, opened.issued))
            }
            _ => None,
        }
    }
}

#[cfg(all(test, feature = "http"))]
pub(crate) struct OpenedForTests {
    pub(crate) came: Option<Sid>,
    pub(crate) metadata: Metadata,
    pub(crate) became_bound: bool,
    pub(crate) admitted_until: Option<UnixSeconds>,
    pub(crate) payload: Vec<u8>,
}

#[cfg(all(test, feature = "http"))]
impl<T> State<'_, T> {
    pub(crate) fn opened_for_tests(&self) -> OpenedForTests {
        OpenedForTests {
            came: self.data.opened.and_then(|opened| opened.sid),
            metadata: self.data.metadata,
            became_bound: self.data.became_bound,
            admitted_until: self.data.admitted_until,
            payload: self.payload().to_vec(),
        }
    }
}
