//! Times in whole seconds, as in the format, and their text.

use std::{
    fmt::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Whole seconds since 1970-01-01T00:00:00Z.
pub(crate) type UnixSeconds = u64;

/// First second that a token can carry: 2026-01-01T00:00:00Z (SPEC.md § 1).
pub(crate) const EPOCH: UnixSeconds = 1_767_225_600;

/// Returns `time` in whole seconds, rounded down. A time before 1970 becomes 0, which no token can carry.
pub(crate) fn unix_seconds(time: SystemTime) -> UnixSeconds {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Returns the first whole second since 1970 that is not before `time`, for a limit that refuses everything earlier.
pub(crate) fn unix_seconds_from(time: SystemTime) -> UnixSeconds {
    let next = time.checked_add(Duration::from_nanos(999_999_999));
    // The last second of `SystemTime` has no next one, and no token can carry it.
    unix_seconds(next.unwrap_or(time))
}

pub(crate) fn system_time(seconds: UnixSeconds) -> SystemTime {
    // `SystemTime` ends later than any sum of the u32 fields of a token.
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Parses a time of RFC 3339 in the form `2026-12-15T00:00:00Z`. Returns `None` for any other form, such as one with an
/// offset, a fraction of a second or a space.
pub(crate) fn parse_time(text: &str) -> Option<SystemTime> {
    let time = humantime::parse_rfc3339(text).ok()?;
    (show_time(time) == text).then_some(time)
}

/// Formats a time as [`parse_time`] reads it, from 1970 to the year 9999.
pub(crate) fn show_time(time: SystemTime) -> String {
    let time = system_time(unix_seconds(time));
    let mut text = String::new();
    // For a year after 9999, humantime returns an error, and `to_string` would panic.
    match write!(text, "{}", humantime::format_rfc3339_seconds(time)) {
        Ok(()) => text,
        Err(_) => "a time after the year 9999".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_second_that_is_not_before_a_time_is_one_that_can_be_shown() {
        let at = |seconds, nanos| UNIX_EPOCH + Duration::new(seconds, nanos);
        assert_eq!(unix_seconds_from(at(7, 0)), 7);
        // The clock of Windows counts in 100 ns.
        assert_eq!(unix_seconds_from(at(7, 100)), 8);
        assert_eq!(unix_seconds_from(at(7, 999_999_999)), 8);
        assert_eq!(unix_seconds_from(UNIX_EPOCH - Duration::new(7, 100)), 0);
        // The last second that a `SystemTime` has here.
        let seconds = (0..63).rev().fold(0, |seconds, bit| {
            let more = seconds | 1 << bit;
            let reaches = UNIX_EPOCH.checked_add(Duration::from_secs(more)).is_some();
            if reaches { more } else { seconds }
        });
        let last = at(seconds, 100);
        let shown = system_time(unix_seconds_from(last));
        assert!(shown == at(seconds, 0) || shown >= last);
    }

    #[test]
    fn a_time_that_rfc_3339_cannot_write_is_shown_all_the_same() {
        let time = system_time(253_402_300_800);
        assert_eq!(show_time(time), "a time after the year 9999");
    }
}
