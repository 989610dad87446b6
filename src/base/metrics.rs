//! The names of all metrics, which are counted beside the `tracing` events, by the facade `metrics` (feature `metrics`).
//! docs/operation.md has their table. Their labels are names of variants and of purposes, and never bring anything of a
//! visitor.

pub(crate) const READ: &str = "hardtack_sessions_read_total";
pub(crate) const WRITTEN: &str = "hardtack_sessions_written_total";
pub(crate) const REFRESHES_OMITTED: &str = "hardtack_refreshes_omitted_total";
/// A histogram.
pub(crate) const TOKEN_BYTES: &str = "hardtack_token_bytes";
pub(crate) const FAILURES: &str = "hardtack_failures_total";
#[cfg(feature = "tower")]
pub(crate) const CSRF_REFUSALS: &str = "hardtack_csrf_refusals_total";
#[cfg(feature = "device-bound")]
pub(crate) const DEVICE_ANSWERS: &str = "hardtack_device_answers_total";
#[cfg(feature = "watch")]
pub(crate) const RINGS: &str = "hardtack_rings_total";
#[cfg(feature = "watch")]
pub(crate) const KEYS_DROPPED: &str = "hardtack_keys_dropped_total";
