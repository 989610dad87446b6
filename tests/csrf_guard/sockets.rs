//! WebSockets, which browsers open across sites, with cookies and without a preflight request.

use super::{SAFE, answer, common::cookie, guard, request, visitor_of};

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
fn an_upgrade_may_be_one_of_a_list_or_in_any_of_several_fields() {
    for upgrades in [
        &["h2c, websocket"][..],
        &["h2c", "websocket"],
        &["websocket", "h2c"],
        &["", "h2c, WebSocket"],
    ] {
        let fields: Vec<_> = upgrades
            .iter()
            .map(|upgrade| ("upgrade", *upgrade))
            .collect();
        let from = |origin| [&fields[..], &[("origin", origin)]].concat();
        check_upgrade("GET", &from("https://evil.example"), false);
        check_upgrade("GET", &from("https://example.com"), true);
        // A POST that calls itself an upgrade needs a token.
        check_upgrade("POST", &from("https://example.com"), false);
    }
}
