//! The short examples, each as a process, used over a socket by clients with cookie jars.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../transfer.rs"]
#[allow(
    dead_code,
    reason = "its own test is here, and another one runs it as a process"
)]
mod transfer;
mod versions;

use std::{
    io::{BufRead, BufReader, Read},
    time::{Duration, SystemTime},
};

use hardtack::{EncryptionKey, Session, SessionCookie, SessionError};
use hardtack_scenarios::{
    Answer, Client, Method, Server, example, fresh_key, leads_to_the_sign_in,
};
use serde_json::{Value, json};

/// Starts an example with a fresh key, and a browser in front of it.
fn start(name: &str) -> Client {
    Client::of(Server::spawn(example(name).arg("0")))
}

fn start_with(name: &str, ring: &str) -> Client {
    let mut command = example(name);
    Client::of(Server::spawn(command.arg("0").env("SESSION_KEYS", ring)))
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
fn tenants_in_the_path_keep_their_sessions_in_two_tabs() {
    let browser = start("tenants");
    let visit = |tenant: &str| browser.get(&format!("/t/{tenant}")).text;
    assert_eq!(visit("red"), "visit 1 of red\n");
    assert_eq!(visit("blue"), "visit 1 of blue\n");
    assert_eq!(visit("red"), "visit 2 of red\n");
    assert_eq!(visit("blue"), "visit 2 of blue\n");
    assert_eq!(browser.get("/t/green").status, 421);
}

#[test]
fn streaming_goes_on_until_its_session_is_signed_out() {
    let ada = start("streaming");
    let grace = ada.stranger();
    let post = |client: &Client, path: &str, text: &'static str| {
        client.send(client.request(Method::POST, path).body(text))
    };
    assert_eq!(ada.get("/news").status, 401);
    assert_eq!(post(&ada, "/news", "hello").status, 401);
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

#[test]
fn signed_in_leads_to_the_sign_in_and_back_to_the_page() {
    let browser = start("signed_in");
    leads_to_the_sign_in(&browser);
    let fields = [("name", "ada"), ("password", "wrong"), ("next", "/account")];
    assert_eq!(browser.form("/sign-in", &fields).status, 422);
    let fields = fields.map(|field| match field.0 {
        "password" => ("password", "lovelace"),
        _ => field,
    });
    assert_eq!(browser.form("/sign-in", &fields).text, "user 42");
    assert_eq!(browser.get("/admin").status, 403);
    let shown = browser.form("/sign-out", &[]).text;
    assert_eq!(shown, "notice: You have been signed out.\nWelcome.");
}

#[test]
fn an_upload_of_3_mb_passes_the_guard_and_pages_tell_one_that_is_too_long_from_a_wrong_token() {
    let browser = start("upload");
    let page = browser.get("/");
    let token = page.value_of("csrf_token");
    let file = "x".repeat(3_000_000);
    let send = |parts: [(&str, &str); 2]| {
        let parts = parts.map(|(name, value)| {
            let head = format!("--part\r\ncontent-disposition: form-data; name=\"{name}\"");
            format!("{head}\r\n\r\n{value}\r\n")
        });
        let form = browser.request(Method::POST, "/photo").body_of(
            "multipart/form-data; boundary=part",
            parts.concat() + "--part--\r\n",
        );
        let answer = browser.send(form);
        (answer.status, answer.text)
    };
    let own = ("csrf_token", token);
    let sent = send([own, ("file", &file)]);
    assert_eq!(sent, (200, "3000000 bytes\n".to_owned()));
    for (parts, status, text) in [
        ([("file", &*file), own], 413, "This form is too long."),
        (
            [("csrf_token", "x"), ("file", &file)],
            403,
            "Please load the page again.",
        ),
        (
            [("name", "x"), ("file", "x")],
            403,
            "Please use the form on our page.",
        ),
    ] {
        assert_eq!(send(parts), (status, text.to_owned()));
    }
    let item = browser
        .request(Method::POST, "/cart")
        .header("x-csrf-token", token);
    let full = browser.send(item.body_of("text/plain", "x".repeat(5_000)));
    assert_eq!((full.status, &*full.text), (409, "Your cart is full."));
}

#[test]
fn preference_outlives_a_sign_out_and_another_ring_of_the_sessions() {
    let looks = fresh_key();
    let start = || {
        let mut command = example("preference");
        let command = command.arg("0").env("LOOK_KEYS", &looks);
        Client::of(Server::spawn(command.env("SESSION_KEYS", fresh_key())))
    };
    let browser = start();
    assert_eq!(browser.get("/").text, "dark: false\n");
    browser.form("/dark", &[]);
    browser.form("/sign-out", &[]);
    assert_eq!(browser.get("/").text, "dark: true\n");
    assert_eq!(browser.at(&start()).get("/").text, "dark: true\n");
}

#[test]
fn voucher_that_arrives_twice_counts_once_and_stays() {
    let browser = start("voucher");
    let twin = browser.copy();
    let redeem = |browser: &Client| {
        let form = browser.request(Method::POST, "/voucher");
        browser.browser().ask(form.form(&[("code", "SPRING")]))
    };
    assert!(redeem(&browser).header("set-cookie").is_some());
    for late in [&twin, &browser] {
        let second = redeem(late);
        assert_eq!((second.status, second.header("set-cookie")), (303, None));
    }
    assert!(browser.get("/").has("Your discount: 10 %."));
}

#[test]
fn transfer_needs_the_token_of_its_form() {
    let browser = start("transfer");
    let page = browser.get("/");
    for (token, status) in [("", 403), (page.value_of("csrf_token"), 200)] {
        let form = browser.form("/", &[("csrf_token", token), ("amount", "7")]);
        assert_eq!(form.status, status, "{}", form.text);
    }
}

#[test]
fn link_works_once() {
    assert_eq!(printed("link"), "Some(7)\nNone\n");
}

#[test]
fn jobs_of_others_are_refused() {
    let jobs = printed("jobs");
    let (own, other) = jobs.split_once('\n').unwrap();
    assert_eq!(own, "Ok(Some(7))");
    assert!(other.starts_with("Err(\"job refused: "), "{other}");
}

#[test]
fn domains_share_sessions_among_their_subdomains_and_with_no_other_domain() {
    let client = start("domains");
    let visit = |host: &str, pair: &str| {
        let request = client.request(Method::GET, "/").header("host", host);
        client.browser().ask(request.header("cookie", pair))
    };
    let mut pair = String::new();
    for (host, domain, text) in [
        ("red.localhost", "red.localhost", "visit 1\n"),
        ("shop.red.localhost:3000", "red.localhost", "visit 2\n"),
        // As if somebody had copied the cookie.
        ("blue.localhost", "blue.localhost", "visit 1\n"),
    ] {
        let answer = visit(host, &pair);
        assert_eq!(answer.text, text, "{host}");
        let cookie = answer.header("set-cookie").unwrap();
        let is_shared = cookie.contains(&format!("; Domain={domain}"));
        assert!(is_shared, "{cookie}");
        pair = cookie.split(';').next().unwrap().to_owned();
    }
    for stranger in ["localhost", "notred.localhost", "red.localhost.example"] {
        assert_eq!(visit(stranger, "").status, 421, "{stranger}");
    }
}

/// What an example prints that is no server.
fn printed(name: &str) -> String {
    let output = example(name).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
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
