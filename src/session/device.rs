//! The sealer's part in the requests that a browser makes for a device. Feature `device-bound`.

use super::{duplicates::Candidate, error::SaveError, finish::Store, sealer::Sealer};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{PartNumbers, Values},
    device::{Beside, Subject},
    state::{DeviceId, StateData, TokenChange},
    token::Context,
};

impl Sealer {
    /// Reads the session that came along with the request. Nothing is told of it, and its device is not asked for.
    pub(crate) fn beside(
        &self,
        context: &Context,
        values: &mut Values,
        now: UnixSeconds,
    ) -> (Beside, Option<Candidate>) {
        match self.choose(&self.slot.keys(), context, values, now).0 {
            Some(Ok(candidate)) => (
                Beside::Opened(candidate.opened.layout.metadata),
                Some(candidate),
            ),
            Some(Err(refused)) if refused.reason == Reason::Revoked => (Beside::Revoked, None),
            Some(Err(_)) | None => (Beside::Nothing, None),
        }
    }

    /// Returns `true` if the session of a request may still exist somewhere. Its idle timeout and its own limits are not
    /// known here.
    pub(crate) fn may_exist(&self, subject: &Subject<'_>, now: UnixSeconds) -> bool {
        let metadata = subject.metadata();
        let not_before = self.not_before(&self.slot.keys());
        let lifetime = self.policy.lifetimes.longest();
        metadata.issued >= not_before
            && now < metadata.issued.saturating_add(lifetime)
            && self.check_revoked(&metadata, None, subject.key_id).is_ok()
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
        let mut data = StateData::<T>::new(&self.policy, now, true);
        let mut state = data.under(&self.policy);
        state.hold(opened);
        state.admit(None, true);
        let finished = self.carry_out(state.reseal(), context, &state, carried, store);
        match finished.ok()?.change {
            TokenChange::Store(stored) => Some(stored),
            TokenChange::Keep | TokenChange::Drop => None,
        }
    }
}
