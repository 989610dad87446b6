//! One session during one request, as plain data.

use std::sync::Arc;

use super::{
    State,
    layout::{Head, Layout},
    policy::Policy,
    room::Allowance,
};
use crate::{base::time::UnixSeconds, crypto::scratch::Wiped};

/// What is known of a session. The rules about it are those of [`State`].
pub(crate) struct StateData<T> {
    pub(super) now: UnixSeconds,
    /// What the request brought and what opened.
    pub(super) arrived: Option<Arrived>,
    /// The request brought a cookie of this name, whether it opened or not.
    pub(super) brought: bool,
    /// The head of a session whose payload this version cannot read, and so must not overwrite.
    pub(super) unreadable: Option<Head>,
    pub(super) head: Head,
    /// The dates in `head` are those of a session that exists outside this request.
    pub(super) dated: bool,
    /// A sign-in was completed in this request.
    pub(super) renewed: bool,
    /// The earliest end that was set in this request.
    pub(super) limited_until: Option<UnixSeconds>,
    /// `None`: as it arrived, or empty.
    pub(super) payload: Option<Wiped>,
    pub(super) flash: Option<Wiped>,
    /// The payload, decoded. A dictionary has none.
    pub(super) value: Option<Arc<T>>,
    pub(super) ending: Ending,
    pub(super) wish: Wish,
}

pub(super) struct Arrived {
    pub(super) body: Wiped,
    pub(super) layout: Layout,
    /// What it came in, and so may go back in.
    pub(super) allowance: Allowance,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    None,
    Cleared,
    Invalidated,
}

/// What the application said last about saving.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    None,
    Discard,
    Save,
}

impl<T> StateData<T> {
    /// A session that begins now.
    pub(crate) fn new(policy: &Policy, now: UnixSeconds, brought: bool) -> StateData<T> {
        StateData {
            head: new_head(policy, now),
            now,
            arrived: None,
            brought,
            unreadable: None,
            dated: false,
            renewed: false,
            limited_until: None,
            payload: None,
            flash: None,
            value: None,
            ending: Ending::None,
            wish: Wish::None,
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

pub(super) fn new_head(policy: &Policy, now: UnixSeconds) -> Head {
    Head {
        issued: now,
        schema: policy.schema,
        ..Head::default()
    }
}
