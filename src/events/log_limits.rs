//! Events that each carrier logs at most once a minute, or a few times, however often they happen. All requests share
//! the counters. A session that opens touches no counter, unless it is remembered and the program remembers none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{lines::*, names::values::REFUSALS};
use crate::base::Reason;

/// Counts of recent events about the sessions of one carrier.
#[derive(Debug, Default)]
pub(crate) struct LogLimits {
    expired_since: AtomicU64,
    /// Number of sessions that had expired. The next two fields are the fewest and the most seconds since then.
    expired: AtomicU64,
    expired_for_least: AtomicU64,
    expired_for_most: AtomicU64,
    remembered_at: AtomicU64,
    not_before_at: AtomicU64,
    /// Sessions from the future.
    pub(crate) ahead: Recent,
    /// Sessions that were sealed under an earlier key although the next one had begun to seal.
    pub(crate) sealed_late: Recent,
    /// Rejections by reason, in three groups: sessions; sessions under a key that left the ring, apart so that
    /// forgeries cannot crowd them out of the log; old cookies.
    rejected: [[Limited; Reason::ALL.len()]; 3],
    repeated: [Limited; LimitedEvent::NUMBER],
}

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

/// Event that is logged once a minute, because anyone can repeat it, or each request brings it in an outage.
#[derive(Clone, Copy)]
pub(crate) enum LimitedEvent {
    /// The application could not say whether a session is still valid.
    Unvalidated,
    /// Questions whether sessions are still valid wait for too long.
    ValidationHangs,
    SealedLate,
    // Requests that failed by an error of their session.
    UnreadableSchema,
    UnreadableKey,
    Full,
    NoContext,
    // Responses.
    CachingReplaced,
    ErrorUntold,
    ChangeLeftOut,
    ChangeLate,
}

impl LimitedEvent {
    const NUMBER: usize = LimitedEvent::ChangeLate as usize + 1;
}

/// Counter of an event of which only the first ones of a minute are logged.
#[derive(Debug, Default)]
struct Limited {
    since: AtomicU64,
    /// Number of events after the one that began the minute.
    others: AtomicU64,
    /// Number of events since the last one that was logged.
    left_out: AtomicU64,
}

impl Limited {
    /// Returns the number of events that were left out before this one, or `None` if it is left out, because `most` events
    /// of this minute came before it.
    fn note(&self, most: u64, now: u64) -> Option<u64> {
        let begins = is_due(&self.since, MINUTE, now);
        if begins {
            self.others.store(0, Relaxed);
        }
        // If `most` is 1, no other event is logged, whatever runs in parallel.
        if begins || self.others.fetch_add(1, Relaxed) + 1 < most {
            Some(self.left_out.swap(0, Relaxed))
        } else {
            self.left_out.fetch_add(1, Relaxed);
            None
        }
    }
}

/// Counts of the recent refusals of a guard. Ten of a minute are logged for each, so that somebody who sets up forms sees
/// them all.
#[derive(Debug, Default)]
pub(crate) struct GuardRefusals([Limited; REFUSALS.len()]);

impl GuardRefusals {
    /// A request was refused. Returns the number of refusals of this name that were left out before it, or `None` if it
    /// is left out.
    pub(crate) fn note(&self, name: &str, now: u64) -> Option<u64> {
        let place = REFUSALS.iter().position(|other| *other == name);
        debug_assert!(place.is_some(), "metrics.toml lacks {name}");
        self.0[place.unwrap_or_default()].note(MANY, now)
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
            log_line!(
                MANY_EXPIRED,
                purpose,
                count,
                expired_for_least = least.min(expired_for),
                expired_for_most = most.max(expired_for)
            );
        }
    }

    /// Notes that a remembered session arrived, but the program remembers none.
    #[cold]
    pub(crate) fn note_remembered(&self, purpose: &str, now: u64) {
        if is_due(&self.remembered_at, MINUTE, now) {
            log_line!(REMEMBERED_ELSEWHERE, purpose);
            print_in_debug!("{purpose}: {REMEMBERED_ELSEWHERE}");
        }
    }

    /// A session was rejected by a `not_before` that lies in the future, which lasts until then.
    #[cold]
    pub(crate) fn note_not_before(&self, purpose: &str, not_before: u64, now: u64) {
        if is_due(&self.not_before_at, LOGGED_AGAIN, now) {
            super::not_before_is_ahead(purpose, not_before, now);
        }
    }

    /// A session, or an old cookie, was rejected. Returns the number of rejections for this reason that were left out
    /// before it, or `None` if it is left out. What is logged at debug is not left out.
    pub(crate) fn note_rejected(
        &self,
        reason: Reason,
        is_dropped: bool,
        is_of_old: bool,
        now: u64,
    ) -> Option<u64> {
        if super::is_everyday(reason) {
            return Some(0);
        }
        let kind = if is_of_old {
            2
        } else {
            usize::from(is_dropped)
        };
        self.rejected[kind][reason as usize].note(1, now)
    }

    /// Notes an event. Returns what [`note_rejected`](Self::note_rejected) returns.
    pub(crate) fn note(&self, event: LimitedEvent, now: u64) -> Option<u64> {
        self.repeated[event as usize].note(1, now)
    }
}

/// Returns `true` once in so many seconds. A clock that was set back by ten minutes also begins again, but not the time
/// of a request that has taken long.
fn is_due(at: &AtomicU64, seconds: u64, now: u64) -> bool {
    let last = at.load(Relaxed);
    let is_due = now >= last.saturating_add(seconds) || now.saturating_add(TEN_MINUTES) <= last;
    is_due && at.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
}

const MINUTE: u64 = 60;
/// Seconds after which a problem is logged again that lasts until somebody acts. Events that requests cause are logged each
/// minute, because the next minute may have none. This would only fill the log: a day has 288 lines of it.
pub(crate) const LOGGED_AGAIN: u64 = 5 * MINUTE;
/// Seconds for which a health check shows what a session has brought. No request takes as long, so a clock that is behind
/// the last event by more was set back.
pub(crate) const TEN_MINUTES: u64 = 10 * MINUTE;
/// Number of sessions in a minute that are worth a log line, and of refusals that are all logged. A single visitor who
/// comes back to a page usually causes fewer.
const MANY: u64 = 10;

#[cfg(test)]
mod tests {
    use super::{GuardRefusals, Limited, MINUTE};

    /// As in an outage in which some queries fail at once and others after two minutes.
    #[test]
    fn a_request_that_has_taken_long_begins_no_other_minute() {
        let failed = Limited::default();
        let told = [127, 0, 127, 3, 187, 188].map(|second| failed.note(1, 1_800_000_000 + second));
        assert_eq!(told, [Some(0), None, None, None, Some(3), None]);
        // A clock that was set back does.
        assert_eq!(failed.note(1, 1_700_000_000), Some(1));
    }

    #[test]
    fn ten_refusals_of_a_minute_are_told_and_the_others_are_counted() {
        let refused = GuardRefusals::default();
        let note = |name, now| refused.note(name, now);
        let start = 1_800_000_000;
        for _ in 0..10 {
            assert_eq!(note("PlainHttp", start), Some(0));
        }
        for _ in 0..300 {
            assert_eq!(note("PlainHttp", start + 59), None);
        }
        assert_eq!(note("CrossSite", start + 59), Some(0));
        assert_eq!(note("PlainHttp", start + MINUTE), Some(300));
        assert_eq!(note("PlainHttp", start + MINUTE), Some(0));
    }
}
