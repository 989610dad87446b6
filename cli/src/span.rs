//! Spans of time as text, in the form of the library's settings and messages.

use std::time::Duration;

/// Parses `30m`, `1h 30m` or `30days`: whole seconds, and no capitals, because `M` would be a month and `m` is a
/// minute.
pub(crate) fn parse(text: &str) -> Result<Duration, &'static str> {
    let is_lower_case = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    let span = humantime::parse_duration(text).ok();
    let span = span.filter(|span| is_lower_case && span.subsec_nanos() == 0);
    span.ok_or(
        "expected a span like `90s`, `15m`, `12h` or `30days`, in lower case, in whole seconds",
    )
}

/// Shows a span in days, hours, minutes and seconds, as [`parse`] reads it: `30d 12h`.
pub(crate) fn show(span: Duration) -> String {
    // Of more than a day humantime would make months of 30.44 days.
    let (days, rest) = (span.as_secs() / DAY, span.as_secs() % DAY);
    let rest_of_day = humantime::format_duration(Duration::from_secs(rest));
    match (days, rest) {
        (0, _) => rest_of_day.to_string(),
        (_, 0) => format!("{days}d"),
        _ => format!("{days}d {rest_of_day}"),
    }
}

/// In seconds.
const DAY: u64 = 86_400;

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
            assert_eq!(show(span), text);
            assert_eq!(parse(text), Ok(span));
            assert_eq!(parse(&text.replace(' ', "")), Ok(span));
        }
    }
}
