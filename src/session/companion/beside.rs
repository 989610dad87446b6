use std::{fmt, time::SystemTime};

use crate::{
    base::{
        reason::Reason,
        time::{UnixSeconds, system_time, unix_seconds},
    },
    cookie::{PartNumbers, Values},
    keys::SlotKeys,
    session::{
        SessionInfo,
        closing::{Ending, ToSeal},
        opening::Opening,
        sealer::Sealer,
    },
    state::{Metadata, OpenedBody, State, TokenChange},
    token::Context,
};

/// Session beside a request that a [`Companion`](super::Companion) answers. No event tells of it, and its companion is
/// not asked.
pub struct Beside<'a> {
    sealer: &'a Sealer,
    context: &'a Context,
    keys: SlotKeys,
    values: Values,
    now: UnixSeconds,
    came: Option<OpenedBody>,
    may_bind: bool,
    device: Option<[u8; 16]>,
}

impl<'a> Beside<'a> {
    pub(crate) fn new(
        sealer: &'a Sealer,
        context: &'a Context,
        values: Values,
        now: UnixSeconds,
    ) -> Beside<'a> {
        Beside {
            sealer,
            context,
            keys: sealer.slot.keys(),
            values,
            now,
            came: None,
            may_bind: false,
            device: None,
        }
    }

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

    /// Returns whether `subject`, the session that the request is about, may still exist and no revoked one came along;
    /// and the session that came along. Neither its companion nor `revalidate_after` is asked about that one.
    pub fn open(&mut self, subject: &SessionInfo) -> (bool, Option<SessionInfo>) {
        let sealer = self.sealer;
        let opening = Opening {
            sealer,
            keys: &self.keys,
            context: self.context,
            now: self.now,
        };
        let (chosen, _) = opening.choose(&self.values);
        let is_revoked = matches!(&chosen, Some(Err(refused)) if refused.reason == Reason::Revoked);
        let came = chosen.and_then(Result::ok);
        // About a session that came along the application was asked when it opened, and saw its content.
        let is_alive = !is_revoked
            && self.may_exist(unix_seconds(subject.created_at))
            && (came.is_some()
                || !sealer
                    .hooks
                    .is_revoked(&named(subject), None, subject.key_id));
        let info = came.as_ref().map(|came| {
            let metadata = &came.opened.layout.metadata;
            SessionInfo::of(metadata, came.key_id)
        });
        self.came = came.map(|came| came.opened);
        self.may_bind =
            is_alive && info.is_some_and(|came| came.device.is_none() && came.id == subject.id);
        (is_alive, info)
    }

    /// Writes `device` into the session that came along, and has it sealed again in the response like one that is
    /// refreshed, if there is room. Does nothing unless [`open`](Self::open) found it alive, and it is the session that was
    /// asked about and has no device yet.
    pub fn bind(&mut self, device: [u8; 16]) {
        self.device = Some(device).filter(|_| self.may_bind);
    }

    /// Returns `true` if a session of this time may still exist somewhere by its dates. Its idle timeout and its own
    /// limits are not known here.
    fn may_exist(&self, issued: UnixSeconds) -> bool {
        let not_before = self.sealer.not_before(&self.keys);
        let lifetime = self.sealer.policy.lifetimes.longest();
        issued >= not_before && self.now < issued.saturating_add(lifetime)
    }

    /// Returns the session that came along, with its device, and what is to be sealed of it.
    pub(crate) fn bound<T>(self) -> Option<(State<T>, ToSeal, PartNumbers)> {
        let mut opened = self.came?;
        opened.layout.metadata.device = Some(self.device?);
        let mut state = State::new(&self.sealer.policy, self.now, true);
        state.hold(opened);
        state.became_bound = true;
        let decision = state.reseal();
        let ending = Ending::of(decision, &state, self.sealer, self.keys);
        match ending.ok()?.change {
            TokenChange::Store(to_seal) => Some((state, to_seal, self.values.carried)),
            TokenChange::Keep | TokenChange::Drop => None,
        }
    }
}

impl fmt::Debug for Beside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beside")
            .field("purpose", &self.sealer.slot.purpose.name())
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// Returns the fields of a session that its sign-in gave it.
fn named(session: &SessionInfo) -> Metadata {
    Metadata {
        issued: unix_seconds(session.created_at),
        sid: session.id.map(|id| *id.as_bytes()),
        ..Metadata::default()
    }
}
