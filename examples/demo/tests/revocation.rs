//! Sessions that the server ends.

use serde_json::json;

use crate::{browser::Browser, demo::Demo};

const START: u64 = 1_800_000_000;

#[test]
fn a_deny_list_ends_a_copy() {
    let demo = Demo::start("");
    let (owner, thief) = (Browser::signed_in(&demo, "Ada"), Browser::new());
    thief.set_token(&demo, &owner.token(&demo).unwrap());
    let id = owner.post(&demo, "/api/invalidate", json!(null)).json()["id"].take();
    // Without a list nothing ends a copy.
    assert_eq!(thief.session(&demo)["data"]["name"], "Ada");

    let answer = owner.put(&demo, "/api/revoked", json!({ "ids": [id] }));
    assert_eq!(answer.status, 204);
    assert!(answer.set_cookies().is_empty());
    let answer = thief.get(&demo, "/api/session");
    let session = answer.json();
    assert_eq!(
        (&session["outcome"], &session["reason"], &session["data"]),
        (&json!("rejected"), &json!("Revoked"), &json!({}))
    );
    assert!(answer.set_cookies().is_empty(), "reading deletes nothing");
    assert!(!thief.get(&demo, "/").text.contains("Ada"));
}

#[test]
fn a_deny_list_ends_no_other_session_and_can_be_taken_back() {
    let (demo, one, other) = (Demo::start(""), Browser::new(), Browser::new());
    let id = one.post(&demo, "/api/id", json!(null)).json()["id"].take();
    other.post(&demo, "/api/id", json!(null));
    let without_id = Browser::new();
    without_id.put(&demo, "/api/data/a", json!(1));

    one.put(&demo, "/api/revoked", json!({ "ids": [id] }));
    assert_eq!(one.session(&demo)["reason"], "Revoked");
    assert_eq!(other.session(&demo)["outcome"], "opened");
    assert_eq!(without_id.session(&demo)["outcome"], "opened");

    one.put(&demo, "/api/revoked", json!({ "ids": [] }));
    assert_eq!(one.session(&demo)["outcome"], "opened");
}

#[test]
fn what_is_no_id_is_refused_and_the_list_stays() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let id = browser.post(&demo, "/api/id", json!(null)).json()["id"].take();
    browser.put(&demo, "/api/revoked", json!({ "ids": [id] }));
    for bad in [
        "",
        "7",
        "00000000000000000",
        "+000000000000000",
        "gggggggggggggggg",
    ] {
        let answer = browser.put(&demo, "/api/revoked", json!({ "ids": [bad] }));
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
    }
    assert_eq!(browser.session(&demo)["reason"], "Revoked");
}

#[test]
fn a_moment_ends_every_session_that_was_issued_before() {
    let demo = Demo::start(&format!("--clock {START}"));
    let (earlier, later) = (Browser::new(), Browser::new());
    earlier.put(&demo, "/api/data/a", json!(1));
    earlier.put(&demo, "/api/clock", json!({ "now": START + 10 }));
    later.put(&demo, "/api/data/a", json!(1));
    let raise = |at: u64| {
        let answer = later.put(&demo, "/api/not-before", json!({ "at": at }));
        assert_eq!(answer.status, 204);
    };
    raise(START);
    assert_eq!(earlier.session(&demo)["outcome"], "opened");
    raise(START + 10);
    assert_eq!(earlier.session(&demo)["reason"], "Revoked");
    assert_eq!(later.session(&demo)["outcome"], "opened");
    // The moment never goes down.
    raise(0);
    assert_eq!(earlier.session(&demo)["reason"], "Revoked");
    // New sessions are not affected.
    earlier.put(&demo, "/api/data/a", json!(2));
    assert_eq!(earlier.session(&demo)["outcome"], "opened");

    let answer = later.put(&demo, "/api/not-before", json!({ "at": u64::MAX }));
    assert_eq!(answer.status, 400);
}

#[test]
fn the_flag_and_the_request_are_one_limit() {
    let demo = Demo::start(&format!("--clock {START} --not-before {}", START + 5));
    let browser = Browser::new();
    browser.put(&demo, "/api/data/a", json!(1));
    assert_eq!(browser.session(&demo)["reason"], "Revoked");
    browser.put(&demo, "/api/not-before", json!({ "at": START }));
    assert_eq!(browser.session(&demo)["reason"], "Revoked");
}
