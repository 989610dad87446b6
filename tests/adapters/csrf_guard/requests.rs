//! Methods, fields and tokens in all combinations.
//!
//! WebSockets, which browsers open across sites, with cookies and without a preflight request.

use hardtack::{KeyRing, SessionCookie, keys::RingKey};

use super::{
    SAFE, UNSAFE, answer, check,
    common::{at, cookie, key},
    guard, request, visitor_of,
};

type Fields = &'static [(&'static str, &'static str)];

/// The fields that tell the source of a request, and whether it is this site.
const SOURCES: [(&str, Fields, bool); 18] = [
    ("nothing", &[], true),
    ("the page", &[("sec-fetch-site", "same-origin")], true),
    ("the visitor", &[("sec-fetch-site", "none")], true),
    ("a sibling", &[("sec-fetch-site", "same-site")], false),
    ("another site", &[("sec-fetch-site", "cross-site")], false),
    ("a new word", &[("sec-fetch-site", "same-planet")], false),
    ("an empty word", &[("sec-fetch-site", "")], false),
    ("its origin", &[("origin", "https://example.com")], true),
    (
        "another origin",
        &[("origin", "https://evil.example")],
        false,
    ),
    ("no origin", &[("origin", "null")], false),
    (
        "a referrer elsewhere",
        &[("referer", "https://evil.example/")],
        true,
    ),
    (
        "own referrer, other origin",
        &[
            ("referer", "https://example.com/"),
            ("origin", "https://evil.example"),
        ],
        false,
    ),
    // `Sec-Fetch-Site` counts before the comparison of origins.
    (
        "own word, other origin",
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example"),
        ],
        true,
    ),
    (
        "other word, own origin",
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://example.com"),
        ],
        false,
    ),
    // But not in a new window of WebKit.
    ("a new window", &in_new_window("https://example.com"), true),
    (
        "a new window of another site",
        &in_new_window("https://evil.example"),
        false,
    ),
    (
        "a new window of a hidden site",
        &in_new_window("null"),
        false,
    ),
    (
        "a new window without TLS",
        &in_new_window("http://example.com"),
        false,
    ),
];

/// What WebKit sends with a form that opens a new window.
const fn in_new_window(origin: &str) -> [(&str, &str); 4] {
    [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
        ("origin", origin),
    ]
}

fn retiring() -> SessionCookie {
    let keys = [
        RingKey::from(key(0)).seal_from(at(0)),
        RingKey::from(key(2)).accept_until(at(1)),
        RingKey::from(key(1)).accept_until(at(100_000)),
    ];
    let ring = KeyRing::from_keys(keys).unwrap();
    SessionCookie::encrypted(ring).build().unwrap()
}

#[test]
fn the_handler_runs_where_method_source_and_token_allow_it() {
    let cookie = retiring();
    let (pair, _) = visitor_of(&self::cookie());
    let session = |keys: usize| SessionCookie::encrypted(key(keys)).build().unwrap();
    // A token of the same session, rendered under another key.
    let rendered_under = |keys: usize| {
        let both = KeyRing::from_keys([key(keys), key(0)]);
        let both = both.unwrap_or_else(|_| KeyRing::from(key(0)));
        let cookie = SessionCookie::encrypted(both).build().unwrap();
        cookie.load([&pair], at(0)).csrf_token().unwrap()
    };
    let (_, of_another) = visitor_of(&session(0));
    let [sealing, accepted, retired] = [0, 1, 2].map(rendered_under);
    let flipped = if sealing.starts_with('A') { "B" } else { "A" };
    let wrong = format!("{flipped}{}", &sealing[1..]);
    let tokens: [(&str, Option<&str>, bool); 8] = [
        ("none", None, false),
        ("empty", Some(""), false),
        ("wrong", Some(&wrong), false),
        ("cut", Some(&sealing[..42]), false),
        ("of another session", Some(&of_another), false),
        ("of a retired key", Some(&retired), false),
        ("of an accepted key", Some(&accepted), true),
        ("right", Some(&sealing), true),
    ];
    let methods = SAFE.iter().map(|method| (method.as_str(), true));
    for (method, is_safe) in methods.chain(UNSAFE.map(|method| (method, false))) {
        for (source, fields, is_own) in SOURCES {
            for (kind, token, is_right) in tokens {
                let mut all = vec![("host", "example.com"), ("cookie", &*pair)];
                all.extend(fields);
                all.extend(token.map(|token| ("x-csrf-token", token)));
                let (status, body) = answer(&guard(), &cookie, request(method, &all));
                let passes = is_safe || (is_own && is_right);
                let expected = if passes { 200 } else { 403 };
                assert_eq!(
                    status, expected,
                    "{method} from {source}, token {kind}: {body}"
                );
                // The origin is judged first.
                let sentence = match (is_safe, is_own, token) {
                    (true, ..) => "done",
                    (_, false, _) => "another site",
                    (.., None) => "no CSRF token",
                    (.., Some(_)) if is_right => "done",
                    _ => "load the page again",
                };
                assert!(body.contains(sentence), "{body}");
                assert!(token.is_none_or(|token| token.is_empty() || !body.contains(token)));
            }
        }
    }
}

#[test]
fn the_first_of_several_token_fields_counts() {
    let (pair, token) = visitor_of(&cookie());
    for (first, second, status) in [(&*token, "junk", 200), ("junk", &*token, 403)] {
        let fields = [
            ("cookie", &*pair),
            ("x-csrf-token", first),
            ("x-csrf-token", second),
        ];
        assert_eq!(
            answer(&guard(), &cookie(), request("POST", &fields)).0,
            status
        );
    }
}

/// Asserts that an upgrade without a token passes, or does not.
#[track_caller]
fn check_upgrade(method: &str, fields: &[(&str, &str)], passes: bool) {
    let (pair, _) = visitor_of(&cookie());
    let own = [("cookie", &*pair), ("host", "example.com")];
    let (status, body) = answer(
        &guard(),
        &cookie(),
        request(method, &[fields, &own].concat()),
    );
    assert_eq!(
        status,
        if passes { 200 } else { 403 },
        "{method} {fields:?}: {body}"
    );
}

#[test]
fn an_upgrade_needs_the_right_origin_and_no_token() {
    let sources = [
        (("origin", "https://example.com"), true),
        (("origin", "https://evil.example"), false),
        (("origin", "null"), false),
        (("sec-fetch-site", "same-origin"), true),
        (("sec-fetch-site", "same-site"), false),
        (("sec-fetch-site", "cross-site"), false),
        // Not a browser.
        (("user-agent", "curl"), true),
    ];
    for (source, passes) in sources {
        for upgrade in ["websocket", "WebSocket", "h2c, WEBSOCKET ,x"] {
            let upgrade = ("upgrade", upgrade);
            check_upgrade("GET", &[upgrade, ("connection", "upgrade"), source], passes);
            // In any of several fields.
            let other = ("upgrade", "h2c");
            check_upgrade("GET", &[other, upgrade, source], passes);
            check_upgrade("GET", &[upgrade, other, source], passes);
            // A POST that calls itself an upgrade needs a token.
            check_upgrade("POST", &[upgrade, source], false);
        }
        check_upgrade("CONNECT", &[source], passes);
    }
}

#[test]
fn another_upgrade_is_a_request_like_any_other() {
    for method in SAFE {
        let fields = [("upgrade", "h2c"), ("origin", "https://evil.example")];
        check_upgrade(method.as_str(), &fields, true);
    }
    check_upgrade(
        "POST",
        &[("upgrade", "h2c"), ("origin", "https://example.com")],
        false,
    );
}

#[test]
fn an_upgrade_of_a_trusted_origin_passes() {
    let trusting = guard().trust_origin("https://app.example.net").unwrap();
    for (method, fields) in [("GET", &[("upgrade", "websocket")][..]), ("CONNECT", &[])] {
        let origin = [
            ("origin", "https://app.example.net"),
            ("host", "example.com"),
        ];
        let request = request(method, &[fields, &origin].concat());
        assert_eq!(answer(&trusting, &cookie(), request).0, 200);
    }
}

#[test]
fn a_form_that_a_worker_passes_on_is_refused_unless_a_token_is_asked_for() {
    let own = "https://example.com";
    let only = guard().origin_check_only();
    let trusting = only.clone().trust_origin(own).unwrap();
    for (site, origin) in [
        ("same-origin", own),
        ("same-origin", "https://evil.example"),
        ("same-origin", "null"),
        ("none", own),
    ] {
        let fields = [
            ("host", "example.com"),
            ("sec-fetch-site", site),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "empty"),
            ("origin", origin),
        ];
        for guard in [&only, &trusting] {
            let (status, body) = answer(guard, &cookie(), request("POST", &fields));
            assert_eq!(status, 403);
            let remedies = ["leave forms to the browser", "ask for tokens"];
            assert!(
                remedies.iter().all(|remedy| body.contains(remedy)),
                "{body}"
            );
        }
        check(&guard(), "POST", &fields, true);
        check(&only, "GET", &fields, true);
    }
    // A script of the site, and a form that no worker has seen.
    for (mode, destination) in [
        ("cors", "empty"),
        ("same-origin", "empty"),
        ("navigate", "document"),
    ] {
        let fields = [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", destination),
        ];
        check(&only, "POST", &fields, true);
    }
}
