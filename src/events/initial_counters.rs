//! Counters at 0, before their first event: a query over time sees a change, but not a series that begins with one.

use super::{
    DROPPED, SUPERSEDED, count_read, count_written,
    names::labels::{Change, Failure, Outcome, Refusal, Return},
    show_sealed_late,
};
use crate::base::Reason;

/// Begins the counters of a cookie, header or token, and of the requests that use it.
pub(crate) fn begin_session_counters(purpose: &str) {
    begin_outcome_counters(purpose, Outcome::OUTCOMES);
    let unknown = Some(Reason::UnknownKey);
    let retired = Some(Reason::RetiredKey);
    count_read(0, purpose, Outcome::Rejected, unknown, DROPPED);
    let under_accepted = Outcome::OpenedUnderAcceptedKey;
    count_read(0, purpose, under_accepted, None, SUPERSEDED);
    count_read(0, purpose, Outcome::Rejected, retired, SUPERSEDED);
    show_sealed_late(purpose, 0);
    for &change in Change::CHANGES {
        count_written(0, purpose, change, None);
    }
    for &change in Change::BEGINNINGS {
        count_written(0, purpose, change, None);
        for reason in Reason::ALL {
            count_written(0, purpose, change, Some(*reason));
        }
    }
    for change in Return::RETURNS {
        count!(0, RETURNED, "purpose" => purpose.to_owned(), "change" => change.name());
    }
    for failure in Failure::FAILURES {
        count!(0, FAILURES, "failure" => failure.name());
    }
    #[cfg(feature = "tower")]
    for refusal in Refusal::REFUSALS {
        count!(0, CSRF_REFUSALS, "refusal" => refusal.name());
    }
    count!(0, KEYS_RETURNED);
}

/// Begins the counters of a cookie that takes over sessions of old ones.
pub(crate) fn begin_old_cookie_counters(purpose: &str) {
    begin_outcome_counters(purpose, Outcome::OUTCOMES_OF_OLD_COOKIES);
}

fn begin_outcome_counters(purpose: &str, outcomes: &[Outcome]) {
    for &outcome in outcomes {
        if matches!(outcome, Outcome::Rejected | Outcome::NotMigrated) {
            for reason in Reason::ALL {
                count_read(0, purpose, outcome, Some(*reason), "");
            }
        } else {
            count_read(0, purpose, outcome, None, "");
        }
    }
}

/// Begins the counters of a watched ring.
pub(crate) fn begin_ring_counters() {
    count!(0, KEYS_DROPPED);
    count!(0, KEYS_RETURNED);
}
