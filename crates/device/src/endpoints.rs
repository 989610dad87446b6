//! Requests by which a browser registers a device and proves it again (docs/devices.md § 16.6).
//!
//! Neither depends on a cookie, because after a link from another site the browser sends only cookies with
//! `SameSite=None`.

use hardtack::{
    companion::{Opened, ReceivedSession},
    packages::{origin_with_tls, unquoted},
    session::{Reason, SaveError, SessionId, SessionInfo},
};
use http::{HeaderName, HeaderValue, request::Parts};
use serde_json::json;

use super::{
    devices::{DeviceId, Devices, device_id, tag},
    endpoint::Endpoint,
    es256::{KEY_LEN, PublicKey},
    options::Initiators,
    proof::Proof,
    response::DeviceResponse,
};

/// A request to one of the endpoints.
struct DeviceRequest<'a> {
    endpoint: Endpoint,
    parts: &'a Parts,
    /// Value of `Secure-Session-Response`.
    proof: &'a [u8],
    /// Value of `Sec-Secure-Session-Id`.
    identifier: &'a [u8],
}

/// Session that a request is about, as its offer or identifier names it.
struct Subject<'a> {
    id: SessionId,
    /// The session. `created_at` is the time of its sign-in, at which the offer was sealed.
    session: SessionInfo,
    named_by: NamedBy<'a>,
}

/// Offer or identifier by which a request named its session.
enum NamedBy<'a> {
    /// The offer in this proof of a new device.
    Offer(Proof<'a>),
    /// The identifier of this device, with its key.
    Identifier(PublicKey, DeviceId),
}

impl Devices {
    pub(crate) fn respond_to(
        &self,
        endpoint: Endpoint,
        parts: &Parts,
        received: &mut ReceivedSession<'_>,
    ) -> DeviceResponse {
        // The draft requires quotes, and Chromium omits them.
        let field = |name| {
            let field = parts.headers.get(name).map(HeaderValue::as_bytes);
            unquoted(field.unwrap_or_default())
        };
        let request = DeviceRequest {
            endpoint,
            parts,
            proof: field(RESPONSE),
            identifier: field(SESSION_ID),
        };
        let subject = match endpoint {
            Endpoint::Register => self.offered(&request, received),
            Endpoint::Refresh => self.identified(&request, received),
        };
        let response = subject.map(|subject| self.respond_about(&subject, &request, received));
        match response {
            Ok(Ok(response)) | Err(response) => response,
            Ok(Err(_)) => DeviceResponse::later(),
        }
    }

    /// Answers a request about `subject`. If the session has ended, refuses a registration, and answers a refresh that
    /// the session has ended.
    fn respond_about(
        &self,
        subject: &Subject<'_>,
        request: &DeviceRequest<'_>,
        received: &mut ReceivedSession<'_>,
    ) -> Result<DeviceResponse, SaveError> {
        let Opened {
            is_alive, arrived, ..
        } = received.open(&subject.session);
        let marks = self.marks(subject, request);
        let may_live = marks.is_empty() && subject.may_live(is_alive, arrived.as_ref());
        match &subject.named_by {
            NamedBy::Offer(proof) if may_live => self.register(subject, proof, request, received),
            NamedBy::Offer(_) => Ok(DeviceResponse::refused(400)),
            NamedBy::Identifier(key, device) if may_live => {
                self.refresh(subject.id, (key, *device), request, received)
            }
            NamedBy::Identifier(_, device) => {
                let bound = self.cookies.expire_bound(&tag(device));
                let marks = marks.iter().map(|tag| self.cookies.expire_mark(tag));
                let fields = [bound].into_iter().chain(marks).collect();
                Ok(DeviceResponse::ended(request.identifier, fields))
            }
        }
    }

    /// Returns the tags of the subject for which the request brought a mark.
    fn marks(&self, subject: &Subject<'_>, request: &DeviceRequest<'_>) -> Vec<String> {
        let of_id = tag(subject.id.as_bytes());
        let of_device = match &subject.named_by {
            NamedBy::Identifier(_, device) => Some(tag(device)),
            NamedBy::Offer(_) => None,
        };
        let tags = of_device.into_iter().chain([of_id]);
        tags.filter(|tag| self.cookies.has_mark(&request.parts.headers, tag))
            .collect()
    }

    /// Opens the offer. The signature is verified later, because this takes much longer and anyone may send one.
    fn offered<'a>(
        &self,
        request: &DeviceRequest<'a>,
        received: &ReceivedSession<'_>,
    ) -> Result<Subject<'a>, DeviceResponse> {
        let refused = || DeviceResponse::refused(400);
        let proof = Proof::parse(request.proof).map_err(|_| refused())?;
        let (context, token) = (received.context(), &proof.challenge);
        let offer = self.offer.open::<0>(context, token, received.now());
        let (id, session, _) = offer.map_err(|_| refused())?;
        Ok(Subject {
            id,
            session,
            named_by: NamedBy::Offer(proof),
        })
    }

    fn register(
        &self,
        offer: &Subject<'_>,
        proof: &Proof<'_>,
        request: &DeviceRequest<'_>,
        received: &mut ReceivedSession<'_>,
    ) -> Result<DeviceResponse, SaveError> {
        let key = proof.verify_registration().ok();
        let Some(key) = key.filter(|_| self.is_for(proof, request)) else {
            return Ok(DeviceResponse::refused(400));
        };
        let (context, now) = (received.context(), received.now());
        let device = device_id(&key, offer.id);
        let seal = &self.identifier;
        let issued = offer.session.created_at;
        let identifier = seal.seal(context, offer.id, issued, &key.to_bytes(), now)?;
        let bound_cookie = self.set_bound(context, device, offer.id, now)?;
        received.bind(device);
        let instructions = self.instructions(&identifier, device);
        Ok(DeviceResponse::registered(bound_cookie, instructions))
    }

    fn identified<'a>(
        &self,
        request: &DeviceRequest<'a>,
        received: &ReceivedSession<'_>,
    ) -> Result<Subject<'a>, DeviceResponse> {
        let text = request.identifier;
        let identifier = self
            .identifier
            .open(received.context(), text, received.now());
        let (id, session, key): (_, _, [u8; KEY_LEN]) =
            identifier.map_err(|reason| match reason {
                // Another instance may already have this key of the ring, so the browser keeps its own key.
                Reason::UnknownKey => DeviceResponse::later(),
                Reason::RetiredKey => DeviceResponse::ended(text, Vec::new()),
                _ => DeviceResponse::refused(404),
            })?;
        let key = PublicKey::from_bytes(&key).ok_or(DeviceResponse::refused(404))?;
        let device = device_id(&key, id);
        Ok(Subject {
            id,
            session,
            named_by: NamedBy::Identifier(key, device),
        })
    }

    fn refresh(
        &self,
        id: SessionId,
        (key, device): (&PublicKey, DeviceId),
        request: &DeviceRequest<'_>,
        received: &ReceivedSession<'_>,
    ) -> Result<DeviceResponse, SaveError> {
        let (context, now) = (received.context(), received.now());
        if self.is_proven(key, id, request, received) {
            let bound_cookie = self.set_bound(context, device, id, now)?;
            return Ok(DeviceResponse::refreshed(bound_cookie));
        }
        // The answer does not say what was wrong with the last proof.
        let challenge = self.challenge.seal(context, id, now, &[], now)?;
        Ok(DeviceResponse::challenged(request.identifier, &challenge))
    }

    /// Returns `true` if the request proves `key`, by a recent challenge for this session. The challenge is checked
    /// before the signature, as in a registration.
    fn is_proven(
        &self,
        key: &PublicKey,
        id: SessionId,
        request: &DeviceRequest<'_>,
        received: &ReceivedSession<'_>,
    ) -> bool {
        let Ok(proof) = Proof::parse(request.proof) else {
            return false;
        };
        let (context, token) = (received.context(), &proof.challenge);
        let challenge = self.challenge.open::<0>(context, token, received.now());
        let is_own = challenge.is_ok_and(|(of, ..)| of == id);
        is_own && proof.verify_refresh(key).is_ok() && self.is_for(&proof, request)
    }

    fn is_for(&self, proof: &Proof<'_>, request: &DeviceRequest<'_>) -> bool {
        let origin = self
            .settings
            .origin
            .clone()
            .or_else(|| origin_with_tls(request.parts));
        proof.is_for(origin.as_deref(), &self.settings.path_of(request.endpoint))
    }

    /// Returns the instructions for the browser.
    fn instructions(&self, identifier: &str, device: DeviceId) -> String {
        let settings = &self.settings;
        let exclude = |path| json!({"type": "exclude", "domain": "*", "path": path});
        let excluded: Vec<_> = settings.excluded.iter().map(exclude).collect();
        let initiators: &[&str] = match settings.initiators {
            Initiators::Any => &["*"],
            Initiators::SameSite => &[],
        };
        json!({
            "session_identifier": identifier,
            "refresh_url": self.settings.path_of(Endpoint::Refresh),
            "scope": {"include_site": false, "scope_specification": excluded},
            "credentials": [{
                "type": "cookie",
                "name": self.cookies.bound(&tag(&device)),
                "attributes": self.cookies.attributes(),
            }],
            "allowed_refresh_initiators": initiators,
        })
        .to_string()
    }
}

impl Subject<'_> {
    /// Returns `true` if the session may still be alive, and the session that came with the request does not show that
    /// it has ended.
    fn may_live(&self, is_alive: bool, arrived: Option<&SessionInfo>) -> bool {
        let is_its_device = |session: &SessionInfo| match self.named_by {
            NamedBy::Identifier(_, device) => session.device == Some(device),
            NamedBy::Offer(_) => false,
        };
        match arrived {
            // The session may have a newer id than the one that the key was registered for.
            Some(session) if is_its_device(session) => true,
            Some(session) => is_alive && self.may_bind(session),
            None => is_alive,
        }
    }

    /// Returns `true` if `session` is the subject's session, and does not belong to a device yet.
    fn may_bind(&self, session: &SessionInfo) -> bool {
        session.device.is_none() && session.id == Some(self.id)
    }
}

const RESPONSE: HeaderName = HeaderName::from_static("secure-session-response");
const SESSION_ID: HeaderName = HeaderName::from_static("sec-secure-session-id");

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use hardtack::{Clock, EncryptionKey, SessionCookie};
    use http::{HeaderMap, Request, Response, StatusCode, request::Parts};
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};

    use super::super::{BindToDevice, DeviceBound, es256::VERIFIED};

    fn asked(path: &str, fields: &[(&str, &str)]) -> Parts {
        let request = fields.iter().fold(Request::post(path), |request, field| {
            request.header(field.0, field.1)
        });
        let (parts, ()) = request.body(()).expect("a sound request").into_parts();
        parts
    }

    /// Returns a proof with `jwk`, which has its comma, in its header.
    fn proof(key: &SigningKey, jwk: &str, challenge: &str) -> String {
        let header = format!(r#"{{"alg":"ES256","typ":"dbsc+jwt"{jwk}}}"#);
        let parts = [header, format!(r#"{{"jti":"{challenge}"}}"#)];
        let signed = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let signature: Signature = key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    /// Anyone with an account may ask for challenges, so a signature is verified only if it answers one.
    #[test]
    fn a_challenge_is_checked_before_a_signature() {
        let keys = EncryptionKey::generate().expect("random bytes");
        let cookie = SessionCookie::encrypted(keys)
            .device_bound(DeviceBound::at("/.session"))
            .build()
            .expect("sound settings");
        let respond = |path: &str, fields: &[(&str, &str)]| -> (Response<String>, usize) {
            let before = VERIFIED.get();
            let response = cookie
                .respond(&asked(path, fields), Clock::system())
                .expect("an endpoint");
            (response, VERIFIED.get() - before)
        };
        let session = cookie.load(None::<&str>, Clock::system());
        session.renew().expect("random bytes");
        let mut fields = HeaderMap::new();
        let saved = cookie.save_to(&session, StatusCode::OK, &mut fields);
        saved.expect("it fits");
        let offer = fields["secure-session-registration"]
            .to_str()
            .expect("it was renewed")
            .split('"')
            .nth(3)
            .expect("a challenge");

        let key = SigningKey::from_slice(&[7; 32]).expect("a key");
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|c| URL_SAFE_NO_PAD.encode(c.expect("a point")));
        let jwk = format!(r#","jwk":{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
        let register = |challenge: &str| {
            let proof = proof(&key, &jwk, challenge);
            respond("/.session/register", &[("secure-session-response", &proof)])
        };
        let (refused, verified) = register("AAAA");
        assert_eq!((refused.status().as_u16(), verified), (400, 0));
        let (registered, verified) = register(offer);
        assert_eq!((registered.status().as_u16(), verified), (200, 1));

        let parts = registered.body().split('"');
        let identifier = parts.max_by_key(|part| part.len()).expect("an identifier");
        let refresh = |challenge: &str| {
            let proof = proof(&key, "", challenge);
            let fields = [
                ("sec-secure-session-id", identifier),
                ("secure-session-response", &*proof),
            ];
            respond("/.session/refresh", &fields)
        };
        let (challenged, verified) = refresh(offer);
        assert_eq!((challenged.status().as_u16(), verified), (403, 0));
        let challenge = challenged.headers()["secure-session-challenge"]
            .to_str()
            .expect("a text")
            .split('"')
            .nth(1);
        let (refreshed, verified) = refresh(challenge.expect("a challenge"));
        assert_eq!((refreshed.status().as_u16(), verified), (200, 1));
    }
}
