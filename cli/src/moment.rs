//! Moments and spans on the command line, and the clock.

use std::{
    env,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::answer::{self, Failure};

/// A moment, also given as a span from now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    At(SystemTime),
    FromNow(Duration),
}

impl Moment {
    pub(crate) const NOW: Moment = Moment::FromNow(Duration::ZERO);

    pub(crate) fn resolve(self, now: SystemTime) -> Result<SystemTime, Failure> {
        match self {
            Moment::At(moment) => Ok(moment),
            Moment::FromNow(span) => after(now, span),
        }
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Moment, &'static str> {
        match text.strip_prefix('+') {
            Some(text) => parse_duration(text).map(Moment::FromNow),
            None => parse(text).map(Moment::At),
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
    let now = parse(&text).map_err(|error| Failure::Usage(format!("{NOW}: {error}")))?;
    answer::note(&format!("using the time in {NOW}"));
    Ok(now)
}

pub(crate) fn after(moment: SystemTime, span: Duration) -> Result<SystemTime, Failure> {
    let later = moment.checked_add(span);
    let later = later.filter(|later| *later < UNIX_EPOCH + YEAR_10000);
    later.ok_or_else(|| Failure::usage("the time is after the year 9999; give a shorter span"))
}

pub(crate) fn parse_duration(text: &str) -> Result<Duration, &'static str> {
    hardtack::settings::parse_duration(text).ok_or(
        "expected a span like `90s`, `15m`, `12h` or `30days`, in lower case, in whole seconds",
    )
}

/// Shows a moment before the year 10000 in the form of a key ring: `2026-12-15T00:00:00Z`.
pub(crate) fn show(moment: SystemTime) -> String {
    humantime::format_rfc3339_seconds(moment).to_string()
}

/// Refuses every other form, such as one with an offset, a fraction of a second or a space.
fn parse(text: &str) -> Result<SystemTime, &'static str> {
    let moment = humantime::parse_rfc3339(text).ok();
    let moment = moment.filter(|moment| show(*moment) == text);
    moment.ok_or("expected a moment like `2026-12-15T00:00:00Z`, or a span from now like `+15m`")
}

const NOW: &str = "HARDTACK_NOW";
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
