//! The short examples, each as a process, used over a socket by clients with cookie jars.

#![allow(clippy::unwrap_used, reason = "tests")]

/// Runs the unit tests of the example.
#[path = "../login.rs"]
#[allow(dead_code, reason = "its server runs as a process")]
mod login;

mod settings;
mod versions;

use std::{
    io::{BufRead, BufReader, Read},
    time::{Duration, SystemTime},
};

use hardtack::{EncryptionKey, Session, SessionCookie, SessionError};
use hardtack_scenarios::{Answer, Client, Method, Server, example, fresh_key};
use serde_json::{Value, json};

/// Starts an example with a fresh key, and a browser in front of it.
fn start(name: &str) -> Client {
    Client::of(Server::spawn(example(name).arg("0")))
}

fn start_with(name: &str, ring: &str) -> Client {
    let mut command = example(name);
    Client::of(Server::spawn(command.arg("0").env("SESSION_KEYS", ring)))
}

const ADA: [(&str, &str); 2] = [("name", "ada"), ("password", "lovelace")];

#[test]
fn login_knows_who_signed_in() {
    let browser = start("login");
    assert!(browser.get("/").has("Password"));
    let wrong = browser.form("/sign-in", &[("name", "ada"), ("password", "byron")]);
    assert_eq!(wrong.status, 403);
    assert_eq!(browser.browser().cookie_field(), "");
    assert!(browser.form("/sign-in", &ADA).has("Hello ada"));
    assert!(browser.form("/sign-out", &[]).has("Password"));
    assert_eq!(browser.browser().cookie_field(), "");
}

#[test]
fn login_opens_no_copy_of_a_session_that_was_signed_out() {
    let browser = start("login");
    browser.form("/sign-in", &ADA);
    let first = browser.copy();
    browser.form("/sign-in", &ADA);
    let second = browser.copy();
    assert!(first.get("/").has("Password"));
    assert!(second.get("/").has("Hello ada"));
    browser.form("/sign-out", &[]);
    assert!(second.get("/").has("Password"));
}

#[test]
fn login_takes_no_form_from_another_site() {
    let browser = start("login");
    let request = browser.request(Method::POST, "/sign-in").form(&ADA);
    let answer = browser.send(request.header("origin", "https://elsewhere.example"));
    assert_eq!(answer.status, 403);
    let request = browser.request(Method::POST, "/sign-in").form(&ADA);
    assert!(
        browser
            .send(request.header("origin", browser.base()))
            .has("Hello ada")
    );
}

#[test]
fn remember_me_is_for_those_who_tick_the_box() {
    let browser = start("remember_me");
    let sign_in = |remember: &[(&str, &str)]| {
        let form = browser.request(Method::POST, "/sign-in");
        let answer = browser.browser().ask(form.form(&[&ADA, remember].concat()));
        answer.header("set-cookie").unwrap().to_owned()
    };
    assert!(!sign_in(&[]).contains("Max-Age"));
    assert!(sign_in(&[("remember", "on")]).ends_with("; Max-Age=2592000"));
}

#[test]
fn remember_me_asks_for_the_password_again() {
    let ring = fresh_key();
    let browser = start_with("remember_me", &ring);
    browser.form("/sign-in", &ADA);
    let change = |browser: &Client| browser.form("/password", &[("new", "hopper")]);
    assert_eq!(change(&browser).text, "ada has a new password of 6 bytes\n");

    // Ten minutes after its sign-in.
    let late = browser.stranger();
    receive(
        &late,
        &cookie_of(&ring, minutes_ago(10), |session| {
            session.insert("user", "ada")
        }),
    );
    assert!(late.get("/").has("New password"));
    assert_eq!(change(&late).status, 403);
    assert_eq!(late.form("/confirm", &[("password", "")]).status, 403);
    assert_eq!(change(&late).status, 403);
    assert_eq!(
        late.form("/confirm", &[("password", "lovelace")]).status,
        200
    );
    assert_eq!(change(&late).status, 200);
}

#[test]
fn oauth_signs_in_by_way_of_the_provider() {
    let browser = start("oauth");
    assert!(browser.get("/").has("Sign in"));
    assert!(browser.get("/sign-in").has("Hello ada"));
    assert!(browser.form("/sign-out", &[]).has("Sign in"));
}

#[test]
fn oauth_takes_no_answer_that_another_browser_asked_for() {
    let victim = start("oauth");
    let attacker = victim.stranger();
    let answer = format!("/callback?{}", answer_to(&attacker));
    // Without a sign-in of its own, and with one under way.
    assert_eq!(victim.get(&answer).status, 403);
    let own = answer_to(&victim);
    assert_eq!(victim.get(&answer).status, 403);
    assert!(victim.get("/").has("Sign in"));
    assert!(victim.get(&format!("/callback?{own}")).has("Hello ada"));
}

#[test]
fn oauth_takes_an_answer_once_and_none_with_another_code() {
    let browser = start("oauth");
    let answer = format!("/callback?{}", answer_to(&browser));
    assert!(browser.get(&answer).has("Hello ada"));
    assert_eq!(browser.get(&answer).status, 403);

    let other = answer_to(&browser.stranger());
    let own = answer_to(&browser);
    let (code, _) = other.split_once('&').unwrap();
    let (_, state) = own.split_once('&').unwrap();
    let mixed = browser.get(&format!("/callback?{code}&{state}"));
    assert_eq!(
        (mixed.status, mixed.has("did not sign you in")),
        (403, true)
    );
}

#[test]
fn oauth_takes_an_answer_in_a_form_that_comes_without_a_cookie() {
    let browser = start("oauth");
    let fields = answer_to(&browser);
    let stranger = browser.stranger();
    let form = stranger.request(Method::POST, "/callback/form");
    let form = form
        .header("origin", "https://provider.example")
        .header("sec-fetch-site", "cross-site");
    let redirect = stranger.browser().ask(form.body(fields));
    assert_eq!(
        (redirect.status, redirect.header("set-cookie")),
        (303, None)
    );
    assert!(browser.get(&redirect.field("location")).has("Hello ada"));
}

/// Begins a sign-in in this browser. Returns the provider's answer, `code=…&state=…`.
fn answer_to(browser: &Client) -> String {
    let page = browser.get("/sign-in?response_mode=form_post");
    let field = |name| {
        let start = format!(r#"name="{name}" value=""#);
        let (_, rest) = page.text.split_once(&start).unwrap();
        rest.split_once('"').unwrap().0
    };
    format!("code={}&state={}", field("code"), field("state"))
}

#[test]
fn header_session_needs_no_cookies() {
    let client = start("header_session");
    let with = |method, path, token: &str| {
        client.with(method, path, "authorization", &format!("Bearer {token}"))
    };
    let me = |token: &str| with(Method::GET, "/me", token);
    let signed_in = client.post("/sign-in", json!({"name": "ada"}));
    assert_eq!(signed_in.header("set-cookie"), None);
    let first = me(signed_in.header("session-token").unwrap());
    assert_eq!(visits(&first), json!(1));
    let token = first.header("session-token").unwrap();
    assert_eq!(visits(&me(token)), json!(2));

    let signed_out = with(Method::POST, "/sign-out", token);
    assert_eq!(signed_out.header("session-token"), Some(""));
    assert_eq!(me("").status, 401);
    assert_eq!(client.get("/me").status, 401);
}

fn visits(answer: &Answer) -> Value {
    let value: Value = serde_json::from_str(&answer.text).unwrap();
    value["visits"].clone()
}

#[test]
fn tenants_share_a_key_and_no_sessions() {
    let browser = start("tenants");
    let visit = |host: &str| browser.with(Method::GET, "/", "host", host);
    assert_eq!(visit("red.localhost").text, "visit 1 of red\n");
    assert_eq!(visit("RED.localhost:8080").text, "visit 2 of red\n");
    // For the client both names are one site, so it sends the cookie of one to the other.
    assert_eq!(visit("blue.localhost").text, "visit 1 of blue\n");
    for stranger in ["green.localhost", "localhost", "red.localhost.example"] {
        assert_eq!(visit(stranger).status, 421, "{stranger}");
    }
}

#[test]
fn streaming_goes_on_until_its_session_is_signed_out() {
    let ada = start("streaming");
    let grace = ada.stranger();
    let post = |client: &Client, path: &str, text: &'static str| {
        client.send(client.request(Method::POST, path).body(text))
    };
    assert_eq!(ada.get("/news").status, 401);
    post(&ada, "/sign-in", "ada");
    post(&grace, "/sign-in", "grace");
    let mut of_ada = Events::of(&ada);
    let mut of_grace = Events::of(&grace);

    post(&ada, "/news", "hello");
    let event = of_ada.next().unwrap();
    assert!(event.starts_with("for ada: hello ("), "{event}");
    let error = SessionError::AfterHead.to_string();
    assert!(event.contains(&error), "{event}");
    assert!(of_grace.next().unwrap().starts_with("for grace: hello"));

    ada.form("/sign-out", &[]);
    assert_eq!(of_ada.next(), None);
    post(&grace, "/news", "who is there?");
    assert!(of_grace.next().unwrap().contains("who is there?"));
}

#[test]
fn streaming_ends_with_its_session() {
    let ring = fresh_key();
    let browser = start_with("streaming", &ring);
    receive(
        &browser,
        &cookie_of(&ring, SystemTime::now(), |session| {
            session.insert("user", "ada")?;
            session.limit_to(Duration::from_secs(3))
        }),
    );
    assert_eq!(Events::of(&browser).next(), None);
    assert_eq!(browser.get("/news").status, 401);
}

/// Server-sent events, one by one.
struct Events(BufReader<Box<dyn Read>>);

impl Events {
    fn of(browser: &Client) -> Events {
        let response = browser.request(Method::GET, "/news").send().unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["cache-control"], "no-store");
        Events(BufReader::new(Box::new(response.into_body().into_reader())))
    }
}

impl Iterator for Events {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let lines = self.0.by_ref().lines();
        let mut lines = lines.map(Result::unwrap);
        lines.find_map(|line| Some(line.strip_prefix("data: ")?.to_owned()))
    }
}

/// Adds `name=value` as a cookie of the site.
fn receive(client: &Client, pair: &str) {
    let (name, value) = pair.split_once('=').unwrap();
    client.browser().set(name, value);
}

/// The cookie of a session that began at `time`, for an example whose cookie has all defaults.
fn cookie_of(
    ring: &str,
    time: SystemTime,
    fill: impl FnOnce(&Session) -> Result<(), SessionError>,
) -> String {
    let key: EncryptionKey = ring.parse().unwrap();
    let cookie = SessionCookie::encrypted(key).build().unwrap();
    cookie.cookie_for(time, fill).unwrap()
}

fn minutes_ago(minutes: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(minutes * 60)
}
