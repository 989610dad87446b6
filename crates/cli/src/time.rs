//! Times and durations on the command line, and the clock.

use std::{
    env,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::output::{self, Failure};

/// A time, or a duration from now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Time {
    At(SystemTime),
    FromNow(Duration),
}

impl Time {
    pub(crate) const NOW: Time = Time::FromNow(Duration::ZERO);

    pub(crate) fn resolve(self, now: SystemTime) -> Result<SystemTime, Failure> {
        match self {
            Time::At(time) => Ok(time),
            Time::FromNow(duration) => after(now, duration),
        }
    }
}

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Time, &'static str> {
        match text.strip_prefix('+') {
            Some(text) => parse_duration(text).map(Time::FromNow),
            None => parse(text).map(Time::At).ok_or(
                "expected a time like `2026-12-15T00:00:00Z`, or a duration from now like `+15m`",
            ),
        }
    }
}

/// Returns the time now, in whole seconds.
pub(crate) fn now() -> Result<SystemTime, Failure> {
    let Some(text) = env::var_os(NOW) else {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        return Ok(UNIX_EPOCH + Duration::from_secs(since.unwrap_or_default().as_secs()));
    };
    let text = text.to_string_lossy();
    let expected = || format!("{NOW}: expected a time like `2026-12-15T00:00:00Z`");
    let now = parse(&text).ok_or_else(|| Failure::Usage(expected()))?;
    output::note(&format!("using the time in {NOW}"));
    Ok(now)
}

/// Returns `true` if the environment sets the time, as for a rehearsal.
pub(crate) fn is_set() -> bool {
    env::var_os(NOW).is_some()
}

pub(crate) fn after(time: SystemTime, duration: Duration) -> Result<SystemTime, Failure> {
    let later = time
        .checked_add(duration)
        .filter(|later| *later < UNIX_EPOCH + YEAR_10000);
    later.ok_or_else(|| Failure::usage("the time is after the year 9999; give a shorter duration"))
}

pub(crate) fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    hardtack::settings::parse_duration(text).ok_or(
        "expected a duration like `90s`, `15m`, `12h` or `30days`, in lower case, in whole seconds",
    )
}

/// Formats a time before the year 10000 as in a key ring: `2026-12-15T00:00:00Z`.
pub(crate) fn show(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Parses a time. Refuses every other form, such as one with an offset, a fraction of a second or a space.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let time = humantime::parse_rfc3339(text).ok()?;
    Some(time).filter(|time| show(*time) == text)
}

const NOW: &str = "HARDTACK_NOW";
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
