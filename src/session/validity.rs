//! Answers to the question whether a session goes on.

use std::{error::Error, pin::Pin};

/// Answer of an application to the question whether a session goes on
/// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// The session goes on, and the application is not asked again before the span has passed.
    GoesOn,
    /// The session has ended. The visitor gets a new, empty one.
    Ended,
}

impl Validity {
    /// Returns [`GoesOn`](Validity::GoesOn) for `true`, and [`Ended`](Validity::Ended) for `false`.
    #[must_use]
    pub const fn goes_on_if(is_allowed: bool) -> Validity {
        if is_allowed {
            Validity::GoesOn
        } else {
            Validity::Ended
        }
    }
}

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// A question that is being answered.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Validity, BoxError>> + Send>>;
