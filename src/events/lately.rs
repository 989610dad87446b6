//! Events that are told at most once a minute, however often requests bring them. Requests share the counts, which sessions
//! that open do not change, unless they are remembered where none is.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts of what happened lately to the sessions of one purpose.
#[derive(Debug, Default)]
pub(crate) struct Lately {
    over_since: AtomicU64,
    /// Sessions that were over, and how long ago they ended.
    over: AtomicU64,
    over_by_least: AtomicU64,
    over_by_most: AtomicU64,
    remembered_at: AtomicU64,
}

impl Lately {
    /// A session was over for so many seconds. Many in a minute are told, because each alone is an everyday event, and a wrong
    /// clock makes no other. Counts of parallel requests may be lost when a minute begins.
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

    /// A remembered session came, and the program remembers none.
    #[cold]
    pub(crate) fn note_remembered(&self, purpose: &str, now: u64) {
        if !begins_a_minute(&self.remembered_at, now) {
            return;
        }
        log!(warn, purpose, "{REMEMBERED_ELSEWHERE}");
        say!("{purpose}: {REMEMBERED_ELSEWHERE}");
    }
}

/// Returns `true` once a minute. A clock that was set back begins one, too.
fn begins_a_minute(at: &AtomicU64, now: u64) -> bool {
    let last = at.load(Relaxed);
    let is_due = now.abs_diff(last) >= 60;
    is_due && at.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
}

/// Sessions of one minute that are worth a line. One visitor who comes back to one page makes fewer.
const MANY: u64 = 10;
const REMEMBERED_ELSEWHERE: &str = "a remembered session came, and this program has no `remember_up_to`: here the session \
    ends by the timeouts of the others, and what is written loses its `Max-Age`; set `remember_up_to` as the program that \
    remembers has it";
