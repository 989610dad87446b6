//! Sessions that are bound to a device, as far as a client without a key sees them.

use reqwest::Method;
use serde_json::json;

use crate::{browser::Browser, demo::Demo};

#[test]
fn a_sign_in_offers_a_registration() {
    let demo = Demo::start("--device-bound");
    let browser = Browser::new();
    assert_eq!(browser.session(&demo)["binding"], "unbound");
    let steps = json!([{"do": "renew"}, {"do": "put", "key": "user", "value": "ada"}]);
    let answer = browser.post(&demo, "/api/batch", steps);
    let offer = answer.header("secure-session-registration").unwrap();
    assert!(offer.starts_with("(ES256);path=\"/.session/register\";challenge="));
    assert_eq!(browser.session(&demo)["binding"], "unbound");
    let refused = browser.request(&demo, Method::POST, "/.session/register");
    assert_eq!(browser.send(refused).status, 400);
}

#[test]
fn without_the_flag_there_is_no_endpoint() {
    let demo = Demo::start("");
    let browser = Browser::new();
    let request = browser.request(&demo, Method::POST, "/.session/refresh");
    assert_eq!(browser.send(request).status, 404);
}
