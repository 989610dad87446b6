use hardtack_scenarios::{Answer, Browser, Method, Server, fresh_key};
use serde_json::{Value, json};

use crate::{Demo, Limits, Proxy};

/// The size profiles, as the demo's flag `--size` names them.
pub const PROFILES: [&str; 5] = ["anywhere", "browser", "split:2", "split:3", "split:4"];

/// The passage of a full session through a proxy in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Passage {
    /// It arrives whole.
    Passes,
    /// The proxy answers with this status.
    Status(u16),
    /// The response arrives with fewer cookies than were sent, or the session does not open.
    Lost,
}

/// A full session on its way out, and on its way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a table of the tests")]
pub struct Passages {
    /// `Set-Cookie`, beside a dozen security headers.
    pub out: Passage,
    /// `Cookie`, beside 400 bytes of other cookies.
    pub back: Passage,
}

/// Sends a full session of a profile through a proxy, both ways.
#[must_use]
pub fn passages(proxy: Proxy, limits: Limits, profile: &str) -> Passages {
    let demo = Demo::start(&fresh_key(), &["--size", profile]);
    let through = proxy.start(demo.port(), limits);
    let note = longest_note(&demo);
    let wanted = write(&Browser::new(), demo.server(), &note);
    let cookies = wanted.set_cookies().len();

    let answer = write(&Browser::new(), &through, &note);
    let out = match answer.status {
        204 if answer.set_cookies().len() == cookies => Passage::Passes,
        204 => Passage::Lost,
        status => Passage::Status(status),
    };

    let browser = Browser::new();
    write(&browser, demo.server(), &note);
    browser.set("others", &"x".repeat(400 - "others=".len()));
    let answer = browser.send(&through, Method::GET, "/api/session", JSON, "");
    let back = match answer.status {
        200 if session(&answer)["data"]["note"] == json!(note) => Passage::Passes,
        200 => Passage::Lost,
        status => Passage::Status(status),
    };
    Passages { out, back }
}

/// Fills the session of a browser to the last byte.
pub fn fill(browser: &Browser, demo: &Demo) {
    write(browser, demo.server(), &longest_note(demo));
}

/// The longest text that fits, which one more character does not.
fn longest_note(demo: &Demo) -> String {
    let browser = Browser::new();
    let answer = browser.send(demo.server(), Method::GET, "/api/session", JSON, "");
    let room = session(&answer)["remaining_bytes"].as_u64().unwrap();
    let fits = |length: &usize| {
        let note = json!("x".repeat(*length)).to_string();
        let answer = browser
            .copy()
            .send(demo.server(), Method::PUT, "/api/data/note", JSON, note);
        answer.status == 204
    };
    // The key, and the lengths of both.
    let most = usize::try_from(room).unwrap();
    let longest = (most - 20..=most).rev().find(fits).unwrap();
    assert!(longest < most && !fits(&(longest + 1)));
    "x".repeat(longest)
}

/// Stores the note, with the response headers of a usual security middleware.
fn write(browser: &Browser, server: &Server, note: &str) -> Answer {
    let body = json!({"set": SECURITY_HEADERS, "put": {"key": "note", "value": note}});
    browser.send(server, Method::POST, "/api/headers", JSON, body.to_string())
}

fn session(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap()
}

const JSON: &str = "application/json";

/// As helmet and its like set them.
const SECURITY_HEADERS: [[&str; 2]; 12] = [
    [
        "content-security-policy",
        "default-src 'self'; base-uri 'self'; font-src 'self' https: data:; form-action 'self'; frame-ancestors \
         'self'; img-src 'self' data:; object-src 'none'; script-src 'self'; script-src-attr 'none'; style-src 'self' \
         https: 'unsafe-inline'; connect-src 'self' https://api.example.com; upgrade-insecure-requests",
    ],
    [
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-embedder-policy", "require-corp"],
    ["cross-origin-resource-policy", "same-origin"],
    ["origin-agent-cluster", "?1"],
    [
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=()",
    ],
    ["referrer-policy", "strict-origin-when-cross-origin"],
    ["x-content-type-options", "nosniff"],
    ["x-dns-prefetch-control", "off"],
    ["x-frame-options", "SAMEORIGIN"],
    ["x-permitted-cross-domain-policies", "none"],
];
