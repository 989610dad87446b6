//! Every framework answers the scenario over a socket: sign in, count, tamper, rotate, sign out.

#![allow(clippy::unwrap_used, reason = "tests")]

use hardtack_scenarios::{Browser, Method, Server, Site, answers_the_table, example, fresh_key};

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

fn check(framework: &str) {
    answers_the_table(Site::Counter, |ring| serve(framework, ring));
}

fn serve(framework: &str, ring: &str) -> Server {
    Server::spawn(example(framework).arg("0").env("SESSION_KEYS", ring))
}
