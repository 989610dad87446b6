//! Registrations that no browser makes.

use axum::http::StatusCode;
use hardtack::session::SessionId;

use crate::{
    browser::{Browser, Carry, fresh_signing_key, registration},
    site::Site,
};

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
    assert!(browser.cookies.is_empty() && response.body().is_empty());
}

#[test]
fn a_proof_without_a_challenge_of_ours_is_refused() {
    let site = Site::new();
    let (browser, challenge) = offered(&site);
    let key = fresh_signing_key();
    refused(&site, "");
    refused(&site, &registration(&key, ""));
    refused(&site, &registration(&key, "AAAA"));
    refused(
        &site,
        &registration(&key, &browser.cookies["__Host-session"]),
    );
    let proof = registration(&key, &challenge);
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
    let challenge = crate::browser::challenge_of(&response, &id);
    refused(&site, &registration(&fresh_signing_key(), &challenge));
}

#[test]
fn an_offer_is_taken_up_within_two_minutes() {
    let site = Site::new();
    let (mut browser, challenge) = offered(&site);
    site.wait(120);
    refused(&site, &registration(&fresh_signing_key(), &challenge));
    let (mut other, _) = offered(&site);
    site.wait(119);
    other.register(&site, Carry::All);
    assert_eq!(browser.get(&site, "/"), "ada 0 Unbound");
}

#[test]
fn a_revoked_session_is_not_bound() {
    let site = Site::new();
    let (browser, challenge) = offered(&site);
    let session = site.cookie.load(
        [browser_field(&browser)],
        crate::site::moment(crate::site::START),
    );
    let id: SessionId = session.id().unwrap();
    site.revoked.lock().unwrap().push(id);
    refused(&site, &registration(&fresh_signing_key(), &challenge));
}

fn browser_field(browser: &Browser) -> String {
    format!("__Host-session={}", browser.cookies["__Host-session"])
}

#[test]
fn a_quoted_proof_is_taken_too() {
    let site = Site::new();
    let (mut browser, challenge) = offered(&site);
    let proof = format!("\"{}\"", registration(&fresh_signing_key(), &challenge));
    let fields = [("secure-session-response", &*proof)];
    let response = browser.send(&site, "POST", "/.session/register", Carry::All, &fields);
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}
