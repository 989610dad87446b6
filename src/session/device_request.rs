//! The sealer's part in the requests that a browser makes for a device. Feature `device-bound`.

use super::{
    duplicates::{Body, Candidate},
    error::SaveError,
    finish::{Arrived, Store, TokenChange},
    sealer::Sealer,
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Values,
    crypto::scratch::Scratch,
    device::{Beside, Subject},
    state::{DeviceId, StateData},
    token::Context,
};

impl Sealer {
    /// Reads the session that came along with the request. Nothing is told of it, and its device is not asked for.
    pub(crate) fn beside(&self, context: &Context, values: &Values, now: UnixSeconds) -> Beside {
        let mut buffer = Scratch::borrow();
        let (chosen, _) = self.choose(&self.slot.keys(), context, values, now, &mut buffer);
        match chosen {
            Some(Ok(candidate)) => Beside::Opened(candidate.layout.metadata),
            Some(Err(refused)) if refused.reason == Reason::Revoked => Beside::Revoked,
            Some(Err(_)) | None => Beside::Nothing,
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
            && self.check_revoked(&metadata, subject.key_id).is_ok()
    }

    /// Binds the session that came along to its device, and has it stored like one that is sealed again. `None`: it does
    /// not open any more, or has no room for a device; it is bound when it comes with its bound cookie.
    pub(crate) fn bind<T, R>(
        &self,
        context: &Context,
        values: &Values,
        device: DeviceId,
        now: UnixSeconds,
        store: impl FnOnce(&Store<'_, T>) -> Result<R, SaveError>,
    ) -> Option<R> {
        let mut buffer = Scratch::borrow();
        let (chosen, _) = self.choose(&self.slot.keys(), context, values, now, &mut buffer);
        let Candidate {
            mut layout,
            token_len,
            cookies,
            body,
            ..
        } = chosen?.ok()?;
        let body = match body {
            Body::InBuffer(range) => buffer.give(range, Vec::new()),
            Body::Kept(body) => body,
        };
        layout.metadata.device = Some(device);
        let mut data = StateData::<T>::new(&self.policy, now, true);
        let mut state = data.under(&self.policy);
        state.hold(body, layout, token_len, cookies);
        state.admit(None, true);
        let saving = state.reseal();
        let arrived = Arrived {
            carried: values.carried(),
            now,
        };
        drop(buffer);
        let finished = Store::new(self, context, state, arrived).carry_out(saving, store);
        match finished.ok()?.change {
            TokenChange::Store(stored) => Some(stored),
            TokenChange::Keep | TokenChange::Drop => None,
        }
    }
}
