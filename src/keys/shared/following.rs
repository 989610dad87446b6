//! Lets sessions wait for the thread that keeps a ring up to date, after the process was suspended.

use std::{
    mem,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{base::time::UnixSeconds, events};

/// Polls of a ring's sources, shared by the thread that polls and the sessions that wait for it.
pub(crate) struct Following {
    /// Time at which the last poll began. A session that has waited for a poll writes its own time, because its clock
    /// may differ from the system's.
    polled_at: AtomicU64,
    /// Age in seconds from which a poll is late.
    late: u64,
    polls: Mutex<Polls>,
    changed: Condvar,
}

/// Polls by their numbers.
#[derive(Default)]
struct Polls {
    begun: u64,
    ended: u64,
    /// Last poll that a session waits for.
    wanted: u64,
    /// `true` after a session has waited in vain. No other session begins to wait before a poll ends.
    is_stuck: bool,
}

impl Following {
    /// If the last poll is late at `now`, wakes the thread and waits for its poll, up to [`PATIENCE`].
    #[inline]
    pub(super) fn keep_up(&self, now: UnixSeconds) {
        if self.is_late(now) {
            self.wait_for_poll(now);
        }
    }

    /// Returns `true` if the last poll is late at `now`. A poll that lies as far in the future is late too, because a
    /// clock that was set back says nothing about its age.
    #[inline]
    pub(super) fn is_late(&self, now: UnixSeconds) -> bool {
        now.abs_diff(self.polled_at.load(Ordering::Acquire)) >= self.late
    }

    #[cold]
    fn wait_for_poll(&self, now: UnixSeconds) {
        let mut polls = self.lock();
        if polls.is_stuck || !self.is_late(now) {
            return;
        }
        // A poll that has already begun may have read the sources before the process was suspended.
        let wanted = polls.begun + 1;
        polls.wanted = wanted;
        self.changed.notify_all();
        let waits = |polls: &mut Polls| polls.ended < wanted && !polls.is_stuck;
        let waited = self.changed.wait_timeout_while(polls, PATIENCE, waits);
        let (mut polls, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if polls.ended >= wanted {
            self.polled_at.store(now, Ordering::Release);
        } else if !mem::replace(&mut polls.is_stuck, true) {
            self.changed.notify_all();
            drop(polls);
            events::ring_is_late();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Polls> {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Methods for the thread.
#[cfg(feature = "watch")]
impl Following {
    /// Begins with a ring that counts as read at `now` and is polled after each `interval`.
    pub(crate) fn new(interval: Duration, now: UnixSeconds) -> Following {
        Following {
            polled_at: now.into(),
            late: interval.as_secs().saturating_add(LEEWAY),
            polls: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Waits until `interval` has passed or a session wants a poll. Returns `true` if a session wants the poll that
    /// begins now, or if the last one is late by the clock `now`.
    pub(crate) fn begin(&self, interval: Duration, now: impl FnOnce() -> UnixSeconds) -> bool {
        let waits = |polls: &mut Polls| polls.wanted <= polls.ended;
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), interval, waits);
        let (mut polls, _) = waited.unwrap_or_else(PoisonError::into_inner);
        polls.begun += 1;
        polls.wanted > polls.ended || self.is_late(now())
    }

    /// Ends the poll that began at `began`, and wakes the sessions that wait for it.
    pub(crate) fn end(&self, began: UnixSeconds) {
        self.polled_at.store(began, Ordering::Release);
        let mut polls = self.lock();
        (polls.ended, polls.is_stuck) = (polls.begun, false);
        self.changed.notify_all();
    }
}

/// Longest time for which a session waits. After that, the source counts as hanging, and the session goes by the ring
/// in use.
const PATIENCE: Duration = Duration::from_secs(5);

/// Seconds by which the thread may be late in a running process, including the error of whole seconds.
#[cfg(feature = "watch")]
const LEEWAY: u64 = 2;

#[cfg(all(test, feature = "watch"))]
mod tests {
    use super::*;

    #[test]
    fn a_poll_is_late_two_seconds_after_the_interval_and_by_a_clock_that_was_set_back() {
        let following = Following::new(Duration::from_secs(10), 1_000);
        let is_late = |now: UnixSeconds| following.is_late(now);
        assert_eq!([1_000, 1_011, 1_012].map(is_late), [false, false, true]);
        assert_eq!([989, 988, 0].map(is_late), [false, true, true]);
    }

    #[test]
    fn a_poll_that_a_session_wants_is_late_and_the_next_one_is_not() {
        let following = Following::new(Duration::from_secs(10), 1_000);
        let begin = || following.begin(Duration::ZERO, || 1_010);
        assert!(!begin());
        following.end(1_010);
        following.lock().wanted = 2;
        assert!(begin());
        following.end(1_010);
        assert!(!begin());
    }
}
