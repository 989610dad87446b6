//! The events about keys, with feature `tracing`. None contains a key.

use std::error::Error;

use super::ring::Fingerprint;

/// A watched ring was replaced.
pub(super) fn keys_replaced(fingerprint: Fingerprint) {
    #[cfg(feature = "tracing")]
    tracing::info!(%fingerprint, "key ring replaced");
    #[cfg(not(feature = "tracing"))]
    let _ = fingerprint;
}

/// The sources of a watched ring changed to what cannot be used.
pub(super) fn keys_refused(error: &dyn Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(%error, "key ring refused, the earlier one stays in use");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}
