//! Responses of the two endpoints.

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE},
};
use serde_json::json;

use super::events;

/// Response of an endpoint, as plain data.
pub(crate) struct DeviceResponse {
    kind: ResponseKind,
    set_cookies: Vec<String>,
    /// Value of `Secure-Session-Challenge`.
    challenge: Option<String>,
    /// JSON text.
    body: Option<String>,
}

#[derive(Clone, Copy)]
enum ResponseKind {
    Registered,
    Refreshed,
    /// The browser has to send a proof.
    Challenged,
    /// The browser has to drop its key.
    Ended,
    /// The request is refused with this status.
    Refused(u16),
}

impl DeviceResponse {
    fn new(kind: ResponseKind, set_cookies: Vec<String>) -> DeviceResponse {
        DeviceResponse {
            kind,
            set_cookies,
            challenge: None,
            body: None,
        }
    }

    pub(crate) fn registered(bound_cookie: String, instructions: String) -> DeviceResponse {
        DeviceResponse {
            body: Some(instructions),
            ..DeviceResponse::new(ResponseKind::Registered, vec![bound_cookie])
        }
    }

    pub(crate) fn refreshed(bound_cookie: String) -> DeviceResponse {
        DeviceResponse::new(ResponseKind::Refreshed, vec![bound_cookie])
    }

    /// Asks for a proof. The identifier has opened, so it is base64url.
    pub(crate) fn challenged(identifier: &[u8], challenge: &str) -> DeviceResponse {
        let identifier = String::from_utf8_lossy(identifier);
        DeviceResponse {
            challenge: Some(format!(r#""{challenge}";id="{identifier}""#)),
            ..DeviceResponse::new(ResponseKind::Challenged, Vec::new())
        }
    }

    /// Tells the browser to drop its key. The identifier has opened, or its head was read, so it is base64url.
    pub(crate) fn ended(identifier: &[u8], set_cookies: Vec<String>) -> DeviceResponse {
        let identifier = String::from_utf8_lossy(identifier);
        let body = json!({"session_identifier": identifier, "continue": false});
        DeviceResponse {
            body: Some(body.to_string()),
            ..DeviceResponse::new(ResponseKind::Ended, set_cookies)
        }
    }

    pub(crate) fn refused(status: u16) -> DeviceResponse {
        DeviceResponse::new(ResponseKind::Refused(status), Vec::new())
    }

    /// Refuses the request for now. The browser keeps its key and asks again.
    pub(crate) fn later() -> DeviceResponse {
        DeviceResponse::refused(503)
    }

    fn status(&self) -> u16 {
        match self.kind {
            ResponseKind::Registered | ResponseKind::Refreshed | ResponseKind::Ended => 200,
            ResponseKind::Challenged => 403,
            ResponseKind::Refused(status) => status,
        }
    }

    /// Logs and counts the response, and makes it one of the crate `http`.
    pub(crate) fn into_http(self, purpose: &str) -> Response<String> {
        match self.kind {
            ResponseKind::Registered => events::registered(purpose),
            ResponseKind::Refreshed => events::refreshed(purpose),
            ResponseKind::Challenged => events::challenged(purpose),
            ResponseKind::Ended => events::ended(purpose),
            ResponseKind::Refused(status) => events::refused(purpose, status),
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
