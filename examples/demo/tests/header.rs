//! Sessions that travel in a header.

use std::cell::RefCell;

use hardtack_scenarios::{Answer, Method};
use serde_json::{Value, json};

use crate::demo::{Page, Visitor, encryption_key, start, start_with};

/// A client that keeps its token as an application on a phone would.
struct App {
    client: Visitor,
    header: &'static str,
    scheme: &'static str,
    token: RefCell<String>,
}

impl App {
    fn start(header: &'static str, scheme: &'static str, flags: &str) -> App {
        App::of(start(&format!("--header {header} {flags}")), header, scheme)
    }

    fn of(client: Visitor, header: &'static str, scheme: &'static str) -> App {
        App {
            client,
            header,
            scheme,
            token: RefCell::default(),
        }
    }

    fn ask(&self, method: Method, path: &str, body: impl Into<Value>) -> Answer {
        let mut request = self.client.request(method, path).json(&body.into());
        let token = self.token.borrow().clone();
        if !token.is_empty() {
            request = request.header(self.header, format!("{}{token}", self.scheme));
        }
        let answer = self.client.send(request);
        assert!(answer.set_cookies().is_empty(), "{path}");
        if let Some(token) = answer.header("session-token") {
            self.token.replace(token.to_owned());
        }
        answer
    }

    fn put(&self, path: &str, value: impl Into<Value>) -> Answer {
        self.ask(Method::PUT, path, value)
    }

    fn session(&self) -> Value {
        self.ask(Method::GET, "/api/session", ()).json()
    }
}

#[test]
fn two_clients_have_a_session_each() {
    let demo = start("--header X-Session");
    let apps = ["Ada", "Grace"].map(|name| {
        let app = App::of(demo.clone(), "x-session", "");
        let answer = app.put("/api/data/name", json!(name));
        assert_eq!(answer.status, 204);
        assert!(answer.header("session-token").unwrap().starts_with('e'));
        app
    });
    for (app, name) in apps.iter().zip(["Ada", "Grace"]) {
        let session = app.session();
        assert_eq!(session["data"], json!({ "name": name }));
        assert_eq!(session["outcome"], "opened");
    }
}

#[test]
fn bearer_is_skipped_in_authorization_and_nowhere_else() {
    let check = |header: &'static str, scheme: &'static str, outcome: &str| {
        let app = App::start(header, scheme, "");
        app.put("/api/data/a", 1);
        assert_eq!(app.session()["outcome"], outcome, "{header} {scheme}");
    };
    check("Authorization", "Bearer ", "opened");
    check("authorization", "bearer ", "opened");
    check("authorization", "", "opened");
    check("authorization", "Basic ", "rejected");
    check("x-session", "Bearer ", "rejected");
}

#[test]
fn the_answer_depends_on_the_header_and_says_so() {
    let app = App::start("X-Session", "", "");
    let look = |path: &str| {
        let answer = app.ask(Method::GET, path, ());
        let told = ["vary", "cache-control", "session-token"];
        told.map(|name| answer.header(name).map(str::to_owned))
    };
    assert_eq!(look("/api/untouched"), [None, None, None]);
    let [vary, caching, token] = look("/api/session");
    assert_eq!(vary.unwrap().to_ascii_lowercase(), "x-session");
    assert_eq!((caching.as_deref(), token), (Some("private"), None));
    let answer = app.put("/api/data/a", 1);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn an_ending_is_an_empty_field() {
    let app = App::start("X-Session", "", "");
    let end = || app.ask(Method::POST, "/api/invalidate", ());
    assert_eq!(end().header("session-token"), None, "there was nothing");
    app.put("/api/data/a", 1);
    assert_eq!(end().header("session-token"), Some(""));
    assert_eq!(app.session()["outcome"], "absent");
}

#[test]
fn a_token_of_a_cookie_does_not_open_in_a_header_nor_the_other_way_round() {
    let keys = encryption_key();
    let browser = start_with(&keys, "");
    let headers = start_with(&keys, "--header x-session");
    let app = App::of(headers.clone(), "x-session", "");
    browser.put("/api/data/a", 1);
    app.put("/api/data/a", 1);
    let (cookie, header) = (browser.token().unwrap(), app.token.take());

    app.token.replace(cookie.clone());
    assert_eq!(app.session()["reason"], "Auth");
    browser.set_token(&header);
    assert_eq!(browser.session()["reason"], "Auth");
    // A cookie is ignored.
    headers.set_token(&cookie);
    assert_eq!(headers.session()["outcome"], "absent");
}

#[test]
fn two_different_tokens_open_nothing() {
    let app = App::start("x-session", "", "");
    app.put("/api/data/a", 1);
    let token = app.token.take();
    let session = |tokens: [&str; 2]| {
        let request = app.client.request(Method::GET, "/api/session");
        let request = tokens
            .into_iter()
            .fold(request, |request, token| request.header("x-session", token));
        app.client.send(request).json()
    };
    assert_eq!(session([&token, "other"])["reason"], "Duplicate");
    assert_eq!(session([&token, &token])["outcome"], "opened");
}

#[test]
fn nothing_needs_a_cookie() {
    let app = App::start("authorization", "Bearer ", "--remember-up-to 5000");
    let post = |path: &str, body: Value| app.ask(Method::POST, path, body);
    post("/api/flash", json!({ "message": "hello" }));
    let popped = post("/api/flash/pop", json!({})).json();
    assert_eq!(popped, json!({ "messages": ["hello"] }));
    let token = app.ask(Method::GET, "/api/csrf", ()).json();
    assert_eq!(post("/api/csrf", token).json(), json!({ "valid": true }));
    assert_eq!(post("/api/remember", json!({ "seconds": 99 })).status, 204);
    assert_eq!(app.session()["persistent"], true);
    post("/api/renew", json!(null));

    let id = app.session()["id"].take();
    app.put("/api/revoked", json!({ "ids": [id] }));
    assert_eq!(app.session()["reason"], "Revoked");
}

#[test]
fn a_moment_ends_sessions_in_headers_too() {
    let app = App::start("x-session", "", "--clock 1800000000");
    app.put("/api/data/a", 1);
    for (at, outcome) in [
        (1_800_000_000, "opened"),
        (1_800_000_001, "rejected"),
        (0, "rejected"),
    ] {
        let answer = app.put("/api/not-before", json!({ "at": at }));
        assert_eq!(answer.status, 204);
        assert_eq!(app.session()["outcome"], outcome);
    }
}

#[test]
fn a_session_in_a_header_has_more_room_and_the_same_answers() {
    let app = App::start("x-session", "", "");
    let room = |session: Value| session["remaining_bytes"].as_u64().unwrap();
    assert!(room(app.session()) > room(start("").session()));
    let answer = app.put("/api/data/a", "x".repeat(4000));
    assert_eq!(
        (answer.status, &answer.json()["allowed"]),
        (413, &json!(3072))
    );
    assert_eq!(answer.header("session-token"), None);
}

#[test]
fn the_pages_keep_their_cookie_for_browsers_send_no_such_header() {
    let browser = start("--header x-session").signed_in("Ada");
    assert_eq!(browser.count().visits(), Some(1));
    assert_eq!(browser.session()["outcome"], "absent");
}
