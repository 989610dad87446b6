//! Sessions with a lifetime of their own, to the second.

use serde_json::{Value, json};

use crate::demo::{Visitor, start};

const START: u64 = 1_800_000_000;
const MONTH: u64 = 30 * 86_400;

fn begin(flags: &str) -> Visitor {
    let browser = start(&format!("--clock {START} {flags}"));
    browser.put("/api/data/a", 1);
    browser
}

fn set_clock(browser: &Visitor, seconds: u64) {
    let now = json!({ "now": START + seconds });
    assert_eq!(browser.put("/api/clock", now).status, 204);
}

/// Asks as the browser is now, which keeps its cookies.
fn look_at(browser: &Visitor, seconds: u64) -> Value {
    set_clock(browser, seconds);
    browser.copy().session()
}

/// Returns the `Max-Age` of the response.
fn remember(browser: &Visitor, seconds: u64) -> u64 {
    let answer = browser.post("/api/remember", json!({ "seconds": seconds }));
    assert_eq!(answer.status, 204);
    let (_, max_age) = answer.set_cookies()[0].split_once("; Max-Age=").unwrap();
    max_age.split(';').next().unwrap().parse().unwrap()
}

#[test]
fn max_age_says_the_same_as_the_token() {
    let browser = begin("--remember-up-to 2592000");
    let max_age = remember(&browser, 1_000_000);
    assert_eq!(max_age, 1_000_000);
    let session = look_at(&browser, 999_999);
    assert_eq!(session["outcome"], "opened");
    assert_eq!(session["persistent"], true);
    assert_eq!(session["expires_at"], START + 1_000_000);
    assert_eq!(look_at(&browser, 1_000_000)["reason"], "Expired");
}

#[test]
fn max_age_counts_from_the_response() {
    let browser = begin("--remember-up-to 2592000");
    remember(&browser, 1_000);
    set_clock(&browser, 400);
    let answer = browser.put("/api/data/a", 2);
    assert!(answer.set_cookies()[0].ends_with("; Max-Age=600"));
}

#[test]
fn nobody_is_remembered_for_longer_than_is_allowed() {
    let browser = begin("--remember-up-to 2592000");
    set_clock(&browser, 100);
    let max_age = remember(&browser, 10 * MONTH);
    assert_eq!(max_age, MONTH - 100, "it counts from the session's begin");
    assert_eq!(look_at(&browser, MONTH - 1)["outcome"], "opened");
    assert_eq!(look_at(&browser, MONTH)["reason"], "Expired");
}

#[test]
fn the_idle_timeout_does_not_apply_to_a_remembered_session() {
    let browser = begin("--idle 100 --absolute 200 --remember-up-to 5000");
    remember(&browser, 4_000);
    assert_eq!(look_at(&browser, 3_999)["outcome"], "opened");
    assert_eq!(look_at(&browser, 4_000)["reason"], "Expired");
}

#[test]
fn a_forgotten_session_ends_with_the_browser_and_by_the_timeouts() {
    let browser = begin("--idle 100 --remember-up-to 5000");
    remember(&browser, 4_000);
    let answer = browser.post("/api/forget", ());
    assert_eq!(answer.status, 204);
    assert!(!answer.set_cookies()[0].contains("Max-Age"));
    let session = browser.session();
    assert_eq!(session["persistent"], false);
    assert_eq!(session["expires_at"], START + 100);
    set_clock(&browser, 100);
    assert_eq!(browser.session()["reason"], "Idle");
}

#[test]
fn without_the_flag_nobody_is_remembered() {
    let browser = begin("");
    let answer = browser.post("/api/remember", json!({ "seconds": 1000 }));
    assert_eq!(answer.status, 409);
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("remember_up_to"), "{error}");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(browser.session()["persistent"], false);
}

#[test]
fn a_limit_ends_the_session_and_sets_no_max_age() {
    let browser = begin("--idle 1000");
    let answer = browser.post("/api/limit", json!({ "seconds": 300 }));
    assert_eq!(answer.status, 204);
    assert!(!answer.set_cookies()[0].contains("Max-Age"));
    assert_eq!(browser.session()["expires_at"], START + 300);
    set_clock(&browser, 299);
    assert_eq!(browser.session()["outcome"], "opened");
    set_clock(&browser, 300);
    assert_eq!(browser.session()["reason"], "Expired");
}

#[test]
fn of_several_limits_the_earliest_counts() {
    let browser = begin("--idle off --absolute 1000");
    for (seconds, end) in [(5000, 1000), (500, 500), (300, 300), (400, 300)] {
        browser.post("/api/limit", json!({ "seconds": seconds }));
        assert_eq!(browser.session()["expires_at"], START + end);
    }
    let bad = browser.post("/api/limit", json!({ "seconds": -1 }));
    assert_eq!(bad.status, 400);
}

#[test]
fn a_session_is_recent_to_the_second() {
    let browser = begin("--idle off");
    let is_recent = |span: u64| {
        let path = format!("/api/recent?seconds={span}");
        browser.get(&path).json()["recent"].as_bool().unwrap()
    };
    set_clock(&browser, 300);
    assert!(is_recent(301));
    assert!(!is_recent(300));
    browser.post("/api/renew-id", ());
    assert!(!is_recent(300), "the session is as old as it was");
    browser.post("/api/renew", ());
    assert!(is_recent(300));
    assert!(is_recent(1));
}

#[test]
fn a_session_that_was_never_sent_is_not_recent() {
    let browser = start("");
    let answer = browser.get("/api/recent?seconds=1000");
    assert_eq!(answer.json(), json!({ "recent": false }));
    let answer = browser.get("/api/recent?seconds=soon");
    assert_eq!(answer.status, 400);
    assert!(answer.json()["error"].is_string());
}

#[test]
fn the_box_is_there_where_it_does_something() {
    let page = |flags: &str| start(flags).get("/").text;
    let the_box = r#"<input type="checkbox" name="remember">"#;
    assert!(!page("").contains(the_box));
    assert!(page("--remember-up-to 2592000").contains(the_box));
    assert!(page("--remember-up-to 30days").contains(the_box));
}

#[test]
fn a_visitor_is_remembered_who_ticked_the_box() {
    let demo = start("--remember-up-to 2592000");
    let check = |fields: &[(&str, &str)], persistent: bool| {
        let browser = demo.stranger();
        let page = browser.submit("/sign-in", fields);
        assert!(page.has("Hello, Ada"));
        assert_eq!(browser.session()["persistent"], persistent);
        let word = if persistent { "no" } else { "yes" };
        let fact = format!("<dt>Ends with the browser</dt><dd>{word}</dd>");
        assert!(page.has(&fact));
    };
    check(&[("name", "Ada")], false);
    check(&[("name", "Ada"), ("remember", "on")], true);
}

#[test]
fn the_box_does_nothing_where_it_is_not_shown() {
    let browser = start("");
    let fields = [("name", "Ada"), ("remember", "on")];
    let page = browser.submit("/sign-in", &fields);
    assert_eq!(page.status, 200);
    assert_eq!(browser.session()["persistent"], false);
}

#[test]
fn signing_out_forgets_the_visitor() {
    let browser = start("--remember-up-to 5000");
    browser.submit("/sign-in", &[("name", "Ada"), ("remember", "on")]);
    browser.submit("/sign-out", &[]);
    assert_eq!(browser.session()["persistent"], false);
}

#[test]
fn a_visitor_may_allow_being_remembered() {
    let browser = start("");
    let switch = || browser.submit("/server", &[("card", "remember")]);
    assert!(switch().has(r#"name="remember""#));
    browser.submit("/sign-in", &[("name", "Ada"), ("remember", "on")]);
    assert_eq!(browser.session()["persistent"], true);
    assert!(!switch().has(r#"name="remember""#));
    assert_eq!(browser.session()["data"]["name"], "Ada");
}
