//! The time in the tests.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time at which the tests begin, in seconds since 1970.
pub(crate) const START: u64 = 1_800_000_000;

/// A time, in seconds after the tests begin.
pub(crate) fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + seconds(START + second)
}

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
