//! Sessions that travel in a header.

use std::cell::RefCell;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    browser::{Answer, Browser},
    demo::{Demo, encryption_key},
};

/// A client that keeps its token as an application on a phone would.
struct Client {
    browser: Browser,
    header: &'static str,
    scheme: &'static str,
    token: RefCell<String>,
}

impl Client {
    fn new(header: &'static str, scheme: &'static str) -> Client {
        Client {
            browser: Browser::new(),
            header,
            scheme,
            token: RefCell::default(),
        }
    }

    fn ask(&self, demo: &Demo, method: Method, path: &str, body: Value) -> Answer {
        let mut request = self.browser.request(demo, method, path).json(&body);
        let token = self.token.borrow().clone();
        if !token.is_empty() {
            request = request.header(self.header, format!("{}{token}", self.scheme));
        }
        let answer = self.browser.send(request);
        assert!(answer.set_cookies().is_empty(), "{path}");
        if let Some(token) = answer.header("session-token") {
            self.token.replace(token.to_owned());
        }
        answer
    }

    fn put(&self, demo: &Demo, path: &str, value: Value) -> Answer {
        self.ask(demo, Method::PUT, path, value)
    }

    fn session(&self, demo: &Demo) -> Value {
        self.ask(demo, Method::GET, "/api/session", json!(null))
            .json()
    }
}

#[test]
fn two_clients_have_a_session_each() {
    let demo = Demo::start("--header X-Session");
    let clients = ["Ada", "Grace"].map(|name| {
        let client = Client::new("x-session", "");
        let answer = client.put(&demo, "/api/data/name", json!(name));
        assert_eq!(answer.status, 204);
        assert!(answer.header("session-token").unwrap().starts_with('e'));
        client
    });
    for (client, name) in clients.iter().zip(["Ada", "Grace"]) {
        let session = client.session(&demo);
        assert_eq!(session["data"], json!({ "name": name }));
        assert_eq!(session["outcome"], "opened");
    }
}

#[test]
fn bearer_is_skipped_in_authorization_and_nowhere_else() {
    let check = |header: &'static str, scheme: &'static str, outcome: &str| {
        let demo = Demo::start(&format!("--header {header}"));
        let client = Client::new(header, scheme);
        client.put(&demo, "/api/data/a", json!(1));
        assert_eq!(
            client.session(&demo)["outcome"],
            outcome,
            "{header} {scheme}"
        );
    };
    check("Authorization", "Bearer ", "opened");
    check("authorization", "bearer ", "opened");
    check("authorization", "", "opened");
    check("authorization", "Basic ", "rejected");
    check("x-session", "Bearer ", "rejected");
}

#[test]
fn the_answer_depends_on_the_header_and_says_so() {
    let demo = Demo::start("--header X-Session");
    let client = Client::new("x-session", "");
    let look = |path: &str| {
        let answer = client.ask(&demo, Method::GET, path, json!(null));
        let told = ["vary", "cache-control", "session-token"];
        told.map(|name| answer.header(name).map(str::to_owned))
    };
    assert_eq!(look("/api/untouched"), [None, None, None]);
    let [vary, caching, token] = look("/api/session");
    assert_eq!(vary.unwrap().to_ascii_lowercase(), "x-session");
    assert_eq!((caching.as_deref(), token), (Some("private"), None));
    let answer = client.put(&demo, "/api/data/a", json!(1));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn an_ending_is_an_empty_field() {
    let demo = Demo::start("--header X-Session");
    let client = Client::new("x-session", "");
    let end = || client.ask(&demo, Method::POST, "/api/invalidate", json!(null));
    assert_eq!(end().header("session-token"), None, "there was nothing");
    client.put(&demo, "/api/data/a", json!(1));
    assert_eq!(end().header("session-token"), Some(""));
    assert_eq!(client.session(&demo)["outcome"], "absent");
}

#[test]
fn a_token_of_a_cookie_does_not_open_in_a_header_nor_the_other_way_round() {
    let keys = encryption_key();
    let (cookies, headers) = (
        Demo::with_keys(&keys, ""),
        Demo::with_keys(&keys, "--header x-session"),
    );
    let (browser, client) = (Browser::new(), Client::new("x-session", ""));
    browser.put(&cookies, "/api/data/a", json!(1));
    client.put(&headers, "/api/data/a", json!(1));
    let (cookie, header) = (browser.token(&cookies).unwrap(), client.token.take());

    client.token.replace(cookie.clone());
    assert_eq!(client.session(&headers)["reason"], "Auth");
    browser.set_token(&cookies, &header);
    assert_eq!(browser.session(&cookies)["reason"], "Auth");
    // A cookie is ignored.
    browser.set_token(&headers, &cookie);
    assert_eq!(browser.session(&headers)["outcome"], "absent");
}

#[test]
fn two_different_tokens_open_nothing() {
    let demo = Demo::start("--header x-session");
    let client = Client::new("x-session", "");
    client.put(&demo, "/api/data/a", json!(1));
    let token = client.token.take();
    let session = |tokens: [&str; 2]| {
        let browser = &client.browser;
        let request = browser.request(&demo, Method::GET, "/api/session");
        let request = tokens
            .into_iter()
            .fold(request, |request, token| request.header("x-session", token));
        browser.send(request).json()
    };
    assert_eq!(session([&token, "other"])["reason"], "Duplicate");
    assert_eq!(session([&token, &token])["outcome"], "opened");
}

#[test]
fn nothing_needs_a_cookie() {
    let demo = Demo::start("--header authorization --remember-up-to 5000");
    let client = Client::new("authorization", "Bearer ");
    let post = |path: &str, body: Value| client.ask(&demo, Method::POST, path, body);
    post("/api/flash", json!({ "message": "hello" }));
    let popped = post("/api/flash/pop", json!({})).json();
    assert_eq!(popped, json!({ "messages": ["hello"] }));
    let token = client
        .ask(&demo, Method::GET, "/api/csrf", json!(null))
        .json();
    assert_eq!(post("/api/csrf", token).json(), json!({ "valid": true }));
    assert_eq!(post("/api/remember", json!({ "seconds": 99 })).status, 204);
    assert_eq!(client.session(&demo)["persistent"], true);
    post("/api/renew", json!(null));

    let id = client.session(&demo)["id"].take();
    client.put(&demo, "/api/revoked", json!({ "ids": [id] }));
    assert_eq!(client.session(&demo)["reason"], "Revoked");
}

#[test]
fn a_moment_ends_sessions_in_headers_too() {
    let demo = Demo::start("--header x-session --clock 1800000000");
    let client = Client::new("x-session", "");
    client.put(&demo, "/api/data/a", json!(1));
    for (at, outcome) in [
        (1_800_000_000, "opened"),
        (1_800_000_001, "rejected"),
        (0, "rejected"),
    ] {
        let answer = client.put(&demo, "/api/not-before", json!({ "at": at }));
        assert_eq!(answer.status, 204);
        assert_eq!(client.session(&demo)["outcome"], outcome);
    }
}

#[test]
fn a_session_in_a_header_has_more_room_and_the_same_answers() {
    let demo = Demo::start("--header x-session");
    let client = Client::new("x-session", "");
    let cookies = Demo::start("");
    let room = |session: Value| session["remaining_bytes"].as_u64().unwrap();
    assert!(room(client.session(&demo)) > room(Browser::new().session(&cookies)));
    let answer = client.put(&demo, "/api/data/a", json!("x".repeat(4000)));
    assert_eq!(
        (answer.status, &answer.json()["allowed"]),
        (413, &json!(3072))
    );
    assert_eq!(answer.header("session-token"), None);
}

#[test]
fn the_pages_keep_their_cookie_for_browsers_send_no_such_header() {
    let demo = Demo::start("--header x-session");
    let browser = Browser::signed_in(&demo, "Ada");
    assert_eq!(browser.count(&demo).visits(), Some(1));
    assert_eq!(browser.session(&demo)["outcome"], "absent");
}
