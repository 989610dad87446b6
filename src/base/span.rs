//! The text of a span of time, as settings have it: `1h 30m`.

use std::time::Duration;

/// Parses a span of time in the form of settings: `30m`, `1h 30m` or `30days`. It is for spans that are used beside the
/// settings of a cookie, such as the span of [`remember_for`](crate::Session::remember_for), and for options of a
/// command line.
///
/// Returns `None` for any other text: one without a unit, with a fraction of a second, or with a capital letter,
/// because `M` would be a month and `m` is a minute. (In settings a number without a unit is seconds.)
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
/// let overlap = SessionSettings::default().key_overlap()?;
/// assert_eq!(format!("old keys open for {}", show_span(overlap)), "old keys open for 31m");
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
}
