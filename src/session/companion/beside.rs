use std::{fmt, time::SystemTime};

use crate::{
    base::{
        reason::Reason,
        time::{UnixSeconds, system_time, unix_seconds},
    },
    session::{SessionInfo, duplicates::Candidate, hooks::Hooks},
    state::{Metadata, OpenedBody},
    token::{Context, Refused},
};

/// Session that came with a request which its [`Companion`](super::Companion) answers. Reading it emits no event.
pub struct Beside<'a> {
    pub(super) context: &'a Context,
    pub(super) now: UnixSeconds,
    /// Earliest time of issue with which a session may still exist. Its idle timeout and its own limits are not known here.
    pub(super) oldest: UnixSeconds,
    pub(super) hooks: &'a Hooks,
    pub(super) came: Option<Result<Candidate, Refused>>,
    pub(super) may_bind: bool,
    pub(super) device: Option<[u8; 16]>,
}

impl Beside<'_> {
    /// Returns the context of the request.
    #[must_use]
    pub fn context(&self) -> &Context {
        self.context
    }

    /// Returns the time of the request.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        system_time(self.now)
    }

    /// Returns whether `subject`, the session that the request is about, may still be alive, and the session that came with
    /// the request, if any. If that one was revoked, `subject` is not alive.
    pub fn open(&mut self, subject: &SessionInfo) -> (bool, Option<SessionInfo>) {
        let came = self.came.as_ref();
        let may_exist = unix_seconds(subject.created_at) >= self.oldest;
        let is_alive = match came {
            // `revoked_if` has seen its content when it opened.
            Some(Ok(_)) => may_exist,
            Some(Err(refused)) if refused.reason == Reason::Revoked => false,
            _ => may_exist && !self.hooks.is_revoked(&named(subject), None, subject.key_id),
        };
        let came = came.and_then(|came| came.as_ref().ok());
        let came = came.map(|came| SessionInfo::of(&came.opened.layout.metadata, came.key_id));
        // Only the same session, and no device that the browser proves already.
        self.may_bind =
            is_alive && came.is_some_and(|came| came.device.is_none() && came.id == subject.id);
        (is_alive, came)
    }

    /// Writes `device` into the session that came with the request, and has it sealed again in the response like one that is
    /// refreshed, if there is room. Does nothing unless [`open`](Self::open) found it alive, and it is the session that was
    /// asked about and has no device yet.
    pub fn bind(&mut self, device: [u8; 16]) {
        self.device = Some(device).filter(|_| self.may_bind);
    }

    /// Returns the session that came with the request, with the device that it was bound to.
    pub(super) fn bound(self) -> Option<OpenedBody> {
        let mut opened = self.came?.ok()?.opened;
        opened.layout.metadata.device = Some(self.device?);
        Some(opened)
    }
}

impl fmt::Debug for Beside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// Returns what is known of a session that did not come with the request: what its sign-in gave it. It has age 0, no
/// limit, and no content.
fn named(session: &SessionInfo) -> Metadata {
    Metadata {
        issued: unix_seconds(session.created_at),
        sid: session.id.map(|id| *id.as_bytes()),
        ..Metadata::default()
    }
}
