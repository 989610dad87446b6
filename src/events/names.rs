//! Targets of events, and names of metrics. Labels of metrics are fixed words, names of purposes and fingerprints, and
//! never contain anything about a visitor.

/// Independent of the module's path, because filters of logs name it.
pub(super) const SESSIONS: &str = "hardtack::session::events";
pub(super) const KEYS: &str = "hardtack::keys";

// Written by .ci/facts from src/events/metrics.toml: change that.
pub(super) const READ: &str = "hardtack_sessions_read_total";
pub(super) const RETURNED: &str = "hardtack_sessions_returned_total";
pub(super) const WRITTEN: &str = "hardtack_sessions_written_total";
pub(super) const TOKEN_BYTES: &str = "hardtack_token_bytes";
pub(super) const FAILURES: &str = "hardtack_failures_total";
pub(super) const CSRF_REFUSALS: &str = "hardtack_csrf_refusals_total";
pub(super) const KEYS_DROPPED: &str = "hardtack_keys_dropped_total";
pub(super) const KEYS_RETURNED: &str = "hardtack_keys_returned_total";
pub(super) const INFO: &str = "hardtack_info";
pub(super) const PROGRAM_LACKS_RING: &str = "hardtack_program_lacks_ring_seconds";
pub(super) const SOURCE_REFUSED_SINCE: &str = "hardtack_source_refused_since_seconds";
pub(super) const NOT_BEFORE: &str = "hardtack_not_before_seconds";

/// Defines the values of a label, and lists of them.
macro_rules! label {
    ($label:ident { $($list:ident: $($value:ident),+;)+ }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $label {
            $($($value),+),+
        }

        impl $label {
            $(pub(crate) const $list: &'static [$label] = &[$($label::$value),+];)+

            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $($($label::$value => stringify!($value)),+),+
                }
            }
        }
    };
}

/// Values of labels.
#[rustfmt::skip]
pub(crate) mod labels {
    // Written by .ci/facts from src/events/metrics.toml: change that.
    label! { Outcome { OUTCOMES: Absent, Opened, OpenedUnderAcceptedKey, Rejected; OUTCOMES_OF_OLD_COOKIES: Migrated, NotMigrated; } }
    label! { Change { BEGINNINGS: Began, SignedIn; CHANGES: Changed, Refreshed, Resealed, Ended; } }
    label! { Return { RETURNS: Began, SignedIn, Written; } }
    label! { Failure { FAILURES: Session, Full, UnreadableSchema, UnreadableKey, Save, ServerError, Setup, Validation, ValidationHangs; } }
    label! { Refusal { REFUSALS: CrossSite, OtherHost, PlainHttp, ServiceWorker, NoToken, WrongToken, TooLarge, NotAsked; } }
}
