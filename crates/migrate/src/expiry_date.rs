use std::time::SystemTime;

use serde::Deserialize;
use serde_json::Value;
use time::{Date, OffsetDateTime, Time, UtcOffset, format_description::parse_borrowed};

/// Date of tower-sessions, in one of the two forms that the crate `time` writes. It is text if any crate of the old
/// program enabled the feature `serde-human-readable` of `time`, and numbers otherwise.
// `time` reads both itself, but only with this feature, which would change what the rest of the program writes. An untagged
// enum would read no numbers with the feature `arbitrary_precision` of `serde_json`, which any crate may enable.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct ExpiryDate(Value);

impl ExpiryDate {
    /// Returns the time, or `None` if there is no such date.
    pub(crate) fn time(&self) -> Option<SystemTime> {
        let date = match &self.0 {
            Value::Array(numbers) => of_numbers(numbers)?,
            // `2026-12-05 06:20:49.5 +00:00:00`
            Value::String(text) => {
                let format = parse_borrowed::<2>(FORMAT).ok()?;
                OffsetDateTime::parse(text, &format).ok()?
            }
            _ => return None,
        };
        Some(date.into())
    }
}

/// Reads year, day of the year, hour, minute, second, nanosecond, and the offset in hours, minutes and seconds.
fn of_numbers(numbers: &[Value]) -> Option<OffsetDateTime> {
    let numbers: Option<Vec<_>> = numbers.iter().map(Value::as_i64).collect();
    let &[
        year,
        day,
        hour,
        minute,
        second,
        nano,
        hours,
        minutes,
        seconds,
    ] = &numbers?[..]
    else {
        return None;
    };
    let date = Date::from_ordinal_date(narrow(year)?, narrow(day)?).ok()?;
    let (hour, minute, second) = (narrow(hour)?, narrow(minute)?, narrow(second)?);
    let time = Time::from_hms_nano(hour, minute, second, narrow(nano)?).ok()?;
    let (hours, minutes, seconds) = (narrow(hours)?, narrow(minutes)?, narrow(seconds)?);
    let offset = UtcOffset::from_hms(hours, minutes, seconds).ok()?;
    Some(OffsetDateTime::new_in_offset(date, time, offset))
}

fn narrow<N: TryFrom<i64>>(number: i64) -> Option<N> {
    number.try_into().ok()
}

const FORMAT: &str = "[year]-[month]-[day] [hour]:[minute]:[second].[subsecond] \
    [offset_hour sign:mandatory]:[offset_minute]:[offset_second]";

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[track_caller]
    fn check(json: &str, expected: Option<u64>) {
        let date: Option<ExpiryDate> = serde_json::from_str(json).ok();
        let time = date.and_then(|date| date.time());
        let seconds = time.map(|time| time.duration_since(UNIX_EPOCH).unwrap().as_secs());
        assert_eq!(seconds, expected, "{json}");
    }

    #[test]
    fn both_forms_of_a_date_are_the_same_time() {
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
            "2026,0,0",
            "9223372036854775807,1,0",
            "2026,1,9223372036854775807",
            "2026,1,0.5",
            "2026,1,0,0",
            "2026,1",
        ] {
            check(&format!("[{numbers},0,0,0,0,0,0]"), None);
        }
        check("7", None);
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
