//! Moments as text: RFC 3339 in the one form `2026-12-15T00:00:00Z`.

use std::time::SystemTime;

/// `None` for every other form, such as an offset, a fraction of a second or a space.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let moment = humantime::parse_rfc3339(text).ok()?;
    (show(moment) == text).then_some(moment)
}

/// A moment before the year 10000, as [`parse`] reads it.
pub(crate) fn show(moment: SystemTime) -> String {
    humantime::format_rfc3339_seconds(moment).to_string()
}
