//! Sessions with a lifetime of their own, to the second.

use serde_json::{Value, json};

use crate::{browser::Browser, demo::Demo};

const START: u64 = 1_800_000_000;
const MONTH: u64 = 30 * 86_400;

fn begin(flags: &str) -> (Demo, Browser) {
    let demo = Demo::start(&format!("--clock {START} {flags}"));
    let browser = Browser::new();
    browser.put(&demo, "/api/data/a", json!(1));
    (demo, browser)
}

fn set_clock(demo: &Demo, browser: &Browser, seconds: u64) {
    let now = json!({ "now": START + seconds });
    assert_eq!(browser.put(demo, "/api/clock", now).status, 204);
}

/// The jar runs on the real clock, so the cookie of a remembered visitor is sent by hand.
fn look_at(demo: &Demo, token: &str, seconds: u64) -> Value {
    let browser = Browser::new();
    browser.set_token(demo, token);
    set_clock(demo, &browser, seconds);
    browser.session(demo)
}

fn remember(demo: &Demo, browser: &Browser, seconds: u64) -> (String, u64) {
    let answer = browser.post(demo, "/api/remember", json!({ "seconds": seconds }));
    assert_eq!(answer.status, 204);
    let field = answer.set_cookies()[0];
    let (pair, _) = field.split_once(';').unwrap();
    let token = pair.split_once('=').unwrap().1.to_owned();
    let (_, max_age) = field.split_once("; Max-Age=").unwrap();
    let max_age = max_age.split(';').next().unwrap().parse().unwrap();
    (token, max_age)
}

#[test]
fn max_age_says_the_same_as_the_token() {
    let (demo, browser) = begin("--remember-up-to 2592000");
    let (token, max_age) = remember(&demo, &browser, 1_000_000);
    assert_eq!(max_age, 1_000_000);
    let session = look_at(&demo, &token, 999_999);
    assert_eq!(session["outcome"], "opened");
    assert_eq!(session["persistent"], true);
    assert_eq!(session["expires_at"], START + 1_000_000);
    assert_eq!(look_at(&demo, &token, 1_000_000)["reason"], "Expired");
}

#[test]
fn max_age_counts_from_the_response() {
    let (demo, browser) = begin("--remember-up-to 2592000");
    let (token, _) = remember(&demo, &browser, 1_000);
    let browser = Browser::new();
    browser.set_token(&demo, &token);
    set_clock(&demo, &browser, 400);
    let answer = browser.put(&demo, "/api/data/a", json!(2));
    assert!(answer.set_cookies()[0].ends_with("; Max-Age=600"));
}

#[test]
fn nobody_is_remembered_for_longer_than_is_allowed() {
    let (demo, browser) = begin("--remember-up-to 2592000");
    set_clock(&demo, &browser, 100);
    let (token, max_age) = remember(&demo, &browser, 10 * MONTH);
    assert_eq!(max_age, MONTH - 100, "it counts from the session's begin");
    assert_eq!(look_at(&demo, &token, MONTH - 1)["outcome"], "opened");
    assert_eq!(look_at(&demo, &token, MONTH)["reason"], "Expired");
}

#[test]
fn the_idle_timeout_does_not_apply_to_a_remembered_session() {
    let (demo, browser) = begin("--idle 100 --absolute 200 --remember-up-to 5000");
    let (token, _) = remember(&demo, &browser, 4_000);
    assert_eq!(look_at(&demo, &token, 3_999)["outcome"], "opened");
    assert_eq!(look_at(&demo, &token, 4_000)["reason"], "Expired");
}

#[test]
fn a_forgotten_session_ends_with_the_browser_and_by_the_timeouts() {
    let (demo, browser) = begin("--idle 100 --remember-up-to 5000");
    remember(&demo, &browser, 4_000);
    let answer = browser.post(&demo, "/api/forget", json!(null));
    assert_eq!(answer.status, 204);
    assert!(!answer.set_cookies()[0].contains("Max-Age"));
    let session = browser.session(&demo);
    assert_eq!(session["persistent"], false);
    assert_eq!(session["expires_at"], START + 100);
    set_clock(&demo, &browser, 100);
    assert_eq!(browser.session(&demo)["reason"], "Idle");
}

#[test]
fn without_the_flag_nobody_is_remembered() {
    let (demo, browser) = begin("");
    let answer = browser.post(&demo, "/api/remember", json!({ "seconds": 1000 }));
    assert_eq!(answer.status, 409);
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("remember_up_to"), "{error}");
    assert!(answer.set_cookies().is_empty());
    assert_eq!(browser.session(&demo)["persistent"], false);
}

#[test]
fn a_limit_ends_the_session_and_sets_no_max_age() {
    let (demo, browser) = begin("--idle 1000");
    let answer = browser.post(&demo, "/api/limit", json!({ "seconds": 300 }));
    assert_eq!(answer.status, 204);
    assert!(!answer.set_cookies()[0].contains("Max-Age"));
    assert_eq!(browser.session(&demo)["expires_at"], START + 300);
    set_clock(&demo, &browser, 299);
    assert_eq!(browser.session(&demo)["outcome"], "opened");
    set_clock(&demo, &browser, 300);
    assert_eq!(browser.session(&demo)["reason"], "Expired");
}

#[test]
fn of_several_limits_the_earliest_counts() {
    let (demo, browser) = begin("--idle off --absolute 1000");
    for (seconds, end) in [(5000, 1000), (500, 500), (300, 300), (400, 300)] {
        browser.post(&demo, "/api/limit", json!({ "seconds": seconds }));
        assert_eq!(browser.session(&demo)["expires_at"], START + end);
    }
    let bad = browser.post(&demo, "/api/limit", json!({ "seconds": -1 }));
    assert_eq!(bad.status, 400);
}

#[test]
fn a_session_is_recent_to_the_second() {
    let (demo, browser) = begin("--idle off");
    let is_recent = |span: u64| {
        let path = format!("/api/recent?seconds={span}");
        browser.get(&demo, &path).json()["recent"]
            .as_bool()
            .unwrap()
    };
    set_clock(&demo, &browser, 300);
    assert!(is_recent(301));
    assert!(!is_recent(300));
    browser.post(&demo, "/api/renew-id", json!(null));
    assert!(!is_recent(300), "the session is as old as it was");
    browser.post(&demo, "/api/renew", json!(null));
    assert!(is_recent(300));
    assert!(is_recent(1));
}

#[test]
fn a_session_that_was_never_sent_is_not_recent() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let answer = browser.get(&demo, "/api/recent?seconds=1000");
    assert_eq!(answer.json(), json!({ "recent": false }));
    let answer = browser.get(&demo, "/api/recent?seconds=soon");
    assert_eq!(answer.status, 400);
    assert!(answer.json()["error"].is_string());
}

#[test]
fn the_box_is_there_where_it_does_something() {
    let page = |flags: &str| {
        let demo = Demo::start(flags);
        Browser::new().get(&demo, "/").text
    };
    let the_box = r#"<input type="checkbox" name="remember">"#;
    assert!(!page("").contains(the_box));
    assert!(page("--remember-up-to 2592000").contains(the_box));
}

#[test]
fn a_visitor_is_remembered_who_ticked_the_box() {
    let demo = Demo::start("--remember-up-to 2592000");
    let check = |fields: &[(&str, &str)], persistent: bool| {
        let browser = Browser::new();
        let page = browser.submit(&demo, "/sign-in", fields);
        assert!(page.text.contains("Hello, Ada"));
        assert_eq!(browser.session(&demo)["persistent"], persistent);
        let word = if persistent { "no" } else { "yes" };
        let fact = format!("<dt>Ends with the browser</dt><dd>{word}</dd>");
        assert!(page.text.contains(&fact));
    };
    check(&[("name", "Ada")], false);
    check(&[("name", "Ada"), ("remember", "on")], true);
}

#[test]
fn the_box_does_nothing_where_it_is_not_shown() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let fields = [("name", "Ada"), ("remember", "on")];
    let page = browser.submit(&demo, "/sign-in", &fields);
    assert_eq!(page.status, 200);
    assert_eq!(browser.session(&demo)["persistent"], false);
}

#[test]
fn signing_out_forgets_the_visitor() {
    let (demo, browser) = (Demo::start("--remember-up-to 5000"), Browser::new());
    browser.submit(&demo, "/sign-in", &[("name", "Ada"), ("remember", "on")]);
    browser.submit(&demo, "/sign-out", &[]);
    assert_eq!(browser.session(&demo)["persistent"], false);
}

#[test]
fn a_visitor_may_allow_being_remembered() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let switch = || browser.submit(&demo, "/server", &[("card", "remember")]);
    assert!(switch().text.contains(r#"name="remember""#));
    browser.submit(&demo, "/sign-in", &[("name", "Ada"), ("remember", "on")]);
    assert_eq!(browser.session(&demo)["persistent"], true);
    assert!(!switch().text.contains(r#"name="remember""#));
    assert_eq!(browser.session(&demo)["data"]["name"], "Ada");
}
