//! Logs (feature `tracing`) and counts (feature `metrics`). Labels are names of variants and of purposes.

/// Target of the events, which filters of logs name.
#[cfg(feature = "tracing")]
const RESPONSES: &str = "hardtack_device::response";
#[cfg(feature = "metrics")]
const TOTAL: &str = "hardtack_device_responses_total";

macro_rules! log {
    ($level:ident, $($event:tt)+) => {
        #[cfg(feature = "tracing")]
        tracing::$level!(target: RESPONSES, $($event)+)
    };
}

/// A device registered its key.
pub(crate) fn registered(purpose: &str) {
    log!(debug, purpose, "device registered");
    responded(purpose, "Registered");
}

/// A device proved its key.
pub(crate) fn refreshed(purpose: &str) {
    log!(debug, purpose, "device refreshed");
    responded(purpose, "Refreshed");
}

/// A device has to send a proof.
pub(crate) fn challenged(purpose: &str) {
    log!(trace, purpose, "device challenged");
    responded(purpose, "Challenged");
}

/// A device has to drop its key.
pub(crate) fn ended(purpose: &str) {
    log!(debug, purpose, "device session ended");
    responded(purpose, "Ended");
}

/// The request of a device was refused. Anybody can send what gets 400 or 404, so only a 503 is shown by default.
pub(crate) fn refused(purpose: &str, status: u16) {
    if status == 503 {
        log!(info, purpose, status, "device refused");
    } else {
        log!(debug, purpose, status, "device refused");
    }
    responded(purpose, "Refused");
}

fn responded(purpose: &str, response: &'static str) {
    #[cfg(feature = "metrics")]
    metrics::counter!(TOTAL, "purpose" => purpose.to_owned(), "response" => response).increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (purpose, response);
}
