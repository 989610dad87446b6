//! What a session costs that is bound to a device. `benches/instructions` and `benches/peers` measure the others.
//!
//! `cargo bench --manifest-path benches/session/Cargo.toml`. Compare rows of one run with each other; the machine decides
//! the rest.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use divan::{Bencher, black_box};
use hardtack::{EncryptionKey, Session, SessionCookie, carrier::SessionCookieBuilder};
use hardtack_device::{BindToDevice, DeviceBinding, DeviceBound};

fn main() {
    divan::main();
}

fn cookie() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().expect("the system has random bytes"))
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// The `Cookie` field that a browser sends after a session was written by `fill`.
fn field(cookie: &SessionCookie, fill: impl FnOnce(&Session)) -> String {
    let session = cookie.load(None::<&str>, now());
    fill(&session);
    let saved = cookie.save(&session).expect("a session that can be saved");
    let line = saved.iter().next().expect("a session that was written");
    line.split(';').next().unwrap_or_default().to_owned()
}

/// A session that is bound to a device, with its bound cookie beside it.
mod bound {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use http::{Response, request::Parts};
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};

    use super::*;

    /// The cost of a bound request is that of one more token.
    #[divan::bench(args = [false, true])]
    fn read(bencher: Bencher<'_, '_>, is_device_bound: bool) {
        let mut builder = cookie();
        if is_device_bound {
            builder = builder.device_bound(DeviceBound::at("/.session"));
        }
        let cookie = builder.build().expect(SOUND);
        let field = if is_device_bound {
            registered(&cookie)
        } else {
            field(&cookie, |session| _ = session.insert("user", 42))
        };
        bencher.bench(|| {
            let session = cookie.load([black_box(&field)], now());
            let expected = match is_device_bound {
                true => DeviceBinding::Bound,
                false => DeviceBinding::Unbound,
            };
            assert_eq!(DeviceBinding::of(&session), expected);
            session
        });
    }

    /// What the endpoints cost, which anybody with an account may ask: `register`, a `challenge`, a `refresh` that
    /// proves its key, and one whose challenge is not ours.
    #[divan::bench(args = ["register", "challenge", "refresh", "refused"])]
    fn endpoint(bencher: Bencher<'_, '_>, what: &str) {
        let cookie = cookie().device_bound(DeviceBound::at("/.session"));
        let cookie = cookie.build().expect(SOUND);
        let client = Client::signed_in(&cookie);
        let registered = client.register(&cookie);
        let challenged = ask(&cookie, client.refresh(&registered, None));
        let challenge = challenged.headers()["secure-session-challenge"].to_str();
        let challenge = challenge.expect(SOUND).split('"').nth(1).expect(SOUND);
        let (request, status) = match what {
            "register" => (client.registration(), 200),
            "challenge" => (client.refresh(&registered, None), 403),
            "refresh" => (client.refresh(&registered, Some(challenge)), 200),
            _ => (client.refresh(&registered, Some(&client.offer)), 403),
        };
        bencher.bench(|| {
            let response = ask(&cookie, request.clone());
            assert_eq!(response.status(), status);
            response
        });
    }

    /// The `Cookie` field of a browser that has registered a key, and whose session is bound.
    fn registered(cookie: &SessionCookie) -> String {
        let response = Client::signed_in(cookie).register(cookie);
        let fields = response.headers().get_all("set-cookie").iter();
        let pairs: Vec<_> = fields
            .map(|field| pair(field.to_str().expect(SOUND)))
            .collect();
        assert_eq!(pairs.len(), 2, "the session is bound in this response");
        pairs.join("; ")
    }

    /// A browser that has signed in.
    struct Client {
        key: SigningKey,
        offer: String,
        session: String,
    }

    impl Client {
        fn signed_in(cookie: &SessionCookie) -> Client {
            let session = cookie.load(None::<&str>, now());
            session.renew().expect(SOUND);
            session.insert("user", 42).expect(SOUND);
            let fields = cookie.save(&session).expect(SOUND);
            let offer = fields
                .others()
                .first()
                .map(|(_, field)| field)
                .expect(SOUND);
            let (_, offer) = offer.split_once("challenge=\"").expect(SOUND);
            Client {
                key: SigningKey::from_slice(&[7; 32]).expect(SOUND),
                offer: offer.trim_end_matches('"').to_owned(),
                session: pair(fields.iter().next().expect(SOUND)),
            }
        }

        fn register(&self, cookie: &SessionCookie) -> Response<String> {
            ask(cookie, self.registration())
        }

        fn registration(&self) -> Parts {
            let point = self.key.verifying_key().to_sec1_point(false);
            let [x, y] = [point.x(), point.y()].map(|c| URL_SAFE_NO_PAD.encode(c.expect(SOUND)));
            let jwk = format!(r#","jwk":{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
            let request = http::Request::post("/.session/register");
            let request = request.header("secure-session-response", self.proof(&jwk, &self.offer));
            self.finished(request)
        }

        fn refresh(&self, registered: &Response<String>, challenge: Option<&str>) -> Parts {
            let identifier = registered.body().split('"');
            let identifier = identifier.max_by_key(|part| part.len()).expect(SOUND);
            let mut request = http::Request::post("/.session/refresh");
            request = request.header("sec-secure-session-id", identifier);
            if let Some(challenge) = challenge {
                request = request.header("secure-session-response", self.proof("", challenge));
            }
            self.finished(request)
        }

        fn finished(&self, request: http::request::Builder) -> Parts {
            let request = request.header("cookie", &self.session).body(());
            request.expect(SOUND).into_parts().0
        }

        /// `jwk`: a member of the header, with its comma.
        fn proof(&self, jwk: &str, challenge: &str) -> String {
            let header = format!(r#"{{"alg":"ES256","typ":"dbsc+jwt"{jwk}}}"#);
            let parts = [header, format!(r#"{{"jti":"{challenge}"}}"#)];
            let signed = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
            let signature: Signature = self.key.sign(signed.as_bytes());
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
        }
    }

    fn ask(cookie: &SessionCookie, request: Parts) -> Response<String> {
        cookie.answer(&request, now()).expect(SOUND)
    }

    fn pair(field: &str) -> String {
        field.split(';').next().unwrap_or_default().to_owned()
    }

    const SOUND: &str = "a sound flow";
}
