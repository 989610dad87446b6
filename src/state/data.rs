//! One session during one request, as plain data.

use std::sync::Arc;

use super::{
    State,
    budget::Allowed,
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
    pub(super) is_taken_over: bool,
    /// The metadata of the session that opened, whatever the application did with it.
    pub(super) opened: Option<Metadata>,
    /// The reason why the application did not get the session that opened, whatever it did afterwards.
    pub(super) withheld: Option<Withheld>,
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
    /// The session belongs to a device since this request, which is still to be written.
    pub(super) became_bound: bool,
    /// The first second at which the request would not prove the session's device. `None`: it need not.
    pub(super) admitted_until: Option<UnixSeconds>,
}

/// The reason why the application does not get the session that opened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Withheld {
    /// This version cannot read the payload.
    Unreadable,
    /// The request does not prove that it comes from the session's device.
    Stale,
}

pub(super) struct Arrived {
    pub(super) body: Wiped,
    pub(super) layout: Layout,
    /// The most that may be sent of it again, while it is larger than the profile allows.
    pub(super) allowed: Allowed,
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
            is_taken_over: false,
            opened: None,
            withheld: None,
            is_new: true,
            renewed: false,
            limited_until: None,
            payload: None,
            flash: None,
            value: None,
            ending: Ending::None,
            save_mode: SaveMode::Auto,
            became_bound: false,
            admitted_until: None,
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
