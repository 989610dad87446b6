//! The answers of the two endpoints, as plain data.

use serde_json::json;

#[cfg(feature = "metrics")]
use crate::base::metrics::DEVICE_ANSWERS;
use crate::state::DeviceId;

/// The response of an endpoint.
pub(crate) struct DeviceAnswer {
    pub(super) kind: AnswerKind,
    pub(crate) set_cookies: Vec<String>,
    /// `Secure-Session-Challenge`.
    pub(crate) challenge: Option<String>,
    /// JSON.
    pub(crate) body: Option<String>,
    /// The device that a session beside the request is bound to from now on.
    pub(crate) binds: Option<DeviceId>,
}

#[derive(Clone, Copy)]
pub(super) enum AnswerKind {
    Registered,
    Refreshed,
    /// The browser has to send a proof.
    Challenged,
    /// The browser has to drop its key.
    Ended,
    /// With this status.
    Refused(u16),
}

impl DeviceAnswer {
    pub(super) fn new(kind: AnswerKind, set_cookies: Vec<String>) -> DeviceAnswer {
        DeviceAnswer {
            kind,
            set_cookies,
            challenge: None,
            body: None,
            binds: None,
        }
    }

    /// Tells the browser to drop its key. The identifier has opened, or its head was read, so it is base64url.
    pub(super) fn ended(identifier: &[u8], set_cookies: Vec<String>) -> DeviceAnswer {
        let identifier = String::from_utf8_lossy(identifier);
        let body = json!({"session_identifier": identifier, "continue": false});
        DeviceAnswer {
            body: Some(body.to_string()),
            ..DeviceAnswer::new(AnswerKind::Ended, set_cookies)
        }
    }

    pub(super) fn refused(status: u16) -> DeviceAnswer {
        DeviceAnswer::new(AnswerKind::Refused(status), Vec::new())
    }

    /// Refuses for now: the browser keeps its key and asks again.
    pub(crate) fn later() -> DeviceAnswer {
        DeviceAnswer::refused(503)
    }

    pub(crate) fn status(&self) -> u16 {
        match self.kind {
            AnswerKind::Registered | AnswerKind::Refreshed | AnswerKind::Ended => 200,
            AnswerKind::Challenged => 403,
            AnswerKind::Refused(status) => status,
        }
    }

    /// Writes the event of the answer, with feature `tracing`, and counts it, with feature `metrics`. Neither contains a
    /// token.
    pub(crate) fn tell(&self, purpose: &str) {
        #[cfg(feature = "tracing")]
        match self.kind {
            AnswerKind::Registered => tracing::debug!(purpose, "device registered"),
            AnswerKind::Refreshed => tracing::debug!(purpose, "device refreshed"),
            AnswerKind::Challenged => tracing::trace!(purpose, "device challenged"),
            AnswerKind::Ended => tracing::debug!(purpose, "device session ended"),
            AnswerKind::Refused(_) => tracing::info!(purpose, "device refused"),
        }
        #[cfg(feature = "metrics")]
        metrics::counter!(DEVICE_ANSWERS, "purpose" => purpose.to_owned(), "answer" => self.kind.name())
            .increment(1);
        #[cfg(not(any(feature = "metrics", feature = "tracing")))]
        let _ = purpose;
    }
}

#[cfg(feature = "metrics")]
impl AnswerKind {
    fn name(self) -> &'static str {
        match self {
            AnswerKind::Registered => "Registered",
            AnswerKind::Refreshed => "Refreshed",
            AnswerKind::Challenged => "Challenged",
            AnswerKind::Ended => "Ended",
            AnswerKind::Refused(_) => "Refused",
        }
    }
}
