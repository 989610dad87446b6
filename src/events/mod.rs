//! All that is told to logs (feature `tracing`) and counted (feature `metrics`). Without the features the calls do nothing.
//!
//! Takes names, numbers, texts and ids that can be displayed. No event and no label contains a token, a key or content.
//! A call that stands in each reading or writing is `#[inline]`, so that nothing is left of it without the features.

#![cfg_attr(
    not(all(
        feature = "device-bound",
        feature = "metrics",
        feature = "tower",
        feature = "tracing",
        feature = "watch",
    )),
    allow(unused, reason = "not everything is told, or there is less to tell")
)]

use std::error::Error;

/// `true` if events are written, for callers that would look something up for an event alone.
pub(crate) const ARE_WRITTEN: bool = cfg!(feature = "tracing");

/// Writes an event: its target, its level, and the rest as in `tracing`.
#[cfg(feature = "tracing")]
macro_rules! log {
    ($target:ident, $level:ident, $($event:tt)+) => {
        tracing::$level!(target: super::names::$target, $($event)+)
    };
}
#[cfg(not(feature = "tracing"))]
macro_rules! log {
    ($($event:tt)+) => {{}};
}

/// Adds `number` to a counter with these labels.
#[cfg(feature = "metrics")]
macro_rules! count {
    ($number:expr, $metric:ident $($labels:tt)*) => {
        metrics::counter!(super::names::$metric $($labels)*).increment($number)
    };
}
#[cfg(not(feature = "metrics"))]
macro_rules! count {
    ($($counted:tt)+) => {{}};
}

/// Records `number` in a histogram with these labels.
#[cfg(feature = "metrics")]
macro_rules! record {
    ($number:expr, $metric:ident $($labels:tt)*) => {
        metrics::histogram!(super::names::$metric $($labels)*).record($number)
    };
}
#[cfg(not(feature = "metrics"))]
macro_rules! record {
    ($($recorded:tt)+) => {{}};
}

mod names;
mod requests;
mod rings;
mod sessions;

pub(crate) use {requests::*, rings::*, sessions::*};

/// Returns an error and its sources, in one sentence.
fn told(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |&error| error.source());
    let sentences: Vec<_> = errors.map(|error| error.to_string()).collect();
    sentences.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{crypto::random::RandomError, session::SaveError, state::SessionError};

    #[test]
    fn an_error_is_told_with_its_causes() {
        let cause = RandomError::UNSUPPORTED.source().unwrap().to_string();
        let failed = SessionError::from(RandomError::UNSUPPORTED);
        let unsaved = SaveError::from(RandomError::UNSUPPORTED);
        let sentence = "the operating system's random generator failed";
        for error in [&failed as &(dyn Error + 'static), &unsaved] {
            assert_eq!(told(error), format!("{sentence}: {cause}"));
        }
        assert_eq!(
            told(&SessionError::NoContext),
            SessionError::NoContext.to_string()
        );
    }
}
