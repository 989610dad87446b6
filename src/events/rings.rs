//! Events about key rings in use, beside the lines of the log.

use std::fmt::Display;

use super::{Field, InUse, lines::*};

in_use_event!(ring_taken, RING_TAKEN);

/// Counts keys that a new ring dropped or ends before their time.
pub(crate) fn count_dropped(keys: usize) {
    count!(keys as u64, KEYS_DROPPED);
}

/// Counts a key that opens longer than an earlier ring said.
pub(crate) fn count_returned() {
    count!(1, KEYS_RETURNED);
}

/// A cookie, header or token begins to use a ring, or no longer uses it if `by` is -1.
pub(crate) fn count_use(purpose: &str, fingerprint: impl Display, settings: impl Display, by: f64) {
    gauge!(
        increment(by),
        INFO,
        "purpose" => purpose.to_owned(),
        "fingerprint" => fingerprint.to_string(),
        "settings" => settings.to_string()
    );
}

/// Sessions issued before this time are rejected; 0 if there is none.
pub(crate) fn show_not_before(purpose: &str, not_before: u64) {
    gauge!(set(not_before as f64), NOT_BEFORE, "purpose" => purpose.to_owned());
}

/// The sources of the ring are refused, or do not answer, since this time; 0 if they are usable.
pub(crate) fn show_refused_since(purpose: &str, since: u64) {
    gauge!(set(since as f64), SOURCE_REFUSED_SINCE, "purpose" => purpose.to_owned());
}
