//! When a session is sent again to restart its idle timeout (docs/spec/writer.md § 8.8).

use super::{
    bytes::body::Metadata,
    lifetime::{Lifetimes, RefreshAfter},
};
use crate::base::time::UnixSeconds;

impl Lifetimes {
    /// Returns `true` if the last activity of a touched session has to be written. `is_validated` means that the
    /// application said in this request that the session is still valid.
    pub(super) fn is_refresh_due(
        &self,
        metadata: &Metadata,
        now: UnixSeconds,
        is_validated: bool,
    ) -> bool {
        let idle = self.of(metadata).idle;
        let is_due_after = |duration| now >= metadata.last_active().saturating_add(duration);
        match (&self.revalidation, self.refresh_after) {
            (Some(_), _) => is_validated,
            (None, None) => idle.is_some_and(|idle| is_due_after(idle / 4)),
            // The session ends at its absolute deadline, whatever is written.
            _ if idle.is_none() && self.is_remembered_now(metadata) => false,
            (None, Some(RefreshAfter::Never | RefreshAfter::OnChange)) => false,
            (None, Some(RefreshAfter::Interval(interval))) => is_due_after(interval.as_secs()),
            (None, Some(RefreshAfter::Always | RefreshAfter::EveryRequest)) => true,
        }
    }

    /// Returns `true` if a written change counts as activity. With [`RefreshAfter::Never`], only a change that makes
    /// the session idle counts, as `remember_for` and `forget` can by choosing another timeout. With
    /// `revalidate_after`, a change counts only in a request with a positive answer.
    pub(super) fn moves(&self, metadata: &Metadata, now: UnixSeconds, is_validated: bool) -> bool {
        match (&self.revalidation, self.refresh_after) {
            (Some(_), _) => is_validated,
            (None, Some(RefreshAfter::Never)) => {
                self.idle_deadline(metadata).is_some_and(|end| now >= end)
            }
            _ => true,
        }
    }
}
