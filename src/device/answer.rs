//! The answers of the two endpoints, as plain data.

use serde_json::json;

use super::events::DeviceEvent;
use crate::state::DeviceId;

/// The response of an endpoint.
#[derive(Default)]
pub(crate) struct DeviceAnswer {
    pub(crate) status: u16,
    pub(crate) set_cookies: Vec<String>,
    /// `Secure-Session-Challenge`.
    pub(crate) challenge: Option<String>,
    /// JSON.
    pub(crate) body: Option<String>,
    /// The device that the session beside the request is bound to from now on.
    pub(crate) binds: Option<DeviceId>,
    pub(super) event: DeviceEvent,
}

impl DeviceAnswer {
    pub(super) fn registered(bound_cookie: String, instructions: String) -> DeviceAnswer {
        DeviceAnswer {
            status: 200,
            set_cookies: vec![bound_cookie],
            body: Some(instructions),
            event: DeviceEvent::Registered,
            ..DeviceAnswer::default()
        }
    }

    pub(super) fn refreshed(bound_cookie: String) -> DeviceAnswer {
        DeviceAnswer {
            status: 200,
            set_cookies: vec![bound_cookie],
            event: DeviceEvent::Refreshed,
            ..DeviceAnswer::default()
        }
    }

    /// Asks for a proof. Nothing about the last one is told.
    pub(super) fn challenged(challenge: &str, identifier: &[u8]) -> DeviceAnswer {
        let identifier = String::from_utf8_lossy(identifier);
        DeviceAnswer {
            status: 403,
            challenge: Some(format!(r#""{challenge}";id="{identifier}""#)),
            event: DeviceEvent::Challenged,
            ..DeviceAnswer::default()
        }
    }

    /// Tells the browser to drop its key. The identifier has opened, or its head was read, so it is base64url.
    pub(super) fn ended(identifier: &[u8], set_cookies: Vec<String>) -> DeviceAnswer {
        let identifier = String::from_utf8_lossy(identifier);
        DeviceAnswer {
            status: 200,
            set_cookies,
            body: Some(json!({"session_identifier": identifier, "continue": false}).to_string()),
            event: DeviceEvent::Ended,
            ..DeviceAnswer::default()
        }
    }

    pub(super) fn refused(status: u16) -> DeviceAnswer {
        DeviceAnswer {
            status,
            ..DeviceAnswer::default()
        }
    }

    /// Refuses for now: the browser keeps its key and asks again.
    pub(crate) fn later() -> DeviceAnswer {
        DeviceAnswer::refused(503)
    }

    pub(crate) fn tell(&self, purpose: &str) {
        self.event.tell(purpose);
    }
}
