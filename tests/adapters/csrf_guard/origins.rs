//! Origins and hosts.

use http::{HeaderValue, Uri};

use super::{answer, check, common::cookie, guard, request, visitor_of};

#[track_caller]
fn check_origin(origin: &str, host: &str, passes: bool) {
    check(
        &guard(),
        "POST",
        &[("origin", origin), ("host", host)],
        passes,
    );
}

#[test]
fn an_origin_has_the_host_and_the_port_of_the_request() {
    let cases = [
        ("https://example.com", "example.com", true),
        ("https://EXAMPLE.com", "example.COM", true),
        ("HTTPS://example.com", "example.com", true),
        ("https://example.com:443", "example.com", true),
        ("https://example.com", "example.com:443", true),
        ("http://localhost:80", "localhost", true),
        ("http://localhost", "localhost:80", true),
        ("https://example.com:8443", "example.com:8443", true),
        ("http://localhost:3000", "localhost:3000", true),
        ("http://127.0.0.1:3000", "127.0.0.1:3000", true),
        ("https://[2001:db8::1]", "[2001:db8::1]", true),
        ("https://[2001:DB8::1]:443", "[2001:db8::1]", true),
        ("http://[::1]:3000", "[::1]:3000", true),
        ("https://example.com", "example.com:80", false),
        ("http://localhost", "localhost:443", false),
        ("https://example.com:8443", "example.com", false),
        ("https://example.com", "example.com:8443", false),
        ("https://[::1]:3000", "[::1]:3001", false),
        ("https://[::1]", "[::2]", false),
        ("https://www.example.com", "example.com", false),
        ("https://example.com", "www.example.com", false),
        ("https://example.com.evil.example", "example.com", false),
        ("https://evilexample.com", "example.com", false),
        ("https://example.com.", "example.com", false),
        // None of these is an origin.
        ("null", "null", false),
        ("", "example.com", false),
        ("example.com", "example.com", false),
        ("//example.com", "example.com", false),
        ("https://", "example.com", false),
        ("https://example.com/", "example.com", false),
        ("https://example.com@evil.example", "evil.example", false),
        ("https://example.com:99999", "example.com", false),
        ("https://example.com:", "example.com", false),
        (
            "https://example.com https://evil.example",
            "example.com",
            false,
        ),
        (
            "https://example.com, https://evil.example",
            "example.com",
            false,
        ),
        ("https://example.com", "", false),
        ("https://example.com", "example.com, evil.example", false),
    ];
    for (origin, host, passes) in cases {
        check_origin(origin, host, passes);
    }
}

#[test]
fn a_page_of_the_same_host_without_tls_is_refused() {
    let of_app = guard().origin_check_only();
    for (origin, host) in [
        ("http://example.com", "example.com"),
        ("http://example.com:80", "example.com"),
        ("http://example.com", "example.com:80"),
        ("http://example.com:443", "example.com:443"),
        ("http://localhost.example.com", "localhost.example.com"),
        ("http://127.0.0.1.example.com", "127.0.0.1.example.com"),
        ("http://notlocalhost", "notlocalhost"),
        ("http://app.not-localhost:3000", "app.not-localhost:3000"),
        ("http://192.168.1.5:3000", "192.168.1.5:3000"),
        ("capacitor://localhost", "localhost"),
        ("app://example.com", "example.com"),
    ] {
        let fields = [("origin", origin), ("host", host)];
        for guard in [&guard(), &of_app] {
            check(guard, "POST", &fields, false);
        }
        let (_, body) = answer(&of_app, &cookie(), request("POST", &fields));
        assert!(body.contains("without TLS"), "{body}");
        // A site without TLS has to trust its own origin.
        let trusting = guard().trust_origin(origin).unwrap();
        check(&trusting, "POST", &fields, true);
    }
    for host in [
        "localhost",
        "app.localhost:3000",
        "127.0.0.1:3000",
        "127.8.9.1",
        "[::1]:3000",
    ] {
        let origin = format!("http://{host}");
        for guard in [&guard(), &of_app] {
            check(guard, "POST", &[("origin", &origin), ("host", host)], true);
        }
    }
}

#[test]
fn an_origin_that_is_no_text_is_refused_and_not_absent() {
    let (pair, token) = visitor_of(&cookie());
    let own = [
        ("cookie", &*pair),
        ("x-csrf-token", &*token),
        ("host", "example.com"),
    ];
    for name in ["origin", "sec-fetch-site"] {
        for guard in [guard(), guard().origin_check_only()] {
            for bytes in [&b"https://example.com\xff"[..], b"same-origin\xe4", b"\xff"] {
                let mut request = request("POST", &own);
                let field = HeaderValue::from_bytes(bytes).unwrap();
                request.headers_mut().insert(name, field);
                assert_eq!(answer(&guard, &cookie(), request).0, 403, "{name}");
            }
        }
    }
}

#[test]
fn an_origin_without_a_host_to_compare_it_with_is_refused() {
    check(
        &guard(),
        "POST",
        &[("origin", "https://example.com")],
        false,
    );
    let forwarded = [
        ("origin", "https://example.com"),
        ("host", "backend.internal"),
        ("x-forwarded-host", "example.com"),
        ("forwarded", "host=example.com"),
    ];
    check(&guard(), "POST", &forwarded, false);
    let trusting = guard().trust_origin("https://example.com").unwrap();
    check(&trusting, "POST", &forwarded, true);
}

#[test]
fn origins_that_differ_are_refused_whichever_comes_first() {
    let own = ("origin", "https://example.com");
    let other = ("origin", "https://evil.example");
    let host = ("host", "example.com");
    let trusting = guard().trust_origin(own.1).unwrap();
    for guard in [guard(), guard().origin_check_only(), trusting] {
        check(&guard, "POST", &[host, other, own], false);
        check(&guard, "POST", &[host, own, other], false);
        check(&guard, "POST", &[host, own, own, other], false);
        check(&guard, "POST", &[host, own, own, own], true);
    }
    let hosts = [host, ("host", "evil.example")];
    for origin in [own, other] {
        for [first, second] in [hosts, [hosts[1], hosts[0]], [host, host]] {
            check(&self::guard(), "POST", &[origin, first, second], false);
        }
    }
    let (same, cross) = ("same-origin", "cross-site");
    for [first, second] in [[same, cross], [cross, same]] {
        let fields = [("sec-fetch-site", first), ("sec-fetch-site", second)];
        check(&guard(), "POST", &fields, false);
    }
}

#[test]
fn http_2_has_the_host_in_the_address() {
    let (pair, token) = visitor_of(&cookie());
    let ask = |address: &'static str, origin, host| {
        let fields = [
            ("cookie", &*pair),
            ("x-csrf-token", &*token),
            ("origin", origin),
            ("host", host),
        ];
        let mut request = request("POST", &fields);
        *request.uri_mut() = Uri::from_static(address);
        answer(&guard(), &cookie(), request).0
    };
    let (own, evil) = ("https://example.com", "https://evil.example");
    for (address, origin, host, status) in [
        ("https://example.com/", own, "example.com", 200),
        ("https://example.com:443/", own, "example.com", 200),
        ("https://example.com/", evil, "example.com", 403),
        ("https://user@example.com/", own, "example.com", 403),
        // With a contradicting `Host` there is nothing to compare the origin with.
        ("https://example.com/", own, "evil.example", 403),
        ("https://example.com/", evil, "evil.example", 403),
    ] {
        assert_eq!(
            ask(address, origin, host),
            status,
            "{address} {origin} {host}"
        );
    }
}

#[test]
fn a_trusted_origin_is_one_scheme_host_and_port() {
    let trusting = guard().trust_origin("https://App.example.com").unwrap();
    let trusting = trusting.trust_origin("http://[::1]:3000").unwrap();
    for (origin, passes) in [
        ("https://app.example.com", true),
        ("https://APP.example.com:443", true),
        ("http://[::1]:3000", true),
        ("http://app.example.com", false),
        ("https://app.example.com:8443", false),
        ("https://example.com", false),
        ("https://sub.app.example.com", false),
        ("http://[::1]", false),
        ("null", false),
    ] {
        let fields = [("origin", origin), ("host", "api.example.com")];
        for site in ["cross-site", "same-site"] {
            check(
                &trusting,
                "POST",
                &[("sec-fetch-site", site), fields[0], fields[1]],
                passes,
            );
        }
        check(&trusting, "POST", &fields, passes);
    }
    // The site's own origin still passes, and a token is still needed.
    check(
        &trusting,
        "POST",
        &[("sec-fetch-site", "same-origin")],
        true,
    );
    let fields = [
        ("origin", "https://app.example.com"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(
        answer(&trusting, &cookie(), request("POST", &fields)).0,
        403
    );
}

#[test]
fn origins_of_extensions_and_odd_hosts_are_trusted() {
    for origin in [
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "capacitor://localhost",
        "app://-",
        "https://localhost:5173",
        "http://127.0.0.1:3000",
        "https://xn--bcher-kva.example",
        "https://my_app.example.com",
        "https://1.example.com",
    ] {
        let trusting = guard().trust_origin(origin).unwrap();
        check(
            &trusting,
            "POST",
            &[("origin", origin), ("host", "example.com")],
            true,
        );
    }
}

#[test]
fn what_is_no_origin_is_not_trusted() {
    for text in [
        "",
        "null",
        "*",
        "example.com",
        "https://",
        "https://example.com/",
        "https://a b",
        "https://example.com/path",
        "https://*.example.com",
        "https://example.com:x",
        "https://u@example.com",
        "://x",
        "a b://x",
        "https://[]",
        "https://example.com:+443",
        // No browser has pages of these.
        "https://.example.com",
        "https://example..com",
        "https://example.com.",
        "https://.",
        "https://-",
        "https://_",
        "https://127.1",
        "https://1.2.3.256",
        "https://[1]",
        "wss://example.com",
        "ftp://example.com",
        "file://example.com",
        "https://Bücher.example",
    ] {
        let error = guard().trust_origin(text).unwrap_err();
        assert_eq!(error.settings().next(), Some("trust_origin"));
        assert!(error.to_string().contains(&format!("{text:?}")), "{error}");
    }
}

#[test]
fn a_slash_at_the_end_of_an_origin_is_named() {
    let refused = |origin| guard().trust_origin(origin).unwrap_err().to_string();
    let slash = r#"found "https://app.example.com/"; leave out the `/` at its end"#;
    assert!(refused("https://app.example.com/").ends_with(slash));
    let path = r#"found "https://app.example.com/a/""#;
    assert!(refused("https://app.example.com/a/").ends_with(path));
}
