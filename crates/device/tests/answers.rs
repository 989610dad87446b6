//! The answers of the endpoints as a browser reads them. That their fields are sensitive is asserted of every response.
//!
//! Fields that logs and compression tables have to leave out.

use std::time::{Duration, UNIX_EPOCH};

use axum::http::{StatusCode, header::SET_COOKIE};
use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::{BindToDevice, DeviceBound, Initiators};
use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    browser::{Browser, Carry, fresh_signing_key, registration},
    site::Site,
};

#[test]
fn the_browser_is_told_what_to_do() {
    let excluding = DeviceBound::at("/.session")
        .exclude("/static")
        .exclude("/a");
    let same_site = DeviceBound::at("/x/y").initiators(Initiators::SameSite);
    let exclude = |path| json!({"type": "exclude", "domain": "*", "path": path});
    for (device, url, excluded, initiators) in [
        (
            DeviceBound::at("/.session"),
            "/.session/refresh",
            json!([]),
            json!(["*"]),
        ),
        (
            excluding,
            "/.session/refresh",
            json!([exclude("/static"), exclude("/a")]),
            json!(["*"]),
        ),
        (same_site, "/x/y/refresh", json!([]), json!([])),
    ] {
        let site = Site::with(device, |cookie| cookie);
        let mut browser = Browser::new();
        browser.post(&site, "/sign-in");
        let response = browser.try_register(&site, Carry::All);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let told: Value = serde_json::from_str(response.body()).unwrap();
        let device = browser.device.as_ref().unwrap();
        let expected = json!({
            "session_identifier": device.id,
            "refresh_url": url,
            "scope": {"include_site": false, "scope_specification": excluded},
            "credentials": [{
                "type": "cookie",
                "name": device.cookie,
                "attributes": "Path=/; Secure; HttpOnly; SameSite=Lax",
            }],
            "allowed_refresh_initiators": initiators,
        });
        assert_eq!(told, expected);
    }
}

/// A browser refuses a credential whose attributes are not those of the cookie.
#[test]
fn the_bound_cookie_has_the_attributes_of_the_session() {
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.name("sid").domain("app.test").path("/app")
    });
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let response = browser.try_register(&site, Carry::All);
    let told: Value = serde_json::from_str(response.body()).unwrap();
    let attributes = told["credentials"][0]["attributes"].as_str().unwrap();
    let name = &browser.device.as_ref().unwrap().cookie;
    assert!(name.starts_with("sid.b-"));
    let fields = response.headers().get_all(SET_COOKIE).iter();
    let mut fields = fields.map(|field| field.to_str().unwrap());
    let bound = fields.find(|field| field.starts_with(name)).unwrap();
    let (_, set) = bound.split_once("; ").unwrap();
    let told: Vec<_> = attributes.split("; ").collect();
    let set: Vec<_> = set
        .split("; ")
        .filter(|one| *one != "Max-Age=600")
        .collect();
    assert_eq!(told, set);
    assert!(
        set.contains(&"Domain=app.test") && set.contains(&"Path=/app"),
        "{set:?}"
    );
}

#[test]
fn an_endpoint_is_asked_by_post() {
    let sites = [Site::new(), Site::new().in_actix()];
    for site in sites {
        let mut browser = Browser::bound(&site);
        let id = browser.device.as_ref().unwrap().id.clone();
        let mut signed_in = Browser::new();
        signed_in.post(&site, "/sign-in");
        let challenge = signed_in.offer.take().unwrap().challenge;
        let proof = registration(&fresh_signing_key(), &json!({"jti": challenge}));
        let fields = [
            ("sec-secure-session-id", &*id),
            ("secure-session-response", &*proof),
        ];
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"] {
            for path in ["/.session/refresh", "/.session/register"] {
                let response = browser.send(&site, method, path, Carry::All, &fields);
                assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method} {path}");
                assert!(response.body().is_empty());
                for field in ["cache-control", "set-cookie", "secure-session-challenge"] {
                    assert!(!response.headers().contains_key(field), "{method} {path}");
                }
            }
        }
        for path in [
            "/.session/Refresh",
            "/.session/refresh/",
            "/.session",
            "/x/.session/refresh",
        ] {
            let response = browser.send(&site, "POST", path, Carry::All, &fields);
            assert!(
                !response.headers().contains_key("secure-session-challenge"),
                "{path}"
            );
        }
        let asked = browser.send(&site, "POST", "/.session/refresh?x", Carry::All, &fields);
        assert_eq!(asked.status(), StatusCode::FORBIDDEN);
    }
}

#[cfg(feature = "tracing")]
#[test]
fn the_endpoints_write_events() {
    use tracing::Level;

    #[track_caller]
    fn check(expected: &[(&str, Level)], secret: &str, work: impl FnOnce()) {
        let told = super::told::told_by(work);
        let devices = told.iter().filter(|told| told.fields.contains("device "));
        let found: Vec<_> = devices.collect();
        assert_eq!(found.len(), expected.len(), "{told:?}");
        for (found, (words, level)) in found.into_iter().zip(expected) {
            assert!(
                found.fields.contains(&format!("message={words} ")),
                "{found:?}"
            );
            assert!(
                found.fields.contains("purpose=\"__Host-session\""),
                "{found:?}"
            );
            assert_eq!(found.level, *level, "{found:?}");
            assert_eq!(found.target, "hardtack_device::response", "{found:?}");
            assert!(!found.fields.contains(&secret[..20]), "{found:?}");
        }
    }

    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let challenge = browser.offer.clone().unwrap().challenge;
    check(&[("device registered", Level::DEBUG)], &challenge, || {
        browser.register(&site, Carry::All);
    });
    let id = browser.device.as_ref().unwrap().id.clone();
    let both = [
        ("device challenged", Level::TRACE),
        ("device refreshed", Level::DEBUG),
    ];
    check(&both, &id, || drop(browser.refresh(&site, Carry::All)));
    browser.post(&site, "/sign-out");
    check(&[("device session ended", Level::DEBUG)], &id, || {
        browser.refresh(&site, Carry::All);
    });
    check(&[("device refused", Level::DEBUG)], &id, || {
        browser.send(&site, "POST", "/.session/register", Carry::All, &[]);
    });
}

#[test]
fn the_offer_and_the_cookie_of_a_sign_in_are_sensitive() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .device_bound(DeviceBound::at("/.session"))
        .build()
        .unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let session = cookie.load_from(&HeaderMap::new(), now);
    session.renew().unwrap();
    session.insert("user", "ada").unwrap();
    let mut response = HeaderMap::new();
    cookie
        .save_to(&session, StatusCode::OK, &mut response)
        .unwrap();
    for name in ["secure-session-registration", "set-cookie"] {
        assert!(response[name].is_sensitive(), "{name}");
    }
    assert!(!response["cache-control"].is_sensitive());
}

#[cfg(feature = "metrics")]
#[test]
fn an_answer_to_a_device_is_counted() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.device_bound(DeviceBound::at("/.session"));
    let cookie = cookie.build().unwrap();
    let counts = super::counted::counted_by(|| {
        let request = http::Request::post("/.session/register").body(()).unwrap();
        drop(cookie.respond(
            &request.into_parts().0,
            UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        ));
    });
    let answer = r#"hardtack_device_responses_total{purpose="__Host-session",response="Refused"}"#;
    assert_eq!(counts.get(answer), Some(&1), "{counts:?}");
}
