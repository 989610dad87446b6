//! Responses of every kind, and the session after each.

use hardtack_scenarios::Method;
use serde_json::json;

use crate::demo::start;

#[test]
fn a_server_error_saves_nothing_unless_it_was_asked_for() {
    let check = |flags: &str, status: u16, expected: usize| {
        let browser = start(flags);
        let entry = json!({ "key": "a", "value": 1 });
        let answer = browser.post(&format!("/api/fail/{status}"), entry);
        assert_eq!(answer.status, status);
        assert_eq!(answer.set_cookies().len(), expected, "{flags} {status}");
        assert_eq!(answer.json()["error"].is_string(), status >= 400);
    };
    check("", 500, 0);
    check("", 503, 0);
    check("", 404, 1);
    check("", 200, 1);
    check("--save-on-error", 500, 1);
}

#[test]
fn an_answer_that_is_no_status_is_refused() {
    let browser = start("");
    for status in ["99", "101", "1000", "teapot"] {
        let entry = json!({ "key": "a", "value": 1 });
        let answer = browser.post(&format!("/api/fail/{status}"), entry);
        assert_eq!(answer.status, 400);
        assert!(answer.json()["error"].is_string());
    }
}

#[test]
fn headers_are_those_of_the_handler_and_of_the_session() {
    let browser = start("");
    let set = json!([
        ["set-cookie", "theme=dark"],
        ["vary", "accept"],
        ["x-tone", "blue"]
    ]);
    let answer = browser.post("/api/headers", json!({ "set": set }));
    assert_eq!(answer.status, 204);
    assert_eq!(answer.set_cookies(), ["theme=dark"]);
    assert_eq!(answer.header("x-tone"), Some("blue"));

    let put = json!({ "key": "a", "value": 1 });
    let answer = browser.post("/api/headers", json!({ "set": set, "put": put }));
    assert_eq!(answer.set_cookies().len(), 2);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn a_response_that_others_may_keep_carries_no_session_unless_it_was_asked_for() {
    let cache_control = |flags: &str| {
        let browser = start(flags);
        let answer = browser.post(
            "/api/headers",
            json!({ "set": [["cache-control", "public"]], "put": { "key": "a", "value": 1 } }),
        );
        assert_eq!(answer.set_cookies().len(), 1);
        answer.header("cache-control").unwrap().to_owned()
    };
    assert_eq!(cache_control(""), "no-store");
    assert_eq!(cache_control("--danger-allow-shared-caching"), "public");
}

#[test]
fn headers_that_are_none_are_refused() {
    let browser = start("");
    for set in [["a b", "c"], ["a", "b\nc"], ["content-length", "7"]] {
        let put = json!({ "key": "a", "value": 1 });
        let body = json!({ "set": [set], "put": put });
        let answer = browser.post("/api/headers", body);
        assert_eq!(answer.status, 400);
        assert!(answer.set_cookies().is_empty());
    }
}

#[test]
fn a_change_after_the_head_is_an_error_and_is_not_saved() {
    let browser = start("");
    browser.put("/api/data/a", 1);
    let answer = browser.get("/api/stream");
    assert_eq!(answer.status, 200);
    let told = answer.json()["late_write"].as_str().unwrap().to_owned();
    assert!(told.starts_with("error: "), "{told}");
    assert!(told.contains("head"), "{told}");
    // The body still uses the session, so the response depends on it.
    assert_eq!(answer.header("vary"), Some("Cookie"));
    assert!(answer.set_cookies().is_empty());
    assert_eq!(browser.session()["data"], json!({ "a": 1 }));
}

#[test]
fn a_read_says_that_it_depends_on_the_cookie() {
    let browser = start("");
    let answer = browser.send(browser.request(Method::GET, "/api/session"));
    assert_eq!(answer.header("vary"), Some("Cookie"));
    assert_eq!(answer.header("cache-control"), Some("private"));
}
