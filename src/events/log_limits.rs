//! Events that each carrier logs at most once a minute, or a few times. All requests share the counters. A session
//! that opens touches no counter, unless it is remembered and the program remembers none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{
    limited::{LOGGED_AGAIN, LeftOut, Limited, MINUTE, Recent, is_due},
    lines::{Limits, many_expired},
    names::labels::Refusal,
};
use crate::base::Reason;

/// Counts of recent events about the sessions of one carrier.
#[derive(Debug, Default)]
pub(crate) struct LogLimits {
    expired_since: AtomicU64,
    /// Number of sessions that had expired. The next two fields are the fewest and the most seconds since then.
    expired: AtomicU64,
    expired_for_least: AtomicU64,
    expired_for_most: AtomicU64,
    not_before_at: AtomicU64,
    /// Sessions from the future.
    pub(crate) ahead: Recent,
    /// Sessions that were sealed under an earlier key although the next one had begun to seal.
    pub(crate) sealed_late: Recent,
    /// Rejections by reason, in three groups: sessions; sessions under a key that left the ring, apart so that
    /// forgeries cannot crowd them out of the log; old cookies.
    rejected: [[Limited; Reason::ALL.len()]; 3],
    /// Other lines.
    pub(crate) lines: Limits,
}

/// Counts of the recent refusals of a guard. Ten of a minute are logged for each, so that somebody who sets up forms sees
/// them all.
#[derive(Debug, Default)]
pub(crate) struct GuardRefusals([Limited; Refusal::REFUSALS.len()]);

impl GuardRefusals {
    /// A request was refused. Returns the number of such refusals that were left out before it, or `None` if it is left out.
    pub(crate) fn note(&self, refusal: Refusal, now: u64) -> Option<LeftOut> {
        self.0[refusal as usize].note(MANY, now)
    }
}

impl LogLimits {
    /// Notes that a session arrived `expired_for` seconds after it expired. Only many in a minute are logged: a single
    /// one is an everyday event, but many may mean that a clock is wrong. Parallel requests at the beginning of a
    /// minute may not count.
    #[cold]
    pub(crate) fn note_expired(&self, purpose: &str, expired_for: u64, now: u64) {
        if is_due(&self.expired_since, MINUTE, now) {
            self.expired.store(0, Relaxed);
            self.expired_for_least.store(u64::MAX, Relaxed);
            self.expired_for_most.store(0, Relaxed);
        }
        let least = self.expired_for_least.fetch_min(expired_for, Relaxed);
        let most = self.expired_for_most.fetch_max(expired_for, Relaxed);
        let count = self.expired.fetch_add(1, Relaxed) + 1;
        if count == MANY {
            many_expired(
                purpose,
                count,
                least.min(expired_for),
                most.max(expired_for),
            );
        }
    }

    /// Returns `true` if it is time to log a `not_before` that lies in the future, which lasts until then.
    #[cold]
    pub(crate) fn is_not_before_due(&self, now: u64) -> bool {
        is_due(&self.not_before_at, LOGGED_AGAIN, now)
    }

    /// A session, or an old cookie, was rejected. Returns the number of rejections for this reason that were left out
    /// before it, or `None` if it is left out. What is logged at debug is not left out.
    pub(crate) fn note_rejected(
        &self,
        reason: Reason,
        is_dropped: bool,
        is_of_old: bool,
        now: u64,
    ) -> Option<LeftOut> {
        if super::is_everyday(reason) {
            return Some(LeftOut(0));
        }
        let kind = if is_of_old {
            2
        } else {
            usize::from(is_dropped)
        };
        self.rejected[kind][reason as usize].note(1, now)
    }
}

/// Number of sessions in a minute that are worth a log line, and of refusals that are all logged. A single visitor who
/// comes back to a page usually causes fewer.
const MANY: u64 = 10;

#[cfg(test)]
mod tests {
    use super::{GuardRefusals, LeftOut, MINUTE, Refusal::*};

    #[test]
    fn ten_refusals_of_a_minute_are_told_and_the_others_are_counted() {
        let refused = GuardRefusals::default();
        let note = |refusal, now| refused.note(refusal, now).map(|LeftOut(number)| number);
        let start = 1_800_000_000;
        for _ in 0..10 {
            assert_eq!(note(PlainHttp, start), Some(0));
        }
        for _ in 0..300 {
            assert_eq!(note(PlainHttp, start + 59), None);
        }
        assert_eq!(note(CrossSite, start + 59), Some(0));
        assert_eq!(note(PlainHttp, start + MINUTE), Some(300));
        assert_eq!(note(PlainHttp, start + MINUTE), Some(0));
    }
}
