//! Moments in whole seconds, as in the format.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Whole seconds since 1970-01-01T00:00:00Z.
pub(crate) type UnixSeconds = u64;

/// The first second that a token can carry: 2026-01-01T00:00:00Z (SPEC.md § 1).
pub(crate) const EPOCH: UnixSeconds = 1_767_225_600;

/// Truncates fractions. A moment before 1970 becomes 0, which no token can carry.
pub(crate) fn unix_seconds(moment: SystemTime) -> UnixSeconds {
    moment
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The first whole second that is not before `moment`, for a limit that refuses everything earlier.
pub(crate) fn unix_seconds_from(moment: SystemTime) -> UnixSeconds {
    let is_within = |since: Duration| since.subsec_nanos() > 0;
    let begun = moment.duration_since(UNIX_EPOCH).is_ok_and(is_within);
    unix_seconds(moment).saturating_add(u64::from(begun))
}

pub(crate) fn system_time(seconds: UnixSeconds) -> SystemTime {
    // `SystemTime` ends later than any sum of the u32 fields of a token.
    UNIX_EPOCH + Duration::from_secs(seconds)
}
