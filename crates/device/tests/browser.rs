//! A browser that keeps cookies and a key, and speaks the protocol.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::SET_COOKIE};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hardtack::session::SessionId;
use hardtack_jar::{Jar, pair_of};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};

use super::site::{START, Site, time};

#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) jar: Jar,
    pub(crate) device: Option<Device>,
    /// The offer of the last response.
    pub(crate) offer: Option<Offer>,
    /// The host of the site. `None`: a request names none.
    pub(crate) host: Option<&'static str>,
}

/// The browser's side of a bound session.
#[derive(Clone)]
pub(crate) struct Device {
    pub(crate) key: SigningKey,
    pub(crate) id: String,
    pub(crate) cookie: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) path: String,
    pub(crate) challenge: String,
}

/// The cookies that a request carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carry {
    All,
    /// After a link from another site: those with `SameSite=None`.
    CrossSite,
}

impl Browser {
    pub(crate) fn new() -> Browser {
        Browser {
            jar: Jar::default(),
            device: None,
            offer: None,
            host: Some("app.test"),
        }
    }

    /// One that visits this host.
    pub(crate) fn at(host: &'static str) -> Browser {
        Browser {
            host: Some(host),
            ..Browser::new()
        }
    }

    /// Signs in and registers, which binds the session.
    pub(crate) fn bound(site: &Site) -> Browser {
        Browser::new().signed_in(site)
    }

    pub(crate) fn signed_in(mut self, site: &Site) -> Browser {
        let browser = &mut self;
        assert_eq!(browser.post(site, "/sign-in"), "ada 0 Unbound");
        browser.register(site, Carry::All);
        assert_eq!(browser.get(site, "/"), "ada 0 Bound");
        self
    }

    /// The id of the session.
    pub(crate) fn session_id(&self, site: &Site) -> SessionId {
        let session = site.cookie.load(self.jar.pairs(), time(START));
        session.id().unwrap()
    }

    /// A thief's browser, with a copy of the cookies.
    pub(crate) fn thief(&self) -> Browser {
        Browser {
            jar: self.jar.clone(),
            host: self.host,
            ..Browser::new()
        }
    }

    /// A thief's browser, with a copy of the session's cookie alone.
    pub(crate) fn thief_of_session(&self) -> Browser {
        let mut thief = self.thief();
        thief.jar.retain(|name| !name.contains(".b-"));
        thief
    }

    pub(crate) fn get(&mut self, site: &Site, path: &str) -> String {
        self.fetch(site, "GET", path).into_body()
    }

    pub(crate) fn post(&mut self, site: &Site, path: &str) -> String {
        self.fetch(site, "POST", path).into_body()
    }

    /// Makes a request as it is, without a refresh before it.
    pub(crate) fn fetch(&mut self, site: &Site, method: &str, path: &str) -> Response<String> {
        let response = self.send(site, method, path, Carry::All, &[]);
        self.note_offer(response.headers());
        response
    }

    /// Takes what a response has for it.
    pub(crate) fn take(&mut self, fields: &HeaderMap) {
        self.note_offer(fields);
        for field in fields.get_all(SET_COOKIE) {
            self.keep(field.to_str().unwrap());
        }
    }

    fn note_offer(&mut self, fields: &HeaderMap) {
        let offer = fields.get("secure-session-registration");
        self.offer = offer.map(|field| Offer::read(field.to_str().unwrap()));
    }

    /// Registers a fresh key for the last offer.
    pub(crate) fn register(&mut self, site: &Site, carry: Carry) {
        let response = self.try_register(site, carry);
        assert_eq!(response.status(), StatusCode::OK, "{}", response.body());
    }

    /// The same, where the answer may be a refusal.
    pub(crate) fn try_register(&mut self, site: &Site, carry: Carry) -> Response<String> {
        let offer = self.offer.take().expect("the response offered it");
        let key = fresh_signing_key();
        let proof = registration(&key, &json!({"jti": offer.challenge}));
        let response = self.send(
            site,
            "POST",
            &offer.path,
            carry,
            &[("secure-session-response", &proof)],
        );
        if response.status() == StatusCode::OK {
            let told: Value = serde_json::from_str(response.body()).unwrap();
            self.device = Some(Device {
                key,
                id: told["session_identifier"].as_str().unwrap().to_owned(),
                cookie: told["credentials"][0]["name"].as_str().unwrap().to_owned(),
            });
        }
        response
    }

    /// Refreshes the bound cookie: asks for a challenge, and answers it. Returns the last response.
    pub(crate) fn refresh(&mut self, site: &Site, carry: Carry) -> Response<String> {
        let device = self.device.clone().expect("a key is registered");
        let response = self.ask(site, carry, &[]);
        if response.status() != StatusCode::FORBIDDEN {
            return self.heed(response);
        }
        let challenge = challenge_of(&response, &device.id);
        let proof = refresh(&device.key, &json!({"jti": challenge}));
        let response = self.ask(site, carry, &[("secure-session-response", &proof)]);
        self.heed(response)
    }

    /// Sends one request to the endpoint, with these fields beside the identifier.
    pub(crate) fn ask(
        &mut self,
        site: &Site,
        carry: Carry,
        fields: &[(&str, &str)],
    ) -> Response<String> {
        let id = self.device.as_ref().unwrap().id.clone();
        let mut fields = fields.to_vec();
        fields.push(("sec-secure-session-id", &id));
        self.send(site, "POST", "/.session/refresh", carry, &fields)
    }

    /// Drops the key where the response says so, or is a 4xx.
    fn heed(&mut self, response: Response<String>) -> Response<String> {
        let told: Value = serde_json::from_str(response.body()).unwrap_or_default();
        if told["continue"] == json!(false) || response.status().is_client_error() {
            self.device = None;
        }
        response
    }

    pub(crate) fn send(
        &mut self,
        site: &Site,
        method: &str,
        path: &str,
        carry: Carry,
        fields: &[(&str, &str)],
    ) -> Response<String> {
        let mut carried = self.jar.pairs();
        carried.retain(|pair| carry == Carry::All || pair.contains(".out-"));
        let mut request = Request::builder().method(method).uri(path);
        if let Some(host) = self.host {
            request = request.header("host", host);
        }
        if !carried.is_empty() {
            request = request.header("cookie", carried.join("; "));
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let response = site.send(request.body(Body::empty()).unwrap());
        check_sensitive(&response);
        for field in response.headers().get_all(SET_COOKIE) {
            self.keep(field.to_str().unwrap());
        }
        response
    }

    /// Keeps the cookie of a `Set-Cookie` field, or drops it.
    pub(crate) fn keep(&mut self, field: &str) {
        assert!(field.contains("; Secure; HttpOnly"), "{field}");
        let is_mark = pair_of(field).contains(".out-");
        let is_drop = field.contains("; Max-Age=0;");
        assert!(
            is_drop || field.contains("SameSite=None") == is_mark,
            "{field}"
        );
        self.jar.receive([field]);
    }

    /// Lets the bound cookie expire in the browser.
    pub(crate) fn lose_bound_cookie(&mut self) {
        let name = &self.device.as_ref().unwrap().cookie;
        assert!(self.jar.value(name).is_some());
        self.jar.retain(|kept| kept != name);
    }
}

impl Offer {
    /// Reads `Secure-Session-Registration`.
    pub(crate) fn read(field: &str) -> Offer {
        let (algorithms, rest) = field.split_once(";path=\"").unwrap();
        assert_eq!(algorithms, "(ES256)");
        let (path, rest) = rest.split_once("\";challenge=\"").unwrap();
        Offer {
            path: path.to_owned(),
            challenge: rest.strip_suffix('"').unwrap().to_owned(),
        }
    }
}

pub(crate) fn challenge_of(response: &Response<String>, id: &str) -> String {
    let field = response.headers()["secure-session-challenge"]
        .to_str()
        .unwrap();
    let (challenge, told) = field
        .strip_prefix('"')
        .unwrap()
        .split_once("\";id=\"")
        .unwrap();
    assert_eq!(told.strip_suffix('"'), Some(id));
    challenge.to_owned()
}

/// Asserts that no field with a token is logged, or put into a table of HPACK.
fn check_sensitive(response: &Response<String>) {
    for name in [
        "set-cookie",
        "secure-session-registration",
        "secure-session-challenge",
    ] {
        let mut fields = response.headers().get_all(name).iter();
        assert!(fields.all(HeaderValue::is_sensitive), "{name}");
    }
}

pub(crate) fn fresh_signing_key() -> SigningKey {
    let seed: [u8; 32] = std::array::from_fn(|_| fastrand::u8(1..));
    SigningKey::from_slice(&seed).unwrap()
}

/// The proof of a registration.
pub(crate) fn registration(key: &SigningKey, payload: &Value) -> String {
    let point = key.verifying_key().to_sec1_point(false);
    let [x, y] = [point.x().unwrap(), point.y().unwrap()].map(|c| URL_SAFE_NO_PAD.encode(c));
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y});
    let header = json!({"alg": "ES256", "typ": "dbsc+jwt", "jwk": jwk});
    signed(key, &header, payload)
}

/// The proof of a refresh.
pub(crate) fn refresh(key: &SigningKey, payload: &Value) -> String {
    signed(key, &json!({"alg": "ES256", "typ": "dbsc+jwt"}), payload)
}

pub(crate) fn signed(key: &SigningKey, header: &Value, payload: &Value) -> String {
    let parts = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = parts.join(".");
    let signature: Signature = key.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
