//! The messages on the page after a form.

use serde_json::json;

use crate::{browser::Browser, demo::Demo};

#[test]
fn a_form_says_once_what_it_did() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let check = |page: crate::browser::Answer, said: &str| {
        assert_eq!(page.messages(), [said]);
        assert!(browser.get(&demo, "/").messages().is_empty());
    };
    let page = browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    check(page, "You are signed in, and your session has a new id.");
    let page = browser.submit(&demo, "/theme", &[("theme", "dark")]);
    check(page, "Your choice is saved.");
    let page = browser.submit(&demo, "/sign-out", &[]);
    check(
        page,
        "You are signed out: your browser has a new session, and the server has nothing to delete.",
    );
}

#[test]
fn a_form_speaks_the_language_that_was_chosen() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    browser.submit(&demo, "/language", &[("language", "de")]);
    let page = browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    assert_eq!(
        page.messages(),
        ["Sie sind angemeldet, und Ihre Sitzung hat eine neue Kennung."]
    );
}

#[test]
fn a_message_that_was_left_waits_for_a_page_that_shows_it() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    browser.post(&demo, "/api/flash", json!({ "message": "<b>\"hi\"" }));
    assert!(browser.get(&demo, "/about").messages().is_empty());
    browser.get(&demo, "/api/session");
    let page = browser.get(&demo, "/");
    assert_eq!(page.messages(), ["&#60;b&#62;&#34;hi&#34;"]);
    let left = browser.get(&demo, "/api/flash").json();
    assert_eq!(left, json!({ "messages": [] }));

    let page = browser.submit(&demo, "/flash", &[("message", "See you")]);
    assert_eq!(page.messages()[0], "See you");
    assert!(browser.get(&demo, "/").messages().is_empty());
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
