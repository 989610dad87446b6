//! Every framework answers the scenario over a socket: sign in, count, tamper, rotate, sign out.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../users_in_actix.rs"]
#[allow(
    dead_code,
    reason = "its own test is here, and another one runs it as a process"
)]
mod users_in_actix;

#[cfg(unix)]
use std::{net::TcpStream, process::Command, thread, time::Duration};

use hardtack_scenarios::{
    Browser, Client, Method, Server, Site, answers_the_table, example, fresh_key,
    leads_to_the_sign_in,
};

#[test]
fn actix_answers_the_table() {
    check("actix");
}

#[test]
fn axum_answers_the_table() {
    check("axum");
}

#[test]
fn hyper_answers_the_table() {
    check("hyper");
}

#[test]
fn poem_answers_the_table() {
    check("poem");
}

#[test]
fn rocket_answers_the_table() {
    check("rocket");
}

#[test]
fn salvo_answers_the_table() {
    check("salvo");
}

#[test]
fn warp_answers_the_table() {
    check("warp");
}

/// As `signed_in` of axum, with a token in each form.
#[test]
fn users_in_actix_are_led_to_the_sign_in_and_back_to_the_page() {
    let browser = Client::of(serve("users_in_actix", &fresh_key()));
    leads_to_the_sign_in(&browser);
    let page = browser.get("/admin");
    assert!(
        page.has("Sign in") && page.has("value=\"/admin\""),
        "{}",
        page.text
    );
    let sign_in = |token: &str, password: &str, next: &str| {
        let fields = [
            ("csrf_token", token),
            ("name", "ada"),
            ("password", password),
            ("next", next),
        ];
        browser.form("/sign-in", &fields)
    };
    let token = page.value_of("csrf_token");
    assert_eq!(sign_in(token, "wrong", "/admin").status, 422);
    let refused = sign_in("other", "lovelace", "/admin");
    let sentence = "Please go back, and load the page again.";
    assert_eq!((refused.status, &*refused.text), (403, sentence));
    assert_eq!(sign_in(token, "lovelace", "/admin").status, 403);
    let account = browser.get("/account");
    assert!(account.has("user 42"), "{}", account.text);
    let token = account.value_of("csrf_token");
    let shown = browser.form("/sign-out", &[("csrf_token", token)]).text;
    assert_eq!(shown, "You have been signed out.\nWelcome.");
}

/// The browser hides the session's cookie in this request, and a new one would replace it.
#[test]
fn a_form_of_another_site_begins_no_session() {
    for framework in ["actix", "axum", "hyper", "poem", "rocket", "salvo", "warp"] {
        let (server, browser) = (serve(framework, &fresh_key()), Browser::new());
        let mut request = browser.request(server.base(), Method::POST, "/count");
        for (name, value) in [
            ("origin", "https://elsewhere.example"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-site", "cross-site"),
        ] {
            request = request.header(name, value);
        }
        let answer = browser.ask(request.form(&[]));
        assert!(answer.set_cookies().is_empty(), "{framework}");
    }
}

/// Its session would be that of the other site's account. The other frameworks have no guard.
#[test]
fn a_form_of_another_site_signs_nobody_in_where_a_guard_is() {
    for framework in ["actix", "axum", "warp"] {
        let (server, browser) = (serve(framework, &fresh_key()), Browser::new());
        let request = browser.request(server.base(), Method::POST, "/sign-in");
        let request = request.form(&[("name", "mallory")]);
        let answer = browser.ask(request.header("sec-fetch-site", "cross-site"));
        assert_eq!(answer.status, 403, "{framework}");
    }
}

/// As anybody may send one, without a session.
#[test]
fn a_form_has_a_limit() {
    for framework in ["hyper", "poem", "warp"] {
        let (server, browser) = (serve(framework, &fresh_key()), Browser::new());
        let name = "x".repeat(20_000);
        let request = browser.request(server.base(), Method::POST, "/sign-in");
        let answer = browser.ask(request.form(&[("name", &name)]));
        assert_eq!(answer.status, 413, "{framework}");
    }
}

/// Anybody can fill one.
#[test]
fn a_full_session_is_no_fault_of_the_server() {
    for framework in ["actix", "axum", "hyper", "poem", "rocket", "salvo", "warp"] {
        let (server, browser) = (serve(framework, &fresh_key()), Browser::new());
        let name = "x".repeat(3_000);
        let request = browser.request(server.base(), Method::POST, "/sign-in");
        let answer = browser.ask(request.form(&[("name", &name)]));
        assert_eq!(answer.status, 413, "{framework}");
        assert!(answer.set_cookies().is_empty(), "{framework}");
    }
}

/// Accepting one fails if the process has no descriptor for it.
#[cfg(unix)]
#[test]
fn a_server_outlives_more_connections_than_it_may_have() {
    for framework in ["hyper", "warp"] {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n 32; exec \"$0\" 0"]);
        let server = Server::spawn(shell.arg(example(framework).get_program()));
        let address = server.base().strip_prefix("http://").unwrap();
        let connections: Vec<_> = (0..64)
            .map(|_| TcpStream::connect(address).unwrap())
            .collect();
        thread::sleep(Duration::from_millis(500));
        drop(connections);
        let answer = Browser::new().send(&server, Method::GET, "/", "", "");
        assert_eq!(answer.text, "nobody 0", "{framework}");
    }
}

fn check(framework: &str) {
    answers_the_table(Site::Counter, |ring| serve(framework, ring));
}

fn serve(framework: &str, ring: &str) -> Server {
    Server::spawn(example(framework).arg("0").env("SESSION_KEYS", ring))
}
