//! The sealer's part in the requests that a browser makes for a device. Feature `device-bound`.

use super::{duplicates::Candidate, finish::Store, save_error::SaveError, sealer::Sealer};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{PartNumbers, Values},
    device::{Facts, Subject},
    state::{DeviceId, State, TokenChange},
    token::Context,
};

impl Sealer {
    /// Returns the facts about a subject with these marks, and the session that came along with its request. Nothing is
    /// told of that session, and its device is not asked for.
    pub(crate) fn facts(
        &self,
        context: &Context,
        subject: &Subject<'_>,
        marks: Vec<String>,
        values: &mut Values,
        now: UnixSeconds,
    ) -> (Facts, Option<Candidate>) {
        let (chosen, _) = self.choose(&self.slot.keys(), context, values, now);
        let is_revoked = matches!(&chosen, Some(Err(refused)) if refused.reason == Reason::Revoked);
        let came = chosen.and_then(Result::ok);
        let facts = Facts {
            marks,
            // About a session that came along the application was asked when it opened, and saw its content.
            is_alive: !is_revoked
                && self.may_exist(subject, now)
                && (came.is_some() || !self.is_revoked_unseen(subject)),
            beside: came.as_ref().map(|came| came.opened.layout.metadata),
        };
        (facts, came)
    }

    /// Asks the application about a session that its request did not bring.
    fn is_revoked_unseen(&self, subject: &Subject<'_>) -> bool {
        let metadata = subject.metadata();
        self.hooks.is_revoked(&metadata, None, subject.key_id)
    }

    /// Returns `true` if the session of a request may still exist somewhere by its dates. Its idle timeout and its own
    /// limits are not known here.
    fn may_exist(&self, subject: &Subject<'_>, now: UnixSeconds) -> bool {
        let issued = subject.metadata().issued;
        let not_before = self.not_before(&self.slot.keys());
        let lifetime = self.policy.lifetimes.longest();
        issued >= not_before && now < issued.saturating_add(lifetime)
    }

    /// Binds the session that came along to its device, and has it stored like one that is sealed again. `None`: it has
    /// no room for a device; it is bound when it comes with its bound cookie.
    pub(crate) fn bind<T, R>(
        &self,
        context: &Context,
        candidate: Candidate,
        carried: PartNumbers,
        device: DeviceId,
        now: UnixSeconds,
        store: impl FnOnce(&Store<'_, T>) -> Result<R, SaveError>,
    ) -> Option<R> {
        let mut opened = candidate.opened;
        opened.layout.metadata.device = Some(device);
        let mut state = State::<T>::new(&self.policy, now, true);
        state.hold(opened);
        state.became_bound = true;
        let finished = self.carry_out(state.reseal(), context, &state, carried, store);
        match finished.ok()?.change {
            TokenChange::Store(stored) => Some(stored),
            TokenChange::Keep | TokenChange::Drop => None,
        }
    }
}
