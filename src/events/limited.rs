//! Counters of events of which only the first ones of a minute are logged, however often they happen.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::Field;

/// Counter of an event of which only the first ones of a minute are logged.
#[derive(Debug, Default)]
pub(super) struct Limited {
    since: AtomicU64,
    /// Number of events after the one that began the minute.
    others: AtomicU64,
    /// Number of events since the last one that was logged.
    left_out: AtomicU64,
}

impl Limited {
    /// Returns the number of events that were left out before this one, or `None` if it is left out, because `most` events
    /// of this minute came before it.
    pub(super) fn note(&self, most: u64, now: u64) -> Option<LeftOut> {
        let begins = is_due(&self.since, MINUTE, now);
        if begins {
            self.others.store(0, Relaxed);
        }
        // If `most` is 1, no other event is logged, whatever runs in parallel.
        if begins || self.others.fetch_add(1, Relaxed) + 1 < most {
            Some(LeftOut(self.left_out.swap(0, Relaxed)))
        } else {
            self.left_out.fetch_add(1, Relaxed);
            None
        }
    }
}

/// Number of events that were not logged before one that is. 0 is no field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LeftOut(pub(super) u64);

impl Field for LeftOut {
    #[cfg(feature = "tracing")]
    fn value(&self) -> Option<impl tracing::Value> {
        (self.0 > 0).then_some(self.0)
    }

    fn text(&self) -> Option<String> {
        (self.0 > 0).then(|| self.0.to_string())
    }
}

/// Defines the lines that are logged once a minute, because anyone can repeat them, or each request brings them in an
/// outage.
macro_rules! limits {
    ($($limit:ident),+) => {
        #[derive(Clone, Copy)]
        pub(crate) enum Limit {
            $($limit),+
        }

        /// Limits of the lines of one carrier.
        #[derive(Debug, Default)]
        pub(crate) struct Limits([Limited; [$(Limit::$limit),+].len()]);

        impl Limits {
            /// Returns the number of lines that were left out before this one, or `None` if it is left out.
            pub(crate) fn note(&self, limit: Limit, now: u64) -> Option<LeftOut> {
                self.0[limit as usize].note(1, now)
            }
        }
    };
}
pub(super) use limits;

/// Times of the first and the last of some events, of those that came less than [`TEN_MINUTES`] apart.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    since: AtomicU64,
    at: AtomicU64,
}

impl Recent {
    #[cold]
    pub(crate) fn note(&self, now: u64) {
        if self.since(now).is_none() {
            self.since.store(now, Relaxed);
        }
        self.at.store(now, Relaxed);
    }

    /// Returns the time of the first event, if there was one in the last ten minutes.
    pub(crate) fn since(&self, now: u64) -> Option<u64> {
        let at = self.at.load(Relaxed);
        let is_recent = at > 0 && now.abs_diff(at) < TEN_MINUTES;
        is_recent.then(|| self.since.load(Relaxed))
    }
}

/// Returns `true` once in so many seconds. A clock that was set back by ten minutes also begins again, but not the time
/// of a request that has taken long.
pub(super) fn is_due(at: &AtomicU64, seconds: u64, now: u64) -> bool {
    let last = at.load(Relaxed);
    let is_due = now >= last.saturating_add(seconds) || now.saturating_add(TEN_MINUTES) <= last;
    is_due && at.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
}

pub(super) const MINUTE: u64 = 60;
/// Seconds after which a problem is logged again that lasts until somebody acts. Events that requests cause are logged each
/// minute, because the next minute may have none. This would only fill the log: a day has 288 lines of it.
pub(crate) const LOGGED_AGAIN: u64 = 5 * MINUTE;
/// Seconds for which a health check shows what a session has brought. No request takes as long, so a clock that is behind
/// the last event by more was set back.
pub(crate) const TEN_MINUTES: u64 = 10 * MINUTE;

#[cfg(test)]
mod tests {
    use super::{LeftOut, Limited};

    /// As in an outage in which some queries fail at once and others after two minutes.
    #[test]
    fn a_request_that_has_taken_long_begins_no_other_minute() {
        let failed = Limited::default();
        let told = [127, 0, 127, 3, 187, 188].map(|second| failed.note(1, 1_800_000_000 + second));
        let told = told.map(|told| told.map(|LeftOut(number)| number));
        assert_eq!(told, [Some(0), None, None, None, Some(3), None]);
        // A clock that was set back does.
        assert_eq!(failed.note(1, 1_700_000_000), Some(LeftOut(1)));
    }
}
