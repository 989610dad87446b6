use hardtack_scenarios::Client;
use serde_json::{Value, json};
use webauthn_authenticator_rs::{WebauthnAuthenticator, prelude::Url, softpasskey::SoftPasskey};

use crate::start;

/// Creates an account with a passkey of this device.
fn register(browser: &Client, device: &mut SoftPasskey, name: &str) {
    let answer = answer_to_registration(browser, device, name);
    assert_eq!(browser.post("/register/finish", answer).status, 200);
}

/// Begins a registration, and returns the device's answer to the challenge.
fn answer_to_registration(browser: &Client, device: &mut SoftPasskey, name: &str) -> Value {
    let challenge = browser.post("/register", json!(name)).json();
    let challenge = serde_json::from_value(challenge).unwrap();
    let answer = device.do_registration(origin(browser), challenge).unwrap();
    serde_json::to_value(answer).unwrap()
}

/// Begins a sign-in, and returns the device's answer to the challenge.
fn answer(browser: &Client, device: &mut SoftPasskey, name: &str) -> Value {
    let challenge = browser.post("/sign-in", json!(name)).json();
    let challenge = serde_json::from_value(challenge).unwrap();
    let answer = device
        .do_authentication(origin(browser), challenge)
        .unwrap();
    serde_json::to_value(answer).unwrap()
}

fn origin(browser: &Client) -> Url {
    browser
        .base()
        .replace("127.0.0.1", "localhost")
        .parse()
        .unwrap()
}

#[test]
fn a_passkey_signs_its_user_in() {
    let (ada, mut device) = (start("passkeys"), SoftPasskey::new(true));
    register(&ada, &mut device, "ada");
    assert!(ada.get("/").has("Hello ada"));
    let browser = ada.stranger();
    assert!(!browser.get("/").has("Hello"));
    let answer = answer(&browser, &mut device, "ada");
    assert_eq!(browser.post("/sign-in/finish", answer).status, 200);
    assert!(browser.get("/").has("Hello ada"));
    let taken = browser.post("/register", json!("ada"));
    assert_eq!(taken.status, 403);
}

/// The second passkey would open the account of the first.
#[test]
fn of_two_browsers_that_register_one_name_at_once_the_second_is_refused() {
    let browser = start("passkeys");
    let [ada, mallory] = [browser.stranger(), browser.stranger()];
    let [mut hers, mut his] = [SoftPasskey::new(true), SoftPasskey::new(true)];
    let answers = [(&ada, &mut hers), (&mallory, &mut his)]
        .map(|(browser, device)| answer_to_registration(browser, device, "ada"));
    let statuses = [&ada, &mallory]
        .into_iter()
        .zip(answers)
        .map(|(browser, answer)| browser.post("/register/finish", answer).status);
    assert_eq!(statuses.collect::<Vec<_>>(), [200, 403]);
    assert!(ada.get("/").has("Hello ada"));
    assert!(!mallory.get("/").has("Hello"));
    // The account has one passkey, which is not his.
    let challenge = mallory.post("/sign-in", json!("ada")).json();
    let passkeys = challenge["publicKey"]["allowCredentials"].as_array();
    assert_eq!(passkeys.map(Vec::len), Some(1));
}

/// Anybody can send one, and it is kept while the ceremony waits.
#[test]
fn a_name_has_a_limit() {
    let browser = start("passkeys");
    for path in ["/register", "/sign-in"] {
        for (length, status) in [(0, 403), (40, 200), (41, 403)] {
            let name = "é".repeat(length);
            assert_eq!(browser.post(path, json!(name)).status, status, "{path}");
        }
    }
}

/// With all that came and went: the cookies before and after, and the answer of the device.
#[test]
fn a_sign_in_that_was_recorded_cannot_be_repeated() {
    let (ada, mut device) = (start("passkeys"), SoftPasskey::new(true));
    register(&ada, &mut device, "ada");
    let browser = ada.stranger();
    let answer = answer(&browser, &mut device, "ada");
    let thief = browser.copy();
    assert_eq!(browser.post("/sign-in/finish", answer.clone()).status, 200);
    assert_eq!(thief.post("/sign-in/finish", answer).status, 403);
    assert!(!thief.get("/").has("Hello"));
}

#[test]
fn an_answer_counts_in_the_browser_that_asked() {
    let (ada, mut device) = (start("passkeys"), SoftPasskey::new(true));
    register(&ada, &mut device, "ada");
    let [asked, other] = [ada.stranger(), ada.stranger()];
    let answer_of_asked = answer(&asked, &mut device, "ada");
    answer(&other, &mut device, "ada");
    for browser in [other, ada.stranger()] {
        let refused = browser.post("/sign-in/finish", answer_of_asked.clone());
        assert_eq!(refused.status, 403);
    }
}
