//! What a session costs that is bound to a device: `cargo bench -p hardtack-device`. Compare rows of one run with each
//! other; the machine decides the rest.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unused_imports,
    reason = "shared with the tests"
)]

use std::{hint::black_box, time::Instant};

use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::DeviceBinding;
use http::{Request, request::Parts};
use serde_json::json;

use browser::{Browser, Carry, challenge_of, fresh_signing_key};
use site::{START, Site, time};

#[path = "../tests/actix.rs"]
mod actix;
#[path = "../tests/browser.rs"]
mod browser;
#[path = "../tests/handlers.rs"]
mod handlers;
#[path = "../tests/site.rs"]
mod site;

fn main() {
    reads();
    endpoints();
}

/// The cost of a bound request is that of one more token.
fn reads() {
    let site = Site::new();
    let bound = Browser::bound(&site).jar.pairs();
    let alone = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let alone = alone.build().unwrap();
    let pair = alone.cookie_for(time(START), |session| session.insert("user", "ada"));
    let unbound = [pair.unwrap()];
    measure("read, unbound", || {
        let session = alone.load(black_box(&unbound), time(START));
        assert_eq!(DeviceBinding::of(&session), DeviceBinding::Unbound);
    });
    measure("read, bound", || {
        let session = site.cookie.load(black_box(&bound), time(START));
        assert_eq!(DeviceBinding::of(&session), DeviceBinding::Bound);
    });
}

/// What anybody with an account may ask for.
fn endpoints() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let pairs = browser.jar.pairs();
    let offer = browser.offer.clone().unwrap().challenge;
    let registration = browser::registration(&fresh_signing_key(), &json!({"jti": offer}));
    let register = request("register", &pairs, &[(PROOF, &registration)]);

    browser.register(&site, Carry::All);
    let pairs = browser.jar.pairs();
    let device = browser.device.clone().unwrap();
    let challenged = browser.ask(&site, Carry::All, &[]);
    let challenge = challenge_of(&challenged, &device.id);
    let proof = |challenge: &str| browser::refresh(&device.key, &json!({"jti": challenge}));
    let id = ("sec-secure-session-id", device.id.as_str());
    let refresh = request("refresh", &pairs, &[id, (PROOF, &proof(&challenge))]);
    let refused = request("refresh", &pairs, &[id, (PROOF, &proof(&offer))]);

    for (name, request, status) in [
        ("register", register, 200),
        ("challenge", self::request("refresh", &pairs, &[id]), 403),
        ("refresh", refresh, 200),
        ("refused", refused, 403),
    ] {
        measure(name, || {
            let answer = site.cookie.respond(black_box(&request), time(START));
            assert_eq!(answer.unwrap().status(), status);
        });
    }
}

fn request(endpoint: &str, pairs: &[String], fields: &[(&str, &str)]) -> Parts {
    let mut request = Request::post(format!("/.session/{endpoint}")).header("host", "app.test");
    request = request.header("cookie", pairs.join("; "));
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// Prints the time of the fastest of several batches.
fn measure(name: &str, mut work: impl FnMut()) {
    let batches = (0..20).map(|_| {
        let begun = Instant::now();
        (0..20).for_each(|_| work());
        begun.elapsed() / 20
    });
    println!("{name:15} {:?}", batches.min().unwrap());
}

/// Waits for a future.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

const PROOF: &str = "secure-session-response";
