//! Cache fields of responses with a session.

use hardtack::{Session, SessionError};

use super::{
    common::{Visit, check, cookie, signed_in},
    look,
};

const SET: &str = "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax";
/// The cache fields of the application's response.
type Says<'a> = &'a [(&'static str, &'static str)];

fn saying<'a>(
    visit: Visit,
    says: impl IntoIterator<Item = &'a (&'static str, &'static str)>,
) -> Visit {
    says.into_iter()
        .fold(visit, |visit, (name, value)| visit.saying(name, value))
}

/// Fields that let shared caches store a response, one row for each kind of `tests/vectors/caches.json`.
const SHAREABLE: [Says; 15] = [
    &[("cache-control", "public")],
    &[("cache-control", "")],
    &[("cache-control", "max-age=9"), ("cache-control", "public")],
    // Nothing counts beside a quoted string that does not end.
    &[("cache-control", "a=\"b"), ("cache-control", "no-store")],
    // `must-understand` lets caches ignore `no-store` (RFC 9111 section 5.2.2.3).
    &[("cache-control", "must-understand, no-store")],
    &[
        ("cache-control", "private"),
        ("cdn-cache-control", "max-age=60"),
    ],
    &[
        ("cache-control", "public"),
        ("cdn-cache-control", "no-store"),
    ],
    &[
        ("cache-control", "no-store"),
        ("cdn-cache-control", "no-store"),
        ("surrogate-control", "max-age=60"),
    ],
    // A vendor's field lets that vendor's cache store the response.
    &[
        ("cdn-cache-control", "no-store"),
        ("vercel-cdn-cache-control", "s-maxage=60"),
    ],
    &[("edge-control", "!no-store, cache-maxage=1d")],
    &[("x-accel-expires", "60")],
    &[("x-accel-expires", "0"), ("x-accel-expires", "60")],
    // Without `Cache-Control` a date in `Expires` is a lifetime.
    &[("expires", "Fri, 15 Jan 2100 08:00:00 GMT")],
    &[
        ("expires", "0"),
        ("expires", "Fri, 15 Jan 2100 08:00:00 GMT"),
    ],
    &[
        ("cache-control", "no-cache"),
        ("expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
    ],
];

/// The fields as the application set them, in the order of `Answer::lines`.
fn kept(says: Says) -> Vec<String> {
    let mut lines: Vec<_> = says
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if !says.iter().any(|(name, _)| *name == "cache-control") {
        lines.push("cache-control: private".to_owned());
    }
    lines.push("vary: Cookie".to_owned());
    lines.sort();
    lines
}

/// The fields of a response with content: each of the application's fields is replaced.
fn no_store(says: Says, set_cookie: &str) -> Vec<String> {
    let names = says.iter().map(|&(name, _)| name).chain(["cache-control"]);
    let mut lines: Vec<_> = names.map(forbidden).collect();
    lines.extend([set_cookie.to_owned(), "vary: Cookie".to_owned()]);
    lines.sort();
    lines.dedup();
    lines
}

fn forbidden(name: &str) -> String {
    let is_time = name == "expires" || name == "x-accel-expires";
    format!("{name}: {}", if is_time { "0" } else { "no-store" })
}

#[track_caller]
fn check_lines(visit: &Visit, work: fn(&Session) -> Result<(), SessionError>, expected: &[String]) {
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check(visit, work, &expected);
}

#[test]
fn a_response_that_others_may_store_carries_no_optional_write() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for says in SHAREABLE {
        let visit = saying(Visit::to(&cookie).with(&pair).at(1000), says);
        check_lines(&visit, look, &kept(says));
    }
}

#[test]
fn content_makes_every_field_say_no_store() {
    for says in SHAREABLE {
        let visit = saying(Visit::to(&cookie()), says);
        check_lines(
            &visit,
            |session| session.insert("user", 1),
            &no_store(says, SET),
        );
    }
}

#[test]
fn vary_becomes_one_line() {
    let visit = saying(
        Visit::to(&cookie()),
        &[("vary", "accept"), ("vary", "origin")],
    );
    let vary = "vary: accept, origin, Cookie";
    check(&visit, look, &["cache-control: private", vary]);
}
