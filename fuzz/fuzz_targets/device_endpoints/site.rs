//! A site with one visitor, who has signed in and whose session is bound, and a request of a page of it: the session opens
//! with the proof of its device, and for nobody else.

use std::sync::LazyLock;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, session::Reason};
use hardtack_device::{BindToDevice, DeviceBinding, DeviceBound};
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
        .respond(&request, time(REGISTERED))
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

/// What the handler does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Look,
    Insert,
    SignIn,
    SignOut,
}

/// The session that a request gets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Got {
    Nothing,
    Unbound,
    Bound,
    Stale,
}

pub fn check(seconds: u64, act: &str, cookies: &str) {
    let act = match act {
        "insert" => Act::Insert,
        "sign in" => Act::SignIn,
        "sign out" => Act::SignOut,
        _ => Act::Look,
    };
    let session = SITE.cookie.load([cookies], time(seconds));
    let got = got(&session);
    let pairs = cookies
        .split(';')
        .map(|pair| pair.trim_matches([' ', '\t']));
    let pairs: Vec<_> = pairs.collect();
    let has = |pair: &String| pairs.iter().any(|found| pair == found);
    let is_proven = has(&SITE.bound) && seconds < BOUND_UNTIL;
    match got {
        Got::Nothing => {}
        Got::Unbound => assert!(has(&SITE.unbound), "{cookies}"),
        Got::Bound => assert!(is_proven && (has(&SITE.session) || has(&SITE.unbound))),
        Got::Stale => assert!(has(&SITE.session), "{cookies}"),
    }
    if let Some(expected) = expected(&pairs, is_proven).filter(|_| seconds < IDLE) {
        assert_eq!(got, expected, "{cookies}");
    }
    check_act(act, got, &session);
}

/// Returns the session that the cookies of a browser get.
fn expected(pairs: &[&str], is_proven: bool) -> Option<Got> {
    let (bound, session, unbound) = (&*SITE.bound, &*SITE.session, &*SITE.unbound);
    match pairs {
        _ if *pairs == [session, bound] || *pairs == [bound, session] => {
            if is_proven {
                Some(Got::Bound)
            } else {
                Some(Got::Stale)
            }
        }
        _ if *pairs == [session] => Some(Got::Stale),
        _ if *pairs == [unbound] => Some(Got::Unbound),
        // The browser has registered, and its first response has not come yet.
        _ if *pairs == [unbound, bound] && is_proven => Some(Got::Bound),
        _ => None,
    }
}

fn got(session: &Session) -> Got {
    match DeviceBinding::of(session) {
        DeviceBinding::Bound => Got::Bound,
        DeviceBinding::Stale => {
            assert_eq!(session.outcome().reason(), Some(Reason::Stale));
            assert!(session.is_new() && session.id().is_none());
            Got::Stale
        }
        _ if session.is_new() => Got::Nothing,
        _ => Got::Unbound,
    }
}

/// A stale session is not changed. With a session that ends, its bound cookie does, and a mark tells of it; a sign-in is
/// offered to the device.
fn check_act(act: Act, got: Got, session: &Session) {
    let done = match act {
        Act::Look => Ok(()),
        Act::Insert => session.insert("user", 42),
        Act::SignIn => session.sign_in().map(drop),
        Act::SignOut => session.invalidate().map(drop),
    };
    let is_refused = act == Act::Insert && got == Got::Stale;
    assert_eq!(matches!(done, Err(SessionError::Stale)), is_refused);
    let fields = SITE.cookie.save(session).expect("the clock is right");
    assert_eq!(!fields.others().is_empty(), act == Act::SignIn);
    let name_of = |pair: &str| pair.split('=').next().map(|name| format!("{name}="));
    let bound = name_of(&SITE.bound).expect("there is a first");
    let is_bound_dropped = fields
        .iter()
        .any(|field| field.starts_with(&bound) && field.contains("; Max-Age=0;"));
    let is_marked = fields
        .iter()
        .any(|field| field.starts_with(&format!("{}=1;", SITE.mark)));
    let ends = matches!(act, Act::SignIn | Act::SignOut);
    let was_bound = matches!(got, Got::Bound | Got::Stale);
    assert_eq!(is_bound_dropped, ends && was_bound, "{act:?} {got:?}");
    assert!(!is_marked || ends, "{act:?} {got:?}");
    assert!(is_marked || !is_bound_dropped, "{act:?} {got:?}");
}

/// Seconds after which no session opens.
const IDLE: u64 = 1800;
