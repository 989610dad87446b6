//! A clock that a script can stop, and that a visitor can move.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The system's clock, or one that stands still. All clones share it.
#[derive(Clone)]
pub(crate) struct DemoClock {
    /// Unix seconds.
    standing: Option<Arc<AtomicU64>>,
    /// Seconds by which a visitor moved it forward.
    ahead: Arc<AtomicU64>,
}

impl DemoClock {
    /// A clock that stands at `moment`, or the system's for `None`.
    pub(crate) fn new(moment: Option<SystemTime>) -> DemoClock {
        DemoClock {
            standing: moment.map(|moment| Arc::new(unix_seconds(moment).into())),
            ahead: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let unmoved = match &self.standing {
            None => SystemTime::now(),
            Some(standing) => UNIX_EPOCH + Duration::from_secs(standing.load(Ordering::SeqCst)),
        };
        unmoved + self.ahead()
    }

    /// The span by which a visitor moved it.
    pub(crate) fn ahead(&self) -> Duration {
        Duration::from_secs(self.ahead.load(Ordering::SeqCst))
    }

    /// Moves it forward, at most to [`FURTHEST`] in all.
    pub(crate) fn forward(&self, by: Duration) {
        let ahead = self.ahead().saturating_add(by).min(FURTHEST);
        self.ahead.store(ahead.as_secs(), Ordering::SeqCst);
    }

    /// Takes back what [`forward`](DemoClock::forward) did.
    pub(crate) fn set_right(&self) {
        self.ahead.store(0, Ordering::SeqCst);
    }

    /// Moves a clock that stands still. Returns `false` for the system's clock.
    pub(crate) fn move_to(&self, moment: SystemTime) -> bool {
        if let Some(standing) = &self.standing {
            standing.store(unix_seconds(moment), Ordering::SeqCst);
            self.set_right();
        }
        self.stands_still()
    }

    pub(crate) fn stands_still(&self) -> bool {
        self.standing.is_some()
    }

    /// The same clock, as a session layer takes it.
    pub(crate) fn for_sessions(&self) -> hardtack::Clock {
        let clock = self.clone();
        hardtack::Clock::from_fn(move || clock.now())
    }
}

/// Returns `None` beyond the range of [`SystemTime`].
pub(crate) fn moment(seconds: u64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// Whole seconds since 1970. A moment before that is 0.
pub(crate) fn unix_seconds(moment: SystemTime) -> u64 {
    let since = moment.duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

const FURTHEST: Duration = Duration::from_secs(10 * 366 * 86_400);
