//! Refreshes, and those that no browser makes.

use axum::http::StatusCode;
use hardtack_device::DeviceBound;
use serde_json::json;

use super::{
    browser::{Browser, Carry, challenge_of, fresh_signing_key, refresh, signed},
    site::{Builder, Keys, START, Site, time},
};

#[test]
fn a_refresh_works_with_cookies_and_without() {
    for carry in [Carry::All, Carry::CrossSite] {
        let site = Site::new();
        let mut browser = Browser::bound(&site);
        site.wait(1_000);
        browser.lose_bound_cookie();
        let response = browser.refresh(&site, carry);
        assert_eq!(response.status(), StatusCode::OK);
        assert!(
            response.body().is_empty(),
            "the session of the device stays as it is"
        );
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 1);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    }
}

/// A browser and a challenge for it.
fn challenged(site: &Site) -> (Browser, String) {
    let mut browser = Browser::bound(site);
    let response = browser.ask(site, Carry::All, &[]);
    let id = browser.device.as_ref().unwrap().id.clone();
    (browser, challenge_of(&response, &id))
}

/// The proof is answered with another challenge, and no cookie.
#[track_caller]
fn refused(site: &Site, browser: &Browser, proof: &str) {
    let mut browser = browser.clone();
    let response = browser.ask(site, Carry::All, &[("secure-session-response", proof)]);
    assert_eq!(response.status(), StatusCode::FORBIDDEN, "{proof}");
    challenge_of(&response, &browser.device.unwrap().id);
    assert!(!response.headers().contains_key("set-cookie"));
}

#[test]
fn a_wrong_proof_is_answered_with_another_challenge() {
    let site = Site::new();
    let (browser, challenge) = challenged(&site);
    let (other, others_challenge) = challenged(&site);
    let key = &browser.device.as_ref().unwrap().key;
    let jti = json!({"jti": challenge});
    refused(&site, &browser, "");
    refused(&site, &browser, &refresh(&fresh_signing_key(), &jti));
    refused(&site, &browser, &refresh(&other.device.unwrap().key, &jti));
    refused(
        &site,
        &browser,
        &refresh(key, &json!({"jti": others_challenge})),
    );
    refused(&site, &browser, &refresh(key, &json!({"jti": "AAAA"})));
    refused(&site, &browser, &refresh(key, &json!({})));
    let none = json!({"alg": "none", "typ": "dbsc+jwt"});
    refused(&site, &browser, &signed(key, &none, &jti));
    let proof = refresh(key, &jti);
    for end in 0..proof.len() {
        refused(&site, &browser, &proof[..end]);
    }
    refused(&site, &browser, &"a".repeat(4_100));
    let mut browser = browser;
    let response = browser.ask(&site, Carry::All, &[("secure-session-response", &proof)]);
    assert_eq!(response.status(), StatusCode::OK);
}

#[test]
fn a_challenge_is_good_for_two_minutes() {
    let site = Site::new();
    let (mut browser, challenge) = challenged(&site);
    let proof = refresh(
        &browser.device.as_ref().unwrap().key,
        &json!({"jti": challenge}),
    );
    site.wait(119);
    let response = browser.ask(&site, Carry::All, &[("secure-session-response", &proof)]);
    assert_eq!(
        response.status(),
        StatusCode::OK,
        "browsers send a proof again"
    );
    site.wait(1);
    refused(&site, &browser, &proof);
}

#[test]
fn an_identifier_that_does_not_open_is_unknown() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let session = browser.jar.cookies()["__Host-session"].clone();
    let mut ask = |id: &str| {
        browser.device.as_mut().unwrap().id = id.to_owned();
        let response = browser.ask(&site, Carry::All, &[]);
        assert!(
            response.body().is_empty()
                && !response.headers().contains_key("secure-session-challenge")
        );
        response.status()
    };
    assert_eq!(ask(""), StatusCode::NOT_FOUND);
    assert_eq!(ask("AAAA"), StatusCode::NOT_FOUND);
    assert_eq!(ask(&session), StatusCode::NOT_FOUND);
    assert_eq!(ask(&"a".repeat(4_100)), StatusCode::NOT_FOUND);
    assert_eq!(ask("\""), StatusCode::NOT_FOUND);
}

#[test]
fn an_instance_without_the_key_destroys_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let behind = Site::under(Keys::new(), DeviceBound::at("/.session"), |cookie| cookie);
    let response = browser.refresh(&behind, Carry::All);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "10");
    assert!(browser.device.is_some());
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
}

#[test]
fn a_device_belongs_to_one_application_and_one_type() {
    let keys = Keys::new();
    let other = |change: fn(Builder) -> Builder| {
        Site::under(keys.clone(), DeviceBound::at("/.session"), change)
    };
    let site = other(|cookie| cookie.application("shop"));
    let mut browser = Browser::bound(&site);
    let elsewhere = [
        other(|cookie| cookie),
        other(|cookie| cookie.application("forum")),
        other(|cookie| cookie.application("shop").type_label("cart")),
    ];
    for elsewhere in elsewhere {
        let response = browser.ask(&elsewhere, Carry::All, &[]);
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let mut offered = Browser::new();
        offered.post(&site, "/sign-in");
        let response = offered.try_register(&elsewhere, Carry::All);
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
    let response = browser.ask(&site, Carry::All, &[]);
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[test]
fn an_instance_that_does_not_know_the_tenant_destroys_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let response = browser.refresh(&site.of_no_context(), Carry::All);
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(browser.device.is_some());
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
}

#[test]
fn revocation_and_not_before_end_the_session_of_the_device() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let id = browser.session_id(&site);
    site.revoked.lock().unwrap().push(id);
    let response = browser.refresh(&site, Carry::CrossSite);
    assert_eq!(response.status(), StatusCode::OK);
    assert!(browser.device.is_none());

    let mut browser = Browser::bound(&site);
    site.cookie.raise_not_before(time(START + 1));
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
}
