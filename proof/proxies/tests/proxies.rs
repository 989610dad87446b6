//! The scenario and the sizes behind each proxy. With `PROXIES=nginx` behind that one alone.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{env, process::Command};

use hardtack_proxies::{Demo, Limits, PROFILES, Passage, Passages, Proxy, UNSEEN, fill, passages};
use hardtack_scenarios::{Browser, Method, Server, Site, answers_the_table, free_ports, fresh_key};

#[test]
fn every_proxy_answers_the_table() {
    for proxy in proxies() {
        eprintln!("behind {proxy:?} {}", proxy.version());
        answers_the_table(Site::Demo, |ring| {
            let demo = Demo::start(ring, &[]);
            let through = proxy.start(demo.port(), Limits::Default);
            Server::at(through.base().to_owned(), (through, demo))
        });
    }
}

/// The versions may differ from those of the table, and their behaviour may not.
#[test]
fn a_full_session_passes_default_configurations_as_the_document_says() {
    let document = include_str!("../../../docs/limits.md");
    let mut wrong = Vec::new();
    for proxy in proxies() {
        let name = proxy.name();
        let row = document
            .lines()
            .find(|line| line.starts_with(&format!("| {name} ")));
        let (_, expected) = row.unwrap()[2..].split_once(" | ").unwrap();
        let found = PROFILES.map(|profile| cell(passages(proxy, Limits::Default, profile)));
        let found = format!("{} |", found.join(" | "));
        println!("| {name} {} | {found}", proxy.version());
        if found != expected {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "docs/limits.md is wrong about {wrong:?}");
}

#[test]
fn a_session_in_four_cookies_passes_every_tuned_proxy() {
    for proxy in proxies() {
        let passages = passages(proxy, Limits::Tuned, "split:4");
        assert_eq!(cell(passages), "passes", "{proxy:?}");
    }
}

/// By the lines of docs/limits.md.
#[test]
fn an_active_visitor_stays_signed_in_where_a_proxy_asks_if_it_passes_the_cookie_on() {
    let document = include_str!("../../../docs/limits.md");
    let line = "auth_request_set $set_cookie $upstream_http_set_cookie; add_header Set-Cookie $set_cookie always;";
    assert!(document.contains(line));
    for (proxy, page, size, stays) in [
        (Proxy::Nginx, "/asked", "anywhere", false),
        (Proxy::Nginx, "/asked-and-passed-on", "anywhere", true),
        // Only the first of several fields is passed on.
        (Proxy::Nginx, "/asked-and-passed-on", "split:2", false),
        // `forward_auth` with `copy_headers` gives the field to the application.
        (Proxy::Caddy, "/asked", "anywhere", false),
        (Proxy::Caddy, "/asked-and-passed-on", "anywhere", true),
        (Proxy::Caddy, "/asked-and-passed-on", "split:2", true),
        (Proxy::Traefik, "/asked", "anywhere", false),
        (Proxy::Traefik, "/asked-and-passed-on", "anywhere", true),
        (Proxy::Traefik, "/asked-and-passed-on", "split:2", true),
    ] {
        if !proxies().contains(&proxy) {
            continue;
        }
        let flags = ["--clock", "1800000000", "--idle", "100", "--size", size];
        let demo = Demo::start(&fresh_key(), &flags);
        let through = proxy.start(demo.port(), Limits::Tuned);
        let browser = Browser::new();
        let note = format!(
            "\"{}\"",
            "x".repeat(if size == "split:2" { 4_000 } else { 10 })
        );
        let put = browser.send(demo.server(), Method::PUT, "/api/data/note", JSON, note);
        assert_eq!(put.status, 204);
        for now in [30, 60, 90, 120] {
            let clock = format!(r#"{{"now": {}}}"#, 1_800_000_000 + now);
            let clock = Browser::new().send(demo.server(), Method::PUT, "/api/clock", JSON, clock);
            assert_eq!(clock.status, 204);
            assert_eq!(
                browser.send(&through, Method::GET, page, JSON, "").status,
                200
            );
        }
        let answer = browser.send(demo.server(), Method::GET, "/api/session", JSON, "");
        assert_eq!(
            answer.text.contains("xxx"),
            stays,
            "{proxy:?} {page} {size}"
        );
    }
}

/// By the probe of docs/metrics.md.
#[test]
fn a_cache_that_stores_pages_is_noticed_from_outside() {
    if !proxies().contains(&Proxy::Varnish) {
        return;
    }
    let demo = Demo::start(&fresh_key(), &[]);
    let through = Proxy::Varnish.start(demo.port(), Limits::Default);
    let probe = |base: &str, path: &str| {
        let mut shell = Command::new("sh");
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../examples/metrics/probe_cache.sh"
        );
        let page = format!("{base}{path}");
        let ran = shell.args([script, &page, "Probe Visitor", "Sign in"]);
        let ran = ran.output().unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        (ran.status.code(), told)
    };
    // Nobody is signed in. What a test visitor sees is probed by proof/metrics/tests/probe.rs.
    for base in [demo.server().base(), through.base()] {
        let told = "the test visitor has to sign in\n".to_owned();
        assert_eq!(probe(base, "/?first=yes"), (Some(2), told), "{base}");
    }
    let (code, told) = probe(through.base(), "/stored/?first=yes");
    assert_eq!(code, Some(1), "{told}");
    let begins = "a cache stores the page: ";
    let header = told.strip_prefix(begins).unwrap_or_default().to_lowercase();
    assert!(header.starts_with("age: "), "{told}");
    // It tells of the cookie without its value.
    assert!(header.contains("set-cookie: __host-session\n"), "{told}");
    // Without an answer, nothing is known.
    let [nobody] = free_ports();
    let (code, told) = probe(&format!("http://127.0.0.1:{nobody}"), "/");
    assert_eq!(code, Some(2), "{told}");
}

/// By the lines of docs/limits.md.
#[test]
fn nginx_loses_a_session_with_its_own_error_pages_or_other_attributes() {
    if !proxies().contains(&Proxy::Nginx) {
        return;
    }
    let demo = Demo::start(&fresh_key(), &[]);
    let through = Proxy::Nginx.start(demo.port(), Limits::Default);
    let cookie_of = |path: &str| {
        let body = r#"{"key": "note", "value": 1}"#;
        let answer = Browser::new().send(&through, Method::POST, path, JSON, body);
        answer.set_cookies().first().map(|&field| field.to_owned())
    };
    // Browsers keep a cookie of this name only with the path `/` and `Secure`.
    let is_kept = |field: &str| {
        field.starts_with("__Host-") && field.contains("; Path=/;") && field.contains("; Secure")
    };
    for status in [404, 422] {
        let field = cookie_of(&format!("/api/fail/{status}")).unwrap();
        assert!(is_kept(&field), "{field}");
        assert_eq!(cookie_of(&format!("/own-pages/api/fail/{status}")), None);
    }
    for location in ["/path", "/flags"] {
        let field = cookie_of(&format!("{location}/api/fail/200")).unwrap();
        assert!(!is_kept(&field), "{field}");
    }
}

/// By the lines of docs/limits.md.
#[test]
fn sessions_pass_a_web_application_firewall() {
    let document = include_str!("../../../docs/limits.md");
    assert!(document.contains(UNSEEN));
    if !is_named(Proxy::ModSecurity) {
        return;
    }
    let refused = |limits, size, length, sessions| {
        let demo = Demo::start(&fresh_key(), &["--size", size]);
        let through = Proxy::ModSecurity.start(demo.port(), limits);
        let is_refused = |_: &usize| {
            let browser = Browser::new();
            let note = format!("\"{}\"", "x".repeat(length));
            let put = browser.send(demo.server(), Method::PUT, "/api/data/note", JSON, note);
            assert_eq!(put.status, 204);
            // One in some thousand has what another rule takes for a number in hexadecimal.
            if browser.cookie_field().to_ascii_lowercase().contains("-0x") {
                return false;
            }
            let request = browser.request(through.base(), Method::GET, "/api/keys-of-data");
            let request = request
                .header("accept", "*/*")
                .header("user-agent", "Firefox/153");
            let answer = browser.ask(request);
            assert!([200, 403].contains(&answer.status), "{}", answer.status);
            answer.status == 403
        };
        (0..sessions).filter(is_refused).count()
    };
    // Drawn once, every eleventh of these sessions would be refused.
    assert_eq!(refused(Limits::Default, "anywhere", 250, 100), 0);
    // For these, nine draws seldom suffice.
    assert_ne!(refused(Limits::Default, "split:4", 11_900, 20), 0);
    assert_eq!(refused(Limits::Tuned, "split:4", 11_900, 20), 0);
}

/// The lab answers a flipped bit with two cookies as large as the session, and no response may hold both.
#[test]
fn a_bit_of_a_full_session_is_flipped_behind_default_configurations() {
    for proxy in proxies() {
        let demo = Demo::start(&fresh_key(), &[]);
        let through = proxy.start(demo.port(), Limits::Default);
        let browser = Browser::new();
        fill(&browser, &demo);
        let page = browser.send(&through, Method::GET, "/", FORM, "");
        let (_, token) = page.text.split_once("csrf_token\" value=\"").unwrap();
        let form = format!("byte=100&csrf_token={}", &token[..43]);
        let mut answer = browser.send(&through, Method::POST, "/flip", FORM, form.clone());
        if answer.status == 307 {
            let again = answer.field("location");
            answer = browser.send(&through, Method::POST, &again, FORM, form);
        }
        assert_eq!(answer.status, 303, "{proxy:?}");
        let page = browser.send(&through, Method::GET, &answer.field("location"), FORM, "");
        assert!(page.text.contains("Refused: Auth."), "{proxy:?}");
    }
}

/// A cell of the table.
fn cell(passages: Passages) -> String {
    let word = |passage| match passage {
        Passage::Passes => "passes".to_owned(),
        Passage::Status(status) => status.to_string(),
        _ => "lost".to_owned(),
    };
    let [out, back] = [passages.out, passages.back].map(word);
    if out == back {
        out
    } else {
        format!("out {out}, in {back}")
    }
}

fn proxies() -> Vec<Proxy> {
    let all = Proxy::ALL.into_iter();
    all.filter(|proxy| is_named(*proxy)).collect()
}

fn is_named(proxy: Proxy) -> bool {
    let named = env::var("PROXIES").unwrap_or_default().to_lowercase();
    named.is_empty() || named.contains(&format!("{proxy:?}").to_lowercase())
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
