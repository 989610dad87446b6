//! The sealer's part in sessions that are bound to a device.

use super::{duplicates::Candidate, error::SaveError, finish::DeviceNews, sealer::Sealer};
use crate::{
    base::reason::Reason,
    cookie::BoundCookies,
    state::{Metadata, Standing, State},
    token::{Context, Refused},
};

impl Sealer {
    /// Admits a session by the bound cookies beside it, or withholds it.
    #[inline]
    pub(super) fn admit<T>(
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
            Standing::Admitted { device, until } => {
                state.admit(until, device != metadata.device);
                metadata.device = device;
                Ok(candidate)
            }
            Standing::Stale => {
                state.withhold_stale(*metadata);
                Err(Refused {
                    reason: Reason::Stale,
                    key_id: Some(candidate.key_id),
                })
            }
        }
    }

    /// Admits a session of another library, which has no device.
    pub(super) fn admit_old<T>(
        &self,
        metadata: &Metadata,
        state: &mut State<'_, T>,
    ) -> Result<(), Reason> {
        let Some(devices) = &self.devices else {
            return Ok(());
        };
        let none = BoundCookies::default();
        match devices.judge(&self.context, metadata, &none, state.now()) {
            Standing::Admitted { until, .. } => {
                state.admit(until, false);
                Ok(())
            }
            Standing::Stale => Err(Reason::Stale),
        }
    }

    /// The news for the device of a session that the client stores, or that `is_dropped`.
    pub(super) fn device_news<T>(
        &self,
        context: &Context,
        state: &State<'_, T>,
        is_dropped: bool,
    ) -> Result<DeviceNews, SaveError> {
        let Some(devices) = &self.devices else {
            return Ok(DeviceNews::default());
        };
        let renewed = state.renewed_sid().filter(|_| !is_dropped);
        let offer = renewed.map(|sid| devices.offer(context, sid, state.now()));
        let departed = state.departure(is_dropped);
        let departed = departed.map(|departure| devices.depart(departure, state.now()));
        Ok(DeviceNews {
            registration: offer.transpose()?.flatten(),
            set_cookies: departed.unwrap_or_default(),
        })
    }
}
