//! Sessions that are bound to a device: the sealer's part. Feature `device-bound`.

use super::{duplicates::Candidate, end::DeviceFields, error::SaveError, sealer::Sealer};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{BoundCookies, Values},
    crypto::scratch::Scratch,
    device::Standing,
    keys::KeyId,
    state::{Metadata, State},
    token::{Context, Refused},
};

impl Sealer {
    /// Judges the session by the bound cookies beside it. One that is stale is withheld.
    pub(super) fn prove_device<T>(
        &self,
        mut candidate: Candidate,
        context: &Context,
        cookies: &BoundCookies,
        state: &mut State<'_, T>,
    ) -> Result<Candidate, Refused> {
        let Some(devices) = &self.devices else {
            return Ok(candidate);
        };
        let metadata = &mut candidate.layout.metadata;
        match devices.judge(context, metadata, cookies, state.now()) {
            Standing::Good => {}
            Standing::Promoted(device) => {
                metadata.device = Some(device);
                state.promote();
            }
            Standing::Stale => {
                state.withhold_stale(*metadata);
                return Err(Refused {
                    reason: Reason::Stale,
                    key_id: Some(candidate.key_id),
                });
            }
        }
        Ok(candidate)
    }

    /// The fields for the device of a session that is written, or that `has_ended`.
    pub(crate) fn device_fields<T>(
        &self,
        context: &Context,
        state: &State<'_, T>,
        has_ended: bool,
    ) -> Result<DeviceFields, SaveError> {
        let Some(devices) = &self.devices else {
            return Ok(DeviceFields::default());
        };
        let offer = |sid| devices.offer(context, sid, state.now());
        let offered = state.offers_registration().filter(|_| !has_ended);
        let left = state.left_device(has_ended);
        Ok(DeviceFields {
            registration: offered.map(offer).transpose()?,
            farewell: left.map_or_else(Vec::new, |device| devices.farewell(device)),
        })
    }

    /// The metadata of the session that a request brings, or the reason for which it does not open. For the endpoints of a
    /// device, which tell nobody.
    pub(crate) fn arrived(
        &self,
        context: &Context,
        values: &Values,
        now: UnixSeconds,
    ) -> Option<Result<Metadata, Reason>> {
        let mut buffer = Scratch::borrow();
        let (chosen, _) = self.choose(&self.slot.keys(), context, values, now, &mut buffer);
        let opened = chosen?.map(|candidate| candidate.layout.metadata);
        Some(opened.map_err(|refused| refused.reason))
    }

    /// Returns `true` if the session with this id, issued then, may still exist somewhere. Its idle timeout and its own
    /// limits are not known here.
    pub(crate) fn may_exist(&self, issued: &Metadata, key_id: KeyId, now: UnixSeconds) -> bool {
        let not_before = self.not_before(&self.slot.keys());
        let end = issued
            .issued
            .saturating_add(self.policy.lifetimes.longest());
        issued.issued >= not_before && now < end && self.check_revoked(issued, key_id).is_ok()
    }
}
