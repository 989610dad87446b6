//! Session beside a request that a browser makes for a device.

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Values,
    keys::{KeyId, PurposeKeys, SlotKeys},
    session::{Sealer, ToSeal},
    state::{DeviceId, Metadata, OpenedBody, State, TokenChange},
    token::Context,
};

impl Sealer {
    /// Returns `true` if the session `subject` of a device's request may still exist and no revoked one came along,
    /// and the session that came along. No event tells of that one, and its device is not asked for.
    pub(crate) fn beside(
        &self,
        keys: &PurposeKeys,
        context: &Context,
        (subject, key_id): (&Metadata, KeyId),
        values: &mut Values,
        now: UnixSeconds,
    ) -> (bool, Option<OpenedBody>) {
        let chosen = self.choose(keys, context, values, now).chosen;
        let is_revoked = matches!(&chosen, Some(Err(refused)) if refused.reason == Reason::Revoked);
        let came = chosen.and_then(Result::ok).map(|chosen| chosen.opened);
        // About a session that came along the application was asked when it opened, and saw its content.
        let is_alive = !is_revoked
            && self.may_exist(keys, subject.issued, now)
            && (came.is_some() || !self.hooks.is_revoked(subject, None, key_id));
        (is_alive, came)
    }

    /// Returns `true` if a session of this time may still exist somewhere by its dates. Its idle timeout and its own
    /// limits are not known here.
    fn may_exist(&self, keys: &PurposeKeys, issued: UnixSeconds, now: UnixSeconds) -> bool {
        let not_before = self.not_before(keys);
        let lifetime = self.policy.lifetimes.longest();
        issued >= not_before && now < issued.saturating_add(lifetime)
    }

    /// Binds the session that came along, and opened under `keys`, to its device, and has it sealed again like one that is
    /// refreshed. `None`: it has no room for a device; it is bound when it comes with its bound cookie.
    pub(crate) fn bind<T>(
        &self,
        keys: SlotKeys,
        context: &Context,
        mut opened: OpenedBody,
        device: DeviceId,
        now: UnixSeconds,
    ) -> Option<(State<T>, ToSeal)> {
        opened.layout.metadata.device = Some(device);
        let mut state = State::new(&self.policy, now, true);
        state.hold(opened);
        state.became_bound = true;
        let ending = self.ending(state.reseal(), keys, context, &state).ok()?;
        match ending.change {
            TokenChange::Store(to_seal) => Some((state, to_seal)),
            TokenChange::Keep | TokenChange::Drop => None,
        }
    }
}
