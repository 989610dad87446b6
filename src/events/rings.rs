//! Key rings that follow their sources.

use std::fmt::Display;

/// A ring was replaced. `dropped`: keys that the new one lacks, and under which sessions may be alive.
pub(crate) fn ring_replaced(fingerprint: impl Display, dropped: &[impl Display]) {
    count!(1, RINGS, "outcome" => "Replaced");
    if dropped.is_empty() {
        log!(KEYS, info, fingerprint = %fingerprint, "key ring replaced");
        return;
    }
    count!(dropped.len() as u64, KEYS_DROPPED);
    log!(
        KEYS,
        warn,
        %fingerprint,
        dropped = %joined(dropped),
        "key ring replaced by one that drops keys, and living sessions under them end now, as after a leak"
    );
}

/// New sources were refused.
pub(crate) fn ring_refused(error: impl Display) {
    log!(KEYS, error, %error, "key ring refused, the earlier one stays in use");
    count!(1, RINGS, "outcome" => "Refused");
}

fn joined(ids: &[impl Display]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(" ")
}
