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

/// Values of labels.
#[rustfmt::skip]
pub(super) mod values {
    // Written by .ci/facts from src/events/metrics.toml: change that.
    pub(crate) const OUTCOMES: [&str; 4] = ["Absent", "Opened", "OpenedUnderAcceptedKey", "Rejected"];
    pub(crate) const OUTCOMES_OF_OLD_COOKIES: [&str; 2] = ["Migrated", "NotMigrated"];
    pub(crate) const BEGINNINGS: [&str; 2] = ["Began", "SignedIn"];
    pub(crate) const RETURNS: [&str; 3] = ["Began", "SignedIn", "Written"];
    pub(crate) const CHANGES: [&str; 4] = ["Changed", "Refreshed", "Resealed", "Ended"];
    pub(crate) const FAILURES: [&str; 9] = ["Session", "Full", "UnreadableSchema", "UnreadableKey", "Save", "ServerError", "Setup", "Validation", "ValidationHangs"];
    pub(crate) const REFUSALS: [&str; 8] = ["CrossSite", "OtherHost", "PlainHttp", "ServiceWorker", "NoToken", "WrongToken", "TooLarge", "NotAsked"];
}
