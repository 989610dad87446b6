//! Logs (feature `tracing`) and counts (feature `metrics`). Labels are names of variants and of purposes.

/// Target of the events, which filters of logs name.
#[cfg(feature = "tracing")]
const ANSWERS: &str = "hardtack_device::answer";
#[cfg(feature = "metrics")]
const TOTAL: &str = "hardtack_device_answers_total";

macro_rules! log {
    ($level:ident, $($event:tt)+) => {
        #[cfg(feature = "tracing")]
        tracing::$level!(target: ANSWERS, $($event)+)
    };
}

/// A device registered its key.
pub(crate) fn registered(purpose: &str) {
    log!(debug, purpose, "device registered");
    answered(purpose, "Registered");
}

/// A device proved its key.
pub(crate) fn refreshed(purpose: &str) {
    log!(debug, purpose, "device refreshed");
    answered(purpose, "Refreshed");
}

/// A device has to send a proof.
pub(crate) fn challenged(purpose: &str) {
    log!(trace, purpose, "device challenged");
    answered(purpose, "Challenged");
}

/// A device has to drop its key.
pub(crate) fn ended(purpose: &str) {
    log!(debug, purpose, "device session ended");
    answered(purpose, "Ended");
}

/// The request of a device was refused.
pub(crate) fn refused(purpose: &str) {
    log!(info, purpose, "device refused");
    answered(purpose, "Refused");
}

fn answered(purpose: &str, answer: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!(TOTAL, "purpose" => purpose.to_owned(), "answer" => answer).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (purpose, answer);
}
