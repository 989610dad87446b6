//! Sessions that are bound to a device, as far as a client without a key sees them.

use hardtack_scenarios::Method;
use serde_json::json;

use crate::demo::start;

#[test]
fn a_sign_in_offers_a_registration() {
    let browser = start("--device-bound");
    assert_eq!(browser.session()["binding"], "unbound");
    let steps = json!([{"do": "renew"}, {"do": "put", "key": "user", "value": "ada"}]);
    let answer = browser.post("/api/batch", steps);
    let offer = answer.header("secure-session-registration").unwrap();
    assert!(offer.starts_with("(ES256);path=\"/.session/register\";challenge="));
    assert_eq!(browser.session()["binding"], "unbound");
    let refused = browser.request(Method::POST, "/.session/register");
    assert_eq!(browser.send(refused).status, 400);
}

#[test]
fn without_the_flag_there_is_no_endpoint() {
    let browser = start("");
    let request = browser.request(Method::POST, "/.session/refresh");
    assert_eq!(browser.send(request).status, 404);
}
