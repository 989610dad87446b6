//! What is told by `tracing` events, with that feature. Never a token, a key or content.

use crate::error::Outcome;
#[cfg(feature = "tracing")]
use crate::error::Reason;
#[cfg(feature = "watch")]
use crate::seal::Fingerprint;

/// A session was read.
pub(crate) fn read(purpose: &str, outcome: Outcome, token_bytes: usize) {
    #[cfg(feature = "tracing")]
    match outcome {
        Outcome::Absent => tracing::trace!(purpose, "no session arrived"),
        Outcome::Opened { key_id } => {
            tracing::trace!(purpose, %key_id, token_bytes, "session opened");
        }
        Outcome::OpenedUnderAcceptedKey { key_id } => {
            tracing::debug!(purpose, %key_id, token_bytes, "session opened under an accepted key");
        }
        Outcome::Rejected { reason, key_id } => {
            let key_id = key_id.map(tracing::field::display);
            macro_rules! rejected {
                ($level:ident) => {
                    tracing::$level!(purpose, %reason, key_id, token_bytes, "session rejected")
                };
            }
            match reason {
                // A bug, or another program with the key.
                Reason::Malformed | Reason::Payload => rejected!(error),
                // A clock is wrong.
                Reason::NotYetValid => rejected!(warn),
                // Rotation: expected for a while, and a mistake after.
                Reason::UnknownKey | Reason::RetiredKey => rejected!(info),
                _ => rejected!(debug),
            }
        }
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (purpose, outcome, token_bytes);
}

/// Sessions that anybody can read are in use.
pub(crate) fn unencrypted(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::info!(purpose, "sessions are unencrypted but signed");
    #[cfg(not(feature = "tracing"))]
    let _ = purpose;
}

/// A request belongs to no context, so its session was not read.
#[cfg(feature = "tower")]
pub(crate) fn context_missed(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        purpose,
        "no context for this request, its session is refused"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = purpose;
}

/// The application let others store a response that carries one visitor's session.
#[cfg(feature = "http")]
pub(crate) fn caching_was_replaced(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        purpose,
        "a response for shared caches carries a session, so it was made no-store"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = purpose;
}

/// A session was due for renewal or for another key, and would have grown past its limit.
pub(crate) fn renewal_was_left_out(purpose: &str) {
    #[cfg(feature = "tracing")]
    tracing::debug!(
        purpose,
        "renewal or re-sealing left out, the session is too large for it"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = purpose;
}

/// A watched ring was replaced.
#[cfg(feature = "watch")]
pub(crate) fn keys_replaced(fingerprint: Fingerprint) {
    #[cfg(feature = "tracing")]
    tracing::info!(%fingerprint, "key ring replaced");
    #[cfg(not(feature = "tracing"))]
    let _ = fingerprint;
}

/// What a watched ring was to become cannot be used.
#[cfg(feature = "watch")]
pub(crate) fn keys_refused(error: &dyn std::error::Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(%error, "key ring refused, the earlier one stays in use");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}
