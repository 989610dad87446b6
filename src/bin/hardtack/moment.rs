//! Moments and spans on the command line.

use std::{
    env,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub(crate) use crate::base::moment::show;
use crate::{
    answer::{self, Failure},
    base::{moment, span},
};

/// A moment, also given as a span from now.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    At(SystemTime),
    FromNow(Duration),
}

impl Moment {
    /// `None` is now.
    pub(crate) fn or_now(at: Option<Moment>, now: SystemTime) -> Result<SystemTime, Failure> {
        match at {
            None => Ok(now),
            Some(Moment::At(moment)) => Ok(moment),
            Some(Moment::FromNow(span)) => after(now, span),
        }
    }
}

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Moment, &'static str> {
        match text.strip_prefix('+') {
            Some(span) => span.parse().map(|Span(span)| Moment::FromNow(span)),
            None => parse(text).map(Moment::At),
        }
    }
}

/// A span of whole seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Span, &'static str> {
        span::parse(text).map(Span).ok_or(
            "expected a span like `90s`, `15m`, `12h` or `30days`, in lower case, in whole seconds",
        )
    }
}

/// The time now, in whole seconds.
pub(crate) fn now() -> Result<SystemTime, Failure> {
    let Some(text) = env::var_os(NOW) else {
        return Ok(whole_seconds(SystemTime::now()));
    };
    answer::note(&format!("using the time in {NOW}"));
    let text = text.to_string_lossy();
    parse(&text).map_err(|error| Failure::Usage(format!("{NOW}: {error}")))
}

pub(crate) fn after(moment: SystemTime, span: Duration) -> Result<SystemTime, Failure> {
    let later = moment.checked_add(span);
    let later = later.filter(|later| *later < UNIX_EPOCH + YEAR_10000);
    later.ok_or_else(|| Failure::usage("the time is after the year 9999, give a shorter span"))
}

fn parse(text: &str) -> Result<SystemTime, &'static str> {
    moment::parse(text)
        .ok_or("expected a moment like `2026-12-15T00:00:00Z`, or a span from now like `+15m`")
}

fn whole_seconds(moment: SystemTime) -> SystemTime {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

const NOW: &str = "HARDTACK_NOW";
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);
