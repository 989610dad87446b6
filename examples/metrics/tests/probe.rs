//! The probe of docs/metrics.md, in front of a site whose cache stores pages in several ways.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

const OWN: &str = "<p>Probe Visitor";
const STRANGER: &str = "<p>Sign in";
const ANOTHER: &str = "<p>Alice";
const COOKIE: &str = "set-cookie: __Host-session=stored; Secure\r\nset-cookie: session=another\r\n";

/// The status, the fields and the body that a request gets, by whether it has the cookie of the
/// test visitor, and whether a request with it came before.
type Answer = fn(signed_in: bool, came: bool) -> (&'static str, &'static str, &'static str);

fn site(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let came = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for stream in listener.incoming() {
            answers(stream.unwrap(), answer, &came);
        }
    });
    base
}

fn answers(mut stream: TcpStream, answer: Answer, came: &AtomicBool) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let head: Vec<_> = lines
        .map(Result::unwrap)
        .take_while(|it| !it.is_empty())
        .collect();
    let signed_in = head.iter().any(|it| it.contains("session=own"));
    let before = came.fetch_or(signed_in, Ordering::SeqCst);
    let (status, fields, body) = answer(signed_in, before || signed_in);
    let length = body.len();
    let said = format!(
        "HTTP/1.1 {status}\r\n{fields}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(said.as_bytes()).unwrap();
}

fn page(is_own: bool) -> &'static str {
    if is_own { OWN } else { STRANGER }
}

#[test]
#[ignore = "needs curl"]
fn the_probe_tells_a_cache_from_an_ended_session() {
    const SIGN_IN: &str = "the test visitor has to sign in\n";
    const STORED: &str = "a cache stores the page: ";
    #[rustfmt::skip]
    let cases: [(&str, Answer, i32, &str); 10] = [
        ("no cache", |own, _| ("200 OK", "", page(own)), 0, ""),
        ("a stranger is sent to the sign-in", |own, _| if own { ("200 OK", "", OWN) } else { ("302 Found", "location: /Sign in\r\n", "") }, 0, ""),
        ("signed out", |_, _| ("200 OK", "", STRANGER), 2, SIGN_IN),
        ("the page fails", |_, _| ("503 Service Unavailable", "", ""), 2, "HTTP/1.1 503"),
        ("a silent cache, filled by another visitor", |_, _| ("200 OK", "", ANOTHER), 1, STORED),
        ("filled by the test visitor", |_, came| ("200 OK", "", page(came)), 1, STORED),
        ("the test visitor alone sees another", |own, _| ("200 OK", "", if own { ANOTHER } else { STRANGER }), 1, STORED),
        ("a cache with `Set-Cookie`, filled by another visitor", |_, _| ("200 OK", COOKIE, ANOTHER), 1, STORED),
        ("one that stores `Set-Cookie` beside the page", |own, _| ("200 OK", COOKIE, page(own)), 1, STORED),
        ("one that tells", |own, _| ("200 OK", "age: 7\r\n", page(own)), 1, STORED),
    ];
    let document = include_str!("../../../docs/metrics.md");
    let (_, lines) = document.split_once("\n```sh\nname=").unwrap();
    let (lines, _) = lines.split_once("\n```\n").unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probe");
    fs::create_dir_all(&folder).unwrap();
    let jar = "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\town\n";
    for (name, answer, code, begins) in cases {
        fs::write(folder.join("probe.jar"), jar).unwrap();
        let lines = format!("name={lines}").replace("https://shop.example", &site(answer));
        let mut probe = Command::new("sh");
        let ran = probe
            .current_dir(&folder)
            .args(["-c", &lines])
            .output()
            .unwrap();
        let told = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(code), "{name}: {told}");
        assert!(
            told.starts_with(begins) && told.is_empty() == begins.is_empty(),
            "{name}: {told}"
        );
        assert!(!told.contains("stored;"), "{name}: {told}");
        assert_eq!(
            fs::read_to_string(folder.join("probe.jar")).unwrap(),
            jar,
            "{name}"
        );
    }
}
