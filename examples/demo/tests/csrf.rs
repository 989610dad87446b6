//! CSRF tokens: only a page of the session can make these requests.

use hardtack_scenarios::{Answer, Method};
use serde_json::json;

use crate::demo::{Page, Visitor, encryption_key, start, start_with};

fn token(browser: &Visitor) -> String {
    let answer = browser.get("/api/csrf").json();
    answer["token"].as_str().unwrap().to_owned()
}

fn is_valid(browser: &Visitor, token: &str) -> bool {
    let answer = browser.post("/api/csrf", json!({ "token": token }));
    answer.json()["valid"].as_bool().unwrap()
}

fn guarded(browser: &Visitor, token: Option<&str>) -> Answer {
    let mut request = browser.request(Method::POST, "/api/guarded");
    if let Some(token) = token {
        request = request.header("x-csrf-token", token);
    }
    browser.send(request)
}

fn runs(browser: &Visitor) -> u64 {
    let answer = browser.get("/api/guarded");
    answer.json()["ran"].as_u64().unwrap()
}

/// Changes the last character but one, which has no unused bits.
fn changed(token: &str) -> String {
    let (begin, end) = token.split_at(token.len() - 2);
    let other = if end.starts_with('A') { "B" } else { "A" };
    format!("{begin}{other}{}", &end[1..])
}

#[test]
fn every_token_differs_and_every_one_is_valid() {
    let browser = start("");
    let tokens: Vec<_> = (0..5).map(|_| token(&browser)).collect();
    for (i, one) in tokens.iter().enumerate() {
        assert_eq!(one.len(), 43);
        assert!(is_valid(&browser, one));
        assert!(tokens[..i].iter().all(|other| other != one));
    }
}

#[test]
fn a_token_makes_the_session_s_id_and_nothing_else() {
    let browser = start("");
    let first = browser.get("/api/csrf");
    assert_eq!(first.set_cookies().len(), 1);
    assert!(browser.get("/api/csrf").set_cookies().is_empty());
    let session = browser.session();
    assert!(session["id"].is_string());
    assert_eq!(session["data"], json!({}));
}

#[test]
fn the_guard_refuses_before_the_handler_runs() {
    let browser = start("");
    let stranger = browser.stranger();
    let own = token(&browser);
    let foreign = token(&stranger);
    let wrong = changed(&own);
    for bad in [None, Some(""), Some(&foreign[..]), Some(&wrong), Some("~")] {
        let answer = guarded(&browser, bad);
        assert_eq!(answer.status, 403, "{bad:?}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains("CSRF token"), "{error}");
        assert!(answer.set_cookies().is_empty());
        assert_eq!(runs(&browser), 0, "{bad:?}");
    }
    assert_eq!(guarded(&browser, Some(&own)).status, 204);
    assert_eq!(guarded(&browser, Some(&own)).status, 204);
    assert_eq!(guarded(&stranger, Some(&foreign)).status, 204);
    assert_eq!(runs(&browser), 3);
}

#[test]
fn a_visitor_without_a_session_has_no_valid_token() {
    let browser = start("");
    let foreign = token(&browser.stranger());
    assert!(!is_valid(&browser, &foreign));
    assert_eq!(guarded(&browser, Some(&foreign)).status, 403);
    assert_eq!(browser.token(), None);
}

#[test]
fn a_new_id_makes_earlier_tokens_invalid() {
    let browser = start("");
    for path in [
        "/api/renew",
        "/api/renew-id",
        "/api/invalidate",
        "/api/clear",
    ] {
        let earlier = token(&browser);
        browser.put("/api/data/a", 1);
        assert!(is_valid(&browser, &earlier));
        browser.post(path, ());
        assert!(!is_valid(&browser, &earlier), "{path}");
    }
}

#[test]
fn a_token_of_an_earlier_key_is_valid_while_the_key_is_accepted() {
    let (old, new) = (encryption_key(), encryption_key());
    let browser = start_with(&old, "");
    let earlier = token(&browser);
    let ring = json!({ "ring": format!("{new},{old}") });
    assert_eq!(browser.put("/api/keys", ring).status, 204);
    assert!(is_valid(&browser, &earlier));
    assert_eq!(guarded(&browser, Some(&earlier)).status, 204);
    let later = token(&browser);

    let ring = json!({ "ring": new });
    assert_eq!(browser.put("/api/keys", ring).status, 204);
    assert!(!is_valid(&browser, &earlier));
    assert!(is_valid(&browser, &later));
}

#[test]
fn a_form_without_a_valid_token_does_nothing() {
    let browser = start("").signed_in("Ada");
    let foreign = browser.stranger().get("/").csrf_token();
    let own = browser.get("/").csrf_token();
    let forms: [(&str, &[(&str, &str)]); 19] = [
        ("/sign-in", &[("name", "Eve")]),
        ("/sign-out", &[]),
        ("/count", &[]),
        ("/data", &[("bytes", "10")]),
        ("/data/remove", &[]),
        ("/flash", &[("message", "hello")]),
        ("/language", &[("language", "sv")]),
        ("/theme", &[("theme", "dark")]),
        ("/flip", &[("byte", "7")]),
        ("/rename", &[]),
        ("/copy", &[]),
        ("/replay", &[]),
        ("/revoke", &[]),
        ("/purse", &[]),
        ("/large", &[]),
        ("/keys/rotate", &[]),
        ("/keys/retire", &[]),
        ("/clock", &[("seconds", "600")]),
        ("/server", &[("card", "split")]),
    ];
    let keys = browser.get("/api/keys").text;
    for (path, fields) in forms {
        for bad in ["", &foreign, &changed(&own)] {
            let page = browser.submit_with(path, bad, fields);
            assert_eq!(page.status, 403, "{path} {bad}");
            assert!(page.has("<h1>Forbidden</h1>"));
            assert!(page.set_cookies().is_empty());
        }
        let form = browser.request(Method::POST, path).form(fields);
        assert_eq!(browser.send(form).status, 403, "{path}");
    }
    let page = browser.get("/");
    assert!(page.has("Hello, Ada"));
    assert!(page.messages().is_empty());
    assert_eq!(browser.get("/api/keys").text, keys);
}

/// A client without cookies, like Safari with the `Secure` cookies of a server on localhost.
#[test]
fn a_browser_that_keeps_no_cookie_is_told_so() {
    let browser = start("");
    let fields = [("name", "Ada")];
    let told = "No session cookie came with this form";
    let token = browser.stranger().get("/").csrf_token();
    let page = browser.stranger().submit_with("/sign-in", &token, &fields);
    assert_eq!(page.status, 403);
    assert!(page.has(told) && page.has("--insecure"));

    let keeping = browser.stranger();
    keeping.get("/");
    let page = keeping.submit_with("/sign-in", &token, &fields);
    assert_eq!(page.status, 403);
    assert!(!page.has(told));
}

#[test]
fn a_post_that_is_no_form_needs_its_token_in_the_header() {
    let browser = start("").signed_in("Ada");
    let page = browser.post("/sign-out", json!({}));
    assert_eq!(page.status, 403);
    assert!(page.has("<h1>Forbidden</h1>"));
    assert!(page.has("no CSRF token"));
}

#[test]
fn every_form_has_a_token_of_its_own_and_may_be_sent_twice() {
    let browser = start("");
    let page = browser.get("/");
    let mut tokens = page.csrf_tokens();
    let forms = page.text.matches("<form").count();
    assert!(forms > 10);
    assert_eq!(tokens.len(), forms);
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), forms);
    let token = browser.get("/").csrf_token();
    for language in ["de", "sv"] {
        let page = browser.submit_with("/language", &token, &[("language", language)]);
        assert_eq!(page.status, 200);
    }
}

#[test]
fn a_form_from_before_signing_in_is_refused_afterwards() {
    let browser = start("");
    let before = browser.get("/").csrf_token();
    browser.submit("/sign-in", &[("name", "Ada")]);
    let page = browser.submit_with("/sign-out", &before, &[]);
    assert_eq!(page.status, 403);
    assert!(page.has("load the page again"));
}
