//! Durations in the text form of settings: `1h 30m`.

use std::time::Duration;

/// Parses a duration in the form of settings: `30m`, `1h 30m` or `30days`. Use it for durations that are not settings
/// of a cookie, such as the argument of [`remember_for`](crate::Session::remember_for) or an option of a command line.
///
/// Returns `None` for any other text, such as one with a fraction of a second, or without a unit (except `0`). Capital
/// letters are refused too, because `M` would be a month and `m` is a minute. In settings, a number without a unit is
/// seconds.
///
/// # Examples
///
/// ```
/// use hardtack::settings::parse_duration;
/// use std::time::Duration;
///
/// assert_eq!(parse_duration("1h 30m"), Some(Duration::from_secs(5400)));
/// assert_eq!(parse_duration("90"), None);
/// assert_eq!(parse_duration("30M"), None);
/// ```
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let is_lower_case = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let duration = humantime::parse_duration(text).ok()?;
    (is_lower_case && duration.subsec_nanos() == 0).then_some(duration)
}

/// Formats a duration in days, hours, minutes and seconds, as [`parse_duration`] reads it: `30d 12h`. Fractions of a
/// second are cut off.
///
/// # Examples
///
/// ```
/// use hardtack::SessionSettings;
/// use hardtack::packages::show_duration;
///
/// let overlap = SessionSettings::default().key_overlap()?;
/// assert_eq!(format!("old keys open for {}", show_duration(overlap)), "old keys open for 31m");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
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
    fn a_duration_that_is_shown_is_read_again() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (5_400, "1h 30m"),
            (43_260, "12h 1m"),
            (30 * 86_400, "30d"),
            (400 * 86_400 + 1, "400d 1s"),
        ] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(show_duration(duration), text);
            assert_eq!(parse_duration(text), Some(duration));
            assert_eq!(parse_duration(&text.replace(' ', "")), Some(duration));
        }
    }
}
