//! Signing in and out.

use std::thread;

use hardtack_scenarios::Client;
use serde_json::json;

use crate::demo::{Page, Visitor, start};

#[test]
fn a_visitor_signs_in_and_ten_visits_are_counted() {
    let browser = start("").signed_in("Ada");
    for visit in 1..=10 {
        let page = browser.count();
        assert!(page.has("Hello, Ada"));
        assert_eq!(page.visits(), Some(visit));
    }
}

#[test]
fn signing_in_gives_a_new_id() {
    let browser = start("");
    let before = browser.post("/api/id", ()).json();
    browser.submit("/sign-in", &[("name", "Ada")]);
    let after = browser.session();
    assert_ne!(after["id"], before["id"]);
    assert_eq!(after["data"]["name"], "Ada");
}

#[test]
fn a_name_is_text_and_no_html() {
    let browser = start("").signed_in(r#"<script>"Tom" & 'Jerry'"#);
    let page = browser.get("/").text;
    assert!(!page.contains("<script"));
    assert!(page.contains("&#60;script&#62;&#34;Tom&#34; &#38; &#39;Jerry&#39;"));
}

#[test]
fn a_name_of_nothing_or_of_too_much_is_asked_for_again() {
    let browser = start("");
    for name in ["", "  ", &"x".repeat(61)] {
        let page = browser.submit("/sign-in", &[("name", name)]);
        assert_eq!(page.status, 422);
        assert!(page.has(r#"role="alert""#));
        assert!(page.set_cookies().is_empty());
    }
}

#[test]
fn signing_out_leaves_a_new_session_that_knows_nobody() {
    let browser = start("").signed_in("Ada");
    let before = browser.session();
    let page = browser.submit("/sign-out", &[]);
    assert!(page.has("Sign in"));
    let after = browser.session();
    assert_eq!(after["data"], json!({}));
    assert_ne!(after["id"], before["id"]);
}

#[test]
fn a_visitor_who_signs_out_keeps_the_language() {
    let browser = start("").signed_in("Ada");
    browser.submit("/language", &[("language", "sv")]);
    let page = browser.submit("/sign-out", &[]);
    assert!(page.has(r#"<html lang="sv""#));
    assert_eq!(browser.session()["data"], json!({}));
}

#[test]
fn visitors_at_the_same_time_do_not_mix() {
    let demo = start("");
    thread::scope(|scope| {
        for name in ["Ada", "Grace"] {
            let base = demo.base();
            scope.spawn(move || {
                let browser = Visitor(Client::of_url(base)).signed_in(name);
                for visit in 1..=30 {
                    let page = browser.count();
                    assert!(page.has(&format!("Hello, {name}")));
                    assert_eq!(page.visits(), Some(visit));
                }
            });
        }
    });
}
