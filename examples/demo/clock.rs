//! A clock that a visitor can move forward. With `--clock` it stands still, and a script can set it.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::lock;

/// The system's clock, or one that stands still. All clones share it.
#[derive(Clone)]
pub(crate) struct DemoClock(Arc<Mutex<Moved>>);

struct Moved {
    stands_at: Option<SystemTime>,
    /// Duration by which visitors moved it forward.
    ahead: Duration,
}

impl DemoClock {
    /// A clock that stands at this time, or the system's for `None`.
    pub(crate) fn new(stands_at: Option<SystemTime>) -> DemoClock {
        let ahead = Duration::ZERO;
        DemoClock(Arc::new(Mutex::new(Moved { stands_at, ahead })))
    }

    pub(crate) fn now(&self) -> SystemTime {
        let moved = lock(&self.0);
        moved.stands_at.unwrap_or_else(SystemTime::now) + moved.ahead
    }

    pub(crate) fn ahead(&self) -> Duration {
        lock(&self.0).ahead
    }

    /// Moves it forward, at most to [`FURTHEST`] in all.
    pub(crate) fn forward(&self, by: Duration) {
        let mut moved = lock(&self.0);
        moved.ahead = moved.ahead.saturating_add(by).min(FURTHEST);
    }

    /// Takes back what [`forward`](DemoClock::forward) did.
    pub(crate) fn set_right(&self) {
        lock(&self.0).ahead = Duration::ZERO;
    }

    /// Lets it stand still at this time.
    pub(crate) fn move_to(&self, time: SystemTime) {
        let ahead = Duration::ZERO;
        let stands_at = Some(time);
        *lock(&self.0) = Moved { stands_at, ahead };
    }

    pub(crate) fn stands_still(&self) -> bool {
        lock(&self.0).stands_at.is_some()
    }

    /// The same clock, as a session layer takes it.
    pub(crate) fn for_sessions(&self) -> hardtack::Clock {
        let clock = self.clone();
        hardtack::Clock::from_fn(move || clock.now())
    }
}

/// Returns `None` if a clock that is [`FURTHEST`] ahead would show a year after 9999, which RFC 3339 cannot write.
pub(crate) fn time(seconds: u64) -> Option<SystemTime> {
    let is_shown = seconds < YEAR_10000 - FURTHEST.as_secs();
    is_shown.then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Whole seconds since 1970. A time before that is 0.
pub(crate) fn unix_seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

const FURTHEST: Duration = Duration::from_secs(10 * 366 * 86_400);
/// In Unix seconds.
const YEAR_10000: u64 = 253_402_300_800;
