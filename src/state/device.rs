//! A session that is bound to a device (SPEC.md § 16).

use super::{
    State,
    data::Withheld,
    layout::{DeviceField, Metadata, Sid},
};

/// The device of a session, as [`Session::binding`](crate::Session::binding) tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceBinding {
    /// The session belongs to no device: it was not renewed since sessions are bound.
    None,
    /// The session was renewed, and the browser has not registered a key, which most browsers never do.
    Pending,
    /// The request proved that it comes from the session's device.
    Bound,
    /// A session arrived that is bound to a device, and the request does not prove that it comes from there. The
    /// application sees an empty session, and changes of it are not written unless it is renewed or invalidated.
    Stale,
}

/// The source of the tag in the names of a device's cookies (SPEC.md § 16.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceName {
    /// The session is bound. A new id does not change this name.
    Bound(DeviceField),
    /// The id of a session that waits for a key.
    Pending(Sid),
}

impl<T> State<'_, T> {
    pub(crate) fn binding(&self) -> DeviceBinding {
        if self.is_stale() {
            return DeviceBinding::Stale;
        }
        match self.data.metadata.device {
            None => DeviceBinding::None,
            Some(DeviceField::PENDING) => DeviceBinding::Pending,
            Some(_) => DeviceBinding::Bound,
        }
    }

    /// Withholds the session that arrived.
    pub(crate) fn withhold_stale(&mut self, metadata: Metadata) {
        self.data.withheld = Some((Withheld::Stale, metadata));
    }

    /// Writes the device of the session that arrived into it.
    pub(crate) fn promote(&mut self) {
        self.data.is_promoted = true;
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.stale().is_some()
    }

    /// The dates and the id of a session that is withheld because it is stale.
    pub(super) fn stale(&self) -> Option<Metadata> {
        match self.data.withheld {
            Some((Withheld::Stale, metadata)) => Some(metadata),
            _ => None,
        }
    }

    /// The id for which the browser is to register a key: the session waits for one, and got its id in this request.
    pub(crate) fn offers_registration(&self) -> Option<Sid> {
        let Metadata { sid, device, .. } = self.data.metadata;
        let arrived = self.arrived_metadata().and_then(|metadata| metadata.sid);
        sid.filter(|_| device == Some(DeviceField::PENDING) && sid != arrived)
    }

    /// The device of a session that this request ended or renewed. `has_ended`: the session ends with this response.
    pub(crate) fn left_device(&self, has_ended: bool) -> Option<DeviceName> {
        self.data
            .left_device
            .or_else(|| has_ended.then(|| self.arrived_device())?)
    }

    /// The device of the session that arrived.
    fn arrived_device(&self) -> Option<DeviceName> {
        let withheld = self.data.withheld.map(|(_, metadata)| metadata);
        let arrived = self.arrived_metadata().copied().or(withheld)?;
        match arrived.device? {
            DeviceField::PENDING => arrived.sid.map(DeviceName::Pending),
            device => Some(DeviceName::Bound(device)),
        }
    }

    /// Notes that the session that arrived gets another id or none. A key that was registered for its id would never be
    /// known to it.
    pub(super) fn leave_pending(&mut self) {
        if matches!(self.arrived_device(), Some(DeviceName::Pending(_))) {
            self.leave_device();
        }
    }

    /// Notes that the session that arrived belongs to a device and goes no further.
    pub(super) fn leave_device(&mut self) {
        self.data.left_device = self.data.left_device.or_else(|| self.arrived_device());
    }
}
