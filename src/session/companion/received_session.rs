use std::{fmt, time::SystemTime};

use crate::{
    base::{Reason, UnixSeconds, system_time, unix_seconds},
    session::{Hooks, SessionInfo, duplicates::Candidate},
    state::Metadata,
    token::{Context, Rejected},
};

/// Session that came with a request which its [`Companion`](super::Companion) answers. The outcome of reading
/// it is not reported.
pub struct ReceivedSession<'a> {
    pub(super) context: &'a Context,
    pub(super) now: UnixSeconds,
    pub(super) hooks: &'a Hooks,
    /// Earliest time of issue of a session that may still be alive.
    pub(super) oldest: UnixSeconds,
    pub(super) received: Option<Result<Candidate, Rejected>>,
    pub(super) may_bind: bool,
    pub(super) device: Option<[u8; 16]>,
}

impl ReceivedSession<'_> {
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

    /// Opens the session that came with the request, and looks whether `subject`, the session that the request is about,
    /// may still be alive. `revoked_if` is asked about `subject` only if no session opened, so compare `subject` with
    /// the session that came.
    pub fn open(&mut self, subject: &SessionInfo) -> Opened {
        let (received, hooks) = (self.received.as_ref(), self.hooks);
        // The idle timeout and limits of a session that did not come are unknown.
        let may_exist = unix_seconds(subject.created_at) >= self.oldest;
        let is_alive = match received {
            // `revoked_if` saw the session that arrived, with its content, when it opened.
            Some(Ok(_)) => may_exist,
            // A rejected token shows no id, so it may be `subject`.
            Some(Err(rejected)) if rejected.reason == Reason::Revoked => false,
            _ => may_exist && !hooks.is_revoked(&named(subject), None, subject.key_id),
        };
        let arrived = received
            .and_then(|received| received.as_ref().ok())
            .map(|arrived| SessionInfo::of(&arrived.opened.metadata, arrived.key_id));
        // Only `subject` itself can be bound, and only if it has no device yet.
        self.may_bind = is_alive
            && arrived.is_some_and(|arrived| arrived.device.is_none() && arrived.id == subject.id);
        Opened { is_alive, arrived }
    }

    /// Writes `device` into the session that came with the request, and sends the session in the response, if there is
    /// room and the key ring and `not_before` still accept it. Does nothing unless this session is the `subject` that
    /// [`open`](Self::open) found alive, and has no device yet.
    pub fn bind(&mut self, device: [u8; 16]) {
        self.device = Some(device).filter(|_| self.may_bind);
    }

    /// Returns the session that came with the request, with the device that it was bound to.
    pub(super) fn bound(self) -> Option<Candidate> {
        let mut arrived = self.received?.ok()?;
        arrived.opened.metadata.device = Some(self.device?);
        Some(arrived)
    }
}

/// Sessions of a request that a [`Companion`](super::Companion) answers.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// `true` if the session that the request is about may still be alive. `false` if the session that came was revoked.
    pub is_alive: bool,
    /// Session that came with the request, if it opened.
    pub arrived: Option<SessionInfo>,
}

impl fmt::Debug for ReceivedSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedSession")
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// Returns the id and the time of issue of a session that did not come with the request. Its activity and limits are
/// unknown, so it has age 0 and no limit.
fn named(session: &SessionInfo) -> Metadata {
    Metadata {
        issued: unix_seconds(session.created_at),
        sid: session.id.map(|id| *id.as_bytes()),
        ..Metadata::default()
    }
}
