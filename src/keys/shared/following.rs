//! Lets sessions wait for the thread that keeps a ring up to date, after the process was suspended.
//!
//! A second thread ticks. A gap in its ticks shows that the process stood still; a source that is slow or hangs makes no
//! gap, so it holds up no session.

use std::{
    mem,
    sync::{
        Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::Waker,
    time::Duration,
};

#[cfg(feature = "tower")]
use std::task::{Context, Poll};

use crate::{base::UnixSeconds, events};

/// Polls of a ring's sources, shared by the thread that polls, the thread that ticks, and the sessions that wait. All
/// times are the system's.
pub(crate) struct Following {
    /// Shows in a gauge whether the sources hang.
    show: Box<dyn Fn() + Send + Sync>,
    /// Time of the last tick.
    seen_at: AtomicU64,
    /// Time at which the last poll that has ended began.
    polled_at: AtomicU64,
    /// `true` if the process stood still, and no poll that began afterwards has ended.
    stood_still: AtomicBool,
    /// Age in seconds from which a poll is too old after the process stood still.
    longest_age: u64,
    /// Process whose threads poll and tick. A `fork` does not copy them.
    process: OnceLock<u32>,
    fork_is_logged: AtomicBool,
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
    /// Last poll that had begun when the process stood still.
    begun_before: u64,
    /// Ticks for which a poll has not ended.
    ticks: u32,
    /// Time at which the sources had not answered for [`PATIENCE`]. No session waits before the poll ends.
    stuck_since: Option<UnixSeconds>,
    /// Tasks that wait.
    wakers: Vec<Waker>,
}

impl Following {
    /// Blocks until the ring is no longer late at `now`, or its sources count as hanging.
    #[inline]
    pub(super) fn keep_up(&self, now: UnixSeconds) {
        if self.is_late(now) {
            self.wait(now);
        }
    }

    /// Like [`keep_up`](Self::keep_up), for a task.
    #[cfg(feature = "tower")]
    #[inline]
    pub(super) fn poll_kept_up(&self, now: UnixSeconds, task: &Context<'_>) -> Poll<()> {
        if !self.is_late(now) {
            return Poll::Ready(());
        }
        match self.want(now) {
            None => Poll::Ready(()),
            Some(mut polls) => {
                // A task may poll several times.
                if !polls.wakers.iter().any(|it| it.will_wake(task.waker())) {
                    polls.wakers.push(task.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    /// Returns `true` if the process stood still and the last poll is too old at `now`. A poll or a tick that lies as far
    /// in the future counts too, because a clock that was set back says nothing about its age.
    #[inline]
    pub(super) fn is_late(&self, now: UnixSeconds) -> bool {
        // Each request comes here, so nothing is locked. `note` stores that the process stood still before the time at
        // which it was seen, and `end` the time of the poll before the end of that, so whoever sees the second sees the
        // first.
        let stood_still = self.has_gap(now) || self.stood_still.load(Ordering::Acquire);
        stood_still && now.abs_diff(self.polled_at.load(Ordering::Acquire)) >= self.longest_age
    }

    #[inline]
    fn has_gap(&self, now: UnixSeconds) -> bool {
        now.abs_diff(self.seen_at.load(Ordering::Acquire)) >= GAP
    }

    #[cold]
    fn wait(&self, now: UnixSeconds) {
        // Needs no time limit, because the ticking thread ends the wait. Waits for the poll's number and not its time,
        // because the clock may have been set meanwhile.
        if let Some(polls) = self.want(now) {
            let wanted = polls.wanted;
            let waits = |polls: &mut Polls| polls.ended < wanted && polls.stuck_since.is_none();
            let waited = self.changed.wait_while(polls, waits);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Wakes the thread for a poll that the caller waits for. Returns `None` if the caller should not wait.
    #[cold]
    fn want(&self, now: UnixSeconds) -> Option<MutexGuard<'_, Polls>> {
        if self.is_forked() {
            // Nobody polls here, and a thread that the fork lacks may have locked the polls.
            if !self.fork_is_logged.swap(true, Ordering::Relaxed) {
                events::ring_was_forked();
            }
            return None;
        }
        let mut polls = self.lock();
        self.note(&mut polls, now);
        if polls.stuck_since.is_some() || !self.is_late(now) {
            return None;
        }
        // A poll that has already begun may have read the sources before the process stood still.
        polls.wanted = polls.begun.max(polls.begun_before + 1);
        self.changed.notify_all();
        Some(polls)
    }

    /// Notes that the process runs at `now`, and whether it stood still before.
    fn note(&self, polls: &mut Polls, now: UnixSeconds) {
        if self.has_gap(now) {
            (polls.begun_before, polls.ticks) = (polls.begun, 0);
            self.stood_still.store(true, Ordering::Release);
        }
        self.seen_at.store(now, Ordering::Release);
    }

    /// Returns the time since which the sources count as hanging.
    pub(super) fn stuck_since(&self) -> Option<UnixSeconds> {
        // In a fork, nobody reads the sources.
        let polls = (!self.is_forked()).then(|| self.lock());
        polls.and_then(|polls| polls.stuck_since)
    }

    /// Returns `true` in a process that was forked after the threads began.
    pub(super) fn is_forked(&self) -> bool {
        let process = self.process.get();
        process.is_some_and(|process| *process != std::process::id())
    }

    fn lock(&self) -> MutexGuard<'_, Polls> {
        self.polls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Methods for the threads.
impl Following {
    /// Begins with a ring that counts as read at `now` and is polled after each `interval`. `show` is called when its
    /// sources hang, and when they no longer do.
    pub(crate) fn new(
        show: impl Fn() + Send + Sync + 'static,
        interval: Duration,
        now: UnixSeconds,
    ) -> Following {
        Following {
            show: Box::new(show),
            seen_at: now.into(),
            polled_at: now.into(),
            stood_still: false.into(),
            longest_age: interval.as_secs().saturating_add(LEEWAY),
            process: OnceLock::new(),
            fork_is_logged: false.into(),
            polls: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Notes that the threads run in this process.
    pub(crate) fn runs_here(&self) {
        _ = self.process.set(std::process::id());
    }

    /// Waits until `interval` has passed or a session wants a poll. Returns `true` if sessions may wait for the poll that
    /// begins now.
    pub(crate) fn begin(&self, interval: Duration, now: impl FnOnce() -> UnixSeconds) -> bool {
        let waits = |polls: &mut Polls| polls.wanted <= polls.ended;
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), interval, waits);
        let (mut polls, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let now = now();
        self.note(&mut polls, now);
        (polls.begun, polls.ticks) = (polls.begun + 1, 0);
        polls.wanted > polls.ended || self.is_late(now)
    }

    /// Ends the poll that began at `began`, and wakes the sessions that wait for it.
    pub(crate) fn end(&self, began: UnixSeconds, now: UnixSeconds) {
        let mut polls = self.lock();
        self.note(&mut polls, now);
        (polls.ended, polls.ticks) = (polls.begun, 0);
        self.polled_at.store(began, Ordering::Release);
        if polls.ended > polls.begun_before {
            self.stood_still.store(false, Ordering::Release);
        }
        if self.wake(polls, None) {
            events::ring_source_answers();
            (self.show)();
        }
    }

    /// Notes that the process runs. If the sources have not answered for long enough, lets the sessions go on.
    pub(crate) fn tick(&self, now: UnixSeconds) {
        let mut polls = self.lock();
        self.note(&mut polls, now);
        polls.ticks += u32::from(polls.ended < polls.begun.max(polls.wanted));
        if polls.ticks > PATIENCE && polls.stuck_since.is_none() {
            self.wake(polls, Some(now));
            events::ring_source_hangs();
            (self.show)();
        }
    }

    /// Wakes the sessions that wait. Returns `true` if the sources counted as hanging before.
    fn wake(&self, mut polls: MutexGuard<'_, Polls>, stuck_since: Option<UnixSeconds>) -> bool {
        let earlier = mem::replace(&mut polls.stuck_since, stuck_since);
        let wakers = mem::take(&mut polls.wakers);
        // Unlocked, because a waker may poll its task here.
        drop(polls);
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
        earlier.is_some()
    }
}

/// Time between two ticks: times of keys and sessions are whole seconds.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// Seconds without a tick after which the process counts as having stood still.
const GAP: u64 = 1 + LEEWAY;

/// Ticks, and thus seconds, for which the sources may not answer. After that they count as hanging, and sessions go by
/// the ring in use. A request may wait for as long. It is half of the default interval: sources that take longer could
/// hardly be read once an interval.
const PATIENCE: u32 = 5;

/// Seconds by which a thread may be late in a running process: one on a machine that is busy, and one because both times
/// are whole seconds.
const LEEWAY: u64 = 2;

#[cfg(test)]
mod tests {
    use std::{
        ops::RangeInclusive,
        sync::{Arc, atomic::AtomicUsize, mpsc::channel},
        thread,
    };

    use super::*;
    use crate::{
        EncryptionKey,
        keys::{SharedKeyRing, problem::Problem, purpose::Purpose},
    };

    const INTERVAL: Duration = Duration::from_secs(10);

    fn following() -> Following {
        Following::new(|| {}, INTERVAL, 1_000)
    }

    fn poll(following: &Following, began: UnixSeconds, ended: UnixSeconds) {
        begin(following, began);
        following.end(began, ended);
    }

    fn begin(following: &Following, began: UnixSeconds) -> bool {
        following.begin(Duration::ZERO, || began)
    }

    #[test]
    fn a_ring_is_late_if_the_process_stood_still_and_its_poll_is_too_old() {
        let is_late = |now| following().is_late(now);
        assert_eq!([1_000, 1_011, 1_012].map(is_late), [false, false, true]);
        // Clocks that were set back.
        assert_eq!([989, 988, 0].map(is_late), [false, true, true]);
    }

    #[test]
    fn a_source_that_is_slow_or_hangs_makes_no_ring_late() {
        let following = following();
        assert!(!begin(&following, 1_001));
        for now in 1_001..1_100 {
            following.tick(now);
            assert!(!following.is_late(now), "{now}");
        }
        following.end(1_001, 1_100);
        for now in 1_100..1_120 {
            following.tick(now);
            assert!(!following.is_late(now), "{now}");
        }
    }

    #[test]
    fn a_tick_after_a_gap_does_not_hide_it() {
        let following = following();
        following.tick(1_020);
        following.tick(1_021);
        assert!(following.is_late(1_021));
        // A clock that was set back says nothing either.
        following.tick(500);
        assert!(following.is_late(501));
    }

    #[test]
    fn only_a_poll_that_began_after_the_process_stood_still_counts() {
        let following = following();
        begin(&following, 1_010);
        // It stands still during the read.
        following.end(1_010, 1_030);
        assert!(following.is_late(1_030));
        assert!(begin(&following, 1_030));
        // And once more.
        following.end(1_030, 1_050);
        assert!(following.is_late(1_050));
        poll(&following, 1_050, 1_050);
        assert!(!following.is_late(1_050));
        assert!(!begin(&following, 1_060));
    }

    /// As after a source that took longer than the interval, or if the process stands still again meanwhile.
    #[test]
    fn a_session_waits_no_longer_than_for_the_poll_that_it_wanted() {
        let following = Arc::new(following());
        begin(&following, 1_001);
        // The process stands still while the source is read.
        following.tick(1_020);
        let session = Arc::clone(&following);
        let (goes_on, went_on) = channel();
        thread::spawn(move || {
            session.keep_up(1_020);
            goes_on.send(()).unwrap();
        });
        while following.lock().wanted == 0 {
            thread::yield_now();
        }
        following.end(1_001, 1_040);
        went_on.try_recv().unwrap_err();
        poll(&following, 1_040, 1_041);
        went_on.recv_timeout(INTERVAL).unwrap();
    }

    #[test]
    fn sessions_wait_for_a_poll_that_began_after_the_process_stood_still() {
        for gap_is_in_the_poll in [true, false] {
            let following = following();
            let (began, wanted) = if gap_is_in_the_poll {
                (1_001, 2)
            } else {
                (1_020, 1)
            };
            begin(&following, began);
            let polls = following.want(1_020).unwrap();
            assert_eq!(polls.wanted, wanted);
        }
    }

    #[test]
    fn sessions_that_wait_at_once_share_a_poll() {
        let following = Arc::new(following());
        let asked = AtomicUsize::new(0);
        thread::scope(|scope| {
            let waiting = [(); 8].map(|()| {
                scope.spawn(|| {
                    asked.fetch_add(1, Ordering::SeqCst);
                    following.keep_up(1_020);
                })
            });
            assert!(following.begin(Duration::MAX, || 1_020));
            while asked.load(Ordering::SeqCst) < 8 {
                thread::yield_now();
            }
            following.end(1_020, 1_020);
            waiting.into_iter().for_each(|it| it.join().unwrap());
        });
        let polls = following.lock();
        assert_eq!((polls.begun, polls.ended), (1, 1));
        assert!(polls.wanted <= 1);
    }

    fn tick(following: &Following, seconds: RangeInclusive<UnixSeconds>) {
        for now in seconds {
            following.tick(now);
        }
    }

    fn hang(following: &Following, now: UnixSeconds) {
        tick(following, now..=now + UnixSeconds::from(PATIENCE));
    }

    #[test]
    fn a_source_that_hung_holds_sessions_up_again_once_it_has_answered() {
        let following = following();
        begin(&following, 1_010);
        following.tick(1_030);
        assert!(following.want(1_030).is_some());
        hang(&following, 1_031);
        assert!(following.want(1_037).is_none());
        // It stands still once more, and the source has not answered yet.
        following.tick(1_060);
        assert!(following.want(1_060).is_none());
        following.end(1_010, 1_061);
        assert!(following.want(1_061).is_some());
        poll(&following, 1_061, 1_061);
        assert!(following.want(1_061).is_none());
        following.tick(1_100);
        assert!(following.want(1_100).is_some());
    }

    #[test]
    fn a_poll_that_the_process_stood_still_in_gets_its_time() {
        let following = following();
        begin(&following, 1_001);
        tick(&following, 1_001..=1_005);
        following.tick(1_030);
        tick(&following, 1_030..=1_033);
        assert!(following.want(1_034).is_some());
    }

    #[cfg(feature = "tower")]
    #[test]
    fn a_task_that_waits_is_woken_by_the_poll_or_once_the_source_hangs() {
        struct Woken(AtomicUsize);
        impl std::task::Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        for hangs in [false, true] {
            let (following, woken) = (following(), Arc::new(Woken(AtomicUsize::new(0))));
            let waker = Waker::from(Arc::clone(&woken));
            let task = Context::from_waker(&waker);
            assert!(following.poll_kept_up(1_011, &task).is_ready());
            assert!(following.poll_kept_up(1_020, &task).is_pending());
            assert_eq!(woken.0.load(Ordering::SeqCst), 0);
            if hangs {
                hang(&following, 1_020);
            } else {
                poll(&following, 1_020, 1_020);
            }
            assert_eq!(woken.0.load(Ordering::SeqCst), 1);
            assert!(following.poll_kept_up(1_020, &task).is_ready());
        }
    }

    #[cfg(feature = "tower")]
    #[test]
    fn a_service_under_a_ring_that_is_late_is_not_ready() {
        use tower::{Layer, Service, service_fn};

        let ring = SharedKeyRing::from(EncryptionKey::generate().unwrap());
        ring.follow_by(Arc::new(following()));
        let cookie = crate::SessionCookie::encrypted(ring).build().unwrap();
        let now = std::time::UNIX_EPOCH + Duration::from_secs(1_020);
        let answer = |_: http::Request<()>| async {
            Ok::<_, std::convert::Infallible>(http::Response::new(()))
        };
        let layer = crate::SessionLayer::new(cookie).clock(now);
        let mut service = layer.layer(service_fn(answer));
        let task = &mut Context::from_waker(Waker::noop());
        assert!(service.poll_ready(task).is_pending());
    }

    #[test]
    fn a_health_check_of_a_forked_process_waits_for_no_lock() {
        let ring = SharedKeyRing::from(EncryptionKey::generate().unwrap());
        let slot = ring.serve(Purpose::cookie("session"), None).unwrap();
        let following = following();
        following.process.set(std::process::id() + 1).unwrap();
        ring.follow_by(Arc::new(following));
        // As threads did that the fork lacks.
        let _locked = ring.lock();
        let problems = slot.problems(1_020);
        assert!(
            matches!(problems[..], [Problem::NotFollowed]),
            "{problems:?}"
        );
    }

    #[test]
    fn a_session_of_a_forked_process_does_not_wait_for_a_thread_that_is_not_there() {
        let following = following();
        following.process.set(std::process::id() + 1).unwrap();
        // As a thread did that the fork lacks.
        let _locked = following.lock();
        following.keep_up(1_020);
        assert_eq!(following.stuck_since(), None);
        assert!(following.fork_is_logged.load(Ordering::Relaxed));
    }
}
