//! One session during one request, as plain data.

use std::sync::Arc;

#[cfg(feature = "device-bound")]
use super::device::DeviceName;
use super::{
    State,
    budget::SizeLimit,
    layout::{Layout, Metadata},
    policy::Policy,
};
use crate::{base::time::UnixSeconds, crypto::scratch::Wiped};

/// The data of a session. The rules about it are methods of [`State`].
pub(crate) struct StateData<T> {
    pub(super) now: UnixSeconds,
    /// The session as it was opened.
    pub(super) arrived: Option<Arrived>,
    /// The request carried a token for this session, whether it opened or not.
    pub(super) has_token: bool,
    /// The session comes from the cookie of another library, so it has to be written.
    #[cfg(feature = "migrate")]
    pub(super) is_taken_over: bool,
    /// The metadata of a session that arrived, and that must not be overwritten unless it is renewed or ended.
    pub(super) withheld: Option<(Withheld, Metadata)>,
    pub(super) metadata: Metadata,
    /// The session exists in this request only, so it has no dates yet.
    pub(super) is_new: bool,
    /// `renew` was called in this request.
    pub(super) renewed: bool,
    /// The earliest end that `limit_to` set in this request.
    pub(super) limited_until: Option<UnixSeconds>,
    /// `None`: the one that arrived, or an empty one.
    pub(super) payload: Option<Wiped>,
    pub(super) flash: Option<Wiped>,
    /// The decoded payload. A dictionary has none.
    pub(super) value: Option<Arc<T>>,
    pub(super) ending: Ending,
    pub(super) save_mode: SaveMode,
    /// A device was registered for the session that arrived, which has to be written.
    #[cfg(feature = "device-bound")]
    pub(super) is_promoted: bool,
    /// The session of a device that this request ended or renewed.
    #[cfg(feature = "device-bound")]
    pub(super) left_device: Option<DeviceName>,
}

/// The reason why the application does not get the session that arrived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Withheld {
    /// This version cannot read the payload.
    Unreadable,
    /// It is bound to a device, and the request does not prove that it comes from there.
    #[cfg(feature = "device-bound")]
    Stale,
}

pub(super) struct Arrived {
    pub(super) body: Wiped,
    pub(super) layout: Layout,
    /// The limit for sending it again, while it is larger than the profile's.
    pub(super) limit: SizeLimit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    None,
    Cleared,
    Invalidated,
}

/// When the session is saved: the last of `discard` and `save` that was called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SaveMode {
    /// If it has changed.
    Auto,
    Discard,
    Force,
}

impl<T> StateData<T> {
    /// Creates a session that begins now.
    pub(crate) fn new(policy: &Policy, now: UnixSeconds, has_token: bool) -> StateData<T> {
        StateData {
            metadata: new_metadata(policy, now),
            now,
            arrived: None,
            has_token,
            #[cfg(feature = "migrate")]
            is_taken_over: false,
            withheld: None,
            is_new: true,
            renewed: false,
            limited_until: None,
            payload: None,
            flash: None,
            value: None,
            ending: Ending::None,
            save_mode: SaveMode::Auto,
            #[cfg(feature = "device-bound")]
            is_promoted: false,
            #[cfg(feature = "device-bound")]
            left_device: None,
        }
    }

    pub(crate) fn under<'a>(&'a mut self, policy: &'a Policy) -> State<'a, T> {
        State { policy, data: self }
    }
}

impl Arrived {
    pub(super) fn payload(&self) -> &[u8] {
        &self.body[self.layout.payload.clone()]
    }

    pub(super) fn flash(&self) -> &[u8] {
        &self.body[self.layout.flash.clone()]
    }
}

pub(super) fn new_metadata(policy: &Policy, now: UnixSeconds) -> Metadata {
    Metadata {
        issued: now,
        schema: policy.schema,
        ..Metadata::default()
    }
}
