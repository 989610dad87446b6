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

use crate::base::Reason;

/// `true` if events may be logged or printed, for callers that would look something up only for this.
pub(crate) const ARE_LOGGED: bool = cfg!(any(feature = "tracing", debug_assertions));

/// `true` if something is counted or shown in gauges, for callers that would look something up only for this.
pub(crate) const ARE_COUNTED: bool = cfg!(feature = "metrics");

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

/// Line of the log, of log.toml.
pub(crate) struct Line {
    target: &'static str,
    level: Level,
    pub(crate) text: &'static str,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl Line {
    #[cfg(feature = "tracing")]
    const fn level(&self) -> tracing::Level {
        match self.level {
            Level::Error => tracing::Level::ERROR,
            Level::Warn => tracing::Level::WARN,
            Level::Info => tracing::Level::INFO,
            Level::Debug => tracing::Level::DEBUG,
            Level::Trace => tracing::Level::TRACE,
        }
    }

    /// Prints a line that somebody should read to standard error, in a debug build of a program without a subscriber: its
    /// text and its cause, and the other fields in parentheses.
    fn print(&self, fields: &[(&str, &dyn Field)]) {
        if self.level > Level::Warn || are_heard() {
            return;
        }
        let (mut sentence, mut others) = (self.text.to_owned(), Vec::new());
        for (name, field) in fields {
            match field.text() {
                Some(cause) if CAUSES.contains(name) => sentence += &format!(": {cause}"),
                Some(text) => others.push(format!("{name}={text}")),
                None => {}
            }
        }
        if !others.is_empty() {
            sentence += &format!(" ({})", others.join(", "));
        }
        eprintln!("hardtack: {sentence}");
    }
}

/// Fields that say why, or what to do.
const CAUSES: [&str; 3] = ["error", "sentence", "advice"];

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Value of a field of an event. `None` leaves the field out.
pub(crate) trait Field {
    #[cfg(feature = "tracing")]
    fn value(&self) -> Option<impl tracing::Value>
    where
        Self: Sized;

    fn text(&self) -> Option<String>;
}

/// Field of a type by its `Display`, in a log without quotation marks.
pub(crate) struct Shown<T>(pub(crate) T);

impl<T: fmt::Display> Field for Shown<T> {
    #[cfg(feature = "tracing")]
    fn value(&self) -> Option<impl tracing::Value> {
        Some(tracing::field::display(&self.0))
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// Field of an error and its sources, in one sentence, which is made only for a line that is written.
pub(crate) struct Causes<'a>(pub(crate) &'a (dyn std::error::Error + 'static));

impl Field for Causes<'_> {
    #[cfg(feature = "tracing")]
    fn value(&self) -> Option<impl tracing::Value> {
        self.text()
    }

    fn text(&self) -> Option<String> {
        Some(with_causes(self.0))
    }
}

/// Makes fields of types, whose values for `tracing` are these.
macro_rules! fields {
    ($it:ident => $value:expr; $($type:ty),+) => {
        $(impl Field for $type {
            #[cfg(feature = "tracing")]
            fn value(&self) -> Option<impl tracing::Value> {
                let $it = self;
                Some($value)
            }

            fn text(&self) -> Option<String> {
                Some(self.to_string())
            }
        })+
    };
}

fields!(it => it; bool, u16, u64, usize, &str, String);
fields!(it => tracing::field::display(it); Reason);

impl<F: Field> Field for Option<F> {
    #[cfg(feature = "tracing")]
    fn value(&self) -> Option<impl tracing::Value> {
        self.as_ref().and_then(F::value)
    }

    fn text(&self) -> Option<String> {
        self.as_ref().and_then(F::text)
    }
}

/// Defines a line. As `line`, it would hide that of the standard library from the macros of `tracing`.
macro_rules! define_line {
    ($line:ident, $target:ident, $level:ident, $text:literal) => {
        pub(crate) const $line: Line = Line {
            target: $target,
            level: Level::$level,
            text: $text,
        };
    };
}

/// Writes a line with the fields of these names.
macro_rules! log {
    ($line:ident $(, $field:ident)*) => {{
        #[cfg(feature = "tracing")]
        tracing::event!(target: $line.target, $line.level(), $($field = $field.value(),)* "{}", $line);
        if cfg!(debug_assertions) {
            $line.print(&[$((stringify!($field), &$field)),*]);
        }
    }};
}

/// Defines the function that writes a line.
macro_rules! event {
    (count $failure:ident $($rest:tt)+) => {
        event!(@ [super::count_failed(super::labels::Failure::$failure);] $($rest)+);
    };
    (limit $($rest:tt)+) => {
        event!(@ [] limit $($rest)+);
    };
    (@ [$($count:tt)*] limit $limit:ident $name:ident, $line:ident: $($field:ident),*) => {
        pub(crate) fn $name(limits: &Limits, now: u64, $($field: impl Field),*) {
            $($count)*
            if let Some(left_out) = limits.note(Limit::$limit, now) {
                log!($line $(, $field)*, left_out);
            }
        }
    };
    (@ [$($count:tt)*] $name:ident, $line:ident: $($field:ident),*) => {
        #[inline]
        pub(crate) fn $name($($field: impl Field),*) {
            $($count)*
            log!($line $(, $field)*);
        }
    };
    ($($rest:tt)+) => {
        event!(@ [] $($rest)+);
    };
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

/// Defines a function that writes a line with all fields of an [`InUse`].
macro_rules! in_use_event {
    ($name:ident, $line:ident) => {
        in_use_event!(
            $name, $line: purpose, seals, seals_since, accepts, fingerprint, not_before, settings_fingerprint, settings, danger
        );
    };
    ($name:ident, $line:ident: $($field:ident),+) => {
        pub(crate) fn $name(in_use: InUse<'_>) {
            let InUse { $($field),+ } = in_use;
            log!($line $(, $field)+);
        }
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
mod limited;
#[rustfmt::skip]
mod lines;
mod log_limits;
mod names;
mod requests;
mod rings;
mod sessions;

pub(crate) use {
    initial_counters::*, limited::*, lines::*, log_limits::*, names::labels, requests::*, rings::*,
    sessions::*,
};

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
