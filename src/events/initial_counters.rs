//! Counters at 0, before their first event: a query over time sees a change, but not a series that begins with one.

use super::names::values;
use crate::base::reason::Reason;

/// Begins the counters of a cookie, header or token, and of the requests that use it.
#[cfg(feature = "metrics")]
pub(crate) fn begin_session_counters(purpose: &str) {
    begin_outcome_counters(purpose, &values::OUTCOMES);
    let unknown = Reason::UnknownKey.name();
    super::count_read(0, purpose, "Rejected", unknown, super::DROPPED);
    super::count_read(0, purpose, "OpenedUnderAcceptedKey", "", super::SUPERSEDED);
    for change in values::CHANGES {
        super::count_written(0, purpose, change, "");
    }
    for change in values::BEGINNINGS {
        super::count_written(0, purpose, change, "");
        for reason in Reason::ALL {
            super::count_written(0, purpose, change, reason.name());
        }
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
#[cfg(feature = "metrics")]
pub(crate) fn begin_old_cookie_counters(purpose: &str) {
    begin_outcome_counters(purpose, &values::OUTCOMES_OF_OLD_COOKIES);
}

#[cfg(feature = "metrics")]
fn begin_outcome_counters(purpose: &str, outcomes: &[&'static str]) {
    for &outcome in outcomes {
        if ["Rejected", "NotMigrated"].contains(&outcome) {
            for reason in Reason::ALL {
                super::count_read(0, purpose, outcome, reason.name(), "");
            }
        } else {
            super::count_read(0, purpose, outcome, "", "");
        }
    }
}

/// Begins the counters of a watched ring.
pub(crate) fn begin_ring_counters() {
    count!(0, KEYS_DROPPED);
    count!(0, KEYS_RETURNED);
}

#[cfg(not(feature = "metrics"))]
pub(crate) fn begin_session_counters(_: &str) {}

#[cfg(not(feature = "metrics"))]
pub(crate) fn begin_old_cookie_counters(_: &str) {}
