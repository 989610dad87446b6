//! The probes beside the example, in front of a site whose cache stores pages in several ways, and of one whose proxies lose fields.

#![allow(clippy::unwrap_used, reason = "tests")]

mod site;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use hardtack_scenarios::Client;

const OWN: &str = "<p>Probe Visitor";
const STRANGER: &str = "<p>Sign in";
const ANOTHER: &str = "<p>Alice";
const COOKIE: &str = "set-cookie: __Host-session=stored; Secure\r\nset-cookie: session=another\r\n";

/// The status, the fields and the body that a request gets, by whether it has the cookie of the
/// test visitor, and whether a request with it came before. Another response may stand before the status.
type Answer = fn(signed_in: bool, came: bool) -> (&'static str, &'static str, &'static str);

fn pages(answer: Answer) -> String {
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

/// Returns the code with which a probe ends in a folder, and what it says.
fn run(probe: &str, arguments: &[&str], folder: &Path) -> (Option<i32>, String) {
    let probe = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/metrics")
        .join(probe);
    let mut shell = Command::new("sh");
    shell.current_dir(folder).arg(probe).args(arguments);
    let ran = shell.output().unwrap();
    (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
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
    let cases: [(&str, Answer, i32, &str); 12] = [
        ("no cache", |own, _| ("200 OK", "", page(own)), 0, ""),
        ("a stranger is sent to the sign-in", |own, _| if own { ("200 OK", "", OWN) } else { ("302 Found", "location: /Sign in\r\n", "") }, 0, ""),
        ("early hints", |own, _| ("103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK", "", page(own)), 0, ""),
        ("a cache that passes the page on each time", |own, _| ("200 OK", "age: 0\r\nx-cache: hit-for-pass\r\nx-cache-hits: 0\r\n", page(own)), 0, ""),
        ("signed out", |_, _| ("200 OK", "", STRANGER), 2, SIGN_IN),
        ("the page fails", |_, _| ("503 Service Unavailable", "", ""), 2, "HTTP/1.1 503"),
        ("a silent cache, filled by another visitor", |_, _| ("200 OK", "", ANOTHER), 1, STORED),
        ("filled by the test visitor", |_, came| ("200 OK", "", page(came)), 1, STORED),
        ("the test visitor alone sees another", |own, _| ("200 OK", "", if own { ANOTHER } else { STRANGER }), 1, STORED),
        ("a cache with `Set-Cookie`, filled by another visitor", |_, _| ("200 OK", COOKIE, ANOTHER), 1, STORED),
        ("one that stores `Set-Cookie` beside the page", |own, _| ("200 OK", COOKIE, page(own)), 1, STORED),
        ("one that tells", |own, _| ("200 OK", "age: 7\r\n", page(own)), 1, STORED),
    ];
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("probe");
    fs::create_dir_all(&folder).unwrap();
    let jar = "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\town\n";
    for (name, answer, code, begins) in cases {
        fs::write(folder.join("probe.jar"), jar).unwrap();
        let arguments = [&*pages(answer), "Probe Visitor", "Sign in"];
        let (ended, told) = run("probe_cache.sh", &arguments, &folder);
        assert_eq!(ended, Some(code), "{name}: {told}");
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

/// What a proxy makes of a line of the head of a request or of a response, whose number is the second argument.
type Passes = fn(line: &str, number: usize) -> bool;

fn is(line: &str, field: &str) -> bool {
    line.to_lowercase().starts_with(&field.to_lowercase())
}

/// A proxy in front of `site`. Returns its host and port.
fn proxy(site: &str, passes: Passes) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let site = site.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for (number, visitor) in listener.incoming().enumerate() {
            let mut visitor = visitor.unwrap();
            let mut program = TcpStream::connect(&site).unwrap();
            forward(&visitor, &mut program, |line| passes(line, number));
            let answer = program.try_clone().unwrap();
            forward(&answer, &mut visitor, |line| passes(line, number));
        }
    });
    address
}

/// Passes a head on, and what follows it until the end of a response.
fn forward(from: &TcpStream, to: &mut TcpStream, passes: impl Fn(&str) -> bool) {
    let mut from = BufReader::new(from);
    let mut line = String::new();
    let mut is_response = false;
    while from.read_line(&mut line).unwrap() > 2 {
        is_response |= line.starts_with("HTTP/");
        let line = std::mem::take(&mut line);
        if passes(&line) && !line.to_lowercase().starts_with("connection:") {
            to.write_all(line.as_bytes()).unwrap();
        }
    }
    to.write_all(b"connection: close\r\n\r\n").unwrap();
    if is_response {
        let mut body = Vec::new();
        from.read_to_end(&mut body).unwrap();
        to.write_all(&body).unwrap();
    }
}

#[test]
#[ignore = "needs curl"]
fn the_second_probe_names_the_way_on_which_a_part_of_the_changes_is_lost() {
    #[rustfmt::skip]
    let cases: [(&str, Passes, i32); 8] = [
        ("all pass", |_, _| true, 0),
        ("no `Set-Cookie`", |line, _| !is(line, "set-cookie:"), 1),
        ("one `Set-Cookie` of two", |line, number| number % 2 == 0 || !is(line, "set-cookie:"), 1),
        ("no long `Set-Cookie`", |line, _| line.len() < 1_024 || !is(line, "set-cookie:"), 1),
        ("the first `Set-Cookie` of a response alone", |line, _| !is(line, "set-cookie: __Host-session"), 1),
        ("the last one alone", |line, _| !is(line, "set-cookie: probe"), 1),
        ("no long `Cookie`", |line, _| line.len() < 1_024 || !is(line, "cookie:"), 1),
        ("the page is not found", |line, _| !line.starts_with("GET /probe "), 2),
    ];
    let (server, folder) = site::start("second_probe");
    let good = proxy(server.base(), |_, _| true);
    for (name, passes, code) in cases {
        let bad = proxy(server.base(), passes);
        let address = format!("{}/probe", server.base());
        let (ended, told) = run("probe_cookies.sh", &[&address, &good, &bad], &folder);
        assert_eq!(ended, Some(code), "{name}: {told}");
        assert!(!told.contains(&good), "{name}: {told}");
        assert_eq!(
            told.contains(&format!("{bad} loses")),
            code == 1,
            "{name}: {told}"
        );
    }
    let metrics = Client::of(server).get("/metrics").text;
    let tokens_up_to = |size: &str| {
        let label = format!("le=\"{size}\"");
        let mut lines = metrics.lines().filter(|line| line.contains(&label));
        lines.next().unwrap().split_once(' ').unwrap().1.to_owned()
    };
    assert_eq!(tokens_up_to("2500"), tokens_up_to("+Inf"), "sessions grow");
}
