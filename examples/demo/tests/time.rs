//! Deadlines to the second, on a clock that stands still.

use serde_json::{Value, json};

use crate::demo::{Visitor, encryption_key, start, start_with};

const START: u64 = 1_800_000_000;

/// Sets the time and returns the session.
fn look_at(browser: &Visitor, seconds: u64) -> Value {
    let answer = browser.put("/api/clock", json!({ "now": START + seconds }));
    assert_eq!(answer.status, 204);
    browser.session()
}

fn begin(flags: &str) -> Visitor {
    let browser = start(&format!("--clock {START} {flags}"));
    browser.put("/api/data/a", 1);
    browser
}

#[test]
fn the_clock_stands_still_until_it_is_moved() {
    let browser = begin("");
    assert_eq!(browser.get("/api/clock").json(), json!({ "now": START }));
    look_at(&browser, 7);
    assert_eq!(
        browser.get("/api/clock").json(),
        json!({ "now": START + 7 })
    );
    let answer = browser.put("/api/clock", json!({ "now": u64::MAX }));
    assert_eq!(answer.status, 400);
}

#[test]
fn the_real_clock_is_not_moved() {
    let browser = start("");
    assert_eq!(browser.get("/api/clock").status, 404);
    assert_eq!(
        browser.put("/api/clock", json!({ "now": START })).status,
        404
    );
}

#[test]
fn a_session_shows_its_dates_once_it_was_written() {
    let browser = start(&format!("--clock {START} --idle 100 --absolute 1000"));
    let session = browser.session();
    for date in ["created_at", "last_active_at", "expires_at"] {
        assert_eq!(session[date], json!(null));
    }
    browser.put("/api/data/a", 1);
    let session = look_at(&browser, 10);
    assert_eq!(session["created_at"], START);
    assert_eq!(session["last_active_at"], START);
    assert_eq!(session["expires_at"], START + 100);
}

#[test]
fn the_idle_timeout_is_exact_to_the_second() {
    let browser = begin("--idle 100 --renew-after never");
    assert_eq!(look_at(&browser, 99)["outcome"], "opened");
    let session = look_at(&browser, 100);
    assert_eq!(session["reason"], "Idle");
    assert_eq!(session["data"], json!({}));
    assert_eq!(session["new"], true);
}

#[test]
fn the_absolute_timeout_is_exact_to_the_second_whatever_the_visitor_does() {
    let browser = begin("--idle 100 --absolute 150 --renew-after always");
    assert_eq!(look_at(&browser, 49)["expires_at"], START + 100);
    assert_eq!(look_at(&browser, 50)["expires_at"], START + 149);
    assert_eq!(look_at(&browser, 51)["expires_at"], START + 150);
    assert_eq!(look_at(&browser, 149)["outcome"], "opened");
    assert_eq!(look_at(&browser, 150)["reason"], "Expired");
}

#[test]
fn without_an_idle_timeout_only_the_absolute_one_counts() {
    let browser = begin("--idle off --absolute 5000");
    assert_eq!(look_at(&browser, 4999)["outcome"], "opened");
    assert_eq!(look_at(&browser, 5000)["reason"], "Expired");
}

#[test]
fn a_session_is_renewed_at_its_time_and_not_before() {
    let browser = begin("--idle 100 --renew-after 25");
    let written_at = |seconds: u64| {
        browser.put("/api/clock", json!({ "now": START + seconds }));
        !browser.get("/api/session").set_cookies().is_empty()
    };
    assert!(!written_at(24));
    assert!(written_at(25));
    assert!(!written_at(49));
    assert!(written_at(50));
    assert_eq!(look_at(&browser, 149)["outcome"], "opened");
}

#[test]
fn never_and_on_change_do_what_they_say() {
    let active_after_a_change = |flags: &str| {
        let browser = begin(flags);
        look_at(&browser, 40);
        browser.put("/api/data/a", 2);
        browser.session()["last_active_at"].as_u64().unwrap() - START
    };
    assert_eq!(active_after_a_change("--renew-after never"), 0);
    assert_eq!(active_after_a_change("--renew-after on-change"), 40);
}

#[test]
fn a_session_from_the_future_is_refused_beyond_the_skew() {
    let browser = begin("--skew 30");
    let back = |seconds: u64| {
        browser.put("/api/clock", json!({ "now": START - seconds }));
        browser.session()
    };
    assert_eq!(back(30)["outcome"], "opened");
    assert_eq!(back(31)["reason"], "NotYetValid");
}

#[test]
fn sessions_issued_before_a_moment_are_refused() {
    let keys = encryption_key();
    let check = |not_before: u64, outcome: &str| {
        let browser = start_with(&keys, &format!("--clock {START}"));
        browser.put("/api/data/a", 1);
        let flags = format!("--clock {START} --not-before {not_before}");
        let browser = browser.at(&start_with(&keys, &flags));
        assert_eq!(browser.session()["outcome"], outcome);
    };
    check(START, "opened");
    check(START + 1, "rejected");
}

#[test]
fn a_time_that_no_token_can_carry_is_an_error_without_a_cookie() {
    let browser = begin("");
    look_at(&browser, 0);
    browser.put("/api/clock", json!({ "now": 5 }));
    let answer = browser.post("/api/id", ());
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.json(),
        json!({ "error": "the session could not be saved" })
    );
    assert!(answer.set_cookies().is_empty());
}
