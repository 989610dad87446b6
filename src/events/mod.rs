//! Everything that this crate logs (feature `tracing`) and counts (feature `metrics`). In a program without a subscriber,
//! a debug build prints mistakes of the application and of its settings to standard error.
//!
//! No event or label contains a token, a secret key or a value of a session, unless an error of the application does;
//! some name the key of an entry. A function that every read or write calls is `#[inline]`, so that nothing is left of
//! it without the features.

#![cfg_attr(
    not(all(
        feature = "metrics",
        feature = "migrate",
        feature = "tower",
        feature = "tracing",
    )),
    allow(
        unused,
        clippy::if_same_then_else,
        reason = "some events need other features"
    )
)]

use std::fmt;

/// `true` if events may be logged or printed, for callers that would look something up only for this.
pub(crate) const ARE_LOGGED: bool = cfg!(any(feature = "tracing", debug_assertions));

/// `true` if something is counted or shown in gauges, for callers that would look something up only for this.
pub(crate) const ARE_COUNTED: bool = cfg!(feature = "metrics");

/// Writes a sentence to standard error, in debug builds of programs without a subscriber.
macro_rules! print_in_debug {
    ($($sentence:tt)+) => {
        if cfg!(debug_assertions) && !crate::events::are_heard() {
            eprintln!("hardtack: {}", format_args!($($sentence)+));
        }
    };
}

/// Returns `true` if the program has a subscriber of events.
fn are_heard() -> bool {
    #[cfg(feature = "tracing")]
    return tracing::dispatcher::has_been_set();
    #[cfg(not(feature = "tracing"))]
    false
}

/// Returns an error and its sources, in one sentence.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let sentences: Vec<_> = errors.map(|error| error.to_string()).collect();
    sentences.join(": ")
}

/// Writes an event of a level, with the rest as in `tracing`. Its target is `SESSIONS`, or `KEYS` if this comes first.
macro_rules! log {
    (KEYS, $level:ident, $($event:tt)+) => {{
        #[cfg(feature = "tracing")]
        tracing::$level!(target: crate::events::names::KEYS, $($event)+);
    }};
    ($level:ident, $($event:tt)+) => {{
        #[cfg(feature = "tracing")]
        tracing::$level!(target: crate::events::names::SESSIONS, $($event)+);
    }};
}

/// Writes an event with the target, the level and the sentence of a [`Line`], and with fields.
macro_rules! log_line {
    ($line:ident $(, $($field:tt)+)?) => {{
        #[cfg(feature = "tracing")]
        tracing::event!(target: $line.target, $line.level(), $($($field)+,)? "{}", $line);
    }};
}

/// Line of the log, with a level of log.toml.
pub(crate) struct Line {
    target: &'static str,
    level: Level,
    pub(crate) text: &'static str,
}

enum Level {
    Error,
    Warn,
    Info,
}

impl Line {
    #[cfg(feature = "tracing")]
    const fn level(&self) -> tracing::Level {
        match self.level {
            Level::Error => tracing::Level::ERROR,
            Level::Warn => tracing::Level::WARN,
            Level::Info => tracing::Level::INFO,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Keys and settings that the sessions of a purpose have in use.
pub(crate) struct InUse<'a> {
    pub(crate) purpose: &'a str,
    pub(crate) seals: String,
    /// `seal_from` of that key, if it has one that has passed.
    pub(crate) seals_since: Option<String>,
    pub(crate) accepts: String,
    pub(crate) fingerprint: String,
    pub(crate) not_before: Option<&'a str>,
    pub(crate) settings_fingerprint: String,
    /// Settings in the text form of SPEC.md § 3.7.
    pub(crate) settings: &'a str,
    /// Settings that weaken the sessions.
    pub(crate) danger: Option<String>,
}

/// Writes an event with all fields of an [`InUse`].
macro_rules! log_in_use {
    ($in_use:ident, $line:ident) => {
        log_line!(
            $line,
            purpose = $in_use.purpose,
            seals = $in_use.seals,
            seals_since = $in_use.seals_since,
            accepts = $in_use.accepts,
            fingerprint = $in_use.fingerprint,
            not_before = $in_use.not_before,
            settings_fingerprint = $in_use.settings_fingerprint,
            settings = $in_use.settings,
            danger = $in_use.danger
        )
    };
}

/// Adds `number` to a counter with these labels.
macro_rules! count {
    ($number:expr, $metric:ident $($labels:tt)*) => {{
        #[cfg(feature = "metrics")]
        metrics::counter!(crate::events::names::$metric $($labels)*).increment($number);
    }};
}

/// Records `number` in a histogram with these labels.
macro_rules! record {
    ($number:expr, $metric:ident $($labels:tt)*) => {{
        #[cfg(feature = "metrics")]
        metrics::histogram!(crate::events::names::$metric $($labels)*).record($number);
    }};
}

/// Changes a gauge with these labels by a method of `metrics::Gauge`.
macro_rules! gauge {
    ($change:ident($number:expr), $metric:ident $($labels:tt)*) => {{
        #[cfg(feature = "metrics")]
        metrics::gauge!(crate::events::names::$metric $($labels)*).$change($number);
    }};
}

mod initial_counters;
mod log_limits;
#[rustfmt::skip]
mod lines;
mod names;
mod requests;
mod rings;
mod sessions;

pub(crate) use {initial_counters::*, lines::*, log_limits::*, requests::*, rings::*, sessions::*};

#[cfg(test)]
mod tests {
    use std::{error::Error, fmt, io};

    use super::with_causes;

    #[derive(Debug)]
    struct Unread(io::Error);

    impl fmt::Display for Unread {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the file was not read")
        }
    }

    impl Error for Unread {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        let cause = io::Error::other("the disk is gone");
        assert_eq!(with_causes(&cause), "the disk is gone");
        let sentence = "the file was not read: the disk is gone";
        assert_eq!(with_causes(&Unread(cause)), sentence);
    }
}
