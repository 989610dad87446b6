//! The messages on the page after a form.

use serde_json::json;

use crate::{browser::Browser, demo::Demo};

#[test]
fn a_message_is_shown_once_after_the_redirect() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let page = browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    assert_eq!(page.messages(), ["You are signed in."]);
    assert!(browser.get(&demo, "/").messages().is_empty());
    let page = browser.submit(&demo, "/theme", &[("theme", "dark")]);
    assert_eq!(page.messages(), ["Your choice is saved."]);
    assert!(browser.get(&demo, "/inside").messages().is_empty());
    let page = browser.submit(&demo, "/sign-out", &[]);
    assert_eq!(page.messages(), ["You are signed out."]);
    assert!(browser.get(&demo, "/").messages().is_empty());
}

#[test]
fn a_message_speaks_the_language_that_was_chosen() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let page = browser.submit(&demo, "/language", &[("language", "de")]);
    assert_eq!(page.messages(), ["Ihre Auswahl ist gespeichert."]);
    let page = browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    assert_eq!(page.messages(), ["Sie sind angemeldet."]);
    let page = browser.submit(&demo, "/sign-out", &[]);
    assert_eq!(page.messages(), ["Sie sind abgemeldet."]);
}

#[test]
fn a_message_waits_for_a_page_that_shows_it() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    browser.post(&demo, "/api/flash", json!({ "message": "<b>\"hi\"" }));
    assert!(browser.get(&demo, "/about").messages().is_empty());
    browser.get(&demo, "/api/session");
    let page = browser.get(&demo, "/inside");
    assert_eq!(page.messages(), ["&lt;b&gt;&quot;hi&quot;"]);
    let left = browser.get(&demo, "/api/flash").json();
    assert_eq!(left, json!({ "messages": [] }));
}

#[test]
fn a_session_without_room_for_the_message_is_signed_in_all_the_same() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    browser.put(&demo, "/api/data/name", json!("x".repeat(60)));
    browser.put(&demo, "/api/data/visits", json!(0));
    let room = browser.session(&demo)["remaining_bytes"].as_u64().unwrap() as usize;
    browser.put(&demo, "/api/data/k", json!("x".repeat(room - 10)));
    let page = browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Hello, Ada"));
}
