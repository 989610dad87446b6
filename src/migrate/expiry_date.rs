use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, de::IgnoredAny};

/// A date of tower-sessions, in one of the two forms that the crate `time` writes: text if any crate of the old program
/// switched its feature `serde-human-readable` on, and numbers otherwise.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ExpiryDate {
    /// Year, day of the year, hour, minute, second, nanosecond, and the offset in hours, minutes and seconds.
    Numbers(i64, i64, i64, i64, i64, IgnoredAny, i64, i64, i64),
    /// `2026-12-05 06:20:49.5 +00:00:00`.
    Text(String),
}

impl ExpiryDate {
    /// The moment. `None`: there is no such date.
    pub(super) fn moment(&self) -> Option<SystemTime> {
        match self {
            ExpiryDate::Numbers(year, day, hour, minute, second, _, hours, minutes, seconds) => {
                let is_date = (1970..=9999).contains(year) && (1..=366).contains(day);
                let local = is_date.then(|| days_before(*year) + day - 1)? * 86_400;
                let local = local.checked_add(seconds_in(*hour, *minute, *second)?)?;
                before(local, seconds_in(*hours, *minutes, *seconds)?)
            }
            ExpiryDate::Text(text) => {
                let (local, offset) = text.rsplit_once(' ')?;
                let local = humantime::parse_rfc3339_weak(local).ok()?;
                let local = local.duration_since(UNIX_EPOCH).ok()?.as_secs();
                let (sign, offset) = offset.split_at_checked(1)?;
                let mut parts = offset.split(':').map(str::parse);
                let mut part = || parts.next()?.ok();
                let offset = seconds_in(part()?, part()?, part()?)?;
                let offset = if sign == "-" { -offset } else { offset };
                before(local.try_into().ok()?, offset)
            }
        }
    }
}

/// The moment whose local time is `local`.
fn before(local: i64, offset: i64) -> Option<SystemTime> {
    let seconds = u64::try_from(local.checked_sub(offset)?).ok()?;
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// `None`: it is longer than a day.
fn seconds_in(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    let is_time = [hours, minutes, seconds]
        .iter()
        .all(|part| (-60..=60).contains(part));
    is_time.then(|| (hours * 60 + minutes) * 60 + seconds)
}

/// Days from 1970 to the first day of `year`.
fn days_before(year: i64) -> i64 {
    let years = year - 1;
    years * 365 + years / 4 - years / 100 + years / 400 - 719_162
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Option<u64>) {
        let date: ExpiryDate = serde_json::from_str(json).unwrap();
        let seconds = expected.map(Duration::from_secs);
        assert_eq!(
            date.moment(),
            seconds.map(|since| UNIX_EPOCH + since),
            "{json}"
        );
    }

    #[test]
    fn both_forms_of_a_date_are_the_same_moment() {
        check("[1970,1,0,0,0,0,0,0,0]", Some(0));
        check("[2000,366,0,0,0,9,0,0,0]", Some(978_220_800));
        check("[2100,60,1,2,3,0,1,2,3]", Some(4_107_542_400));
        check("\"2000-12-31 00:00:00.9 +00:00:00\"", Some(978_220_800));
        check("\"2000-12-31 01:30:00.9 +01:30:00\"", Some(978_220_800));
        check("\"2000-12-30 23:00:00.9 -01:00:00\"", Some(978_220_800));
    }

    #[test]
    fn other_dates_are_none() {
        for numbers in [
            "1969,1,0",
            "2026,0,0",
            "9223372036854775807,1,0",
            "2026,1,9223372036854775807",
        ] {
            check(&format!("[{numbers},0,0,0,0,0,0]"), None);
        }
        for text in [
            "",
            " ",
            "2026-01-01 00:00:00.0",
            "2026-01-01 00:00:00.0 ä",
            "x +00:00:00",
        ] {
            check(&format!("\"{text}\""), None);
        }
    }
}
