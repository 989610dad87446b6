//! Companion of sessions that are bound to devices.

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hardtack::{
    ConfigError, Context,
    companion::{Admission, Companion, ReceivedSession, Seal, Setup},
    session::{SaveError, SessionId, SessionInfo},
};
use http::{Response, request::Parts};
use sha2::{Digest, Sha256};

use super::{
    cookies::{self, DeviceCookies},
    endpoint::Endpoint,
    es256::PublicKey,
    options::DeviceBound,
    response::DeviceResponse,
};

/// Id of a device: a hash of its key and of the session id for which the key was registered (docs/devices.md § 16.2).
pub(crate) type DeviceId = [u8; 16];

/// Seals and settings of the devices of one cookie.
#[derive(Debug)]
pub(crate) struct Devices {
    pub(crate) bound: Seal,
    pub(crate) identifier: Seal,
    pub(crate) offer: Seal,
    pub(crate) challenge: Seal,
    pub(crate) settings: DeviceBound,
    pub(crate) cookies: DeviceCookies,
}

impl Devices {
    /// Checks the settings together with the cookie's, and derives the keys of docs/devices.md § 16.2.
    pub(crate) fn new(settings: &DeviceBound, setup: &Setup<'_>) -> Result<Devices, ConfigError> {
        if let Some(mistake) = settings.mistake(setup.name().as_str(), &setup.attributes()) {
            return Err(setup.mistake("device_bound", mistake));
        }
        Ok(Devices {
            bound: setup.seal("bound", Some(settings.bound_for))?,
            identifier: setup.seal("identifier", None)?,
            offer: setup.seal("registration", Some(settings.offer_for()))?,
            challenge: setup.seal("challenge", Some(settings.challenge_for))?,
            settings: settings.clone(),
            cookies: DeviceCookies::new(setup),
        })
    }

    pub(crate) fn set_bound(
        &self,
        context: &Context,
        device: DeviceId,
        id: SessionId,
        now: SystemTime,
    ) -> Result<String, SaveError> {
        let token = self.bound.seal(context, id, now, &device, now)?;
        let seconds = self.settings.bound_for.as_secs();
        Ok(self.cookies.set_bound(&tag(&device), &token, seconds))
    }
}

impl Companion for Devices {
    fn reads(&self) -> fn(&str) -> bool {
        cookies::is_bound
    }

    /// Follows docs/devices.md § 16.3.
    fn judge(
        &self,
        context: &Context,
        session: &SessionInfo,
        cookies: &[(String, Vec<u8>)],
        now: SystemTime,
    ) -> Option<Admission> {
        let opened = |token: &[u8]| self.bound.open::<16>(context, token, now).ok();
        let proof = match session.device {
            Some(device) => {
                let tag = tag(&device);
                let mut bound = cookies::of_tag(cookies, &tag).filter_map(opened);
                bound.find(|(_, _, payload)| *payload == device)
            }
            None => {
                let mut bound = cookies::youngest(cookies).filter_map(opened);
                bound.find(|(id, ..)| session.id == Some(*id))
            }
        };
        if let Some((_, bound_cookie, device)) = proof {
            return Some(Admission {
                device: Some(device),
                until: after(bound_cookie.created_at, self.settings.bound_for),
            });
        }
        let grace = self.settings.grace();
        let until = grace.and_then(|grace| after(session.created_at, grace));
        let is_admitted = session.device.is_none() && until.is_none_or(|end| now < end);
        is_admitted.then_some(Admission {
            device: None,
            until,
        })
    }

    fn fields(
        &self,
        context: &Context,
        departed: Option<&SessionInfo>,
        renewed: Option<SessionId>,
        now: SystemTime,
    ) -> Result<Vec<(&'static str, String)>, SaveError> {
        let mut fields = Vec::new();
        let set_cookie = |field| (SET_COOKIE, field);
        match departed.map(|session| (session.device, session.id, session.created_at)) {
            // The mark stays in the browser, and tells the next refresh, from any site, that the session has ended.
            Some((Some(device), ..)) => {
                let tag = tag(&device);
                fields.push(set_cookie(self.cookies.expire_bound(&tag)));
                fields.push(set_cookie(self.cookies.set_mark(&tag, MARKED_FOR)));
            }
            // A registration for an id that the session no longer has would be useless. This mark lets the endpoint refuse it.
            Some((None, Some(id), issued)) if self.settings.offers => {
                let offered_until = after(issued, self.settings.offer_for());
                let left = offered_until.and_then(|end| end.duration_since(now).ok());
                if let Some(seconds) = left.map(|left| left.as_secs()).filter(|left| *left > 0) {
                    let tag = tag(id.as_bytes());
                    fields.push(set_cookie(self.cookies.set_mark(&tag, seconds)));
                }
            }
            _ => {}
        }
        if let Some(id) = renewed.filter(|_| self.settings.offers) {
            let challenge = self.offer.seal(context, id, now, &[], now)?;
            let path = self.settings.path_of(Endpoint::Register);
            let offer = format!(r#"(ES256);path="{path}";challenge="{challenge}""#);
            fields.push((REGISTRATION, offer));
        }
        Ok(fields)
    }

    fn responds_to(&self, method: &str, path: &str) -> bool {
        method == "POST" && self.settings.endpoint_at(path).is_some()
    }

    fn respond(
        &self,
        request: &Parts,
        received: Option<&mut ReceivedSession<'_>>,
    ) -> Response<String> {
        let response = match (self.settings.endpoint_at(request.uri.path()), received) {
            (Some(endpoint), Some(received)) => self.respond_to(endpoint, request, received),
            // The request belongs to no context. An instance that knows its tenant may answer it later.
            _ => DeviceResponse::later(),
        };
        response.into_http(self.cookies.session())
    }
}

/// Returns the device of `key`, which was registered for this id: `SHA-256(key || id)[0..16]`.
pub(crate) fn device_id(key: &PublicKey, id: SessionId) -> DeviceId {
    let hash = Sha256::new()
        .chain_update(key.to_bytes())
        .chain_update(id.as_bytes())
        .finalize();
    std::array::from_fn(|i| hash[i])
}

/// Returns the part of a cookie's name for a device or a session's id: `base64url(SHA-256(x)[0..6])`.
pub(crate) fn tag(of: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(of)[..6])
}

/// Returns the time that is `duration`, in whole seconds, after `time`, or `None` if `SystemTime` cannot hold it.
fn after(time: SystemTime, duration: Duration) -> Option<SystemTime> {
    time.checked_add(Duration::from_secs(duration.as_secs()))
}

const SET_COOKIE: &str = "set-cookie";
const REGISTRATION: &str = "secure-session-registration";
/// Seconds for which a browser keeps the mark of a bound session that has ended.
const MARKED_FOR: u64 = 86_400;
