//! Messages for a later request, by scripts.

use serde_json::{Value, json};

use crate::demo::{Visitor, start};

fn leave(browser: &Visitor, queue: &str, message: &str) {
    let flash = json!({ "queue": queue, "message": message });
    assert_eq!(browser.post("/api/flash", flash).status, 204);
}

fn peek(browser: &Visitor, queue: &str) -> Value {
    let path = format!("/api/flash?queue={queue}");
    browser.get(&path).json()["messages"].take()
}

fn pop(browser: &Visitor, queue: &str) -> Value {
    let queue = json!({ "queue": queue });
    browser.post("/api/flash/pop", queue).json()["messages"].take()
}

#[test]
fn a_message_stays_until_it_is_popped() {
    let browser = start("");
    leave(&browser, "", "Grüße <&>");
    for path in ["/api/untouched", "/api/session", "/about", "/api/data/none"] {
        browser.get(path);
    }
    browser.put("/api/data/a", 1);
    browser.post("/api/renew", ());
    assert_eq!(peek(&browser, ""), json!(["Grüße <&>"]));
    assert_eq!(peek(&browser, ""), json!(["Grüße <&>"]));
    assert_eq!(pop(&browser, ""), json!(["Grüße <&>"]));
    assert_eq!(pop(&browser, ""), json!([]));
}

#[test]
fn a_queue_is_read_in_its_order_and_leaves_the_others() {
    let browser = start("");
    leave(&browser, "", "first");
    leave(&browser, "errors", "other");
    leave(&browser, "", "second");
    assert_eq!(pop(&browser, ""), json!(["first", "second"]));
    assert_eq!(peek(&browser, "errors"), json!(["other"]));
    assert_eq!(pop(&browser, "none"), json!([]));
    assert_eq!(pop(&browser, "errors"), json!(["other"]));
    assert_eq!(browser.token(), None, "nothing is left");
}

#[test]
fn the_same_message_is_left_twice_unless_it_must_not_be() {
    let browser = start("");
    leave(&browser, "", "twice");
    leave(&browser, "", "twice");
    for _ in 0..2 {
        let once = json!({ "queue": "", "message": "once", "allow_duplicate": false });
        assert_eq!(browser.post("/api/flash", once).status, 204);
    }
    assert_eq!(pop(&browser, ""), json!(["twice", "twice", "once"]));
}

#[test]
fn messages_count_towards_the_size_and_are_no_data() {
    let browser = start("");
    let room = || browser.session()["remaining_bytes"].as_u64().unwrap();
    let empty = room();
    leave(&browser, "", &"x".repeat(100));
    // The count, then each text after its length.
    assert_eq!(empty - room(), 1 + 1 + 1 + 100);
    assert_eq!(browser.session()["data"], json!({}));
    assert_eq!(peek(&browser, "")[0].as_str().unwrap().len(), 100);

    let flash = json!({ "message": "x".repeat(3000) });
    let answer = browser.post("/api/flash", flash);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["allowed"], 3072);
    assert!(answer.json()["needed"].as_u64().unwrap() > 3072);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(pop(&browser, "").as_array().unwrap().len(), 1);
    assert_eq!(room(), empty);
}

#[test]
fn reading_a_message_writes_nothing_and_popping_it_does() {
    let browser = start("");
    browser.put("/api/data/a", 1);
    leave(&browser, "", "Saved");
    let cookies = |path: &str| browser.get(path).set_cookies().len();
    assert_eq!(cookies("/api/flash"), 0);
    let popped = |expected: usize| {
        let answer = browser.post("/api/flash/pop", json!({}));
        assert_eq!(answer.set_cookies().len(), expected);
    };
    popped(1);
    popped(0);
}

#[test]
fn clearing_drops_messages_and_renewing_keeps_them() {
    let browser = start("");
    for (path, expected) in [
        ("/api/renew", json!(["kept"])),
        ("/api/renew-id", json!(["kept"])),
        ("/api/clear", json!([])),
    ] {
        leave(&browser, "", "kept");
        browser.post(path, ());
        assert_eq!(pop(&browser, ""), expected, "{path}");
    }
}

#[test]
fn a_body_that_is_no_message_is_refused() {
    let browser = start("");
    for body in [json!({}), json!({ "message": 1 }), json!("text")] {
        let answer = browser.post("/api/flash", body);
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
    }
}
