//! The program as a process, and browsers that use it over a socket.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{process::Command, time::SystemTime};

use hardtack::{KeyRing, SessionCookie};
use hardtack_scenarios::{Browser, Method, Server, Site, answers_the_table};

/// Sign in, count, tamper, rotate, sign out.
#[test]
fn axum_login_answers_the_table() {
    answers_the_table(Site::Counter, serve);
}

#[test]
fn a_page_is_for_those_who_are_signed_in() {
    let server = serve(RING);
    let browser = Browser::new();
    assert_eq!(get(&browser, &server, "/account"), (401, String::new()));
    Site::Counter.sign_in(&browser, &server, "ada");
    let account = (200, "the account of ada".to_owned());
    assert_eq!(get(&browser, &server, "/account"), account);
    Site::Counter.sign_out(&browser, &server);
    assert_eq!(get(&browser, &server, "/account"), (401, String::new()));
}

#[test]
fn another_site_signs_nobody_in() {
    let server = serve(RING);
    let browser = Browser::new();
    let request = browser.request(server.base(), Method::POST, "/sign-in");
    let request = request.form(&[("name", "mallory")]);
    let answer = browser.ask(request.header("sec-fetch-site", "cross-site"));
    assert_eq!(answer.status, 403);
}

#[test]
fn a_message_is_shown_once() {
    let server = serve(RING);
    let browser = Browser::new();
    Site::Counter.sign_in(&browser, &server, "ada");
    let welcome = (200, "Welcome, ada!".to_owned());
    assert_eq!(get(&browser, &server, "/messages"), welcome);
    assert_eq!(get(&browser, &server, "/messages"), (200, String::new()));
}

#[test]
fn signing_in_renews_the_session_and_keeps_its_data() {
    let server = serve(RING);
    let browser = Browser::new();
    Site::Counter.count(&browser, &server);
    let ring: KeyRing = RING.parse().unwrap();
    let cookie = SessionCookie::encrypted(ring).build().unwrap();
    let id = || {
        let session = cookie.load([browser.cookie_field()], SystemTime::now());
        session.id().expect("sessions of tower-sessions have an id")
    };
    let planted = id();
    let visitor = Site::Counter.sign_in(&browser, &server, "ada");
    assert_eq!(visitor.state, "ada 1");
    assert_ne!(id(), planted);
}

fn get(browser: &Browser, server: &Server, path: &str) -> (u16, String) {
    let answer = browser.send(server, "GET".parse().unwrap(), path, "text/plain", "");
    (answer.status, answer.text)
}

fn serve(ring: &str) -> Server {
    let mut program = Command::new(env!("CARGO_BIN_EXE_hardtack-axum-login"));
    Server::spawn(program.arg("0").env("SESSION_KEYS", ring))
}

const RING: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
