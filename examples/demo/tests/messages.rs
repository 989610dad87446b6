//! The messages on the page after a form.

use hardtack_scenarios::Answer;
use serde_json::json;

use crate::demo::{Page, start};

#[test]
fn a_form_says_once_what_it_did() {
    let browser = start("");
    let check = |page: Answer, said: &str| {
        assert_eq!(page.messages(), [said]);
        assert!(browser.get("/").messages().is_empty());
    };
    let page = browser.submit("/sign-in", &[("name", "Ada")]);
    check(page, "You are signed in, and your session has a new id.");
    let page = browser.submit("/theme", &[("theme", "dark")]);
    check(page, "Your choice is saved.");
    let page = browser.submit("/sign-out", &[]);
    check(
        page,
        "You are signed out: your browser has a new session, and the server has nothing to delete.",
    );
}

#[test]
fn a_form_speaks_the_language_that_was_chosen() {
    let browser = start("");
    browser.submit("/language", &[("language", "de")]);
    let page = browser.submit("/sign-in", &[("name", "Ada")]);
    assert_eq!(
        page.messages(),
        ["Sie sind angemeldet, und Ihre Sitzung hat eine neue Kennung."]
    );
}

#[test]
fn a_message_that_was_left_waits_for_a_page_that_shows_it() {
    let browser = start("");
    browser.post("/api/flash", json!({ "message": "<b>\"hi\"" }));
    assert!(browser.get("/about").messages().is_empty());
    browser.get("/api/session");
    let page = browser.get("/");
    assert_eq!(page.messages(), ["&#60;b&#62;&#34;hi&#34;"]);
    let left = browser.get("/api/flash").json();
    assert_eq!(left, json!({ "messages": [] }));

    let page = browser.submit("/flash", &[("message", "See you")]);
    assert_eq!(page.messages()[0], "See you");
    assert!(browser.get("/").messages().is_empty());
}

#[test]
fn a_session_without_room_for_the_message_is_signed_in_all_the_same() {
    let browser = start("");
    browser.put("/api/data/name", "x".repeat(60));
    browser.put("/api/data/visits", 0);
    let room = browser.session()["remaining_bytes"].as_u64().unwrap() as usize;
    browser.put("/api/data/k", "x".repeat(room - 10));
    let page = browser.submit("/sign-in", &[("name", "Ada")]);
    assert_eq!(page.status, 200);
    assert!(page.has("Hello, Ada"));
}
