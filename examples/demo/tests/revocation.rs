//! Sessions that the server ends.

use serde_json::json;

use crate::demo::start;

const START: u64 = 1_800_000_000;

#[test]
fn a_deny_list_ends_a_copy() {
    let owner = start("").signed_in("Ada");
    let thief = owner.stranger();
    thief.set_token(&owner.token().unwrap());
    let id = owner.post("/api/invalidate", ()).json()["id"].take();
    // Without a list nothing ends a copy.
    assert_eq!(thief.session()["data"]["name"], "Ada");

    let answer = owner.put("/api/revoked", json!({ "ids": [id] }));
    assert_eq!(answer.status, 204);
    assert!(answer.set_cookies().is_empty());
    let answer = thief.get("/api/session");
    let session = answer.json();
    assert_eq!(
        (&session["outcome"], &session["reason"], &session["data"]),
        (&json!("rejected"), &json!("Revoked"), &json!({}))
    );
    assert!(answer.set_cookies().is_empty(), "reading deletes nothing");
    assert!(!thief.get("/").has("Ada"));
}

#[test]
fn a_deny_list_ends_no_other_session_and_can_be_taken_back() {
    let one = start("");
    let other = one.stranger();
    let id = one.post("/api/id", ()).json()["id"].take();
    other.post("/api/id", ());
    let without_id = one.stranger();
    without_id.put("/api/data/a", 1);

    one.put("/api/revoked", json!({ "ids": [id] }));
    assert_eq!(one.session()["reason"], "Revoked");
    assert_eq!(other.session()["outcome"], "opened");
    assert_eq!(without_id.session()["outcome"], "opened");

    one.put("/api/revoked", json!({ "ids": [] }));
    assert_eq!(one.session()["outcome"], "opened");
}

#[test]
fn what_is_no_id_is_refused_and_the_list_stays() {
    let browser = start("");
    let id = browser.post("/api/id", ()).json()["id"].take();
    browser.put("/api/revoked", json!({ "ids": [id] }));
    for bad in [
        "",
        "7",
        "00000000000000000",
        "+000000000000000",
        "gggggggggggggggg",
    ] {
        let answer = browser.put("/api/revoked", json!({ "ids": [bad] }));
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
    }
    assert_eq!(browser.session()["reason"], "Revoked");
}

#[test]
fn a_moment_ends_every_session_that_was_issued_before() {
    let earlier = start(&format!("--clock {START}"));
    let later = earlier.stranger();
    earlier.put("/api/data/a", 1);
    earlier.put("/api/clock", json!({ "now": START + 10 }));
    later.put("/api/data/a", 1);
    let raise = |at: u64| {
        let answer = later.put("/api/not-before", json!({ "at": at }));
        assert_eq!(answer.status, 204);
    };
    raise(START);
    assert_eq!(earlier.session()["outcome"], "opened");
    raise(START + 10);
    assert_eq!(earlier.session()["reason"], "Revoked");
    assert_eq!(later.session()["outcome"], "opened");
    // The moment never goes down.
    raise(0);
    assert_eq!(earlier.session()["reason"], "Revoked");
    // New sessions are not affected.
    earlier.put("/api/data/a", 2);
    assert_eq!(earlier.session()["outcome"], "opened");

    let answer = later.put("/api/not-before", json!({ "at": u64::MAX }));
    assert_eq!(answer.status, 400);
}

#[test]
fn the_flag_and_the_request_are_one_limit() {
    let browser = start(&format!("--clock {START} --not-before {}", START + 5));
    browser.put("/api/data/a", 1);
    assert_eq!(browser.session()["reason"], "Revoked");
    browser.put("/api/not-before", json!({ "at": START }));
    assert_eq!(browser.session()["reason"], "Revoked");
}
