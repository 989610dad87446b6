//! Sessions that are verified before the handler.

use serde_json::{Value, json};

use crate::{browser::Browser, demo::Demo};

fn outcomes(browser: &Browser, demo: &Demo) -> Value {
    browser.get(demo, "/api/outcomes").json()
}

#[test]
fn what_nobody_touches_is_not_verified() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    browser.get(&demo, "/api/untouched");
    browser.get(&demo, "/about");
    assert_eq!(outcomes(&browser, &demo), json!({}));
    browser.session(&demo);
    assert_eq!(outcomes(&browser, &demo), json!({ "absent": 1 }));
}

#[test]
fn an_eager_demo_verifies_every_session_and_mentions_none() {
    let demo = Demo::start("--eager --renew-after always");
    let browser = Browser::new();
    browser.put(&demo, "/api/data/a", json!(1));
    for path in ["/api/untouched", "/about"] {
        let answer = browser.get(&demo, path);
        assert!(answer.set_cookies().is_empty());
        assert_eq!(answer.header("vary"), None);
        assert_eq!(answer.header("cache-control"), None);
    }
    // The request for the counts is one of them.
    let expected = json!({ "absent": 1, "opened": 3 });
    assert_eq!(outcomes(&browser, &demo), expected);
    // A touched session is refreshed as before.
    assert_eq!(browser.get(&demo, "/api/session").set_cookies().len(), 1);
}

#[test]
fn each_session_is_counted_once() {
    let demo = Demo::start("");
    let browser = Browser::new();
    browser.put(&demo, "/api/data/a", json!(1));
    browser.set_token(&demo, "nonsense");
    browser.session(&demo);
    browser.get(&demo, "/");
    let expected = json!({ "absent": 1, "rejected": 2 });
    assert_eq!(outcomes(&browser, &demo), expected);
}
