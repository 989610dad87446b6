//! Answers of the two endpoints, as plain data.

use serde_json::json;

use crate::{events, state::DeviceId};

/// Response of an endpoint.
pub(crate) struct DeviceAnswer {
    pub(super) kind: AnswerKind,
    pub(crate) set_cookies: Vec<String>,
    /// `Secure-Session-Challenge`.
    pub(crate) challenge: Option<String>,
    /// JSON.
    pub(crate) body: Option<String>,
    /// Device that a session beside the request is bound to from now on.
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

    /// Tells logs and metrics.
    pub(crate) fn tell(&self, purpose: &str) {
        match self.kind {
            AnswerKind::Registered => events::device_registered(purpose),
            AnswerKind::Refreshed => events::device_refreshed(purpose),
            AnswerKind::Challenged => events::device_challenged(purpose),
            AnswerKind::Ended => events::device_ended(purpose),
            AnswerKind::Refused(_) => events::device_refused(purpose),
        }
    }
}
