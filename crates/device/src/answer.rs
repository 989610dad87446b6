//! Answers of the two endpoints.

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE},
};
use serde_json::json;

use super::events;

/// Response of an endpoint, as plain data.
pub(crate) struct DeviceAnswer {
    kind: AnswerKind,
    set_cookies: Vec<String>,
    /// Value of `Secure-Session-Challenge`.
    challenge: Option<String>,
    /// JSON text.
    body: Option<String>,
}

#[derive(Clone, Copy)]
enum AnswerKind {
    Registered,
    Refreshed,
    /// The browser has to send a proof.
    Challenged,
    /// The browser has to drop its key.
    Ended,
    /// The request is refused with this status.
    Refused(u16),
}

impl DeviceAnswer {
    fn new(kind: AnswerKind, set_cookies: Vec<String>) -> DeviceAnswer {
        DeviceAnswer {
            kind,
            set_cookies,
            challenge: None,
            body: None,
        }
    }

    pub(crate) fn registered(bound_cookie: String, instructions: String) -> DeviceAnswer {
        DeviceAnswer {
            body: Some(instructions),
            ..DeviceAnswer::new(AnswerKind::Registered, vec![bound_cookie])
        }
    }

    pub(crate) fn refreshed(bound_cookie: String) -> DeviceAnswer {
        DeviceAnswer::new(AnswerKind::Refreshed, vec![bound_cookie])
    }

    /// Asks for a proof. The identifier has opened, so it is base64url.
    pub(crate) fn challenged(identifier: &[u8], challenge: &str) -> DeviceAnswer {
        let identifier = String::from_utf8_lossy(identifier);
        DeviceAnswer {
            challenge: Some(format!(r#""{challenge}";id="{identifier}""#)),
            ..DeviceAnswer::new(AnswerKind::Challenged, Vec::new())
        }
    }

    /// Tells the browser to drop its key. The identifier has opened, or its head was read, so it is base64url.
    pub(crate) fn ended(identifier: &[u8], set_cookies: Vec<String>) -> DeviceAnswer {
        let identifier = String::from_utf8_lossy(identifier);
        let body = json!({"session_identifier": identifier, "continue": false});
        DeviceAnswer {
            body: Some(body.to_string()),
            ..DeviceAnswer::new(AnswerKind::Ended, set_cookies)
        }
    }

    pub(crate) fn refused(status: u16) -> DeviceAnswer {
        DeviceAnswer::new(AnswerKind::Refused(status), Vec::new())
    }

    /// Refuses the request for now. The browser keeps its key and asks again.
    pub(crate) fn later() -> DeviceAnswer {
        DeviceAnswer::refused(503)
    }

    fn status(&self) -> u16 {
        match self.kind {
            AnswerKind::Registered | AnswerKind::Refreshed | AnswerKind::Ended => 200,
            AnswerKind::Challenged => 403,
            AnswerKind::Refused(status) => status,
        }
    }

    /// Logs and counts the answer, and makes the response.
    pub(crate) fn respond(self, purpose: &str) -> Response<String> {
        match self.kind {
            AnswerKind::Registered => events::registered(purpose),
            AnswerKind::Refreshed => events::refreshed(purpose),
            AnswerKind::Challenged => events::challenged(purpose),
            AnswerKind::Ended => events::ended(purpose),
            AnswerKind::Refused(_) => events::refused(purpose),
        }
        let status = StatusCode::from_u16(self.status()).expect("it is a known status");
        let mut fields = HeaderMap::new();
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.body.is_some() {
            fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            fields.insert(RETRY_AFTER, HeaderValue::from_static("10"));
        }
        if let Some(challenge) = self.challenge {
            fields.insert(CHALLENGE, sensitive(&challenge));
        }
        for field in self.set_cookies {
            fields.append(SET_COOKIE, sensitive(&field));
        }
        let mut response = Response::new(self.body.unwrap_or_default());
        (*response.status_mut(), *response.headers_mut()) = (status, fields);
        response
    }
}

/// Makes a value that is kept out of logs and of HTTP/2's compression tables.
fn sensitive(text: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(text).expect("visible ASCII");
    value.set_sensitive(true);
    value
}

const CHALLENGE: HeaderName = HeaderName::from_static("secure-session-challenge");
