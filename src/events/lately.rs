//! Events that each carrier logs at most about once a minute, however often they happen. Requests share the counts. A
//! session that opens does not change them, unless it is remembered but the program remembers none.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts of recent events about the sessions of one carrier.
#[derive(Debug, Default)]
pub(crate) struct Lately {
    over_since: AtomicU64,
    /// Number of sessions that were over; the next fields say for how long.
    over: AtomicU64,
    over_by_least: AtomicU64,
    over_by_most: AtomicU64,
    remembered_at: AtomicU64,
}

impl Lately {
    /// A session was over by `over_by` seconds. Only many in a minute are logged: a single one is an everyday event, but
    /// many may mean that a clock is wrong. Counts of parallel requests may be lost when a minute begins.
    #[cold]
    pub(crate) fn note_over(&self, purpose: &str, over_by: u64, now: u64) {
        if begins_a_minute(&self.over_since, now) {
            self.over.store(0, Relaxed);
            self.over_by_least.store(u64::MAX, Relaxed);
            self.over_by_most.store(0, Relaxed);
        }
        let least = self.over_by_least.fetch_min(over_by, Relaxed).min(over_by);
        let most = self.over_by_most.fetch_max(over_by, Relaxed).max(over_by);
        let count = self.over.fetch_add(1, Relaxed) + 1;
        if count == MANY {
            log!(
                info,
                purpose,
                count,
                over_by_least = least,
                over_by_most = most,
                "many sessions of this minute were over: if none is over by little, the clock of this program or of another is \
                 wrong, or their timeouts differ"
            );
        }
    }

    /// A remembered session came, but the program remembers none.
    #[cold]
    pub(crate) fn note_remembered(&self, purpose: &str, now: u64) {
        if !begins_a_minute(&self.remembered_at, now) {
            return;
        }
        log!(warn, purpose, "{REMEMBERED_ELSEWHERE}");
        say!("{purpose}: {REMEMBERED_ELSEWHERE}");
    }
}

/// Returns `true` once a minute. A clock that was set back by a minute or more also begins one.
fn begins_a_minute(at: &AtomicU64, now: u64) -> bool {
    let last = at.load(Relaxed);
    let is_due = now.abs_diff(last) >= 60;
    is_due && at.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
}

/// Number of sessions in a minute that are worth a log line. A single visitor who comes back to a page usually causes
/// fewer.
const MANY: u64 = 10;
const REMEMBERED_ELSEWHERE: &str = "a remembered session came, and this program has no `remember_up_to`: here the session \
    ends by the timeouts of the others, and what is written loses its `Max-Age`; set `remember_up_to` as the program that \
    remembers has it";
