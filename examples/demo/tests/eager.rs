//! Sessions that are verified before the handler.

use serde_json::{Value, json};

use crate::demo::{Visitor, start};

fn outcomes(browser: &Visitor) -> Value {
    browser.get("/api/outcomes").json()
}

#[test]
fn what_nobody_touches_is_not_verified() {
    let browser = start("");
    browser.get("/api/untouched");
    browser.get("/about");
    assert_eq!(outcomes(&browser), json!({}));
    browser.session();
    assert_eq!(outcomes(&browser), json!({ "absent": 1 }));
}

#[test]
fn an_eager_demo_verifies_every_session_and_mentions_none() {
    let browser = start("--eager --renew-after always");
    browser.put("/api/data/a", 1);
    for path in ["/api/untouched", "/about"] {
        let answer = browser.get(path);
        assert!(answer.set_cookies().is_empty());
        assert_eq!(answer.header("vary"), None);
        assert_eq!(answer.header("cache-control"), None);
    }
    // The request for the counts is one of them.
    let expected = json!({ "absent": 1, "opened": 3 });
    assert_eq!(outcomes(&browser), expected);
    // A touched session is refreshed as before.
    assert_eq!(browser.get("/api/session").set_cookies().len(), 1);
}

#[test]
fn each_session_is_counted_once() {
    let browser = start("");
    browser.put("/api/data/a", 1);
    browser.set_token("nonsense");
    browser.session();
    browser.get("/");
    let expected = json!({ "absent": 1, "rejected": 2 });
    assert_eq!(outcomes(&browser), expected);
}
