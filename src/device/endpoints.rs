//! The two requests of a browser: to register a key, and to prove it again.
//!
//! Neither depends on a cookie, because after a link from another site the browser sends none (SPEC.md § 16).

use serde_json::json;

use super::{
    Devices, Initiators, IsAlive, issued,
    proof::{self, Proof},
    seals::{Unsealed, device_field},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    crypto::{
        es256::{KEY_LEN, PublicKey},
        random::RandomError,
    },
    state::{DeviceField, DeviceName, Metadata, Sid},
    token::Context,
};

/// The two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Register,
    Refresh,
}

/// A request to one of the endpoints.
pub(crate) struct DeviceRequest<'a> {
    /// `Secure-Session-Response`.
    pub(crate) proof: Option<&'a [u8]>,
    /// `Sec-Secure-Session-Id`.
    pub(crate) identifier: Option<&'a [u8]>,
    /// The host of the request.
    pub(crate) host: Option<&'a str>,
    /// The session that the request carries, or the reason for which it does not open.
    pub(crate) session: Option<Result<Metadata, Reason>>,
    /// The `Cookie` fields have a cookie of this name.
    pub(crate) has_cookie: &'a dyn Fn(&str) -> bool,
    pub(crate) context: &'a Context,
    pub(crate) now: UnixSeconds,
}

/// The response of an endpoint.
#[derive(Default)]
pub(crate) struct DeviceAnswer {
    pub(crate) status: u16,
    pub(crate) set_cookies: Vec<String>,
    /// `Secure-Session-Challenge`.
    pub(crate) challenge: Option<String>,
    /// JSON.
    pub(crate) body: Option<String>,
    pub(crate) event: DeviceEvent,
}

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

impl Devices {
    /// Returns the endpoint at a path.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Endpoint> {
        match path.strip_prefix(self.options.path())? {
            "/register" => Some(Endpoint::Register),
            "/refresh" => Some(Endpoint::Refresh),
            _ => None,
        }
    }

    pub(crate) fn answer(
        &self,
        endpoint: Endpoint,
        request: &DeviceRequest<'_>,
        is_alive: IsAlive<'_>,
    ) -> DeviceAnswer {
        match endpoint {
            Endpoint::Register => self.register(request, is_alive),
            Endpoint::Refresh => self.refresh(request, is_alive),
        }
    }

    fn register(&self, request: &DeviceRequest<'_>, is_alive: IsAlive<'_>) -> DeviceAnswer {
        let challenged = |proof: &Proof| {
            let token = proof.challenge.as_bytes();
            let challenge: Unsealed<0> = self
                .registration
                .open(request.context, token, request.now)
                .ok()?;
            let is_young = self.is_young(&challenge.metadata, REGISTER_WITHIN, request.now);
            let is_out = (request.has_cookie)(&self.out_name(DeviceName::Pending(challenge.sid)));
            let is_alive = || is_alive(&challenge.metadata, challenge.key_id);
            (is_young && !is_out && is_alive()).then_some(challenge)
        };
        let text = unquoted(request.proof);
        let path = self.options.register_path();
        let registered = || {
            // First, because a signature takes much longer to verify than an offer to open, and anybody may send one.
            let challenge = challenged(&proof::unverified(text)?)?;
            let (key, proof) = proof::registration(text).ok()?;
            self.is_for(&proof, &path, request)
                .then_some((key, challenge))
        };
        let Some((key, challenge)) = registered() else {
            return DeviceAnswer::refused(400);
        };
        let answer = self.accept(&key, &challenge, request);
        answer.unwrap_or_else(|_| DeviceAnswer::later())
    }

    fn accept(
        &self,
        key: &PublicKey,
        challenge: &Unsealed<0>,
        request: &DeviceRequest<'_>,
    ) -> Result<DeviceAnswer, RandomError> {
        let DeviceRequest { context, now, .. } = *request;
        let identifier =
            self.identifier
                .seal(context, &challenge.metadata, &key.to_bytes(), now)?;
        let device = device_field(key, challenge.sid);
        Ok(DeviceAnswer {
            status: 200,
            set_cookies: vec![self.bound_cookie(device, challenge.sid, request)?],
            body: Some(self.instructions(&identifier, device)),
            event: DeviceEvent::Registered,
            ..DeviceAnswer::default()
        })
    }

    fn refresh(&self, request: &DeviceRequest<'_>, is_alive: IsAlive<'_>) -> DeviceAnswer {
        let text = unquoted(request.identifier);
        let DeviceRequest { context, now, .. } = *request;
        let identifier: Unsealed<KEY_LEN> = match self.identifier.open(context, text, now) {
            Ok(identifier) => identifier,
            // Another instance may have this key already, so the browser keeps its own.
            Err(Reason::UnknownKey) => return DeviceAnswer::later(),
            Err(Reason::RetiredKey) => return DeviceAnswer::end(text, Vec::new()),
            Err(_) => return DeviceAnswer::refused(404),
        };
        let sid = identifier.sid;
        let Some(key) = PublicKey::from_bytes(&identifier.payload) else {
            return DeviceAnswer::refused(404);
        };
        let alive = || is_alive(&identifier.metadata, identifier.key_id);
        let device = device_field(&key, sid);
        let marks = [DeviceName::Bound(device), DeviceName::Pending(sid)];
        let carried = marks
            .into_iter()
            .filter(|mark| (request.has_cookie)(&self.out_name(*mark)));
        let left: Vec<_> = carried.map(|mark| self.expire_out(mark)).collect();
        let goes_on = match &request.session {
            // It opened, perhaps under a newer id than the one that the key was registered for.
            Some(Ok(session)) if session.device == Some(device) => true,
            Some(Ok(session)) if is_bound(session) || session.sid != Some(sid) => false,
            Some(Err(Reason::Revoked)) => false,
            _ => alive(),
        };
        if !left.is_empty() || !goes_on {
            let fields = [vec![self.expire_bound(device)], left].concat();
            return DeviceAnswer::end(text, fields);
        }
        let answer = if self.is_proven(&key, sid, request) {
            self.bound_cookie(device, sid, request)
                .map(|cookie| DeviceAnswer {
                    status: 200,
                    set_cookies: vec![cookie],
                    event: DeviceEvent::Refreshed,
                    ..DeviceAnswer::default()
                })
        } else {
            self.ask(text, sid, request)
        };
        answer.unwrap_or_else(|_| DeviceAnswer::later())
    }

    /// Asks for a proof. Nothing about the last one is told.
    fn ask(
        &self,
        identifier: &[u8],
        sid: Sid,
        request: &DeviceRequest<'_>,
    ) -> Result<DeviceAnswer, RandomError> {
        let metadata = issued(sid, request.now);
        let challenge = self
            .challenge
            .seal(request.context, &metadata, &[], request.now)?;
        let identifier = String::from_utf8_lossy(identifier);
        Ok(DeviceAnswer {
            status: 403,
            challenge: Some(format!(r#""{challenge}";id="{identifier}""#)),
            event: DeviceEvent::Challenged,
            ..DeviceAnswer::default()
        })
    }

    /// Returns `true` if the request proves `key`, by a young challenge for this session.
    fn is_proven(&self, key: &PublicKey, sid: Sid, request: &DeviceRequest<'_>) -> bool {
        let Ok(proof) = proof::refresh(unquoted(request.proof), key) else {
            return false;
        };
        let token = proof.challenge.as_bytes();
        let challenge = self
            .challenge
            .open::<0>(request.context, token, request.now);
        challenge.is_ok_and(|challenge| {
            challenge.sid == sid
                && self.is_young(&challenge.metadata, self.options.challenge_for, request.now)
                && self.is_for(&proof, &self.options.refresh_path(), request)
        })
    }

    /// Returns `true` if the proof was made for this endpoint, or for none.
    fn is_for(&self, proof: &Proof, path: &str, request: &DeviceRequest<'_>) -> bool {
        let Some(audience) = &proof.audience else {
            return true;
        };
        let origin = match (&self.options.origin, request.host) {
            (Some(origin), _) => origin.clone(),
            (None, Some(host)) => format!("https://{host}"),
            (None, None) => return false,
        };
        audience.strip_prefix(&origin) == Some(path)
    }

    fn bound_cookie(
        &self,
        device: DeviceField,
        sid: Sid,
        request: &DeviceRequest<'_>,
    ) -> Result<String, RandomError> {
        let DeviceRequest { context, now, .. } = *request;
        let token = self
            .bound
            .seal(context, &issued(sid, now), &device.0, now)?;
        Ok(self.set_bound(&token, device))
    }

    /// The instructions for the browser.
    fn instructions(&self, identifier: &str, device: DeviceField) -> String {
        let excluded = self.options.excluded.iter();
        let excluded: Vec<_> = excluded
            .map(|path| json!({"type": "exclude", "domain": "*", "path": path}))
            .collect();
        let initiators: &[&str] = match self.options.initiators {
            Initiators::Any => &["*"],
            Initiators::SameSite => &[],
        };
        json!({
            "session_identifier": identifier,
            "refresh_url": self.options.refresh_path(),
            "scope": {"include_site": false, "scope_specification": excluded},
            "credentials": [{
                "type": "cookie",
                "name": self.bound_name(device),
                "attributes": self.attributes.trim_start_matches("; "),
            }],
            "allowed_refresh_initiators": initiators,
        })
        .to_string()
    }
}

impl DeviceAnswer {
    fn refused(status: u16) -> DeviceAnswer {
        DeviceAnswer {
            status,
            ..DeviceAnswer::default()
        }
    }

    /// Refuses for now: the browser keeps its key and asks again.
    pub(crate) fn later() -> DeviceAnswer {
        DeviceAnswer::refused(503)
    }

    /// Tells the browser to drop its key. The identifier has opened, or its head was read, so it is base64url.
    fn end(identifier: &[u8], set_cookies: Vec<String>) -> DeviceAnswer {
        let identifier = String::from_utf8_lossy(identifier);
        DeviceAnswer {
            status: 200,
            set_cookies,
            body: Some(json!({"session_identifier": identifier, "continue": false}).to_string()),
            event: DeviceEvent::Ended,
            ..DeviceAnswer::default()
        }
    }
}

fn is_bound(session: &Metadata) -> bool {
    session
        .device
        .is_some_and(|device| device != DeviceField::PENDING)
}

/// A field value without the quotes that the draft requires and Chromium omits. A missing one is empty.
fn unquoted(field: Option<&[u8]>) -> &[u8] {
    match field {
        Some([b'"', inner @ .., b'"']) => inner,
        Some(bare) => bare,
        None => &[],
    }
}

/// Seconds. A browser registers at once, but a key in hardware takes its time.
const REGISTER_WITHIN: u64 = 300;
