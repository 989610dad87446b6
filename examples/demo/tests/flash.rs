//! Messages for a later request, by scripts.

use serde_json::{Value, json};

use crate::{browser::Browser, demo::Demo};

fn leave(browser: &Browser, demo: &Demo, queue: &str, message: &str) {
    let flash = json!({ "queue": queue, "message": message });
    assert_eq!(browser.post(demo, "/api/flash", flash).status, 204);
}

fn peek(browser: &Browser, demo: &Demo, queue: &str) -> Value {
    let path = format!("/api/flash?queue={queue}");
    browser.get(demo, &path).json()["messages"].take()
}

fn pop(browser: &Browser, demo: &Demo, queue: &str) -> Value {
    let queue = json!({ "queue": queue });
    browser.post(demo, "/api/flash/pop", queue).json()["messages"].take()
}

#[test]
fn a_message_stays_until_it_is_popped() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    leave(&browser, &demo, "", "Grüße <&>");
    for path in ["/api/untouched", "/api/session", "/about", "/api/data/none"] {
        browser.get(&demo, path);
    }
    browser.put(&demo, "/api/data/a", json!(1));
    browser.post(&demo, "/api/renew", json!(null));
    assert_eq!(peek(&browser, &demo, ""), json!(["Grüße <&>"]));
    assert_eq!(peek(&browser, &demo, ""), json!(["Grüße <&>"]));
    assert_eq!(pop(&browser, &demo, ""), json!(["Grüße <&>"]));
    assert_eq!(pop(&browser, &demo, ""), json!([]));
}

#[test]
fn a_queue_is_read_in_its_order_and_leaves_the_others() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    leave(&browser, &demo, "", "first");
    leave(&browser, &demo, "errors", "other");
    leave(&browser, &demo, "", "second");
    assert_eq!(pop(&browser, &demo, ""), json!(["first", "second"]));
    assert_eq!(peek(&browser, &demo, "errors"), json!(["other"]));
    assert_eq!(pop(&browser, &demo, "none"), json!([]));
    assert_eq!(pop(&browser, &demo, "errors"), json!(["other"]));
    assert_eq!(browser.token(&demo), None, "nothing is left");
}

#[test]
fn the_same_message_is_left_twice_unless_it_must_not_be() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    leave(&browser, &demo, "", "twice");
    leave(&browser, &demo, "", "twice");
    for _ in 0..2 {
        let once = json!({ "queue": "", "message": "once", "allow_duplicate": false });
        assert_eq!(browser.post(&demo, "/api/flash", once).status, 204);
    }
    assert_eq!(pop(&browser, &demo, ""), json!(["twice", "twice", "once"]));
}

#[test]
fn messages_count_towards_the_size_and_are_no_data() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let room = || browser.session(&demo)["remaining_bytes"].as_u64().unwrap();
    let empty = room();
    leave(&browser, &demo, "", &"x".repeat(100));
    // The count, then each text after its length.
    assert_eq!(empty - room(), 1 + 1 + 1 + 100);
    assert_eq!(browser.session(&demo)["data"], json!({}));
    assert_eq!(peek(&browser, &demo, "")[0].as_str().unwrap().len(), 100);

    let flash = json!({ "message": "x".repeat(3000) });
    let answer = browser.post(&demo, "/api/flash", flash);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.json()["allowed"], 3072);
    assert!(answer.json()["needed"].as_u64().unwrap() > 3072);
    assert!(answer.set_cookies().is_empty());
    assert_eq!(pop(&browser, &demo, "").as_array().unwrap().len(), 1);
    assert_eq!(room(), empty);
}

#[test]
fn reading_a_message_writes_nothing_and_popping_it_does() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    browser.put(&demo, "/api/data/a", json!(1));
    leave(&browser, &demo, "", "Saved");
    let cookies = |path: &str| browser.get(&demo, path).set_cookies().len();
    assert_eq!(cookies("/api/flash"), 0);
    let popped = |expected: usize| {
        let answer = browser.post(&demo, "/api/flash/pop", json!({}));
        assert_eq!(answer.set_cookies().len(), expected);
    };
    popped(1);
    popped(0);
}

#[test]
fn clearing_drops_messages_and_renewing_keeps_them() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    for (path, expected) in [
        ("/api/renew", json!(["kept"])),
        ("/api/renew-id", json!(["kept"])),
        ("/api/clear", json!([])),
    ] {
        leave(&browser, &demo, "", "kept");
        browser.post(&demo, path, json!(null));
        assert_eq!(pop(&browser, &demo, ""), expected, "{path}");
    }
}

#[test]
fn a_body_that_is_no_message_is_refused() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    for body in [json!({}), json!({ "message": 1 }), json!("text")] {
        let answer = browser.post(&demo, "/api/flash", body);
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
    }
}
