//! Events for `tracing`, with that feature. None contains a token.

/// The event of an answer, for logs and metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DeviceEvent {
    Registered,
    Refreshed,
    /// A challenge was sent.
    Challenged,
    /// The browser was told to drop the key.
    Ended,
    #[default]
    Refused,
}

impl DeviceEvent {
    pub(super) fn tell(self, purpose: &str) {
        #[cfg(feature = "tracing")]
        match self {
            DeviceEvent::Registered => tracing::debug!(purpose, "device registered"),
            DeviceEvent::Refreshed => tracing::debug!(purpose, "device refreshed"),
            DeviceEvent::Challenged => tracing::trace!(purpose, "device challenged"),
            DeviceEvent::Ended => tracing::debug!(purpose, "device session ended"),
            DeviceEvent::Refused => tracing::info!(purpose, "device refused"),
        }
        #[cfg(not(feature = "tracing"))]
        let _ = purpose;
    }
}
