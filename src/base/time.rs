//! Moments in whole seconds, as in the format, and the texts of moments and spans.

use std::{
    fmt::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Whole seconds since 1970-01-01T00:00:00Z.
pub(crate) type UnixSeconds = u64;

/// First second that a token can carry: 2026-01-01T00:00:00Z (SPEC.md § 1).
pub(crate) const EPOCH: UnixSeconds = 1_767_225_600;

/// Truncates fractions. A moment before 1970 becomes 0, which no token can carry.
pub(crate) fn unix_seconds(moment: SystemTime) -> UnixSeconds {
    moment
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Returns the first whole second that is not before `moment`, for a limit that refuses everything earlier.
pub(crate) fn unix_seconds_from(moment: SystemTime) -> UnixSeconds {
    let is_within = |since: Duration| since.subsec_nanos() > 0;
    let begun = moment.duration_since(UNIX_EPOCH).is_ok_and(is_within);
    unix_seconds(moment).saturating_add(u64::from(begun))
}

pub(crate) fn system_time(seconds: UnixSeconds) -> SystemTime {
    // `SystemTime` ends later than any sum of the u32 fields of a token.
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Reads RFC 3339 in the one form `2026-12-15T00:00:00Z`. `None` for any other form, such as one with an offset,
/// a fraction of a second or a space.
pub(crate) fn parse_moment(text: &str) -> Option<SystemTime> {
    let moment = humantime::parse_rfc3339(text).ok()?;
    (show_moment(moment) == text).then_some(moment)
}

/// Shows a moment as [`parse_moment`] reads it.
pub(crate) fn show_moment(moment: SystemTime) -> String {
    let moment = system_time(unix_seconds(moment));
    let mut text = String::new();
    // For a year after 9999 humantime returns an error, at which `to_string` would panic.
    match write!(text, "{}", humantime::format_rfc3339_seconds(moment)) {
        Ok(()) => text,
        Err(_) => "a moment after the year 9999".to_owned(),
    }
}

/// Parses a span of time in the form of settings: `30m`, `1h 30m` or `30days`. For spans that are no settings of a
/// cookie and stand beside them, such as that of [`remember_for`](crate::Session::remember_for), and for options of a
/// command line.
///
/// `None` for any other text: one without a unit, with a fraction of a second, or with a capital letter, because `M`
/// would be a month and `m` is a minute. (In settings a number without a unit is seconds.)
///
/// # Examples
///
/// ```
/// use hardtack::settings::parse_span;
/// use std::time::Duration;
///
/// assert_eq!(parse_span("1h 30m"), Some(Duration::from_secs(5400)));
/// assert_eq!(parse_span("90"), None);
/// assert_eq!(parse_span("30M"), None);
/// ```
#[must_use]
pub fn parse_span(text: &str) -> Option<Duration> {
    let is_lower_case = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let span = humantime::parse_duration(text).ok()?;
    (is_lower_case && span.subsec_nanos() == 0).then_some(span)
}

/// Shows a span in days, hours, minutes and seconds, as [`parse_span`] reads it: `30d 12h`. Fractions of a second are
/// cut off.
///
/// # Examples
///
/// ```
/// use hardtack::SessionSettings;
/// use hardtack::settings::show_span;
///
/// let longest = SessionSettings::default().longest_lifetime()?;
/// assert_eq!(format!("sessions end after {}", show_span(longest)), "sessions end after 12h");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn show_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let mut text = String::new();
    for (count, unit) in [
        (seconds / 86_400, "d "),
        (seconds / 3600 % 24, "h "),
        (seconds / 60 % 60, "m "),
        (seconds % 60, "s "),
    ] {
        if count > 0 {
            text += &(count.to_string() + unit);
        }
    }
    match text.pop() {
        Some(_) => text,
        None => "0s".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_is_shown_is_read_again() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (5_400, "1h 30m"),
            (43_260, "12h 1m"),
            (30 * 86_400, "30d"),
            (400 * 86_400 + 1, "400d 1s"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(show_span(span), text);
            assert_eq!(parse_span(text), Some(span));
            assert_eq!(parse_span(&text.replace(' ', "")), Some(span));
        }
    }

    #[test]
    fn a_moment_that_rfc_3339_cannot_write_is_shown_all_the_same() {
        let moment = system_time(253_402_300_800);
        assert_eq!(show_moment(moment), "a moment after the year 9999");
    }
}
