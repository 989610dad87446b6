//! Events about key rings in use, and about their sources.

use std::fmt::Display;

use super::{InUse, lines::*};
use crate::base::{UnixSeconds, show_time, system_time};

/// Sessions use a new ring.
pub(crate) fn ring_taken(in_use: &InUse<'_>) {
    log_in_use!(in_use, RING_TAKEN);
}

/// A `not_before` rejects even the sessions that begin at `now`, because it is later.
pub(crate) fn not_before_is_ahead(purpose: &str, not_before: UnixSeconds, now: UnixSeconds) {
    let ahead_by = not_before.saturating_sub(now);
    let not_before = show_time(system_time(not_before));
    log_line!(NOT_BEFORE_IS_AHEAD, purpose, not_before, ahead_by);
    print_in_debug!("{NOT_BEFORE_IS_AHEAD} (sessions of {purpose}, not_before={not_before})");
}

/// A watched ring was replaced. `dropped` are the keys whose living sessions the new ring ends, now or before their time.
pub(crate) fn ring_replaced(fingerprint: impl Display, dropped: &[impl Display]) {
    if dropped.is_empty() {
        return;
    }
    count!(dropped.len() as u64, KEYS_DROPPED);
    let dropped: Vec<_> = dropped.iter().map(ToString::to_string).collect();
    let dropped = dropped.join(" ");
    log_line!(RING_DROPS_KEYS, %fingerprint, %dropped);
    print_in_debug!("{RING_DROPS_KEYS} (keys {dropped})");
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

/// A key opens although it was to end at `ended_at`, by an earlier ring.
pub(crate) fn key_returned(key_id: impl Display, ended_at: String) {
    log_line!(KEY_IS_BACK, %key_id, ended_at);
    print_in_debug!("{KEY_IS_BACK} (key {key_id}, ended_at={ended_at})");
    count!(1, KEYS_RETURNED);
}

/// A key opens nothing from its `accept_until` on, although tokens of `purpose` that it sealed may be valid until
/// `needed_until`.
pub(crate) fn key_ends_early(
    purpose: &str,
    key_id: impl Display,
    accept_until: &str,
    needed_until: &str,
) {
    log_line!(KEY_ENDS_EARLY, purpose, %key_id, accept_until, needed_until);
    print_in_debug!(
        "{KEY_ENDS_EARLY} (key {key_id}, sessions of {purpose}, accept_until={accept_until}, needed_until={needed_until})"
    );
}

/// A key that the earlier ring lacked seals already.
pub(crate) fn key_seals_too_soon(key_id: impl Display, seal_from: Option<String>) {
    let seal_from = seal_from.unwrap_or_default();
    log_line!(KEY_SEALS_TOO_SOON, %key_id, seal_from);
    print_in_debug!("{KEY_SEALS_TOO_SOON} (key {key_id}, seal_from={seal_from})");
}

/// New sources were refused, or sources could not be read.
pub(crate) fn ring_refused(error: impl Display) {
    log_line!(RING_REFUSED, %error);
    print_in_debug!("{RING_REFUSED}: {error}");
}

/// The sources are refused as they were when that was last logged.
pub(crate) fn ring_still_refused(error: &str, since: String) {
    log_line!(RING_REFUSED, error, since);
    print_in_debug!("{RING_REFUSED}, since {since}: {error}");
}

/// The sources are no longer refused.
pub(crate) fn ring_source_is_readable() {
    log_line!(RING_SOURCE_IS_READABLE);
}

/// The sources of a followed ring have not answered for some seconds.
pub(crate) fn ring_source_hangs() {
    log_line!(RING_SOURCE_HANGS);
    print_in_debug!("{RING_SOURCE_HANGS}");
}

/// The sources have answered after they hung.
pub(crate) fn ring_source_resumed() {
    log_line!(RING_SOURCE_ANSWERS);
}

/// A session is read in a process that has no thread to follow its ring.
pub(crate) fn ring_was_forked() {
    log!(KEYS, error, "{RING_WAS_FORKED}");
    print_in_debug!("{RING_WAS_FORKED}");
}

// `Problem` shows it, too.
pub(crate) const RING_WAS_FORKED: &str = "this process was forked after its key ring began to be followed, so the ring \
    stays as it is: call `spawn`, or build the settings with `watch_keys`, after the fork";
