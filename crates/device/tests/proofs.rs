//! Proofs at both endpoints: what they are made for, and their form.

use axum::http::{Response, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hardtack_device::DeviceBound;
use p256::ecdsa::SigningKey;
use serde_json::{Value, json};

use super::{
    browser::{Browser, Carry, challenge_of, fresh_signing_key, refresh, registration, signed},
    site::Site,
};

/// A browser that is about to prove a key at one of the endpoints.
struct Proving {
    browser: Browser,
    key: SigningKey,
    challenge: String,
    endpoint: &'static str,
}

impl Proving {
    fn both(site: &Site) -> [Proving; 2] {
        let mut browser = Browser::new();
        browser.post(site, "/sign-in");
        let registering = Proving {
            key: fresh_signing_key(),
            challenge: browser.offer.clone().unwrap().challenge,
            endpoint: "register",
            browser,
        };
        let mut browser = Browser::bound(site);
        let device = browser.device.clone().unwrap();
        let challenged = browser.ask(site, Carry::All, &[]);
        let refreshing = Proving {
            key: device.key,
            challenge: challenge_of(&challenged, &device.id),
            endpoint: "refresh",
            browser,
        };
        [registering, refreshing]
    }

    /// A proof with these claims beside the challenge.
    fn proof(&self, claims: Value) -> String {
        let mut payload = json!({"jti": self.challenge});
        let Value::Object(claims) = claims else {
            unreachable!("claims are an object")
        };
        payload.as_object_mut().unwrap().extend(claims);
        match self.endpoint {
            "register" => registration(&self.key, &payload),
            _ => refresh(&self.key, &payload),
        }
    }

    /// The header of a good proof.
    fn header(&self) -> Value {
        let proof = self.proof(json!({}));
        let (header, _) = proof.split_once('.').unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
    }

    fn send(&self, site: &Site, proofs: &[&str]) -> Response<String> {
        let mut browser = self.browser.clone();
        let fields = proofs
            .iter()
            .map(|proof| ("secure-session-response", *proof));
        let fields: Vec<_> = fields.collect();
        match self.endpoint {
            "register" => browser.send(site, "POST", "/.session/register", Carry::All, &fields),
            _ => browser.ask(site, Carry::All, &fields),
        }
    }

    #[track_caller]
    fn check(&self, site: &Site, proof: &str, is_good: bool) {
        self.check_all(site, &[proof], is_good);
    }

    /// The same for a request with several proofs.
    #[track_caller]
    fn check_all(&self, site: &Site, proofs: &[&str], is_good: bool) {
        let response = self.send(site, proofs);
        let expected = match (is_good, self.endpoint) {
            (true, _) => StatusCode::OK,
            (false, "register") => StatusCode::BAD_REQUEST,
            (false, _) => StatusCode::FORBIDDEN,
        };
        assert_eq!(response.status(), expected, "{} {proofs:?}", self.endpoint);
        assert_eq!(response.headers().contains_key("set-cookie"), is_good);
    }
}

/// Asserts which audiences of a request to this host are right. `E` stands for the endpoint, `O`
/// for the other.
#[track_caller]
fn check_audiences(site: &Site, host: Option<&'static str>, audiences: &[(&str, bool)]) {
    for mut proving in Proving::both(site) {
        proving.browser.host = host;
        let other = match proving.endpoint {
            "register" => "refresh",
            _ => "register",
        };
        for (audience, is_good) in audiences {
            let audience = audience.replace('E', proving.endpoint).replace('O', other);
            let proof = proving.proof(json!({"aud": audience}));
            proving.check(site, &proof, *is_good);
        }
        proving.check(site, &proving.proof(json!({})), true);
    }
}

#[test]
fn the_first_of_several_proofs_counts() {
    let site = Site::new();
    for proving in Proving::both(&site) {
        let proof = &*proving.proof(json!({}));
        proving.check_all(&site, &["junk", proof], false);
        proving.check_all(&site, &[proof, "junk"], true);
    }
}

#[test]
fn an_audience_is_the_endpoint_and_nothing_else() {
    let audiences = [
        ("https://app.test/.session/E", true),
        ("https://app.test/.session/O", false),
        ("https://app.test/.session/Es", false),
        ("https://app.test/.session/E/", false),
        ("https://app.test/.session/E?x", false),
        ("https://app.test:443/.session/E", false),
        ("https://app.test.evil.test/.session/E", false),
        ("https://evil.test/.session/E", false),
        ("http://app.test/.session/E", false),
        ("/.session/E", false),
        ("", false),
    ];
    check_audiences(&Site::new(), Some("app.test"), &audiences);
}

#[test]
fn an_audience_names_the_host_of_the_request() {
    let site = Site::new();
    let audiences = [
        ("https://app.test:8443/.session/E", true),
        ("https://app.test/.session/E", false),
    ];
    check_audiences(&site, Some("App.test:8443"), &audiences);
    let audiences = [("https://app.test/.session/E", true)];
    check_audiences(&site, Some("APP.TEST:443"), &audiences);
    let audiences = [
        ("https://app.test:80/.session/E", true),
        ("https://app.test/.session/E", false),
    ];
    check_audiences(&site, Some("app.test:80"), &audiences);
}

#[test]
fn without_a_host_no_audience_is_right() {
    let audiences = [
        ("https://app.test/.session/E", false),
        ("https:///.session/E", false),
        ("/.session/E", false),
        ("", false),
    ];
    check_audiences(&Site::new(), None, &audiences);
}

#[test]
fn an_origin_that_is_configured_goes_before_the_host() {
    let device = DeviceBound::at("/.session").origin("https://visitors.test");
    let site = Site::with(device, |cookie| cookie);
    let audiences = [
        ("https://visitors.test/.session/E", true),
        ("https://app.test/.session/E", false),
    ];
    for host in [Some("app.test"), Some("visitors.test"), None] {
        check_audiences(&site, host, &audiences[..]);
    }
}

#[test]
fn an_audience_is_a_text() {
    let site = Site::new();
    for proving in Proving::both(&site) {
        let own = format!("https://app.test/.session/{}", proving.endpoint);
        for audience in [json!([own]), json!(null), json!(1), json!({})] {
            proving.check(&site, &proving.proof(json!({"aud": audience})), false);
        }
        // Claims that nobody knows do not count.
        proving.check(&site, &proving.proof(json!({"iat": 1, "sub": own})), true);
    }
}

#[test]
fn a_proof_has_at_most_2048_characters() {
    let site = Site::new();
    for proving in Proving::both(&site) {
        let header = proving.header();
        let of_len = |len: usize| {
            let paddings = (0..3).flat_map(|x| (1_000..1_400).map(move |y| (x, y)));
            let mut proofs = paddings.map(|(x, y)| {
                let mut header = header.clone();
                header["x"] = json!("x".repeat(x));
                (
                    header,
                    json!({"jti": proving.challenge, "y": "y".repeat(y)}),
                )
            });
            let (header, payload) = proofs.find(|(header, payload)| {
                let len_of = |part: &Value| (part.to_string().len() * 4).div_ceil(3);
                len_of(header) + len_of(payload) + 86 + 2 == len
            })?;
            Some(signed(&proving.key, &header, &payload))
        };
        let fits = of_len(2_048).expect("some filler gives this length");
        proving.check(&site, &fits, true);
        let too_long = of_len(2_049).expect("some filler gives this length");
        proving.check(&site, &too_long, false);
    }
}

/// The draft has quotes around both; Chromium 156 sends none.
#[test]
fn the_fields_of_a_request_may_be_quoted_once() {
    let site = Site::new();
    for proving in Proving::both(&site) {
        let proof = proving.proof(json!({}));
        proving.check(&site, &format!("\"{proof}\""), true);
        for wrong in [
            format!("\"\"{proof}\"\""),
            format!("\"{proof}"),
            format!("{proof}\""),
            format!("'{proof}'"),
        ] {
            proving.check(&site, &wrong, false);
        }
    }
    let mut browser = Browser::bound(&site);
    let id = browser.device.as_ref().unwrap().id.clone();
    for (quoted, expected) in [
        (format!("\"{id}\""), StatusCode::FORBIDDEN),
        (format!("\"\"{id}\"\""), StatusCode::NOT_FOUND),
        (format!("\"{id}"), StatusCode::NOT_FOUND),
    ] {
        browser.device.as_mut().unwrap().id = quoted;
        assert_eq!(browser.ask(&site, Carry::All, &[]).status(), expected);
    }
}

/// A key that a refresh brings along is none that anybody registered.
#[test]
fn a_key_is_in_the_proof_of_a_registration_and_in_no_other() {
    let site = Site::new();
    let [registering, refreshing] = Proving::both(&site);
    let sign = |proving: &Proving, header: &Value| {
        let payload = json!({"jti": proving.challenge});
        signed(&proving.key, header, &payload)
    };
    let (with, without) = (registering.header(), refreshing.header());
    assert!(with.get("jwk").is_some() && without.get("jwk").is_none());
    registering.check(&site, &sign(&registering, &without), false);
    let mut own = with.clone();
    own["jwk"] = registering_key(&refreshing.key);
    refreshing.check(&site, &sign(&refreshing, &own), false);
    for (name, wrong) in [
        ("kty", json!("RSA")),
        ("crv", json!("P-384")),
        ("x", json!("AAAA")),
        ("y", with["jwk"]["x"].clone()),
    ] {
        let mut header = with.clone();
        header["jwk"][name] = wrong;
        registering.check(&site, &sign(&registering, &header), false);
    }
    refreshing.check(&site, &sign(&refreshing, &without), true);
    registering.check(&site, &sign(&registering, &with), true);
}

/// A public key as a registration carries it.
fn registering_key(key: &SigningKey) -> Value {
    let proof = registration(key, &json!({}));
    let (header, _) = proof.split_once('.').unwrap();
    let header = URL_SAFE_NO_PAD.decode(header).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["jwk"].clone()
}

#[test]
fn a_proof_of_another_algorithm_type_or_form_is_refused() {
    let site = Site::new();
    for proving in Proving::both(&site) {
        let good = proving.proof(json!({}));
        let parts: Vec<&str> = good.split('.').collect();
        let header = proving.header();
        for (name, value) in [
            ("alg", json!("RS256")),
            ("alg", json!("none")),
            ("alg", json!(["ES256"])),
            ("typ", json!("JWT")),
            ("crit", json!(["exp"])),
        ] {
            let mut header = header.clone();
            header[name] = value;
            let payload = json!({"jti": proving.challenge});
            proving.check(&site, &signed(&proving.key, &header, &payload), false);
        }
        let twice = format!(r#"{{"jti":"{0}","jti":"{0}"}}"#, proving.challenge);
        let twice = URL_SAFE_NO_PAD.encode(twice);
        proving.check(&site, &format!("{}.{twice}.{}", parts[0], parts[2]), false);
        proving.check(&site, &format!("{good}.{}", parts[2]), false);
        proving.check(&site, &good, true);
    }
}
