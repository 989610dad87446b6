//! A site with one visitor, who has signed in and whose session is bound.

use std::sync::LazyLock;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::{BindToDevice, DeviceBound};
use http::{Request, Response};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};

use super::time;

pub struct Site {
    pub cookie: SessionCookie,
    pub device: SigningKey,
    pub thief: SigningKey,
    /// Challenge of the sign-in's response.
    pub offer: String,
    pub identifier: String,
    pub challenge: String,
    /// Seconds from the sign-in to the challenge.
    pub challenged: u64,
    /// `name=value` of the cookie of the sign-in, of the one that is bound, and of the proof.
    pub unbound: String,
    pub session: String,
    pub bound: String,
    /// Name of the cookie that tells of a sign-out, for the device.
    pub mark: String,
    /// The same for the session that was not yet bound.
    pub left: String,
}

pub static SITE: LazyLock<Site> = LazyLock::new(Site::new);

impl Site {
    fn new() -> Site {
        let key: EncryptionKey = KEY.parse().expect("it is a key");
        let bound = SessionCookie::encrypted(key).device_bound(DeviceBound::at("/.session"));
        let cookie = bound.build().expect("the settings are sound");
        let [device, thief] =
            [7, 8].map(|byte| SigningKey::from_slice(&[byte; 32]).expect("it is a key"));

        let session = cookie.load(None::<&str>, time(0));
        session.sign_in().expect("there are random bytes");
        let fields = cookie.save(&session).expect("it is new");
        let unbound = pair_of(fields.iter().next().expect("it is sent"));
        let offer = fields
            .others()
            .first()
            .map(|(_, field)| field)
            .expect("it is offered");
        let offer = offer
            .split('"')
            .nth(3)
            .expect("there is a challenge")
            .to_owned();

        let header = json!({"alg": "ES256", "typ": "dbsc+jwt", "jwk": jwk(&device)});
        let proof = signed(&device, &header, &json!({"jti": offer}));
        let fields = [("secure-session-response", &*proof), ("cookie", &*unbound)];
        let registered = ask(&cookie, "register", &fields);
        let told: Value = serde_json::from_str(registered.body()).expect("it is JSON");
        let identifier = told["session_identifier"]
            .as_str()
            .expect("it is a text")
            .to_owned();
        let sent = registered.headers().get_all("set-cookie").iter();
        let sent: Vec<_> = sent
            .map(|field| pair_of(field.to_str().expect("it is text")))
            .collect();
        let [bound, session] = &sent[..] else {
            panic!("{sent:?}")
        };

        let challenged = ask(
            &cookie,
            "refresh",
            &[("sec-secure-session-id", &identifier)],
        );
        let challenge = challenged.headers()["secure-session-challenge"].to_str();
        let challenge = challenge
            .expect("it is text")
            .split('"')
            .nth(1)
            .expect("it is quoted");
        let (name, _) = bound.split_once('=').expect("it has a value");
        let session_left = cookie.load([&unbound], time(REGISTERED));
        session_left.invalidate().expect("it is open");
        let fields = cookie.save(&session_left).expect("it ends");
        let left = fields.iter().find(|field| field.contains(".out-"));
        let (left, _) = left
            .and_then(|field| field.split_once('='))
            .expect("it is sent");
        Site {
            left: left.to_owned(),
            mark: name.replace(".b-", ".out-"),
            challenge: challenge.to_owned(),
            challenged: REGISTERED,
            bound: bound.clone(),
            session: session.clone(),
            cookie,
            device,
            thief,
            offer,
            identifier,
            unbound,
        }
    }

    /// Puts what was sealed in place of the words for it.
    pub fn fill(&self, text: &str) -> String {
        let (device, thief) = (jwk(&self.device).to_string(), jwk(&self.thief).to_string());
        let words = [
            ("$OFFER", &*self.offer),
            ("$CHALLENGE", &self.challenge),
            ("$ID", &self.identifier),
            ("$UNBOUND", &self.unbound),
            ("$SESSION", &self.session),
            ("$BOUND", &self.bound),
            ("$MARK", &self.mark),
            ("$LEFT", &self.left),
            ("$DEVICE", &device),
            ("$THIEF", &thief),
        ];
        let fill = |text: String, (word, value): (&str, &str)| text.replace(word, value);
        words.into_iter().fold(text.to_owned(), fill)
    }
}

fn ask(cookie: &SessionCookie, endpoint: &str, fields: &[(&str, &str)]) -> Response<String> {
    let request = Request::post(format!("/.session/{endpoint}")).header("host", "app.test");
    let add =
        |request: http::request::Builder, field: &(&str, &str)| request.header(field.0, field.1);
    let request = fields.iter().fold(request, add);
    let (request, ()) = request.body(()).expect("the fields are sound").into_parts();
    cookie
        .answer(&request, time(REGISTERED))
        .expect("it is an endpoint")
}

fn signed(key: &SigningKey, header: &Value, payload: &Value) -> String {
    let parts = [header, payload].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = parts.join(".");
    let signature: Signature = key.sign(signed.as_bytes());
    format!(
        "{signed}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes())
    )
}

/// Returns the public key as the header of a registration has it.
pub fn jwk(key: &SigningKey) -> Value {
    let point = key.verifying_key().to_sec1_point(false);
    let [x, y] =
        [point.x(), point.y()].map(|c| BASE64_URL_SAFE_NO_PAD.encode(c.expect("it is a point")));
    json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})
}

fn pair_of(field: &str) -> String {
    field
        .split(';')
        .next()
        .expect("there is a first")
        .to_owned()
}

/// Seconds from the sign-in.
const REGISTERED: u64 = 5;

/// The bound cookie counts for ten minutes.
pub const BOUND_UNTIL: u64 = REGISTERED + 600;
const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
