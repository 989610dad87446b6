//! CSRF tokens: only a page of the session can make these requests.

use reqwest::Method;
use serde_json::json;

use crate::{
    browser::{Answer, Browser},
    demo::{Demo, encryption_key},
};

fn token(browser: &Browser, demo: &Demo) -> String {
    let answer = browser.get(demo, "/api/csrf").json();
    answer["token"].as_str().unwrap().to_owned()
}

fn is_valid(browser: &Browser, demo: &Demo, token: &str) -> bool {
    let answer = browser.post(demo, "/api/csrf", json!({ "token": token }));
    answer.json()["valid"].as_bool().unwrap()
}

fn guarded(browser: &Browser, demo: &Demo, token: Option<&str>) -> Answer {
    let mut request = browser.request(demo, Method::POST, "/api/guarded");
    if let Some(token) = token {
        request = request.header("x-csrf-token", token);
    }
    browser.send(request)
}

fn runs(browser: &Browser, demo: &Demo) -> u64 {
    let answer = browser.get(demo, "/api/guarded");
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
    let (demo, browser) = (Demo::start(""), Browser::new());
    let tokens: Vec<_> = (0..5).map(|_| token(&browser, &demo)).collect();
    for (i, one) in tokens.iter().enumerate() {
        assert_eq!(one.len(), 43);
        assert!(is_valid(&browser, &demo, one));
        assert!(tokens[..i].iter().all(|other| other != one));
    }
}

#[test]
fn a_token_makes_the_session_s_id_and_nothing_else() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let first = browser.get(&demo, "/api/csrf");
    assert_eq!(first.set_cookies().len(), 1);
    assert!(browser.get(&demo, "/api/csrf").set_cookies().is_empty());
    let session = browser.session(&demo);
    assert!(session["id"].is_string());
    assert_eq!(session["data"], json!({}));
}

#[test]
fn the_guard_refuses_before_the_handler_runs() {
    let (demo, browser, stranger) = (Demo::start(""), Browser::new(), Browser::new());
    let own = token(&browser, &demo);
    let foreign = token(&stranger, &demo);
    let wrong = changed(&own);
    for bad in [None, Some(""), Some(&foreign[..]), Some(&wrong), Some("~")] {
        let answer = guarded(&browser, &demo, bad);
        assert_eq!(answer.status, 403, "{bad:?}");
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains("CSRF token"), "{error}");
        assert!(answer.set_cookies().is_empty());
        assert_eq!(runs(&browser, &demo), 0, "{bad:?}");
    }
    assert_eq!(guarded(&browser, &demo, Some(&own)).status, 204);
    assert_eq!(guarded(&browser, &demo, Some(&own)).status, 204);
    assert_eq!(guarded(&stranger, &demo, Some(&foreign)).status, 204);
    assert_eq!(runs(&browser, &demo), 3);
}

#[test]
fn a_visitor_without_a_session_has_no_valid_token() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let foreign = token(&Browser::new(), &demo);
    assert!(!is_valid(&browser, &demo, &foreign));
    assert_eq!(guarded(&browser, &demo, Some(&foreign)).status, 403);
    assert_eq!(browser.token(&demo), None);
}

#[test]
fn a_new_id_makes_earlier_tokens_invalid() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    for path in [
        "/api/renew",
        "/api/renew-id",
        "/api/invalidate",
        "/api/clear",
    ] {
        let earlier = token(&browser, &demo);
        browser.put(&demo, "/api/data/a", json!(1));
        assert!(is_valid(&browser, &demo, &earlier));
        browser.post(&demo, path, json!(null));
        assert!(!is_valid(&browser, &demo, &earlier), "{path}");
    }
}

#[test]
fn a_token_of_an_earlier_key_is_valid_while_the_key_is_accepted() {
    let (old, new) = (encryption_key(), encryption_key());
    let (demo, browser) = (Demo::with_keys(&old, ""), Browser::new());
    let earlier = token(&browser, &demo);
    let ring = json!({ "ring": format!("{new},{old}") });
    assert_eq!(browser.put(&demo, "/api/keys", ring).status, 204);
    assert!(is_valid(&browser, &demo, &earlier));
    assert_eq!(guarded(&browser, &demo, Some(&earlier)).status, 204);
    let later = token(&browser, &demo);

    let ring = json!({ "ring": new });
    assert_eq!(browser.put(&demo, "/api/keys", ring).status, 204);
    assert!(!is_valid(&browser, &demo, &earlier));
    assert!(is_valid(&browser, &demo, &later));
}

#[test]
fn a_form_without_a_valid_token_does_nothing() {
    let demo = Demo::start("");
    let browser = Browser::signed_in(&demo, "Ada");
    let foreign = Browser::new().get(&demo, "/").csrf_token();
    let own = browser.get(&demo, "/").csrf_token();
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
    let keys = browser.get(&demo, "/api/keys").text;
    for (path, fields) in forms {
        for bad in ["", &foreign, &changed(&own)] {
            let page = browser.submit_with(&demo, path, bad, fields);
            assert_eq!(page.status, 403, "{path} {bad}");
            assert!(page.text.contains("<h1>Forbidden</h1>"));
            assert!(page.set_cookies().is_empty());
        }
        let form = browser.request(&demo, Method::POST, path).form(fields);
        assert_eq!(browser.send(form).status, 403, "{path}");
    }
    let page = browser.get(&demo, "/");
    assert!(page.text.contains("Hello, Ada"));
    assert!(page.messages().is_empty());
    assert_eq!(browser.get(&demo, "/api/keys").text, keys);
}

/// A client without cookies, like Safari with the `Secure` cookies of a server on localhost.
#[test]
fn a_browser_that_keeps_no_cookie_is_told_so() {
    let demo = Demo::start("");
    let fields = [("name", "Ada")];
    let told = "No session cookie came with this form";
    let token = Browser::new().get(&demo, "/").csrf_token();
    let page = Browser::new().submit_with(&demo, "/sign-in", &token, &fields);
    assert_eq!(page.status, 403);
    assert!(page.text.contains(told) && page.text.contains("--insecure"));

    let keeping = Browser::new();
    keeping.get(&demo, "/");
    let page = keeping.submit_with(&demo, "/sign-in", &token, &fields);
    assert_eq!(page.status, 403);
    assert!(!page.text.contains(told));
}

#[test]
fn a_post_that_is_no_form_needs_its_token_in_the_header() {
    let demo = Demo::start("");
    let browser = Browser::signed_in(&demo, "Ada");
    let page = browser.post(&demo, "/sign-out", json!({}));
    assert_eq!(page.status, 403);
    assert!(page.text.contains("<h1>Forbidden</h1>"));
    assert!(page.text.contains("no CSRF token"));
}

#[test]
fn every_form_has_a_token_of_its_own_and_may_be_sent_twice() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let page = browser.get(&demo, "/");
    let mut tokens = page.csrf_tokens();
    let forms = page.text.matches("<form").count();
    assert!(forms > 10);
    assert_eq!(tokens.len(), forms);
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), forms);
    let token = browser.get(&demo, "/").csrf_token();
    for language in ["de", "sv"] {
        let page = browser.submit_with(&demo, "/language", &token, &[("language", language)]);
        assert_eq!(page.status, 200);
    }
}

#[test]
fn a_form_from_before_signing_in_is_refused_afterwards() {
    let (demo, browser) = (Demo::start(""), Browser::new());
    let before = browser.get(&demo, "/").csrf_token();
    browser.submit(&demo, "/sign-in", &[("name", "Ada")]);
    let page = browser.submit_with(&demo, "/sign-out", &before, &[]);
    assert_eq!(page.status, 403);
    assert!(page.text.contains("load the page again"));
}
