//! Counters at 0, before their first event: a query over time sees a change, but not a series that begins with one.

use crate::base::reason::Reason;

/// Begins the counters of a cookie, header or token, and of the requests that use it.
#[cfg(feature = "metrics")]
pub(crate) fn begin_session_counters(purpose: &str) {
    for outcome in ["Absent", "Opened", "OpenedUnderAcceptedKey"] {
        super::count_read(0, purpose, outcome, "", "");
    }
    for reason in REASONS {
        super::count_read(0, purpose, "Rejected", reason.name(), "");
    }
    let unknown = Reason::UnknownKey.name();
    super::count_read(0, purpose, "Rejected", unknown, super::DROPPED);
    super::count_read(0, purpose, "OpenedUnderAcceptedKey", "", super::SUPERSEDED);
    for change in ["Changed", "Refreshed", "Resealed", "Ended"] {
        super::count_written(0, purpose, change, "");
    }
    for change in [super::BEGAN, super::SIGNED_IN] {
        super::count_written(0, purpose, change, "");
        for reason in REASONS {
            super::count_written(0, purpose, change, reason.name());
        }
        count!(0, RETURNED, "purpose" => purpose.to_owned(), "change" => change);
    }
    for failure in [
        "Session",
        "Full",
        "UnreadableSchema",
        "UnreadableKey",
        "Save",
        "ServerError",
        "Setup",
        "Validation",
        "ValidationHangs",
    ] {
        count!(0, FAILURES, "failure" => failure);
    }
    #[cfg(feature = "tower")]
    for refusal in REFUSALS {
        count!(0, CSRF_REFUSALS, "refusal" => refusal);
    }
    count!(0, KEYS_RETURNED);
}

/// Begins the counters of a cookie that takes over sessions of old ones.
#[cfg(feature = "metrics")]
pub(crate) fn begin_old_cookie_counters(purpose: &str) {
    super::count_read(0, purpose, "Migrated", "", "");
    for reason in REASONS {
        super::count_read(0, purpose, "NotMigrated", reason.name(), "");
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

/// Names of refusals of a CSRF check.
pub(crate) const REFUSALS: [&str; 7] = [
    "CrossSite",
    "OtherHost",
    "PlainHttp",
    "NoToken",
    "WrongToken",
    "TooLarge",
    "NotAsked",
];

/// All of them, in their order.
pub(super) const REASONS: [Reason; 18] = [
    Reason::TooLong,
    Reason::Incomplete,
    Reason::Encoding,
    Reason::TooShort,
    Reason::UnknownFormat,
    Reason::WrongMode,
    Reason::UnknownKey,
    Reason::RetiredKey,
    Reason::Auth,
    Reason::Malformed,
    Reason::NotYetValid,
    Reason::Expired,
    Reason::Idle,
    Reason::Revoked,
    Reason::Payload,
    Reason::Duplicate,
    Reason::Stale,
    Reason::Unvalidated,
];
const _: () = assert!(REASONS.len() == Reason::Unvalidated as usize + 1);
