//! Counters at 0, before their first event: a query over time sees a change, but not a series that begins with one.

use super::{DROPPED, SUPERSEDED, count_read, count_written, names::values, show_sealed_late};
use crate::base::Reason;

/// Begins the counters of a cookie, header or token, and of the requests that use it.
pub(crate) fn begin_session_counters(purpose: &str) {
    begin_outcome_counters(purpose, &values::OUTCOMES);
    let unknown = Some(Reason::UnknownKey);
    count_read(0, purpose, "Rejected", unknown, DROPPED);
    count_read(0, purpose, "OpenedUnderAcceptedKey", None, SUPERSEDED);
    count_read(0, purpose, "Rejected", Some(Reason::RetiredKey), SUPERSEDED);
    show_sealed_late(purpose, 0);
    for change in values::CHANGES {
        count_written(0, purpose, change, None);
    }
    for change in values::BEGINNINGS {
        count_written(0, purpose, change, None);
        for reason in Reason::ALL {
            count_written(0, purpose, change, Some(*reason));
        }
    }
    for change in values::RETURNS {
        count!(0, RETURNED, "purpose" => purpose.to_owned(), "change" => change);
    }
    for failure in values::FAILURES {
        count!(0, FAILURES, "failure" => failure);
    }
    #[cfg(feature = "tower")]
    for refusal in values::REFUSALS {
        count!(0, CSRF_REFUSALS, "refusal" => refusal);
    }
    count!(0, KEYS_RETURNED);
}

/// Begins the counters of a cookie that takes over sessions of old ones.
pub(crate) fn begin_old_cookie_counters(purpose: &str) {
    begin_outcome_counters(purpose, &values::OUTCOMES_OF_OLD_COOKIES);
}

fn begin_outcome_counters(purpose: &str, outcomes: &[&'static str]) {
    for &outcome in outcomes {
        if ["Rejected", "NotMigrated"].contains(&outcome) {
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
