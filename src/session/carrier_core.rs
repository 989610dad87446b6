use std::sync::Arc;

use super::{
    asking::Asking,
    companion::{self, Attached},
    duplicates::Duplicates,
    hooks::Hooks,
    outcome::{Outcome, ReadEvent},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    events::{self, Shown},
    keys::{KeyId, PurposeKeys, PurposeSlot},
    state::{Metadata, Policy},
    token::{Context, OffBy, Rejected},
};

/// Core of a carrier, which all its sessions share. `opening.rs` opens tokens with it, and `closing.rs` seals them.
pub(crate) struct CarrierCore {
    pub(crate) slot: Arc<PurposeSlot>,
    /// Context of the builder, for requests that choose no other.
    pub(crate) context: Context,
    pub(crate) duplicates: Duplicates,
    pub(crate) policy: Arc<Policy>,
    pub(crate) hooks: Hooks,
    pub(crate) companion: Option<Attached>,
    pub(crate) log_limits: events::LogLimits,
    pub(crate) asking: Asking,
}

impl CarrierCore {
    /// Reports the outcome of reading to logs, metrics and `on_outcome`, which may panic. `off_by`: as in
    /// [`Loaded`](super::loaded::Loaded).
    #[inline]
    pub(super) fn report(
        &self,
        outcome: Outcome,
        token_bytes: usize,
        off_by: Option<OffBy>,
        now: UnixSeconds,
    ) {
        let (purpose, limits) = (self.slot.purpose.name(), &self.log_limits);
        let is_dropped = self.is_under_dropped_key(outcome);
        let known = match (outcome, off_by) {
            (
                Outcome::OpenedUnderAcceptedKey { key_id }
                | Outcome::Rejected {
                    reason: Reason::RetiredKey,
                    key_id: Some(key_id),
                },
                Some(OffBy::Sealing(late_by)),
            ) => {
                self.note_sealed_late(key_id, late_by, now);
                events::SUPERSEDED
            }
            _ if is_dropped => events::DROPPED,
            _ => "",
        };
        events::count_read(1, purpose, outcome.label(), outcome.reason(), known);
        match outcome {
            Outcome::Absent => events::absent(purpose),
            Outcome::Opened { key_id } => events::opened(purpose, Shown(key_id), token_bytes),
            Outcome::OpenedUnderAcceptedKey { key_id } => {
                events::opened_under_accepted_key(purpose, Shown(key_id), token_bytes);
            }
            // Without a log there is nothing to thin out.
            Outcome::Rejected { .. } | Outcome::NotMigrated { .. } if !events::ARE_LOGGED => {}
            Outcome::Rejected { reason, key_id } => {
                let date_off_by = match off_by {
                    Some(OffBy::Date(off_by)) => Some(off_by),
                    _ => None,
                };
                if let Some(left_out) = limits.note_rejected(reason, is_dropped, false, now) {
                    events::rejected(
                        purpose,
                        reason,
                        key_id.map(Shown),
                        is_dropped.then_some(events::DROPPED),
                        token_bytes,
                        date_off_by,
                        left_out,
                    );
                }
            }
            Outcome::Migrated => events::taken_over(purpose, token_bytes),
            Outcome::NotMigrated { reason } => {
                if let Some(left_out) = limits.note_rejected(reason, false, true, now) {
                    events::old_cookie_rejected(purpose, reason, token_bytes, left_out);
                }
            }
        }
        if let Some(on_outcome) = &self.hooks.on_outcome {
            on_outcome(&ReadEvent {
                outcome,
                token_bytes,
            });
        }
    }

    /// Notes a session that a program without the ring has sealed, or that was forged under a key that has ended.
    #[cold]
    fn note_sealed_late(&self, key_id: KeyId, late_by: u64, now: UnixSeconds) {
        let purpose = self.slot.purpose.name();
        self.log_limits.sealed_late.note(now);
        events::show_sealed_late(purpose, now);
        events::program_lacks_ring(&self.log_limits.lines, now, purpose, Shown(key_id), late_by);
    }

    /// Returns `true` if the token names a key that left the ring while this program ran, and sessions under it were
    /// alive.
    #[inline]
    fn is_under_dropped_key(&self, outcome: Outcome) -> bool {
        let id = match outcome {
            Outcome::Rejected {
                reason: Reason::UnknownKey,
                key_id,
            } => key_id,
            _ => None,
        };
        let is_asked = events::ARE_LOGGED || events::ARE_COUNTED;
        is_asked && id.is_some_and(|id| self.slot.has_dropped(id))
    }

    /// Checks the dates of a session at `now`. If they are valid, asks the application whether the session is revoked.
    // Without this, a small token takes 0.5 % more instructions to open.
    #[inline(always)]
    pub(crate) fn check(
        &self,
        metadata: &Metadata,
        payload: &[u8],
        key_id: KeyId,
        keys: &PurposeKeys,
        now: UnixSeconds,
    ) -> Result<(), Rejected> {
        self.check_dates(metadata, keys, now)
            .map_err(|(reason, off_by)| Rejected {
                off_by: Some(OffBy::Date(off_by)),
                ..Rejected::under(key_id, reason)
            })?;
        if self.hooks.is_revoked(metadata, Some(payload), key_id) {
            return Err(Rejected::under(key_id, Reason::Revoked));
        }
        Ok(())
    }

    /// Checks the dates of a session at `now`. An error says by how many seconds it is off.
    pub(super) fn check_dates(
        &self,
        metadata: &Metadata,
        keys: &PurposeKeys,
        now: UnixSeconds,
    ) -> Result<(), (Reason, u64)> {
        let not_before = self.slot.not_before(keys);
        self.policy.lifetimes.check(metadata, now, not_before)
    }

    /// Notes a session that is rejected by its dates.
    #[cold]
    pub(super) fn note_rejected(&self, rejected: &Rejected, now: UnixSeconds) {
        let (slot, log_limits) = (&self.slot, &self.log_limits);
        let purpose = slot.purpose.name();
        match (rejected.reason, rejected.off_by) {
            (Reason::Expired | Reason::Idle, Some(OffBy::Date(expired_for))) => {
                log_limits.note_expired(purpose, expired_for, now);
            }
            (Reason::NotYetValid, _) => log_limits.ahead.note(now),
            (Reason::Revoked, Some(OffBy::Date(_))) => {
                if let Some(not_before) = slot.not_before_ahead(now)
                    && log_limits.is_not_before_due(now)
                {
                    slot.log_not_before_ahead(not_before, now);
                }
            }
            _ => {}
        }
    }

    /// Returns `true` if both seal alike. This takes the same purpose and context, equal rings, and the same companion
    /// or none.
    pub(crate) fn seals_like(&self, other: &CarrierCore) -> bool {
        self.context == other.context
            && companion::is_same(&self.companion, &other.companion)
            && self.slot.derives_like(&other.slot)
    }
}
