//! Signing in and out.

use std::thread;

use serde_json::json;

use crate::{browser::Browser, demo::Demo};

#[test]
fn a_visitor_signs_in_and_ten_visits_are_counted() {
    let demo = Demo::start("");
    let browser = Browser::signed_in(&demo, "Ada");
    for visit in 1..=10 {
        let page = browser.count(&demo);
        assert!(page.text.contains("Hello, Ada"));
        assert_eq!(page.visits(), Some(visit));
    }
}

#[test]
fn signing_in_gives_a_new_id() {
    let demo = Demo::start("");
    let browser = Browser::new();
    let before = browser.post(&demo, "/api/id", ().into()).json();
    browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    let after = browser.session(&demo);
    assert_ne!(after["id"], before["id"]);
    assert_eq!(after["data"]["name"], "Ada");
}

#[test]
fn a_name_is_text_and_no_html() {
    let demo = Demo::start("");
    let browser = Browser::signed_in(&demo, r#"<script>"Tom" & 'Jerry'"#);
    let page = browser.get(&demo, "/").text;
    assert!(!page.contains("<script"));
    assert!(page.contains("&#60;script&#62;&#34;Tom&#34; &#38; &#39;Jerry&#39;"));
}

#[test]
fn a_name_of_nothing_or_of_too_much_is_asked_for_again() {
    let demo = Demo::start("");
    let browser = Browser::new();
    for name in ["", "  ", &"x".repeat(61)] {
        let page = browser.submit(&demo, "/sign-in", &[("name", name)]);
        assert_eq!(page.status, 422);
        assert!(page.text.contains(r#"role="alert""#));
        assert!(page.set_cookies().is_empty());
    }
}

#[test]
fn signing_out_leaves_a_new_session_that_knows_nobody() {
    let demo = Demo::start("");
    let browser = Browser::signed_in(&demo, "Ada");
    let before = browser.session(&demo);
    let page = browser.submit(&demo, "/sign-out", &[]);
    assert!(page.text.contains("Sign in"));
    let after = browser.session(&demo);
    assert_eq!(after["data"], json!({}));
    assert_ne!(after["id"], before["id"]);
}

#[test]
fn a_visitor_who_signs_out_keeps_the_language() {
    let demo = Demo::start("");
    let browser = Browser::signed_in(&demo, "Ada");
    browser.submit(&demo, "/language", &[("language", "sv")]);
    let page = browser.submit(&demo, "/sign-out", &[]);
    assert!(page.text.contains(r#"<html lang="sv""#));
    let kept = json!({ "language": "sv" });
    assert_eq!(browser.session(&demo)["data"], kept);
}

#[test]
fn visitors_at_the_same_time_do_not_mix() {
    let demo = Demo::start("");
    thread::scope(|scope| {
        for name in ["Ada", "Grace"] {
            let demo = &demo;
            scope.spawn(move || {
                let browser = Browser::signed_in(demo, name);
                for visit in 1..=30 {
                    let page = browser.count(demo);
                    assert!(page.text.contains(&format!("Hello, {name}")));
                    assert_eq!(page.visits(), Some(visit));
                }
            });
        }
    });
}
