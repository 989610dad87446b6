//! Endpoints of sessions that are bound to a device. Feature `device-bound`.

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, SET_COOKIE},
    request::Parts,
};

#[cfg(feature = "tower")]
mod layer;

#[cfg(feature = "tower")]
pub use layer::DeviceLayer;

use super::{framework::Fields, host::Host};
use crate::{
    base::clock::Clock,
    carrier::SessionCookie,
    device::{DeviceAnswer, DeviceRequest, Devices, Endpoint, Facts, Subject},
    session::Stored,
    token::{Context, LONGEST_TOKEN},
};

/// With feature `device-bound`.
impl<T> SessionCookie<T> {
    /// Answers the two requests that a browser makes by itself for a session that is [bound to a
    /// device](crate::carrier::SessionCookieBuilder::device_bound). Returns `None` for any other request, which the
    /// application answers.
    ///
    /// Call this before any check for cross-site requests: these are POST requests without a token. In tower, axum and
    /// actix-web [`DeviceLayer`](crate::web::DeviceLayer) calls it. No body has to be read.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Clock, EncryptionKey, SessionCookie, device::DeviceBound};
    /// use http::Request;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .device_bound(DeviceBound::at("/.session"))
    ///     .build()?;
    /// let (request, ()) = Request::post("/.session/refresh").body(())?.into_parts();
    /// let response = cookie.answer_device(&request, Clock::system()).ok_or("it is ours")?;
    /// assert_eq!(response.status(), 404); // no browser asks without an identifier
    ///
    /// let (request, ()) = Request::post("/sign-in").body(())?.into_parts();
    /// assert!(cookie.answer_device(&request, Clock::system()).is_none());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn answer_device(
        &self,
        request: &Parts,
        clock: impl Into<Clock>,
    ) -> Option<Response<String>> {
        self.answer_device_in(Some(self.token.context()), request, &clock.into())
    }

    /// Returns the endpoint that a request is for.
    fn device_endpoint(&self, method: &str, path: &str) -> Option<Endpoint> {
        let devices = self.inner.companions.devices.as_ref()?;
        devices.endpoint(path).filter(|_| method == "POST")
    }

    /// Answers a request in this context. In none, an instance that knows the tenant may answer it later.
    pub(crate) fn answer_device_in(
        &self,
        context: Option<&Context>,
        request: &Parts,
        clock: &Clock,
    ) -> Option<Response<String>> {
        let endpoint = self.device_endpoint(request.method.as_str(), request.uri.path())?;
        let devices = self.inner.companions.devices.as_ref()?;
        let Some(context) = context else {
            return Some(self.respond(DeviceAnswer::later()));
        };
        let field = |name| request.headers.get(name).map(HeaderValue::as_bytes);
        let host = https_host_of(request);
        let asked = DeviceRequest {
            endpoint,
            proof: field(RESPONSE),
            identifier: field(SESSION_ID),
            host: host.as_deref(),
            context,
            now: clock.now(),
        };
        let answer = match devices.subject(&asked) {
            Ok(subject) => self.answer_about(devices, &subject, &asked, &request.headers),
            Err(refusal) => refusal,
        };
        Some(self.respond(answer))
    }

    /// Answers a request about `subject`, and stores the session beside it where that becomes bound.
    fn answer_about(
        &self,
        devices: &Devices,
        subject: &Subject<'_>,
        asked: &DeviceRequest<'_>,
        fields: &HeaderMap,
    ) -> DeviceAnswer {
        let (sealer, context, now) = (&self.token.sealer, asked.context, asked.now);
        let cookies = || fields.get_all(COOKIE);
        let mut values = self.inner.finder.find(cookies(), LONGEST_TOKEN);
        let named = (&subject.metadata(), subject.key_id);
        let keys = sealer.slot.keys();
        let (is_alive, came) = sealer.beside(&keys, context, named, &mut values, now);
        let facts = Facts {
            marks: devices.marks(subject, cookies),
            is_alive,
            beside: came.as_ref().map(|came| came.layout.metadata),
        };
        let mut answer = devices.answer(asked, subject, &facts);
        if let Some((device, came)) = answer.binds.zip(came)
            && let Some((state, to_seal)) = sealer.bind(keys, context, came, device, now)
        {
            answer.set_cookies.extend(self.store(&Stored {
                sealer,
                context,
                state: &state,
                to_seal,
                carried: values.carried(),
            }));
        }
        answer
    }

    fn respond(&self, answer: DeviceAnswer) -> Response<String> {
        answer.tell(self.token.sealer.slot.purpose.name());
        let status = StatusCode::from_u16(answer.status()).expect("it is a known status");
        let mut fields =
            HeaderMap::from_iter([(CACHE_CONTROL, HeaderValue::from_static("no-store"))]);
        if answer.body.is_some() {
            fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(challenge) = answer.challenge {
            fields.insert(CHALLENGE, HeaderMap::sensitive(challenge));
        }
        for field in answer.set_cookies {
            fields.append(SET_COOKIE, HeaderMap::sensitive(field));
        }
        let mut response = Response::new(answer.body.unwrap_or_default());
        (*response.status_mut(), *response.headers_mut()) = (status, fields);
        response
    }
}

/// Returns the host that a request names, as an origin with `https://` has it: in lower case, without the port 443.
fn https_host_of(request: &Parts) -> Option<String> {
    let host = Host::of(request)?;
    Some(host.with_port(host.port.filter(|port| *port != 443)))
}

const RESPONSE: HeaderName = HeaderName::from_static("secure-session-response");
const CHALLENGE: HeaderName = HeaderName::from_static("secure-session-challenge");
const SESSION_ID: HeaderName = HeaderName::from_static("sec-secure-session-id");

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use http::Request;
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};

    use super::*;
    use crate::{EncryptionKey, crypto::es256::VERIFIED, device::DeviceBound};

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

    /// Anybody with an account may ask for challenges, so a signature is verified only where one is answered.
    #[test]
    fn a_challenge_is_checked_before_a_signature() {
        let keys = EncryptionKey::generate().expect("random bytes");
        let cookie = SessionCookie::encrypted(keys).device_bound(DeviceBound::at("/.session"));
        let cookie = cookie.build().expect("sound settings");
        let answer = |path: &str, fields: &[(&str, &str)]| -> (Response<String>, usize) {
            let before = VERIFIED.get();
            let response = cookie.answer_device(&asked(path, fields), Clock::system());
            let response = response.expect("an endpoint");
            (response, VERIFIED.get() - before)
        };
        let session = cookie.load(None::<&str>, Clock::system());
        session.renew().expect("random bytes");
        let fields = cookie.save(&session).expect("it fits");
        let offer = fields.registration().expect("it was renewed");
        let offer = offer.split('"').nth(3).expect("a challenge");

        let key = SigningKey::from_slice(&[7; 32]).expect("a key");
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|c| URL_SAFE_NO_PAD.encode(c.expect("a point")));
        let jwk = format!(r#","jwk":{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
        let register = |challenge: &str| {
            let proof = proof(&key, &jwk, challenge);
            answer("/.session/register", &[("secure-session-response", &proof)])
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
            answer("/.session/refresh", &fields)
        };
        let (challenged, verified) = refresh(offer);
        assert_eq!((challenged.status().as_u16(), verified), (403, 0));
        let challenge = challenged.headers()["secure-session-challenge"].to_str();
        let challenge = challenge.expect("a text").split('"').nth(1);
        let (refreshed, verified) = refresh(challenge.expect("a challenge"));
        assert_eq!((refreshed.status().as_u16(), verified), (200, 1));
    }
}
