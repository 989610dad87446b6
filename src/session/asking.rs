//! The answer of an application to the question whether a session is still valid, and the questions that wait for one.

use std::{
    error::Error,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use crate::base::UnixSeconds;

/// Answer of an application to the question whether a session is still valid
/// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Validity {
    /// The session is still valid. Once the client has the session with this answer, the application is not asked again
    /// before the interval has passed.
    Valid,
    /// The session has ended. The visitor gets a new, empty session.
    Ended,
}

impl Validity {
    /// Returns [`Valid`](Validity::Valid) for `true`, and [`Ended`](Validity::Ended) for `false`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::session::Validity;
    ///
    /// let (stored, in_session) = (7, 7); // epochs of the user
    /// assert_eq!(Validity::valid_if(stored == in_session), Validity::Valid);
    /// ```
    #[must_use]
    pub const fn valid_if(is_allowed: bool) -> Validity {
        if is_allowed {
            Validity::Valid
        } else {
            Validity::Ended
        }
    }
}

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// A question that is being answered.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Result<Validity, BoxError>> + Send>>;

/// Questions of a carrier that wait for an answer, by their numbers. An answer, like the end of a request, also ends the
/// questions before it, because that of one row may take long.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    asked: AtomicU64,
    ended: AtomicU64,
    /// Time of the first question since the last answer, or 0.
    waits_since: AtomicU64,
}

impl Asking {
    pub(super) fn begin(&self, now: UnixSeconds) -> Asked<'_> {
        let number = self.asked.fetch_add(1, Relaxed) + 1;
        let is_alone = self.ended.load(Relaxed) + 1 >= number;
        if is_alone || self.waits_since.load(Relaxed) == 0 {
            self.waits_since.store(now, Relaxed);
        }
        Asked { of: self, number }
    }

    /// Returns the time since which the questions count as hanging, if they do at `now`.
    pub(crate) fn hangs_since(&self, now: UnixSeconds) -> Option<UnixSeconds> {
        let waits = self.ended.load(Relaxed) < self.asked.load(Relaxed);
        let since = self.waits_since.load(Relaxed);
        let hangs_since = since.saturating_add(PATIENCE);
        (waits && since > 0 && hangs_since <= now).then_some(hangs_since)
    }
}

/// A question, until it is answered or its request is gone.
pub(super) struct Asked<'a> {
    of: &'a Asking,
    number: u64,
}

impl Asked<'_> {
    /// Any answer counts, also an error.
    pub(super) fn answered(self) {
        self.of.waits_since.store(0, Relaxed);
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.of.ended.fetch_max(self.number, Relaxed);
    }
}

/// Seconds without an answer after which the application counts as hanging. A query takes milliseconds, and proxies such as
/// nginx wait for a minute, so this is logged before visitors get errors.
const PATIENCE: u64 = 5;
