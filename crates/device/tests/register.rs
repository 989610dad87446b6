//! Registrations: those that come too late, and those that no browser makes.

use hardtack_device::DeviceBound;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::http::{HeaderMap, StatusCode};
use p256::ecdsa::SigningKey;
use serde_json::json;

use super::{
    browser::{Browser, Carry, fresh_signing_key, registration},
    site::Site,
};

fn proof_for(key: &SigningKey, challenge: &str) -> String {
    registration(key, &json!({"jti": challenge}))
}

/// Signs in, and returns the challenge that was offered.
fn offered(site: &Site) -> (Browser, String) {
    let mut browser = Browser::new();
    browser.post(site, "/sign-in");
    let offer = browser.offer.clone().unwrap();
    (browser, offer.challenge)
}

#[track_caller]
fn refused(site: &Site, proof: &str) {
    let mut browser = Browser::new();
    let fields = [("secure-session-response", proof)];
    let response = browser.send(site, "POST", "/.session/register", Carry::All, &fields);
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(browser.jar.is_empty() && response.body().is_empty());
}

#[test]
fn a_proof_without_a_challenge_of_ours_is_refused() {
    let site = Site::new();
    let (browser, challenge) = offered(&site);
    let key = fresh_signing_key();
    refused(&site, "");
    refused(&site, &proof_for(&key, ""));
    refused(&site, &proof_for(&key, "AAAA"));
    refused(
        &site,
        &proof_for(&key, &browser.jar.cookies()["__Host-session"]),
    );
    let proof = proof_for(&key, &challenge);
    for end in 0..proof.len() {
        refused(&site, &proof[..end]);
    }
}

#[test]
fn a_challenge_of_a_refresh_registers_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let response = browser.ask(&site, Carry::All, &[]);
    let id = browser.device.as_ref().unwrap().id.clone();
    let challenge = super::browser::challenge_of(&response, &id);
    refused(&site, &proof_for(&fresh_signing_key(), &challenge));
}

#[test]
fn an_offer_is_taken_up_within_two_minutes() {
    let site = Site::new();
    let (mut browser, challenge) = offered(&site);
    site.wait(120);
    refused(&site, &proof_for(&fresh_signing_key(), &challenge));
    let (mut other, _) = offered(&site);
    site.wait(119);
    other.register(&site, Carry::All);
    assert_eq!(browser.get(&site, "/"), "ada 0 Unbound");
}

#[test]
fn a_revoked_session_is_not_bound() {
    let site = Site::new();
    let (browser, challenge) = offered(&site);
    let id = browser.session_id(&site);
    site.revoked.lock().unwrap().push(id);
    refused(&site, &proof_for(&fresh_signing_key(), &challenge));
}

/// Such a function refuses what it cannot see, which is every session that its request does not bring.
#[test]
fn a_session_beside_its_registration_is_judged_by_its_content() {
    let epoch = Arc::new(AtomicU32::new(1));
    let current = Arc::clone(&epoch);
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.revoked_if(move |session| {
            let user: Option<String> = session.get("user").unwrap();
            let epoch = u32::from(user.as_deref() == Some("ada"));
            epoch != current.load(Ordering::Relaxed)
        })
    });
    let mut browser = Browser::bound(&site);
    site.wait(1_000);
    browser.lose_bound_cookie();
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");

    let mut apart = Browser::new();
    apart.post(&site, "/sign-in");
    let offer = apart.offer.clone();
    let refused = apart.try_register(&site, Carry::CrossSite);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);

    // Its content is refused too.
    epoch.store(2, Ordering::Relaxed);
    apart.offer = offer;
    let refused = apart.try_register(&site, Carry::All);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    browser.refresh(&site, Carry::All);
    assert!(browser.device.is_none(), "its key is given up");
}

/// A sign-in, and then a change of privilege while the registration is on its way. Offering it again would offer it to
/// whoever has a copy of the session's cookie.
#[test]
fn a_registration_for_an_id_that_the_session_no_longer_has_is_void() {
    for (change, shown) in [
        ("/new-id", "ada 0 Unbound"),
        ("/begin-again", "eve 0 Unbound"),
    ] {
        let site = Site::new();
        let mut browser = Browser::new();
        browser.post(&site, "/sign-in");
        let offer = browser.offer.clone();
        assert_eq!(browser.post(&site, change), shown);
        assert!(browser.offer.is_none(), "nothing is offered again");
        for carry in [Carry::All, Carry::CrossSite] {
            browser.offer = offer.clone();
            let refused = browser.try_register(&site, carry);
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
        }

        // Without the mark, a registration without cookies cannot be told from a good one, and binds nothing.
        browser.jar.retain(|name| !name.contains(".out-"));
        browser.offer = offer;
        browser.register(&site, Carry::CrossSite);
        assert_eq!(browser.get(&site, "/"), shown);
        browser.refresh(&site, Carry::All);
        assert!(browser.device.is_none());
        assert_eq!(browser.jar.names().len(), 1);

        // The next sign-in is offered one.
        browser.post(&site, "/sign-in");
        browser.register(&site, Carry::All);
        assert!(browser.get(&site, "/").ends_with("Bound"));
    }
}

#[test]
fn a_registration_for_a_session_that_has_ended_is_refused_from_any_site() {
    for change in ["/sign-out", "/clear", "/sign-in"] {
        for carry in [Carry::All, Carry::CrossSite] {
            let site = Site::new();
            let mut browser = Browser::new();
            browser.post(&site, "/sign-in");
            let offer = browser.offer.take();
            browser.post(&site, change);
            browser.offer = offer;
            let refused = browser.try_register(&site, carry);
            assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{change}");
        }
    }
}

#[test]
fn a_session_that_was_revoked_under_a_newer_id_is_not_bound() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let offer = browser.offer.take();
    browser.post(&site, "/new-id");
    let id = browser.session_id(&site);
    site.revoked.lock().unwrap().push(id);
    browser.offer = offer;
    let refused = browser.try_register(&site, Carry::All);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_session_that_belongs_to_a_device_gets_no_second_one() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let offer = browser.offer.clone();
    browser.register(&site, Carry::All);
    browser.offer = offer;
    let refused = browser.try_register(&site, Carry::All);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_registration_beside_another_session_is_refused() {
    let site = Site::new();
    let (_, challenge) = offered(&site);
    for path in ["/sign-in", "/count"] {
        let mut other = Browser::new();
        other.post(&site, path);
        let before = other.jar.cookies();
        let proof = proof_for(&fresh_signing_key(), &challenge);
        let fields = [("secure-session-response", &*proof)];
        let refused = other.send(&site, "POST", "/.session/register", Carry::All, &fields);
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(other.jar.cookies(), before);
    }
}

#[test]
fn two_cookies_that_sign_in_in_one_response_are_both_offered() {
    let (sites, mut response) = (["a", "b"], HeaderMap::new());
    for name in sites {
        let device = DeviceBound::at(format!("/.{name}"));
        let site = Site::with(device, |cookie| cookie.name(format!("__Host-{name}")));
        let session = site.cookie.load(None::<&str>, site.clock());
        session.sign_in().unwrap();
        let saved = site.cookie.save_to(&session, StatusCode::OK, &mut response);
        saved.unwrap();
    }
    let offers = response.get_all("secure-session-registration");
    let offers: Vec<_> = offers.iter().map(|offer| offer.to_str().unwrap()).collect();
    assert_eq!(offers.len(), 2);
    for (name, offer) in sites.into_iter().zip(offers) {
        assert!(
            offer.contains(&format!("path=\"/.{name}/register\"")),
            "{offer}"
        );
    }
}
