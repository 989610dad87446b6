//! Effects of the calls in `session/lifecycle.rs` (docs/spec/writer.md § 8.7).

use super::{
    bytes::body::{Metadata, Sid},
    companion::Admitted,
    data::{Ended, SaveMode, State, Validation},
    error::SessionError,
    received::{Received, Withheld},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    crypto::{random, scratch::Wiped},
};

impl<T> State<T> {
    /// Returns an error if the session that came must not be overwritten. Called before every action except `renew`,
    /// `sign_in`, `invalidate` and `discard`. Taking messages does not need it, because a withheld session has no
    /// messages.
    pub(crate) fn check_writable(&self) -> Result<(), SessionError> {
        match self.withheld() {
            None => Ok(()),
            Some(Withheld::Unvalidated(_)) => Err(SessionError::Unvalidated(None)),
            Some(Withheld::Stale(stale)) => Err(stale.error()),
            Some(Withheld::Unreadable { opened, .. }) => {
                let reason = opened.map_or(Reason::UnknownKey, |_| Reason::Payload);
                Err(SessionError::Unreadable(reason))
            }
        }
    }

    /// Sets a new id and keeps everything else, for the first id and for any change of privilege other than a sign-in.
    pub(crate) fn renew_id(&mut self) -> Result<Sid, SessionError> {
        let sid = random::from_system()?;
        self.change_metadata(|metadata| metadata.sid = Some(sid))?;
        Ok(sid)
    }

    /// Begins the session again, with a new id and issued now. Keeps the data, the flash messages, the time until which
    /// the session is remembered, and a limit set in this request. Drops the device, and a limit that arrived with the
    /// session, because both belonged to the earlier sign-in.
    pub(crate) fn renew(&mut self) -> Result<(), SessionError> {
        self.renew_as(random::from_system()?)
    }

    fn renew_as(&mut self, sid: Sid) -> Result<(), SessionError> {
        let (now, limited_until) = (self.now, self.limited_until);
        self.change_metadata(|metadata| {
            let remembered = metadata.remembered;
            let remembered_until = remembered.map(|duration| metadata.issued + u64::from(duration));
            metadata.issued = now;
            metadata.age = 0;
            metadata.sid = Some(sid);
            metadata.device = None;
            metadata.limit = limited_until.map(|end| seconds_until(end, metadata));
            metadata.remembered = remembered_until.map(|end| seconds_until(end, metadata));
        })?;
        self.draft.renewed = true;
        self.forget_admission();
        Ok(())
    }

    /// Ends the session at most `duration` seconds from now. A limit that ends earlier stays.
    pub(crate) fn limit_to(&mut self, duration: u64) -> Result<(), SessionError> {
        let end = self.now.saturating_add(duration);
        self.change_metadata(|metadata| {
            let limit = seconds_until(end, metadata);
            metadata.limit = metadata.limit.into_iter().chain([limit]).min();
        })?;
        self.limited_until = self.limited_until.into_iter().chain([end]).min();
        Ok(())
    }

    /// Keeps the session after the browser is closed, for `duration` seconds from now. Returns the time at which it
    /// ends at the latest, which may be earlier because of settings and limits.
    pub(crate) fn remember_for(&mut self, duration: u64) -> Result<UnixSeconds, SessionError> {
        if self.policy.lifetimes.remembered.is_none() {
            return Err(SessionError::NotRemembering);
        }
        let end = self.now.saturating_add(duration);
        self.change_metadata(|metadata| metadata.remembered = Some(seconds_until(end, metadata)))?;
        let lifetimes = &self.policy.lifetimes;
        Ok(lifetimes.absolute_deadline(&self.draft.metadata))
    }

    /// Undoes `remember_for`. A limit stays.
    pub(crate) fn forget(&mut self) -> Result<(), SessionError> {
        self.change_metadata(|metadata| metadata.remembered = None)
    }

    /// Drops the data, the flash messages and the id, and keeps the dates and the device.
    pub(crate) fn clear(&mut self) {
        self.draft.payload = Some(Wiped::from(self.policy.empty_payload.to_vec()));
        self.draft.flash = Some(Wiped::default());
        self.draft.value = None;
        self.draft.metadata.sid = None;
        self.draft.metadata.schema = self.policy.schema;
        self.draft.ended.get_or_insert(Ended::Cleared);
    }

    /// Drops everything and begins a new session. The first call returns the id that the browser has, unless the
    /// session's companion does not admit the request. Otherwise a copied cookie alone could put its owner's session on
    /// a deny list.
    pub(crate) fn invalidate(&mut self) -> Option<Sid> {
        let is_stale = matches!(self.received, Received::Withheld(Withheld::Stale(_)));
        let is_shown = !is_stale && matches!(self.draft.ended, None | Some(Ended::Cleared));
        let opened = self.received.opened_metadata().filter(|_| is_shown);
        let sid = opened.and_then(|opened| opened.sid);
        if !self.is_new() {
            self.received.end();
        }
        self.begin(Some(Ended::Invalidated));
        sid
    }

    /// Begins the session of another visitor. Invalidates the earlier session, and renews the empty one. Returns the id
    /// that the browser has, as [`invalidate`](Self::invalidate) does.
    pub(crate) fn sign_in(&mut self) -> Result<Option<Sid>, SessionError> {
        // Drawn first, so that nothing is ended if there is no id.
        let sid = random::from_system()?;
        let is_alone = matches!(self.draft.ended, None | Some(Ended::SignedIn));
        let ended = self.invalidate();
        self.renew_as(sid)?;
        if is_alone {
            self.draft.ended = Some(Ended::SignedIn);
        }
        Ok(ended)
    }

    pub(crate) fn discard(&mut self) {
        self.save = SaveMode::Discard;
    }

    pub(crate) fn save(&mut self) -> Result<(), SessionError> {
        self.change_metadata(|_| {})?;
        self.save = SaveMode::Force;
        Ok(())
    }

    pub(super) fn set_payload(&mut self, payload: Wiped) -> Result<(), SessionError> {
        let metadata = Metadata {
            schema: self.policy.schema,
            ..self.draft.metadata
        };
        if *self.payload() != *payload || metadata != self.draft.metadata {
            self.check_size(payload.len() + self.flash_bytes().len(), &metadata)?;
            self.draft.metadata = metadata;
            self.draft.payload = Some(payload);
        }
        Ok(())
    }

    pub(super) fn set_flash(&mut self, flash: Wiped) -> Result<(), SessionError> {
        self.check_size(self.payload().len() + flash.len(), &self.draft.metadata)?;
        self.draft.flash = Some(flash);
        Ok(())
    }

    /// Becomes a new session.
    pub(super) fn begin(&mut self, ended: Option<Ended>) {
        self.draft = self.policy.new_draft(self.now, ended);
        self.limited_until = None;
        self.forget_admission();
    }

    /// Forgets what the application and the companion said about a session in whose place another begins.
    fn forget_admission(&mut self) {
        self.validation = Validation::Unasked;
        self.admitted = Admitted::default();
    }

    fn change_metadata(&mut self, change: impl FnOnce(&mut Metadata)) -> Result<(), SessionError> {
        let mut metadata = self.draft.metadata;
        change(&mut metadata);
        self.check_size(self.content_len(), &metadata)?;
        self.draft.metadata = metadata;
        Ok(())
    }
}

/// Returns the seconds from `issued` to `end`. All durations of [`Metadata`] count from `issued`.
fn seconds_until(end: UnixSeconds, metadata: &Metadata) -> u32 {
    u32::try_from(end.saturating_sub(metadata.issued)).unwrap_or(u32::MAX)
}
