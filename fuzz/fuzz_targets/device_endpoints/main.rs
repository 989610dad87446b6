//! Any request to the two endpoints of devices, beside a session that is bound: no bound cookie is set without a proof by
//! the right key for a challenge of this site, and a right proof always gets one. And any request of a page: the session
//! opens with the bound cookie of its device, and not without.
//!
//! The input is lines of text, in which words such as `$OFFER` stand for what the site has sealed:
//!
//! ```text
//! register 30            the endpoint, or `visit` for a page, and the seconds since the sign-in
//! app.test               the host
//! {"alg":"ES256", …}     the header of the proof; of a page what its handler does, such as `sign out`
//! {"jti":"$OFFER"}       its payload
//! device                 who signs it: device, thief, or a signature as it is
//! "$ID"                  the field Sec-Secure-Session-Id
//! $SESSION; $BOUND       the field Cookie
//! ```
#![no_main]

mod site;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::fuzzing::cookie_tokens;
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use site::{SITE, jwk};

fuzz_target!(|text: &str| {
    let filled = SITE.fill(text);
    let mut lines = filled.split('\n');
    let [target, host, header, payload, signer, identifier, cookies] =
        std::array::from_fn(|_| lines.next().unwrap_or_default());
    let (endpoint, seconds) = target.split_once(' ').unwrap_or((target, "0"));
    let seconds = seconds.parse::<u16>().unwrap_or_default().into();
    if endpoint == "visit" {
        return site::check(seconds, header, cookies);
    }
    let asked = Asked {
        is_refresh: endpoint == "refresh",
        seconds,
        host,
        header,
        payload,
        signer,
        identifier,
        cookies,
    };
    let Some(answer) = asked.answer() else { return };
    check_answer(&asked, &answer);
    let is_granted = grants(&answer);
    assert!(
        !is_granted || asked.may_be_granted(),
        "{asked:?} {answer:?}"
    );
    assert!(
        is_granted || !asked.must_be_granted(),
        "{asked:?} {answer:?}"
    );
});

#[derive(Debug)]
struct Asked<'a> {
    is_refresh: bool,
    /// Since the sign-in.
    seconds: u64,
    host: &'a str,
    header: &'a str,
    payload: &'a str,
    signer: &'a str,
    identifier: &'a str,
    cookies: &'a str,
}

impl Asked<'_> {
    /// `None`: a field cannot have these bytes.
    fn answer(&self) -> Option<Response<String>> {
        let path = if self.is_refresh {
            "/.session/refresh"
        } else {
            "/.session/register"
        };
        let request = Request::post(path)
            .header("host", self.host)
            .header("secure-session-response", self.proof())
            .header("sec-secure-session-id", self.identifier)
            .header("cookie", self.cookies);
        let (request, ()) = request.body(()).ok()?.into_parts();
        let now = time(self.seconds);
        Some(
            SITE.cookie
                .respond(&request, now)
                .expect("it is an endpoint"),
        )
    }

    fn proof(&self) -> String {
        let [header, payload] =
            [self.header, self.payload].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let signed = format!("{header}.{payload}");
        let sign = |key: &SigningKey| {
            let signature: Signature = key.sign(signed.as_bytes());
            BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes())
        };
        let signature = match self.signer {
            "device" => sign(&SITE.device),
            "thief" => sign(&SITE.thief),
            text => text.to_owned(),
        };
        format!("{signed}.{signature}")
    }

    /// Returns what has to be so where a bound cookie is set, from the parts of the request.
    fn may_be_granted(&self) -> bool {
        let [Ok(header), Ok(payload)] =
            [self.header, self.payload].map(serde_json::from_str::<Value>)
        else {
            return false;
        };
        let key = match self.signer {
            "device" => &SITE.device,
            "thief" => &SITE.thief,
            // No other key is known to the fuzzer.
            _ => return false,
        };
        let endpoint = if self.is_refresh {
            "refresh"
        } else {
            "register"
        };
        let url = format!(
            "https://{}/.session/{endpoint}",
            self.host.to_lowercase().trim_end_matches(":443")
        );
        let is_for_here = payload.get("aud").is_none_or(|audience| *audience == url);
        let is_proof = header["alg"] == "ES256"
            && header["typ"] == "dbsc+jwt"
            && header.get("crit").is_none()
            && self.header.len() + self.payload.len() < 1600;
        // A visitor who has signed out has a mark.
        let is_over = self.is_refresh && self.has_cookie(&SITE.mark);
        let is_there = !(self.has_cookie(&SITE.left) || is_over);
        let challenge = if self.is_refresh {
            &SITE.challenge
        } else {
            &SITE.offer
        };
        let is_answer = payload["jti"] == **challenge;
        let is_right_key = if self.is_refresh {
            let identifier = self.identifier.trim_matches(['"', ' ', '\t']);
            self.signer == "device" && header.get("jwk").is_none() && identifier == SITE.identifier
        } else {
            let told = &header["jwk"];
            let own = jwk(key);
            ["kty", "crv", "x", "y"]
                .iter()
                .all(|name| told[name] == own[name])
                && !self.has_bound_session()
        };
        is_proof && is_for_here && is_there && is_answer && is_right_key && self.is_in_time()
    }

    /// Returns whether the session of the request has a device. The two that there are began at one time and were not
    /// used since, so the first of them counts (SPEC.md § 7.0).
    fn has_bound_session(&self) -> bool {
        let tokens = cookie_tokens([self.cookies], NAME);
        let mut pairs = tokens.iter().filter_map(|(_, token)| {
            let token = str::from_utf8(token.as_deref()?).ok()?;
            Some(format!("{NAME}={token}"))
        });
        let first = pairs.find(|pair| [&SITE.session, &SITE.unbound].contains(&pair));
        first.is_some_and(|pair| pair == SITE.session)
    }

    fn has_cookie(&self, name: &str) -> bool {
        let mut pairs = self.cookies.split(';');
        pairs.any(|pair| {
            let found = pair.split_once('=');
            found.is_some_and(|(found, _)| found.trim_matches([' ', '\t']) == name)
        })
    }

    /// An offer counts for 120 seconds from the sign-in, a challenge from the time at which it was made. A clock may be
    /// behind by 60.
    fn is_in_time(&self) -> bool {
        let made = if self.is_refresh { SITE.challenged } else { 0 };
        (made.saturating_sub(60)..made + 120).contains(&self.seconds)
    }

    /// A right proof, as a browser sends it.
    fn must_be_granted(&self) -> bool {
        let has_right_session = match (self.is_refresh, self.cookies) {
            (_, "") => true,
            (false, field) => field == SITE.unbound,
            (true, field) => {
                field == SITE.session || field == format!("{}; {}", SITE.session, SITE.bound)
            }
        };
        let challenge = if self.is_refresh {
            &SITE.challenge
        } else {
            &SITE.offer
        };
        let header = if self.is_refresh {
            json!({"alg": "ES256", "typ": "dbsc+jwt"})
        } else {
            json!({"alg": "ES256", "typ": "dbsc+jwt", "jwk": jwk(&SITE.device)})
        };
        let payload = json!({"jti": challenge});
        [self.header, self.payload] == [header, payload].map(|part| part.to_string())
            && self.signer == "device"
            && self.host == "app.test"
            && self.is_in_time()
            && has_right_session
            && (!self.is_refresh || self.identifier == SITE.identifier)
    }
}

/// Returns whether a bound cookie is set.
fn grants(answer: &Response<String>) -> bool {
    let mut fields = answer.headers().get_all("set-cookie").iter();
    fields.any(|field| {
        let field = field.to_str().expect("it is text");
        field.contains(".b-") && !field.contains("; Max-Age=0;")
    })
}

/// Checks what holds for each answer.
fn check_answer(asked: &Asked<'_>, answer: &Response<String>) {
    let status = answer.status().as_u16();
    let statuses: &[u16] = if asked.is_refresh {
        &[200, 403, 404, 503]
    } else {
        &[200, 400]
    };
    assert!(statuses.contains(&status), "{answer:?}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let has = |name| answer.headers().contains_key(name);
    assert_eq!(has("secure-session-challenge"), status == 403);
    assert!(status == 200 || !has("set-cookie"));
    if !answer.body().is_empty() {
        let told: Value = serde_json::from_str(answer.body()).expect("it is JSON");
        assert_eq!(status, 200);
        assert!(told["session_identifier"].is_string());
    }
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

const NAME: &str = "__Host-session";
