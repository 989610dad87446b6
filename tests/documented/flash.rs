//! Flash messages.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::browser::Browser;

#[test]
fn a_message_is_shown_once_after_a_redirect() {
    let mut browser = Browser::new();
    browser.visit(|session| session.flash("", "Successfully logged in as fred").unwrap());
    let page = |browser: &mut Browser| browser.visit(|session| session.flashes("").unwrap());
    assert_eq!(page(&mut browser), ["Successfully logged in as fred"]);
    assert!(page(&mut browser).is_empty());
    // The message was all that there was.
    assert_eq!(browser.cookie, None);
}

#[test]
fn messages_come_in_the_order_in_which_they_were_left() {
    let mut browser = Browser::new();
    browser.visit(|session| session.flash("", "first").unwrap());
    browser.visit(|session| session.flash("", "second").unwrap());
    let messages = browser.visit(|session| session.flashes("").unwrap());
    assert_eq!(messages, ["first", "second"]);
}

#[test]
fn each_queue_of_messages_is_independent() {
    let mut browser = Browser::new();
    browser.visit(|session| {
        session.flash("", "info message").unwrap();
        session.flash("myappsqueue", "mymessage").unwrap();
    });
    let popped = browser.visit(|session| session.flashes("myappsqueue").unwrap());
    assert_eq!(popped, ["mymessage"]);
    let rest = browser.visit(|session| session.flashes("").unwrap());
    assert_eq!(rest, ["info message"]);
}

#[test]
fn a_message_is_repeated_where_duplicates_are_allowed() {
    Browser::new().visit(|session| {
        session.flash("", "info message").unwrap();
        session.flash("", "info message").unwrap();
        assert_eq!(session.flashes("").unwrap(), ["info message"; 2]);
    });
}

#[test]
fn a_message_is_not_repeated_where_duplicates_are_not_allowed() {
    let mut browser = Browser::new();
    browser.visit(|session| session.flash("", "info message").unwrap());
    browser.visit(|session| {
        session.flash_once("", "info message").unwrap();
        session.flash_once("", "another").unwrap();
        session.flash_once("other", "info message").unwrap();
    });
    browser.visit(|session| {
        assert_eq!(session.flashes("").unwrap(), ["info message", "another"]);
        assert_eq!(session.flashes("other").unwrap(), ["info message"]);
    });
}

#[test]
fn a_queue_that_was_popped_is_empty() {
    Browser::new().visit(|session| {
        session.flash("", "info message").unwrap();
        assert_eq!(session.flashes("").unwrap(), ["info message"]);
        assert!(session.flashes("").unwrap().is_empty());
    });
}

#[test]
fn a_queue_that_was_peeked_at_is_popped_as_before() {
    Browser::new().visit(|session| {
        session.flash("", "info message").unwrap();
        assert_eq!(session.peek_flashes(""), ["info message"]);
        assert_eq!(session.peek_flashes(""), ["info message"]);
        assert_eq!(session.flashes("").unwrap(), ["info message"]);
        assert!(session.peek_flashes("").is_empty());
    });
}

#[test]
fn a_message_that_is_no_text_travels_as_one() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Message {
        text: String,
        link: String,
    }
    let message = Message {
        text: "Saved".to_owned(),
        link: "/records/7".to_owned(),
    };
    let mut browser = Browser::new();
    let text = serde_json::to_string(&message).unwrap();
    browser.visit(|session| session.flash("", &text).unwrap());
    let [text] = &browser.visit(|session| session.flashes("").unwrap())[..] else {
        panic!("one message was left");
    };
    assert_eq!(serde_json::from_str::<Message>(text).unwrap(), message);
}

#[test]
fn messages_are_no_entries_of_the_dictionary() {
    let mut browser = Browser::with([("abc", "123")]);
    browser.visit(|session| session.flash("", "mymessage").unwrap());
    assert_eq!(browser.content(), json!({"abc": "123"}));
}
